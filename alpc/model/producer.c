/* producer: the client of a model of ALPC (a model, not ALPC itself): calls the server with
 * each line of its input. The numbers are the steps on the slide.
 * usage: producer [PATH] <input               its partner: consumer.c
 * Shows: socket, connect, sendmsg, recvmsg (with SCM_RIGHTS), memfd_create, mmap, fcntl. */
#include "protocol.h"

static int port = -1; /* our communication port */
static long lines;    /* sent */

/* 1. Open a handle to the server's connection port. */
static int open_connection_port(void)
{
	static int told;
	int connection = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	if (connection == -1)
		err(1, "socket");
	while (look_up() == 0 || connect(connection, address, sizeof name) == -1) {
		if (errno != ENOENT && errno != ECONNREFUSED) /* nobody; one that was killed */
			err(1, "connect %s", path);
		if (!told++)
			warnx("waiting for a consumer on %s", path);
		poll(NULL, 0, 1);
	}
	return connection;
}

/* 4. Send a request and wait for its reply; meanwhile the server may call back. */
static void request(struct message *message, int section)
{
	static unsigned requests;

	message->id = ++requests;
	send_message(port, message, section);
	while (receive_message(port, message, NULL) == CALLBACK) {
		message->type = ANSWER;
		message->value = lines;
		send_message(port, message, -1);
	}
	if (message->type != REPLY || message->id != requests)
		errx(1, "%s: the consumer died", path);
}

/* 4., for a line: a short one in the message, a long one in a section. */
static void send_line(const char *line, size_t length)
{
	struct message message = {.type = LINE, .length = length};
	int section;
	void *view;

	lines++;
	if (length <= COPIED) {
		memcpy(message.data, line, length);
		request(&message, -1);
		return;
	}
	if ((section = memfd_create("section", MFD_ALLOW_SEALING)) == -1)
		err(1, "memfd_create");
	if (ftruncate(section, length) == -1)
		err(1, "ftruncate section");
	if ((view = mmap(NULL, length, PROT_WRITE, MAP_SHARED, section, 0)) == MAP_FAILED)
		err(1, "mmap section");
	memcpy(view, line, length);
	munmap(view, length); /* what can still be written to can't be sealed */
	if (fcntl(section, F_ADD_SEALS, SEALS) == -1)
		err(1, "fcntl F_ADD_SEALS");
	request(&message, section);
	close(section);
}

/* read, but while we wait for input notice that the server has died. */
static ssize_t read_input(void *cookie, char *block, size_t size)
{
	struct pollfd ends[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = port}};

	(void)cookie;
	if (poll(ends, 2, -1) == -1)
		err(1, "poll");
	if (ends[1].revents & POLLHUP)
		errx(1, "%s: the consumer died", path);
	return read(STDIN_FILENO, block, size);
}

int main(int argc, char *argv[])
{
	FILE *input = fopencookie(NULL, "r", (cookie_io_functions_t){.read = read_input});
	struct message message;
	char *line = NULL;
	int connection, status = 0;
	size_t room = 0;
	ssize_t length;

	if (argc > 2) {
		fputs("usage: producer [PATH] <input\n", stderr);
		return 2;
	}
	if (input == NULL)
		err(1, "fopencookie");
	check_streams();
	set_path(argc > 1 ? argv[1] : NULL);

	do {
		connection = open_connection_port();
		/* 2. Send a connection request, 3. and get the handle of our communication port. */
		message = (struct message){.type = CONNECT, .value = VERSION};
		send_message(connection, &message, -1);
		receive_message(connection, &message, &port);
		close(connection);      /* what follows goes through the private ports */
	} while (message.type == GONE); /* that server was just ending: there may be another */
	if (message.type == REFUSED)
		errx(1, "connect %s: refused: %.*s", path, COPIED, message.data);

	for (long number = 1; (length = getline(&line, &room, input)) > 0; number++)
		if (length <= SECTION)
			send_line(line, length);
		else {
			errno = EMSGSIZE;
			warn("line %ld: sendmsg %s", number, path);
			status = 1; /* go on with the next line */
		}
	if (!feof(input))
		err(1, "read");
	request(&(struct message){.type = END}, -1);
	close(port);
	free(line);
	fclose(input);
	return status;
}
