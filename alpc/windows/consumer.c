/* consumer: the server of native ALPC: serves its clients, all at once, and writes their lines
 * out. The numbers are the steps on the slide. Built, but not yet run on Windows.
 * usage: consumer [NAME [PRODUCERS]] >output  its partner: producer.c
 * Shows: NtAlpcCreatePort, NtAlpcAcceptConnectPort (and refuse), NtAlpcSendWaitReceivePort,
 * NtAlpcDeleteSectionView, NtAlpcDisconnectPort. */
#include "protocol.h"

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

/* Wait for a message of any client; flush what was written before a long wait. */
static void receive(void)
{
	LARGE_INTEGER millisecond = {.QuadPart = -10000};
	LARGE_INTEGER *timeout = &millisecond;
	NTSTATUS result;

	for (;;) {
		SIZE_T length = sizeof message; /* reset each time: a receive changes it */

		received.valid = 0;
		result =
			NtAlpcSendWaitReceivePort(connection_port, 0, NULL, NULL,
						  &message.header, &length, &received, timeout);
		if (result != STATUS_TIMEOUT)
			break;
		if (fflush(stdout) == EOF) {
			perror("consumer: write");
			exit(1);
		}
		timeout = NULL;
	}
	check(result, "NtAlpcSendWaitReceivePort");
}

/* 2. A connection request: refuse it, or 3. make the two private communication ports; the
 * client's comes out of its NtAlpcConnectPort. */
static void answer_request(void)
{
	int accept =
		message.type == CONNECT && message.value == VERSION && accepted < producers;
	struct client *client = accept ? calloc(1, sizeof *client) : NULL;
	NTSTATUS result;
	HANDLE port;

	if (accept && client == NULL) {
		perror("consumer: calloc");
		exit(1);
	}
	if (accept) {
		client->process = (DWORD)(ULONG_PTR)message.header.client.UniqueProcess;
		client->announced = -1;
	}
	result = NtAlpcAcceptConnectPort(&port, connection_port, 0, NULL, &limits, client,
					 &message.header, NULL, (BOOLEAN)accept);
	if (!accept)
		return;
	if (!NT_SUCCESS(result)) { /* the client has not waited for the answer */
		free(client);
		return;
	}
	client->port = port;
	accepted++;
}

/* Write a line out, from the message or from the view that came with it. */
static int write_line(struct client *client)
{
	const void *line = message.data;

	if (message.length > COPIED) {
		if (!(received.valid & VIEW_ATTRIBUTE) || message.length > received.view.size)
			return 0;
		line = received.view.base;
	}
	if (fwrite(line, 1, message.length, stdout) != message.length) {
		perror("consumer: write");
		exit(1);
	}
	client->lines++;
	return 1;
}

/* A client has said END, or died: all that it sent is written. */
static int finish_client(struct client *client)
{
	if (fflush(stdout) == EOF) {
		perror("consumer: write");
		exit(1);
	}
	client->ended = 1;
	served++;
	return 1;
}

/* 4. Serve a request and reply to it. The reply is the request's own message sent back: by
 * its id the kernel knows whom it is for. */
static void serve(struct client *client)
{
	int served_it = 0;

	if (client != NULL && message.header.total_length == size_of(&message)) {
		if (message.type == LINE)
			served_it = write_line(client);
		else if (message.type == END && client->lines == client->announced)
			served_it = finish_client(client);
	}
	if (!served_it)
		fail("NtAlpcSendWaitReceivePort", STATUS_INVALID_PARAMETER,
		     "not a request of ours");
	if (received.valid & VIEW_ATTRIBUTE)
		check(NtAlpcDeleteSectionView(connection_port, 0, received.view.base),
		      "NtAlpcDeleteSectionView");
	message.length = 0;
	set_length(&message);
	/* A failure is not ours but the client's, which died: a message will come to say it. */
	NtAlpcSendWaitReceivePort(connection_port, RELEASE_MESSAGE, &message.header, NULL, NULL,
				  NULL, NULL, NULL);
}

/* A client's port is closed: was it at its end? The client is not freed, for another message
 * may name it. */
static void drop_client(struct client *client)
{
	if (!client->ended) {
		fprintf(stderr, "consumer: %s: client %lu died\n", name, client->process);
		status = 1;
		finish_client(client);
	}
	if (client->port != NULL) {
		NtAlpcDisconnectPort(client->port, 0);
		CloseHandle(client->port);
		client->port = NULL;
	}
}

int main(int argc, char *argv[])
{
	PSECURITY_DESCRIPTOR owner_only;
	OBJECT_ATTRIBUTES object;
	NTSTATUS result;
	char *end = NULL;

	if (argc > 2)
		producers = strtol(argv[2], &end, 10);
	if (argc > 3 || (end != NULL && *end != '\0') || producers < 1) {
		fputs("usage: consumer [NAME [PRODUCERS]] >output\n", stderr);
		return 2;
	}
	set_up("consumer", argc > 1 ? argv[1] : NULL);
	_setmode(_fileno(stdout), _O_BINARY);

	if (!ConvertStringSecurityDescriptorToSecurityDescriptorA(
		    "D:P(A;;GA;;;OW)", SDDL_REVISION_1, &owner_only, NULL))
		fail("ConvertStringSecurityDescriptorToSecurityDescriptor",
		     (NTSTATUS)GetLastError(), "failed");
	InitializeObjectAttributes(&object, &port_name, OBJ_CASE_INSENSITIVE, NULL, owner_only);
	result = NtAlpcCreatePort(&connection_port, &object, &limits);
	if (result == STATUS_OBJECT_NAME_COLLISION)
		fail("NtAlpcCreatePort", result, "another consumer is using it");
	check(result, "NtAlpcCreatePort");
	fprintf(stderr, "consumer: waiting for a producer on %s\n", name);

	while (served < producers) {
		receive();
		struct client *client =
			received.valid & CONTEXT_ATTRIBUTE ? received.context.port : NULL;

		switch (message.header.type & 0xff) {
		case CONNECTION_REQUEST: /* 1. was the client's alone: it found the name */
			answer_request();
			break;
		case REQUEST:
			serve(client);
			break;
		case DATAGRAM:
			if (client != NULL)
				client->announced = message.value;
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
