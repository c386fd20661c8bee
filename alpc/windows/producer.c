/* producer: the client of native ALPC: calls the server with each line of its input. The
 * numbers are the steps on the slide. Built, but not yet run on Windows.
 * usage: producer [NAME] <input               its partner: consumer.c
 * Shows: NtAlpcConnectPort, NtAlpcSendWaitReceivePort (request and datagram), a large message
 * by NtAlpcCreatePortSection and NtAlpcCreateSectionView, NtAlpcDisconnectPort. */
#include "protocol.h"

static HANDLE port; /* our communication port */
static char line[SECTION];
static volatile LONG idle; /* reading: the next byte of the input may take long */

/* No message comes when the server dies between two requests: watch its process. */
static DWORD WINAPI watch(void *server)
{
	WaitForSingleObject(server, INFINITE);
	while (!idle) /* a request in progress will say it itself */
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
	server = OpenProcess(SYNCHRONIZE, FALSE, /* the answer says who the server is */
			     (DWORD)(ULONG_PTR)message.header.client.UniqueProcess);
	if (server == NULL)
		fail("OpenProcess", (NTSTATUS)GetLastError(), "cannot watch the server");
	if ((watcher = CreateThread(NULL, 0, watch, server, 0, NULL)) == NULL)
		fail("CreateThread", (NTSTATUS)GetLastError(), "cannot watch the server");
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
static void send_line(ULONG length)
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

/* The bytes in the next line, 0 at the end; what exceeds SECTION is not kept. */
static size_t read_line(void)
{
	size_t length = 0;
	int c;

	idle = 1;
	while ((c = getc(stdin)) != EOF) {
		if (length < SECTION)
			line[length] = (char)c;
		length++;
		if (c == '\n')
			break;
	}
	idle = 0;
	return length;
}

int main(int argc, char *argv[])
{
	LONG number, lines = 0;
	size_t length;
	int status = 0;

	if (argc > 2) {
		fputs("usage: producer [NAME] <input\n", stderr);
		return 2;
	}
	set_up("producer", argc > 1 ? argv[1] : NULL);
	_setmode(_fileno(stdin), _O_BINARY);
	connect_to_server();

	for (number = 1; (length = read_line()) > 0; number++)
		if (length <= SECTION) {
			send_line((ULONG)length);
			lines++;
		} else {
			fprintf(stderr,
				"producer: line %ld: NtAlpcSendWaitReceivePort %s: "
				"Message too long\n",
				number, name);
			status = 1; /* go on with the next line */
		}
	if (ferror(stdin)) {
		perror("producer: read");
		return 1;
	}
	send_count(lines);
	request(&(struct message){.type = END}, NULL);
	NtAlpcDisconnectPort(port, 0);
	CloseHandle(port);
	return status;
}
