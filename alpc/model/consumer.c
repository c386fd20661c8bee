/* consumer: the server of a *model* of ALPC, not ALPC itself: serves its clients, all at once,
 * and writes their lines out. The numbers are the steps on the slide.
 * usage: consumer [NAME [PRODUCERS]] >output   its partner: producer.c */
#include "care.h" /* and with it protocol.h */
#include <poll.h>

enum { CLIENTS = 100 }; /* at a time: the next ones wait at the connection port */
static struct pollfd ports[1 + CLIENTS]; /* [0]: the connection port; then one a client */
static struct client {
	int process; /* 0: its connection request has not been accepted */
	long lines;  /* received */
} clients[1 + CLIENTS];
static int last; /* in use are ports[0] to ports[last] */
static long producers = 1, accepted, served;

/* 3. Create two private communication ports and return the handle of one to the client. */
static void accept_client(int i, int process)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == -1)
		err(1, "socketpair");
	send_message(ports[i].fd, (struct message){.type = ACCEPTED}, pair[1]);
	close(pair[1]);     /* only the client has it now: when it dies, ours says so */
	close(ports[i].fd); /* what follows goes through the private ports */
	ports[i].fd = pair[0];
	clients[i].process = process;
	accepted++;
}

/* 4. A line: write it out, from the message or from the section that came with it. */
static void write_line(const struct message *message, int section)
{
	const char *line = message->data;

	if (section != NO_HANDLE)
		line = mmap(NULL, message->length, PROT_READ, MAP_SHARED, section, 0);
	if (line == MAP_FAILED)
		err(1, "mmap section");
	if (fwrite(line, 1, message->length, stdout) != message->length || fflush(stdout))
		err(1, "write");
	if (section == NO_HANDLE)
		return;
	munmap((void *)line, message->length);
	close(section);
}

/* 4. The end of a client: its answer to our callback. Returns 1 for a death or a wrong count. */
static int end_client(int i, const struct message *answer)
{
	int known = clients[i].process != 0; /* else it was never accepted: it does not count */
	int died = answer->type != ANSWER || answer->value != clients[i].lines;

	if (known && died)
		warnx("%s: client %d died", path, clients[i].process);
	if (known && ++served == producers)
		remove_name(); /* before the last reply, so that the next pair may start */
	if (!died)             /* if not known, the reply does no harm */
		send_message(ports[i].fd, (struct message){.type = REPLY}, NO_HANDLE);
	close(ports[i].fd);
	ports[i] = ports[last]; /* no gap */
	clients[i] = clients[last--];
	return known && died;
}

/* Receive a message of client i, and reply to it. Returns 1 if the client has died. */
static int serve(int i)
{
	struct message message = {0}, response = {.type = REPLY};
	int section;

	switch (receive_message(ports[i].fd, &message, &section)) {
	case CONNECT: /* 2. A connection request. */
		if (accepted < producers) {
			accept_client(i, message.value);
			return 0;
		}
		response.type = REFUSED;
		break;
	case LINE:
		write_line(&message, section);
		clients[i].lines++;
		break;
	case END:
		response.type = CALLBACK; /* the reply comes after the ANSWER */
		break;
	default: /* its ANSWER: the normal end. Or GONE: its death */
		return end_client(i, &message);
	}
	send_message(ports[i].fd, response, NO_HANDLE);
	return 0;
}

int main(int argc, char *argv[])
{
	int lock, status = 0;
	char *end = NULL;

	if (argc > 2)
		producers = strtol(argv[2], &end, 10);
	if (argc > 3 || (argc > 1 && *argv[1] == '-') || (end && *end) || producers < 1) {
		fputs("usage: consumer [NAME [PRODUCERS]] >output\n", stderr);
		return 2;
	}
	set_name(argv[1]);
	/* The connection port, with a name. */
	if ((ports[0].fd = socket(AF_UNIX, SOCK_SEQPACKET, 0)) == -1)
		err(1, "socket");
	lock = claim_name(ports[0].fd);
	if (bind(ports[0].fd, address, sizeof name) == -1)
		err(1, "bind %s", path);
	if (listen(ports[0].fd, SOMAXCONN) == -1)
		err(1, "listen %s", path);
	close(lock); /* until we listen, no other server may start */
	warnx("waiting for a producer on %s", path);

	while (served < producers) {
		ports[0].events = last < CLIENTS ? POLLIN : 0; /* 0: full, do not accept */
		if (poll(ports, last + 1, -1) == -1)
			err(1, "poll");
		for (int i = last; i > 0; i--) /* downwards: end_client moves the last */
			if (ports[i].revents)
				status |= serve(i);
		if (ports[0].revents == 0)
			continue;
		/* 1. A client opens a handle to the connection port. */
		if ((ports[++last].fd = accept(ports[0].fd, NULL, NULL)) == -1)
			err(1, "accept %s", path);
		ports[last].events = POLLIN;
		clients[last] = (struct client){0};
	}
	close(ports[0].fd);
	return status;
}
