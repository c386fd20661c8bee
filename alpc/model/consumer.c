/* consumer: the server of a model of ALPC (a model, not ALPC itself): serves its clients, all
 * at once, and writes their lines out. The numbers are the steps on the slide.
 * usage: consumer [PATH [PRODUCERS]] >output  its partner: producer.c
 * Shows: accept, getsockopt, recvmsg, socketpair, sendmsg (with SCM_RIGHTS), mmap, poll; in
 * protocol.h socket, bind, listen, unlink. */
#include "protocol.h"

enum { CLIENTS = 100 }; /* at a time: the next ones wait at the connection port */

static struct pollfd ports[1 + CLIENTS]; /* [0] is the connection port */
static struct client {
	struct ucred who;
	long lines; /* received; -1: no connection request yet */
} clients[1 + CLIENTS];
static int last; /* in use are ports[0] to ports[last] */
static long producers = 1, accepted, served;

/* 1. A client has opened a handle to the connection port. */
static void accept_client(void)
{
	int connection = accept(ports[0].fd, NULL, NULL);
	socklen_t size = sizeof clients->who;

	if (connection == -1)
		err(1, "accept %s", path);
	ports[++last] = (struct pollfd){.fd = connection, .events = POLLIN};
	clients[last].lines = -1;
	if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &clients[last].who, &size) == -1)
		err(1, "getsockopt %s", path);
}

static void drop_client(int i)
{
	close(ports[i].fd);
	ports[i] = ports[last];
	clients[i] = clients[last--];
}

/* 2. A connection request: refuse it, or 3. make two private communication ports and return
 * the handle of one to the client. */
static void answer_request(int i, struct message *message)
{
	const char *reason = clients[i].who.uid != geteuid() ? "not your server"
			     : message->value != VERSION     ? "wrong version"
			     : accepted == producers         ? "too many clients"
							     : NULL;
	int pair[2];

	if (reason != NULL) {
		message->type = REFUSED;
		message->length = strlen(strcpy(message->data, reason));
		send_message(ports[i].fd, message, -1);
		drop_client(i);
		return;
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == -1)
		err(1, "socketpair");
	message->type = ACCEPTED;
	send_message(ports[i].fd, message, pair[1]);
	close(pair[1]); /* only the client has it now: when it dies, ours says so */
	close(ports[i].fd);
	ports[i].fd = pair[0];
	clients[i].lines = 0;
	accepted++;
}

/* Write a line out, from the message or from the section, if that is sealed and long enough:
 * one that the client could shorten while we read would kill us with SIGBUS. */
static int write_line(const struct message *message, int section)
{
	const void *line = message->data;
	size_t length = message->length;

	if (length > COPIED) {
		if (fcntl(section, F_GET_SEALS) != SEALS ||
		    lseek(section, 0, SEEK_END) != (off_t)length)
			return 0;
		line = mmap(NULL, length, PROT_READ, MAP_PRIVATE, section, 0);
		if (line == MAP_FAILED)
			err(1, "mmap section");
	}
	if (fwrite(line, 1, length, stdout) != length)
		err(1, "write");
	if (line != message->data)
		munmap((void *)line, length);
	return 1;
}

/* All that a client sent is written; after the last client's the name goes away. This before
 * the reply: when a producer has ended, its output is there and the next pair may start. */
static void finish_client(void)
{
	if (fflush(stdout) == EOF)
		err(1, "write");
	if (++served == producers && remove_name() == -1)
		err(1, "unlink %s", path);
}

static void reply(int i, struct message *message, enum type type)
{
	message->type = type; /* the id stays that of the request */
	message->length = 0;
	send_message(ports[i].fd, message, -1);
}

/* 4. Serve one request. Returns 1 if there is none: the client has died. */
static int serve(int i, struct message *message, int section)
{
	if (message->type == LINE && write_line(message, section)) {
		clients[i].lines++;
		reply(i, message, REPLY);
	} else if (message->type == END) {
		reply(i, message, CALLBACK); /* the reply comes after the ANSWER */
	} else if (message->type == ANSWER && message->value == clients[i].lines) {
		finish_client();
		reply(i, message, REPLY);
		drop_client(i);
	} else {
		warnx("%s: client %d died", path, (int)clients[i].who.pid);
		finish_client();
		drop_client(i);
		return 1;
	}
	return 0;
}

int main(int argc, char *argv[])
{
	char *end = NULL;
	struct message message;
	int handle, wait = 1, status = 0;

	if (argc > 2)
		producers = strtol(argv[2], &end, 10);
	if (argc > 3 || (end != NULL && *end != '\0') || producers < 1) {
		fputs("usage: consumer [PATH [PRODUCERS]] >output\n", stderr);
		return 2;
	}
	check_streams();
	set_path(argc > 1 ? argv[1] : NULL);
	signal(SIGPIPE, SIG_IGN); /* write says EPIPE instead */
	ports[0].fd = make_connection_port();
	warnx("waiting for a producer on %s", path);

	while (served < producers) {
		ports[0].events = last < CLIENTS ? POLLIN : 0;
		int ready = poll(ports, last + 1, wait);

		if (ready == -1)
			err(1, "poll");
		if (ready == 0 && fflush(stdout) == EOF)
			err(1, "write");
		wait = ready == 0 ? -1 : 1; /* nothing for a millisecond: flush, then wait on */
		for (int i = last; i > 0; i--) { /* downwards, for drop_client moves the last */
			if (ports[i].revents == 0)
				continue;
			receive_message(ports[i].fd, &message, &handle);
			if (clients[i].lines >= 0)
				status |= serve(i, &message, handle);
			else if (message.type == CONNECT)
				answer_request(i, &message);
			else
				drop_client(i); /* another consumer: do we live? */
			if (handle != -1)
				close(handle);
		}
		if (ports[0].revents != 0)
			accept_client();
	}
	close(ports[0].fd);
	return status;
}
