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

/* mq_receive, as mq_timedreceive: that is the same with a limit to the waiting while the queue is
 * empty, so that we can write out what has come, tell the user, and see whether the queue is
 * still there. */
static size_t receive_message(void)
{
	static int told;
	struct timespec until = {.tv_sec = 0}; /* in the past: the first time just try */
	ssize_t length;

	while ((length = mq_timedreceive(queue, message, size, NULL, &until)) == -1) {
		if (errno != ETIMEDOUT && errno != EINTR)
			err(1, "mq_receive %s", name);
		if (fflush(stdout) == EOF)
			err(1, "write");
		if (!told++)
			warnx("waiting for a producer on %s", name);
		if (until.tv_sec != 0 &&
		    !has_name()) { /* a producer was interrupted and removed it */
			mq_close(queue);
			open_to_receive();
			warnx("%s was removed: waiting for a producer on a new one", name);
		}
		until.tv_sec = time(NULL) + 1;
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
