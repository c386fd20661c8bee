/* consumer: receives messages from a POSIX message queue and writes them out.
 * usage: consumer [/NAME [PRODUCERS]] >output its partner: producer.c */
#include "care.h" /* what the slide leaves out; the agreement is in protocol.h */

int main(int argc, char *argv[])
{
	static char message[LONGEST];
	char *end = NULL; /* what follows the number in argv[2]: should be nothing */
	long producers = argc > 2 ? strtol(argv[2], &end, 10) : 1, left;

	if (argc > 3 || (argc > 1 && argv[1][0] != '/') || (end && *end) || producers < 1) {
		fputs("usage: consumer [/NAME [PRODUCERS]] >output\n", stderr);
		return 2;
	}
	set_name_and_handlers(argv[1]);
	do { /* O_NONBLOCK: a call never waits at first; retry_waiting switches it off */
		queue = mq_open(name, O_CREAT | O_RDONLY | O_NONBLOCK, 0600, &limits);
		if (queue == -1)
			err(1, "mq_open %s", name);
	} while (!join_queue());

	while (producers > 0) {
		ssize_t length = mq_receive(queue, message, sizeof message, NULL);

		if (retry_waiting(length, "producer")) /* empty? then receive again, and wait */
			continue;
		if (length == -1)
			err(1, "mq_receive %s", name);
		if (length == 0) /* no more from one of the producers */
			producers--;
		else if (fwrite(message, 1, length, stdout) != (size_t)length)
			err(1, "write");
	}
	if (fflush(stdout) == EOF)
		err(1, "write");
	if (is_last() && count_messages() == 0 && mq_unlink(name) == -1 && errno != ENOENT)
		err(1, "mq_unlink %s", name);
	if ((left = count_messages()) > 0) /* still open here, even without a name */
		warnx("messages left in %s for the next consumer: %ld", name, left);
	mq_close(queue);
	return 0;
}
