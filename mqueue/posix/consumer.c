/* consumer: receives messages from a POSIX message queue and writes them out.
 * usage: consumer [/NAME [PRODUCERS]] >output its partner: producer.c */
#include "care.h" /* what the slide leaves out; the agreement is in protocol.h */

int main(int argc, char *argv[])
{
	static char message[LONGEST];
	char *end = message; /* an empty string as yet */
	long left, producers = argc > 2 ? strtol(argv[2], &end, 10) : 1;

	if (argc > 3 || (argc > 1 && argv[1][0] != '/') || *end != '\0' || producers < 1) {
		fputs("usage: consumer [/NAME [PRODUCERS]] >output\n", stderr);
		return 2;
	}
	use_name(argv[1]);
	do {
		queue = mq_open(name, O_CREAT | O_RDONLY | O_NONBLOCK, 0600, &limits);
		if (queue == -1)
			err(1, "mq_open %s", name);
	} while (!join_queue());

	while (producers > 0) {
		ssize_t length = mq_receive(queue, message, sizeof message, NULL);

		if (must_wait(length, "producer")) /* it is empty: the next mq_receive waits */
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
	if (is_last() && count_messages() == 0 && mq_unlink(name) == -1)
		err(1, "mq_unlink %s", name);
	if ((left = count_messages()) > 0)
		warnx("messages left in %s for the next consumer: %ld", name, left);
	mq_close(queue);
	return 0;
}
