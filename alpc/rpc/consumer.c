/* consumer: the server of a local remote procedure call: its procedures write out the lines
 * that clients call them with. On Windows ALPC lies beneath ncalrpc; under Wine it is a named
 * pipe.
 * usage: consumer [NAME [PRODUCERS]] >output  its partner: producer.c
 * Shows: RpcServerUseProtseqEp, RpcServerRegisterIf2, RpcServerListen, a context handle and its
 * rundown, RpcMgmtStopServerListening, RpcServerUnregisterIf. */
#include "protocol.h"
#include <fcntl.h>
#include <io.h>
#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>

static char name[300]; /* the endpoint */
static long producers = 1, accepted, served;
static int status;
static CRITICAL_SECTION one; /* calls come in several threads: one at a time writes or counts */

static void fail(const char *call, RPC_STATUS error)
{
	char text[200] = "";

	FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL,
		       (DWORD)error, 0, text, sizeof text, NULL);
	text[strcspn(text, "\r\n")] = '\0';
	fprintf(stderr, "consumer: %s %s: error %ld: %s\n", call, name, error, text);
	ExitProcess(1);
}

static BOOL WINAPI stop(DWORD event)
{
	(void)event;
	ExitProcess(130); /* as after SIGINT: the endpoint vanishes with us */
	return TRUE;
}

/* Called by a client: a connection. The context handle can be anything but NULL. */
LONG open_client(handle_t server, LONG client_process, LONG *server_process, client_t *client)
{
	LONG refusal = 0;

	(void)server;
	*server_process = (LONG)GetCurrentProcessId();
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
	(void)client;
	EnterCriticalSection(&one);
	if (fwrite(line, 1, (size_t)length, stdout) != (size_t)length ||
	    fflush(stdout) == EOF) {
		perror("consumer: write");
		ExitProcess(1);
	}
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
	fprintf(stderr, "consumer: %s: client %ld died\n", name, (long)(LONG_PTR)client);
	status = 1;
	close_client(&client);
}

/* The stubs that widl makes want these. */
void *__RPC_USER MIDL_user_allocate(SIZE_T size)
{
	return malloc(size);
}

void __RPC_USER MIDL_user_free(void *memory)
{
	free(memory);
}

int main(int argc, char *argv[])
{
	char user[257] = "", mutex_name[310], *end = "";
	DWORD room = sizeof user;
	PSECURITY_DESCRIPTOR owner_only;
	RPC_STATUS error;
	HANDLE mutex;

	if (argc > 2)
		producers = strtol(argv[2], &end, 10);
	if (argc > 3 || (end != NULL && *end != '\0') || producers < 1) {
		fputs("usage: consumer [NAME [PRODUCERS]] >output\n", stderr);
		return 2;
	}
	SetConsoleCtrlHandler(stop, TRUE);
	GetUserNameA(user, &room);
	snprintf(name, sizeof name, argc > 1 ? "%s" : "alpc-rpc-%s", argc > 1 ? argv[1] : user);
	_setmode(_fileno(stdout), _O_BINARY);
	InitializeCriticalSection(&one);

	/* Windows refuses a second server on an endpoint (1740), Wine does not. */
	snprintf(mutex_name, sizeof mutex_name, "Local\\%s", name);
	if ((mutex = CreateMutexA(NULL, FALSE, mutex_name)) == NULL)
		fail("CreateMutex", (RPC_STATUS)GetLastError());
	if (GetLastError() == ERROR_ALREADY_EXISTS)
		fail("RpcServerUseProtseqEp", RPC_S_DUPLICATE_ENDPOINT);

	if (!ConvertStringSecurityDescriptorToSecurityDescriptorA(
		    "D:P(A;;GA;;;OW)", SDDL_REVISION_1, &owner_only, NULL))
		fail("ConvertStringSecurityDescriptorToSecurityDescriptor",
		     (RPC_STATUS)GetLastError());
	if ((error = RpcServerUseProtseqEpA((RPC_CSTR) "ncalrpc",
					    RPC_C_PROTSEQ_MAX_REQS_DEFAULT, (RPC_CSTR)name,
					    owner_only)) != RPC_S_OK)
		fail("RpcServerUseProtseqEp", error);
	if ((error = RpcServerRegisterIf2(
		     lines_v1_0_s_ifspec, NULL, NULL, RPC_IF_ALLOW_LOCAL_ONLY,
		     RPC_C_LISTEN_MAX_CALLS_DEFAULT, (unsigned)-1, NULL)) != RPC_S_OK)
		fail("RpcServerRegisterIf2", error);
	fprintf(stderr, "consumer: waiting for a producer on %s\n", name);
	if ((error = RpcServerListen(1, RPC_C_LISTEN_MAX_CALLS_DEFAULT, FALSE)) != RPC_S_OK)
		fail("RpcServerListen", error);
	RpcServerUnregisterIf(lines_v1_0_s_ifspec, NULL, TRUE); /* waits for the last reply */
	CloseHandle(mutex);
	return status;
}
