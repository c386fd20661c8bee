/* consumer: the server of local remote procedure calls: its procedures write out the lines that
 * clients call them with.
 * usage: consumer [NAME [PRODUCERS]] >output  its partner: producer.c
 * Shows: RpcServerUseProtseqEp, RpcServerRegisterIf2, RpcServerListen, a context handle and its
 * rundown, RpcMgmtStopServerListening, RpcServerUnregisterIf. */
#include "protocol.h"
#include <sddl.h>

static long producers = 1, accepted, served;
static int status;
static CRITICAL_SECTION one; /* calls come in several threads: one at a time writes or counts */

/* Called by a client: a connection. The context handle can be anything but NULL. */
LONG open_client(handle_t server, LONG client_process, client_t *client)
{
	LONG refusal = 0;

	(void)server;
	*client = NULL;
	EnterCriticalSection(&one);
	if (accepted == producers)
		refusal = RPC_S_SERVER_TOO_BUSY;
	else {
		*client = (client_t)(LONG_PTR)client_process;
		accepted++;
	}
	LeaveCriticalSection(&one);
	return refusal;
}

/* Called by a client: a line. */
void send_line(client_t client, LONG length, const byte line[])
{
	HANDLE output = GetStdHandle(STD_OUTPUT_HANDLE);

	(void)client;
	EnterCriticalSection(&one);
	for (DWORD done = 0, n; done < (DWORD)length; done += n)
		if (!WriteFile(output, line + done, (DWORD)length - done, &n, NULL))
			fail((RPC_STATUS)GetLastError(), "WriteFile", "standard output");
	LeaveCriticalSection(&one);
}

/* Called by a client: no more to come. */
void close_client(client_t *client)
{
	*client = NULL; /* so that there will be no rundown */
	EnterCriticalSection(&one);
	if (++served == producers)
		RpcMgmtStopServerListening(NULL); /* when this call has returned */
	LeaveCriticalSection(&one);
}

/* Called by the run-time: a client died with its context handle still open. */
void __RPC_USER client_t_rundown(client_t client)
{
	fprintf(stderr, "consumer: %s: client %ld died\n", endpoint, (long)(LONG_PTR)client);
	status = 1;
	close_client(&client);
}

int main(int argc, char *argv[])
{
	PSECURITY_DESCRIPTOR owner_only;
	RPC_STATUS error;
	HANDLE mutex;
	char mutex_name[310], *end = NULL;

	program = "consumer";
	if (argc > 2)
		producers = strtol(argv[2], &end, 10);
	if (argc > 3 || (argc > 1 && *argv[1] == '-') || (end != NULL && *end != '\0') ||
	    producers < 1) {
		fputs("usage: consumer [NAME [PRODUCERS]] >output\n", stderr);
		return 2;
	}
	SetConsoleCtrlHandler(stop, TRUE);
	set_endpoint(argv[1]);
	InitializeCriticalSection(&one);

	/* Windows refuses a second server on an endpoint (1740), Wine does not. */
	snprintf(mutex_name, sizeof mutex_name, "Local\\%s", endpoint);
	if ((mutex = CreateMutexA(NULL, FALSE, mutex_name)) == NULL)
		fail((RPC_STATUS)GetLastError(), "CreateMutex", mutex_name);
	if (GetLastError() == ERROR_ALREADY_EXISTS)
		fail(RPC_S_DUPLICATE_ENDPOINT, "RpcServerUseProtseqEp", endpoint);

	if (!ConvertStringSecurityDescriptorToSecurityDescriptorA(
		    "D:P(A;;GA;;;OW)", SDDL_REVISION_1, &owner_only, NULL))
		fail((RPC_STATUS)GetLastError(),
		     "ConvertStringSecurityDescriptorToSecurityDescriptor", "of the owner");
	if ((error = RpcServerUseProtseqEpA((RPC_CSTR) "ncalrpc",
					    RPC_C_PROTSEQ_MAX_REQS_DEFAULT, (RPC_CSTR)endpoint,
					    owner_only)) != RPC_S_OK)
		fail(error, "RpcServerUseProtseqEp", endpoint);
	LocalFree(owner_only);
	if ((error = RpcServerRegisterIf2(
		     lines_v1_0_s_ifspec, NULL, NULL, RPC_IF_ALLOW_LOCAL_ONLY,
		     RPC_C_LISTEN_MAX_CALLS_DEFAULT, (unsigned)-1, NULL)) != RPC_S_OK)
		fail(error, "RpcServerRegisterIf2", endpoint);
	fprintf(stderr, "consumer: waiting for a producer on %s\n", endpoint);
	if ((error = RpcServerListen(1, RPC_C_LISTEN_MAX_CALLS_DEFAULT, FALSE)) != RPC_S_OK)
		fail(error, "RpcServerListen", endpoint);
	RpcServerUnregisterIf(lines_v1_0_s_ifspec, NULL, TRUE); /* waits for the last reply */
	CloseHandle(mutex);
	quit((UINT)status);
}
