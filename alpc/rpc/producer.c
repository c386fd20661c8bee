/* producer: the client of local remote procedure calls: calls the server with each line of its
 * input.
 * usage: producer [NAME] <input               its partner: consumer.c
 * Shows: RpcStringBindingCompose, RpcBindingFromStringBinding, RpcMgmtIsServerListening, calls
 * with a context handle, an RPC exception, RpcBindingFree. */
#include "protocol.h"

static const char *call;      /* in progress */
static volatile LONG reading; /* no call is in progress: the next input may be long in coming */

/* A call that fails raises an exception with the RPC status: 1722 no server, 1726 it died in
 * the middle. It ends us, so it need not be caught where it is raised: gcc has no __try. */
static LONG WINAPI exception(EXCEPTION_POINTERS *what)
{
	fail((RPC_STATUS)what->ExceptionRecord->ExceptionCode, call, endpoint);
}

/* The run-time tells a client nothing between two calls: a thread watches the server. */
static DWORD WINAPI watch(void *server)
{
	WaitForSingleObject(server, INFINITE);
	while (!reading) /* a call in progress will say it itself */
		Sleep(1);
	fail(RPC_S_SERVER_UNAVAILABLE, "the consumer died on", endpoint);
}

/* Read the next line. Returns its length; of one that is longer than LONGEST the rest is
 * read, but not stored. 0: end of input. */
static LONG read_line(byte *line)
{
	static byte block[65536];
	static DWORD next, length;
	LONG i = 0;

	do {
		if (next == length) {
			next = 0;
			reading = 1;
			if (!ReadFile(GetStdHandle(STD_INPUT_HANDLE), block, sizeof block,
				      &length, NULL) &&
			    GetLastError() != ERROR_BROKEN_PIPE) /* the end of a pipe */
				fail((RPC_STATUS)GetLastError(), "ReadFile", "standard input");
			reading = 0;
			if (length == 0)
				break;
		}
		if (i < LONGEST)
			line[i] = block[next];
		if (i <= LONGEST) /* it may have more bytes than a LONG can count */
			i++;
	} while (block[next++] != '\n');
	return i;
}

int main(int argc, char *argv[])
{
	static byte line[LONGEST];
	RPC_CSTR binding;
	handle_t server;
	RPC_STATUS error;
	client_t client;
	LONG length, process;
	HANDLE server_process, watcher;
	int told = 0, status = 0;

	program = "producer";
	if (argc > 2 || (argc == 2 && *argv[1] == '-')) {
		fputs("usage: producer [NAME] <input\n", stderr);
		return 2;
	}
	SetConsoleCtrlHandler(stop, TRUE);
	set_endpoint(argv[1]);
	SetUnhandledExceptionFilter(exception);

	if ((error = RpcStringBindingComposeA(NULL, (RPC_CSTR) "ncalrpc", NULL,
					      (RPC_CSTR)endpoint, NULL, &binding)) != RPC_S_OK)
		fail(error, "RpcStringBindingCompose", endpoint);
	if ((error = RpcBindingFromStringBindingA(binding, &server)) != RPC_S_OK)
		fail(error, "RpcBindingFromStringBinding", endpoint);
	RpcStringFreeA(&binding);

	while ((error = RpcMgmtIsServerListening(server)) != RPC_S_OK) {
		if (error != RPC_S_SERVER_UNAVAILABLE && error != RPC_S_NOT_LISTENING)
			fail(error, "RpcMgmtIsServerListening", endpoint);
		if (!told++)
			fprintf(stderr, "producer: waiting for a consumer on %s\n", endpoint);
		Sleep(10);
	}
	call = "open_client";
	if ((error = open_client(server, (LONG)GetCurrentProcessId(), &process, &client)) != 0)
		fail(error, call, endpoint);
	server_process = OpenProcess(SYNCHRONIZE, FALSE, (DWORD)process);
	if (server_process == NULL)
		fail((RPC_STATUS)GetLastError(), "OpenProcess (the consumer)", endpoint);
	if ((watcher = CreateThread(NULL, 0, watch, server_process, 0, NULL)) == NULL)
		fail((RPC_STATUS)GetLastError(), "CreateThread", endpoint);
	CloseHandle(watcher); /* it runs on */

	call = "send_line";
	for (int number = 1; (length = read_line(line)) > 0; number++)
		if (length <= LONGEST)
			send_line(client, length, line);
		else {
			fprintf(stderr, "producer: line %d: send_line %s: Message too long\n",
				number, endpoint);
			status = 1; /* go on with the next line */
		}
	call = "close_client";
	close_client(&client);
	RpcBindingFree(&server);
	quit((UINT)status);
}
