/* producer: the client of native ALPC: calls the server with each line of its input. The
 * numbers are the steps on the slide. Built, but not yet run on Windows.
 * usage: producer [NAME] <input               its partner: consumer.c
 * Shows: NtAlpcConnectPort, NtAlpcSendWaitReceivePort (request and datagram), a large message
 * by NtAlpcCreatePortSection and NtAlpcCreateSectionView, NtAlpcDisconnectPort. */
#include "protocol.h"

static HANDLE port; /* our communication port */
static volatile LONG
	reading; /* no request is in progress: the next input may be long in coming */

/* No message comes when the server dies between two requests: watch its process. */
static DWORD WINAPI watch(void *server)
{
	WaitForSingleObject(server, INFINITE);
	while (!reading) /* a request in progress will say it itself */
		Sleep(1);
	fail("WaitForSingleObject", STATUS_PORT_DISCONNECTED, "the other side died");
	return 1;
}

/* 1. Open a handle to the connection port; 2. send a connection request; 3. the handle that
 * comes back is that of our communication port. One call does all three. */
static void connect_to_server(void)
{
	struct message message;
	LARGE_INTEGER second = {.QuadPart = -10000000}; /* relative, in units of 100 ns */
	SIZE_T length;
	NTSTATUS status;
	HANDLE server, watcher;
	int told = 0;

	for (;;) {
		memset(&message, 0, sizeof message);
		message.type = CONNECT;
		message.value = VERSION;
		set_length(&message);
		length = sizeof message;
		status = NtAlpcConnectPort(&port, &port_name, NULL, &limits, SYNC_REQUEST, NULL,
					   &message.header, &length, NULL, NULL, &second);
		if (status != STATUS_OBJECT_NAME_NOT_FOUND && status != STATUS_TIMEOUT)
			break;
		if (!told++)
			fprintf(stderr, "producer: waiting for a consumer on %s\n", name);
		Sleep(10);
	}
	if (status == STATUS_PORT_CONNECTION_REFUSED)
		fail("NtAlpcConnectPort", status,
		     "refused: too many clients, or another version");
	check(status, "NtAlpcConnectPort");
	if ((server = OpenProcess(SYNCHRONIZE, FALSE, (DWORD)message.value)) == NULL)
		fail_windows("OpenProcess (the consumer)");
	if ((watcher = CreateThread(NULL, 0, watch, server, 0, NULL)) == NULL)
		fail_windows("CreateThread");
	CloseHandle(watcher); /* it runs on */
}

/* 4. Send a request, with a view or NULL, and wait for its reply. */
static void request(struct message *message, struct attributes *view)
{
	struct message reply;
	SIZE_T length = sizeof reply;

	memset(&message->header, 0, sizeof message->header);
	set_length(message);
	check(NtAlpcSendWaitReceivePort(port, SYNC_REQUEST, &message->header, view,
					&reply.header, &length, NULL, NULL),
	      "NtAlpcSendWaitReceivePort");
}

/* 4., for a line: a short one in the message, a long one in a section that is mapped here, as
 * a view, and travels with the message. */
static void send_line(const char *line, ULONG length)
{
	struct message message = {.type = LINE, .length = length};
	struct attributes view = {.allocated = VIEW_ATTRIBUTE, .valid = VIEW_ATTRIBUTE};
	HANDLE section;
	SIZE_T size;

	if (length <= COPIED) {
		memcpy(message.data, line, length);
		request(&message, NULL);
		return;
	}
	check(NtAlpcCreatePortSection(port, 0, NULL, length, &section, &size),
	      "NtAlpcCreatePortSection");
	view.view.section = section;
	view.view.size = size;
	check(NtAlpcCreateSectionView(port, 0, &view.view), "NtAlpcCreateSectionView");
	memcpy(view.view.base, line, length);
	request(&message, &view);
	check(NtAlpcDeleteSectionView(port, 0, view.view.base), "NtAlpcDeleteSectionView");
	check(NtAlpcDeletePortSection(port, 0, section), "NtAlpcDeletePortSection");
}

/* 4., without a reply: a datagram. */
static void send_count(LONG lines)
{
	struct message message = {.type = LINES, .value = lines};

	set_length(&message);
	check(NtAlpcSendWaitReceivePort(port, RELEASE_MESSAGE, &message.header, NULL, NULL,
					NULL, NULL, NULL),
	      "NtAlpcSendWaitReceivePort");
}

/* Read the next line. Returns its length; of one that is longer than SECTION the rest is
 * read, but not stored. 0: end of input. */
static ULONG read_line(char *line)
{
	static char block[65536];
	static DWORD next, length;
	ULONG i = 0;

	do {
		if (next == length) {
			next = 0;
			reading = 1;
			if (!ReadFile(GetStdHandle(STD_INPUT_HANDLE), block, sizeof block,
				      &length, NULL) &&
			    GetLastError() != ERROR_BROKEN_PIPE) /* the end of a pipe */
				fail_windows("ReadFile standard input");
			reading = 0;
			if (length == 0)
				break;
		}
		if (i < SECTION)
			line[i] = block[next];
		if (i <= SECTION) /* it may have more bytes than a ULONG can count */
			i++;
	} while (block[next++] != '\n');
	return i;
}

int main(int argc, char *argv[])
{
	static char line[SECTION];
	LONG number, lines = 0;
	ULONG length;
	int status = 0;

	if (argc > 2 || (argc == 2 && *argv[1] == '-')) {
		fputs("usage: producer [NAME] <input\n", stderr);
		return 2;
	}
	set_up("producer", argc > 1 ? argv[1] : NULL);
	connect_to_server();

	for (number = 1; (length = read_line(line)) > 0; number++)
		if (length <= SECTION) {
			send_line(line, length);
			lines++;
		} else {
			fprintf(stderr,
				"producer: line %ld: NtAlpcSendWaitReceivePort %s: "
				"Message too long\n",
				number, name);
			status = 1; /* go on with the next line */
		}
	send_count(lines);
	request(&(struct message){.type = END}, NULL);
	NtAlpcDisconnectPort(port, 0);
	CloseHandle(port);
	return status;
}
