/* consumer: the server of native ALPC: serves its clients, all at once, and writes their lines
 * out. The numbers are the steps on the slide. Run against a stand-in, not yet on Windows.
 * usage: consumer [NAME [PRODUCERS]] >output  its partner: producer.c
 * Shows: NtAlpcCreatePort, NtAlpcAcceptConnectPort (and refuse), NtAlpcSendWaitReceivePort,
 * NtAlpcDeleteSectionView, NtAlpcDisconnectPort. */
#include "care.h"

#include <sddl.h>

/* The slide simplifies: the server has a communication port for each client, but receives
 * and replies on the connection port; which client it was, the message's context says. */
static HANDLE connection_port;

struct client {
	HANDLE port; /* the server's communication port */
	DWORD process;
	LONG lines;     /* received */
	LONG announced; /* by the datagram */
	int ended;
};

static struct message message; /* the last one received */
static struct attributes received = {.allocated = VIEW_ATTRIBUTE | CONTEXT_ATTRIBUTE};
static long producers = 1, accepted, served;
static int status;

/* Wait for a message of any client. */
static void receive(void)
{
	SIZE_T length = sizeof message; /* reset each time: a receive changes it */

	received.valid = 0;
	check(NtAlpcSendWaitReceivePort(connection_port, 0, NULL, NULL, &message.header,
					&length, &received, NULL),
	      "NtAlpcSendWaitReceivePort");
}

/* 2. A connection request: refuse it, or 3. make the two private communication ports; the
 * client's comes out of its NtAlpcConnectPort. */
static void answer_request(void)
{
	int accept = message.header.total_length == size_of(&message) &&
		     message.type == CONNECT && message.value == VERSION &&
		     accepted < producers;
	struct client *client = accept ? calloc(1, sizeof *client) : NULL;
	NTSTATUS result;
	HANDLE port;

	if (accept && client == NULL)
		errx(1, "calloc: out of memory");
	if (accept) {
		client->process = (DWORD)(ULONG_PTR)message.header.process;
		client->announced = -1;
	}
	result = NtAlpcAcceptConnectPort(&port, connection_port, 0, NULL, &limits, client,
					 &message.header, NULL, (BOOLEAN)accept);
	if (!NT_SUCCESS(result)) { /* the client has not waited for the answer, or died */
		warnx("NtAlpcAcceptConnectPort %s: failed: status %08lX", name, (ULONG)result);
		free(client);
	} else if (accept) {
		client->port = port;
		accepted++;
	}
}

/* Write a line out, from the message or from the view that came with it. */
static int write_line(struct client *client)
{
	const char *line = message.data;

	if (message.length > COPIED) {
		if (!(received.valid & VIEW_ATTRIBUTE) || message.length > received.view.size)
			return 0;
		line = received.view.base;
	}
	for (DWORD done = 0, n; done < message.length; done += n)
		if (!WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), line + done,
			       message.length - done, &n, NULL))
			err(1, "WriteFile standard output");
	client->lines++;
	return 1;
}

/* A client's port is closed: was it at its end? The client is not freed, for another message
 * may name it. */
static void drop_client(struct client *client)
{
	if (!client->ended) {
		warnx("%s: client %lu died", name, client->process);
		client->ended = status = 1;
		served++;
	}
	if (client->port != NULL) {
		NtAlpcDisconnectPort(client->port, 0);
		CloseHandle(client->port);
		client->port = NULL;
	}
}

/* 4. Serve a request and reply to it. The reply is the request's own message sent back: by
 * its id the kernel knows whom it is for. */
static void serve(struct client *client)
{
	int is_ours = 0;

	if (!client->ended && message.header.total_length == size_of(&message)) {
		if (message.type == LINE)
			is_ours = write_line(client);
		else if (message.type == END && client->lines == client->announced)
			is_ours = client->ended = 1;
	}
	if (received.valid & VIEW_ATTRIBUTE) /* before the reply */
		NtAlpcDeleteSectionView(connection_port, 0, received.view.base);
	if (!is_ours) { /* to be disconnected is the answer */
		drop_client(client);
		return;
	}
	served += client->ended;
	message.length = 0;
	set_length(&message);
	if (!NT_SUCCESS(NtAlpcSendWaitReceivePort(connection_port, RELEASE_MESSAGE,
						  &message.header, NULL, NULL, NULL, NULL,
						  NULL)))
		drop_client(client); /* it died, or learns now that it has no server */
}

/* A datagram has no reply. */
static void take_count(struct client *client)
{
	if (message.header.total_length == size_of(&message) && message.type == LINES)
		client->announced = message.value;
}

int main(int argc, char *argv[])
{
	PSECURITY_DESCRIPTOR owner_only;
	OBJECT_ATTRIBUTES object;
	NTSTATUS result;
	char *end = NULL;

	if (argc > 2)
		producers = strtol(argv[2], &end, 10);
	if (argc > 3 || (argc > 1 && argv[1][0] == '-') || (end && *end) || producers < 1) {
		fputs("usage: consumer [NAME [PRODUCERS]] >output\n", stderr);
		return 2;
	}
	set_up(argv[1]);

	if (!ConvertStringSecurityDescriptorToSecurityDescriptorA(
		    "D:P(A;;GA;;;OW)", SDDL_REVISION_1, &owner_only, NULL))
		err(1, "ConvertStringSecurityDescriptorToSecurityDescriptor");
	InitializeObjectAttributes(&object, &port_name, OBJ_CASE_INSENSITIVE, NULL, owner_only);
	result = NtAlpcCreatePort(&connection_port, &object, &limits);
	if (result == STATUS_OBJECT_NAME_COLLISION)
		fail(result, "NtAlpcCreatePort", "another consumer is using it");
	check(result, "NtAlpcCreatePort");
	LocalFree(owner_only);
	warnx("waiting for a producer on %s", name);

	while (served < producers) {
		receive();
		struct client *client =
			received.valid & CONTEXT_ATTRIBUTE ? received.context.port : NULL;

		switch (message.header.type & 0xff) {
		case CONNECTION_REQUEST: /* 1. was the client's alone: it found the name */
			answer_request();
			break;
		case REQUEST:
			if (client != NULL)
				serve(client);
			break;
		case DATAGRAM:
			if (client != NULL)
				take_count(client);
			break;
		case PORT_CLOSED:
		case CLIENT_DIED:
			if (client != NULL)
				drop_client(client);
			break;
		default: /* the kernel has more kinds, none of them for us */
			break;
		}
	}
	CloseHandle(connection_port);
	return status;
}
