/* producer: the client of native ALPC: calls the server with each line of its input. The
 * numbers are the steps on the slide. Run against a stand-in, not yet on Windows.
 * usage: producer [NAME] <input               its partner: consumer.c
 * Shows: NtAlpcConnectPort, NtAlpcSendWaitReceivePort (request and datagram), a large message
 * by NtAlpcCreatePortSection and NtAlpcCreateSectionView, NtAlpcDisconnectPort. */
#include "care.h"

static HANDLE port; /* our communication port */

/* 1. Open a handle to the connection port; 2. send a connection request; 3. the handle that
 * comes back is that of our communication port. One call does all three. */
static void connect_to_server(void)
{
	LARGE_INTEGER second = {.QuadPart = -10000000}; /* relative, in units of 100 ns */
	NTSTATUS status;
	int told = 0;

	for (;;) {
		struct message message = {.type = CONNECT, .value = VERSION};
		SIZE_T length = sizeof message;

		set_length(&message);
		status = NtAlpcConnectPort(&port, &port_name, NULL, &limits, SYNC_REQUEST, NULL,
					   &message.header, &length, NULL, NULL, &second);
		if (status != STATUS_OBJECT_NAME_NOT_FOUND && status != STATUS_TIMEOUT &&
		    !is_gone(status)) /* gone: a consumer that ended without an answer */
			break;
		if (!told++)
			warnx("waiting for a consumer on %s", name);
		Sleep(10);
	}
	if (status == STATUS_PORT_CONNECTION_REFUSED)
		fail(status, "NtAlpcConnectPort",
		     "refused: too many clients, or another version");
	check(status, "NtAlpcConnectPort");
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

int main(int argc, char *argv[])
{
	static char line[LONGEST];
	LONG lines = 0;
	ULONG length;
	int status = 0;

	if (argc > 2 || (argc > 1 && argv[1][0] == '-')) {
		fputs("usage: producer [NAME] <input\n", stderr);
		return 2;
	}
	set_up(argv[1]);
	connect_to_server();

	for (int number = 1; (length = read_line(line)) > 0; number++)
		if (length <= LONGEST) {
			send_line(line, length);
			lines++;
		} else {
			warnx("line %d: NtAlpcSendWaitReceivePort %s: Message too long", number,
			      name);
			status = 1; /* go on with the next line */
		}
	send_count(lines);
	request(&(struct message){.type = END}, NULL);
	NtAlpcDisconnectPort(port, 0);
	CloseHandle(port);
	return status;
}
