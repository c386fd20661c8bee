/* producer: the client of a *model* of ALPC, not ALPC itself: calls the server with each line of
 * its input. The numbers are the steps on the slide.
 * usage: producer [NAME] <input                its partner: consumer.c */
#define _GNU_SOURCE /* memfd_create */
#include "care.h"   /* and with it protocol.h */

static int port;   /* our communication port */
static long lines; /* sent */

/* 4. Send a request and wait for its reply. Meanwhile the server may call back. */
static void call(struct message request, int section)
{
	struct message reply = {0};
	int handle;

	send_message(port, request, section);
	while (receive_message(port, &reply, &handle) == CALLBACK)
		send_message(port, (struct message){.type = ANSWER, .value = lines}, NO_HANDLE);
	if (reply.type != REPLY)
		errx(1, "%s: the consumer died", path);
}

/* 4., for a line: a short one is in the message, a long one in a section. */
static void send_line(const char *line, size_t length)
{
	struct message message = {.type = LINE, .length = length};
	int section;
	void *view;

	lines++;
	if (length <= LONGEST_COPIED) {
		memcpy(message.data, line, length);
		call(message, NO_HANDLE);
		return;
	}
	if ((section = memfd_create("section", 0)) == -1)
		err(1, "memfd_create");
	if (ftruncate(section, length) == -1)
		err(1, "ftruncate section");
	if ((view = mmap(NULL, length, PROT_WRITE, MAP_SHARED, section, 0)) == MAP_FAILED)
		err(1, "mmap section");
	memcpy(view, line, length);
	call(message, section); /* when it returns, the server has no more need of it */
	munmap(view, length);
	close(section);
}

int main(int argc, char *argv[])
{
	int connection, status = 0;
	struct message answer;
	static char *line;
	size_t room = 0;
	ssize_t length;

	if (argc > 2 || (argc == 2 && *argv[1] == '-')) {
		fputs("usage: producer [NAME] <input\n", stderr);
		return 2;
	}
	set_name(argv[1]);
	do {
		/* 1. Open a handle to the server's connection port. */
		if ((connection = socket(AF_UNIX, SOCK_SEQPACKET, 0)) == -1)
			err(1, "socket");
		while (!is_our_socket() || connect(connection, address, sizeof name) == -1)
			wait_for_server();
		/* 2. Send a connection request. */
		send_message(connection, (struct message){.type = CONNECT, .value = getpid()},
			     NO_HANDLE);
		/* 3. Receive the handle of our private communication port. */
		receive_message(connection, &answer, &port);
		close(connection);
	} while (answer.type == GONE); /* that server was just ending: wait for the next one */
	if (answer.type == REFUSED)
		errx(1, "connect %s: refused: too many clients", path);

	for (long number = 1; (length = getline(&line, &room, stdin)) > 0; number++)
		if (length <= LONGEST_LINE)
			send_line(line, length);
		else {
			errno = EMSGSIZE;
			warn("line %ld: send_line %s", number, path);
			status = 1; /* go on with the next line */
		}
	if (!feof(stdin))
		err(1, "read");
	call((struct message){.type = END}, NO_HANDLE); /* no more to come */
	close(port);
	return status;
}
