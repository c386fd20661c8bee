/* producer: the client of local remote procedure calls: calls the server with each line of its
 * input.
 * usage: producer [NAME] <input               its partner: consumer.c
 * Shows: RpcStringBindingCompose, RpcBindingFromStringBinding, RpcMgmtIsServerListening, calls
 * with a context handle, an RPC exception, RpcBindingFree. */
#include "protocol.h"

static const char *call; /* in progress */

/* A call that fails raises an exception with the RPC status: 1722 the server has died, 1726 it
 * died in the middle. It ends us, so nobody has to catch it at the call: gcc has no __try. */
static LONG WINAPI exception(EXCEPTION_POINTERS *what)
{
	fail((RPC_STATUS)what->ExceptionRecord->ExceptionCode, call, endpoint);
}

/* A line, its newline included: its length, 0 at the end. A longer one is not stored whole. */
static LONG read_line(byte line[LONGEST + 1])
{
	static byte block[65536];
	static DWORD next, end;
	HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
	LONG length = 0;
	DWORD mode;

	do {
		while (next == end) {
			next = 0;
			if (!ReadFile(input, block, sizeof block, &end, NULL) &&
			    GetLastError() != ERROR_BROKEN_PIPE) /* a pipe's end */
				fail((RPC_STATUS)GetLastError(), "ReadFile", "standard input");
			if (end > 0 || PeekNamedPipe(input, NULL, 0, NULL, NULL, NULL))
				continue; /* 0 bytes written into a pipe are not its end */
			if (GetConsoleMode(input, &mode))
				Sleep(500); /* Ctrl-C looks like the end, but then ends us */
			return length;
		}
		if (length <= LONGEST)
			line[length++] = block[next];
	} while (block[next++] != '\n');
	return length;
}

int main(int argc, char *argv[])
{
	static byte line[LONGEST + 1];
	RPC_CSTR binding;
	handle_t server;
	RPC_STATUS error;
	client_t client;
	LONG length;
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
		if (error != RPC_S_SERVER_UNAVAILABLE && error != RPC_S_NOT_LISTENING &&
		    error != RPC_S_CALL_FAILED) /* it ended before it could say so */
			fail(error, "RpcMgmtIsServerListening", endpoint);
		if (!told++)
			fprintf(stderr, "producer: waiting for a consumer on %s\n", endpoint);
		Sleep(10);
	}
	call = "open_client";
	if ((error = open_client(server, (LONG)GetCurrentProcessId(), &client)) != 0)
		fail(error, call, endpoint);

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
