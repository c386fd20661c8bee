/* producer: the client of a local remote procedure call: calls the server with each line of
 * its input. On Windows ALPC lies beneath ncalrpc; under Wine it is a named pipe.
 * usage: producer [NAME] <input               its partner: consumer.c
 * Shows: RpcStringBindingCompose, RpcBindingFromStringBinding, RpcMgmtIsServerListening, calls
 * with a context handle, an RPC exception, RpcBindingFree. */
#include "protocol.h"
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>

static char line[LONGEST];
static char name[300];     /* the endpoint */
static const char *call;   /* in progress */
static volatile LONG idle; /* no call in progress: the next byte of the input may take long */

static void fail(RPC_STATUS error)
{
	char text[200] = "";

	FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL,
		       (DWORD)error, 0, text, sizeof text, NULL);
	text[strcspn(text, "\r\n")] = '\0';
	fprintf(stderr, "producer: %s %s: error %ld: %s\n", call, name, error, text);
	ExitProcess(1);
}

/* A call that fails raises an exception with the RPC status: 1722 no server, 1726 it died in
 * the middle. It ends us, so it need not be caught where it is raised: gcc has no __try. */
static LONG WINAPI exception(EXCEPTION_POINTERS *what)
{
	fail((RPC_STATUS)what->ExceptionRecord->ExceptionCode);
	return EXCEPTION_CONTINUE_SEARCH;
}

/* The run-time tells a client nothing between two calls: watch the server's process. */
static DWORD WINAPI watch(void *server)
{
	WaitForSingleObject(server, INFINITE);
	while (!idle) /* a call in progress will say it itself */
		Sleep(1);
	call = "the consumer died on";
	fail(RPC_S_SERVER_UNAVAILABLE);
	return 1;
}

static BOOL WINAPI stop(DWORD event)
{
	(void)event;
	ExitProcess(130); /* as after SIGINT: nothing to remove */
	return TRUE;
}

/* The bytes in the next line, 0 at the end; what exceeds LONGEST is not kept. */
static size_t read_line(void)
{
	size_t length = 0;
	int c;

	idle = 1;
	while ((c = getc(stdin)) != EOF) {
		if (length < LONGEST)
			line[length] = (char)c;
		length++;
		if (c == '\n')
			break;
	}
	idle = 0;
	return length;
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
	char user[257] = "";
	DWORD room = sizeof user;
	RPC_CSTR binding;
	handle_t server;
	RPC_STATUS error;
	client_t client;
	LONG process;
	HANDLE server_process, watcher;
	size_t length;
	int status = 0;

	if (argc > 2) {
		fputs("usage: producer [NAME] <input\n", stderr);
		return 2;
	}
	SetConsoleCtrlHandler(stop, TRUE);
	GetUserNameA(user, &room);
	snprintf(name, sizeof name, argc > 1 ? "%s" : "alpc-rpc-%s", argc > 1 ? argv[1] : user);
	_setmode(_fileno(stdin), _O_BINARY);
	SetUnhandledExceptionFilter(exception);

	call = "RpcStringBindingCompose";
	if ((error = RpcStringBindingComposeA(NULL, (RPC_CSTR) "ncalrpc", NULL, (RPC_CSTR)name,
					      NULL, &binding)) != RPC_S_OK)
		fail(error);
	call = "RpcBindingFromStringBinding";
	if ((error = RpcBindingFromStringBindingA(binding, &server)) != RPC_S_OK)
		fail(error);
	RpcStringFreeA(&binding);

	if (RpcMgmtIsServerListening(server) != RPC_S_OK) {
		fprintf(stderr, "producer: waiting for a consumer on %s\n", name);
		while (RpcMgmtIsServerListening(server) != RPC_S_OK)
			Sleep(10);
	}
	call = "open_client";
	if ((error = open_client(server, (LONG)GetCurrentProcessId(), &process, &client)) != 0)
		fail(error);
	call = "OpenProcess";
	if ((server_process = OpenProcess(SYNCHRONIZE, FALSE, (DWORD)process)) == NULL)
		fail((RPC_STATUS)GetLastError());
	call = "CreateThread";
	if ((watcher = CreateThread(NULL, 0, watch, server_process, 0, NULL)) == NULL)
		fail((RPC_STATUS)GetLastError());
	CloseHandle(watcher); /* it runs on */

	call = "send_line";
	for (long number = 1; (length = read_line()) > 0; number++)
		if (length <= LONGEST)
			send_line(client, (LONG)length, (byte *)line);
		else {
			fprintf(stderr, "producer: line %ld: send_line %s: Message too long\n",
				number, name);
			status = 1;
		}
	if (ferror(stdin)) {
		perror("producer: read");
		return 1;
	}
	call = "close_client";
	close_client(&client);
	RpcBindingFree(&server);
	return status;
}
