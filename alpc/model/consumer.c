/* consumer: the server of a model of ALPC (a model, not ALPC itself): serves its clients, all
 * at once, and writes their lines out. The numbers are the steps on the slide.
 * usage: consumer [PATH [PRODUCERS]] >output  its partner: producer.c
 * Shows: accept, getsockopt, recvmsg, socketpair, sendmsg (with SCM_RIGHTS), mmap, poll; in
 * protocol.h socket, bind, listen, unlink. */
#include "protocol.h"

enum { CLIENTS = 100 }; /* at a time: the next ones wait at the connection port */

static struct pollfd ports[1 + CLIENTS]; /* [0] is the connection port */
static struct client {
	int process;
	long lines; /* received */
} clients[1 + CLIENTS];
static int last; /* in use are ports[0] to ports[last] */
static long producers = 1, accepted, served;

/* The steps up to the connection. The others wait until the client has sent its request: only a
 * process of the same user gets here. */
static void connect_client(void)
{
	struct message message;
	struct ucred who;
	socklen_t size = sizeof who;
	int connection, pair[2];
	const char *reason = NULL;

	/* 1. A client has opened a handle to the connection port. */
	if ((connection = accept(ports[0].fd, NULL, NULL)) == -1)
		err(1, "accept %s", path);
	if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &who, &size) == -1)
		err(1, "getsockopt %s", path);

	/* 2. It sends a connection request, which may be refused: read first, since what is left
	 * unread makes close() a reset, which may overtake the refusal. */
	if (receive_message(connection, &message, NULL) != CONNECT || message.value != VERSION)
		reason = "wrong version";
	else if (who.uid != geteuid())
		reason = "not your server";
	else if (accepted == producers)
		reason = "too many clients";
	if (reason != NULL) {
		message = (struct message){.type = REFUSED, .length = strlen(reason)};
		strcpy(message.data, reason);
		send_message(connection, &message, -1);
	} else {
		/* 3. Make two private communication ports, return the handle of one. */
		if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == -1)
			err(1, "socketpair");
		send_message(connection, &(struct message){.type = ACCEPTED}, pair[1]);
		close(pair[1]); /* only the client has it now: when it dies, ours says so */
		ports[++last] = (struct pollfd){.fd = pair[0], .events = POLLIN};
		clients[last] = (struct client){.process = who.pid};
		accepted++;
	}
	close(connection); /* what follows goes through the private ports */
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

/* 4. Serve one request of a client. Returns 1 if there is none: it has died. */
static int serve(int i)
{
	struct message request = {0}, reply = {.type = REPLY};
	int port = ports[i].fd, section, ended = 0, died = 0;

	receive_message(port, &request, &section);
	reply.id = request.id;
	if (request.type == LINE && write_line(&request, section))
		clients[i].lines++;
	else if (request.type == END)
		reply.type = CALLBACK; /* the reply comes after the ANSWER */
	else {
		ended = 1;
		died = request.type != ANSWER || request.value != clients[i].lines;
	}
	if (section != -1)
		close(section);
	if (died)
		warnx("%s: client %d died", path, clients[i].process);
	/* Before the last reply: when a producer has ended, the next pair may start. */
	if (ended && ++served == producers && remove_name() == -1)
		err(1, "unlink %s", path);
	if (!died)
		send_message(port, &reply, -1);
	if (ended) {
		close(port);
		ports[i] = ports[last];
		clients[i] = clients[last--];
	}
	return died;
}

int main(int argc, char *argv[])
{
	char *end = NULL;
	int status = 0;

	if (argc > 2)
		producers = strtol(argv[2], &end, 10);
	if (argc > 3 || (end != NULL && *end != '\0') || producers < 1) {
		fputs("usage: consumer [PATH [PRODUCERS]] >output\n", stderr);
		return 2;
	}
	check_streams();
	set_path(argc > 1 ? argv[1] : NULL);
	signal(SIGPIPE, SIG_IGN);         /* write says EPIPE instead */
	setvbuf(stdout, NULL, _IONBF, 0); /* what has a reply is written */
	ports[0].fd = make_connection_port();
	warnx("waiting for a producer on %s", path);

	while (served < producers) {
		ports[0].events = last < CLIENTS ? POLLIN : 0;
		if (poll(ports, last + 1, -1) == -1)
			err(1, "poll");
		for (int i = last; i > 0; i--) /* downwards, for the last may move */
			if (ports[i].revents != 0)
				status |= serve(i);
		if (ports[0].revents != 0)
			connect_client();
	}
	close(ports[0].fd);
	return status;
}
