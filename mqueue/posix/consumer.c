/* consumer: receives messages from a POSIX message queue and writes them out.
 * usage: consumer [/NAME [PRODUCERS]] >output its partner: producer.c
 * Shows: mq_receive, mq_close, mq_unlink; in protocol.h mq_open. */
#include "protocol.h"

static char *message;
static size_t size; /* of the longest message */

static void open_to_receive(void)
{
	size = open_queue(O_RDONLY);
	free(message);
	if ((message = malloc(size)) == NULL)
		err(1, "malloc");
}

/* mq_receive; while the queue is empty we wait for a producer, what has come written out. */
static size_t receive_message(void)
{
	static int told;
	ssize_t length;

	for (int tries = 0; (length = mq_receive(queue, message, size, NULL)) == -1; tries++) {
		if (errno != EAGAIN)
			err(1, "mq_receive %s", name);
		if (fflush(stdout) == EOF)
			err(1, "write");
		if (!told++)
			warnx("waiting for a producer on %s", name);
		if (!may_be_ready(POLLIN, tries) && !has_name()) { /* by a producer's Ctrl-C */
			mq_close(queue);
			open_to_receive();
			warnx("%s was removed: waiting for a producer on a new one", name);
		}
	}
	told = 1;
	return length;
}

int main(int argc, char *argv[])
{
	char default_name[32], *end = NULL;
	size_t length;
	long producers = argc > 2 ? strtol(argv[2], &end, 10) : 1;

	if (argc > 3 || (argc > 1 && argv[1][0] != '/') || (end != NULL && *end != '\0') ||
	    producers < 1) {
		fputs("usage: consumer [/NAME [PRODUCERS]] >output\n", stderr);
		return 2;
	}
	snprintf(default_name, sizeof default_name, "/mqueue-%u", (unsigned)getuid());
	name = argc > 1 ? argv[1] : default_name;
	open_to_receive();

	while (producers > 0) {
		length = receive_message();
		if (length == 0)
			producers--;
		else if (fwrite(message, 1, length, stdout) != length)
			err(1, "write");
	}
	if (fflush(stdout) == EOF)
		err(1, "write");
	if (has_name() && is_empty() && mq_unlink(name) == -1)
		err(1, "mq_unlink %s", name);
	mq_close(queue);
	return 0;
}
