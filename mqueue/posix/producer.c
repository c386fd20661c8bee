/* producer: sends each line of its input as one message to a POSIX message queue.
 * usage: producer [/NAME] <input              its partner: consumer.c */
#include "care.h" /* what the slide leaves out; the agreement is in protocol.h */

int main(int argc, char *argv[])
{
	static char *line;
	size_t room = 0;
	ssize_t length;
	int sent, status = 0;

	if (argc > 2 || (argc > 1 && argv[1][0] != '/')) {
		fputs("usage: producer [/NAME] <input\n", stderr);
		return 2;
	}
	set_name_and_handlers(argv[1]);
	do { /* O_NONBLOCK: a call never waits at first; retry_waiting switches it off */
		queue = mq_open(name, O_CREAT | O_WRONLY | O_NONBLOCK, 0600, &limits);
		if (queue == -1)
			err(1, "mq_open %s", name);
	} while (!join_queue());

	for (int number = 1; (length = getline(&line, &room, stdin)) > 0; number++) {
		do
			sent = mq_send(queue, line, length, 0);
		while (retry_waiting(sent, "consumer")); /* full? then send again, and wait */
		if (sent == -1 && errno != EMSGSIZE)
			err(1, "mq_send %s", name);
		if (sent == -1) {
			warn("line %d: mq_send %s", number, name);
			status = 1; /* go on with the next line */
		}
	}
	if (!feof(stdin))
		err(1, "getline");
	do
		sent = mq_send(queue, "", 0, 0); /* an empty message: no more to come */
	while (retry_waiting(sent, "consumer"));
	if (sent == -1)
		err(1, "mq_send %s", name);
	if (is_last() && count_messages() == 0 && mq_unlink(name) == -1 && errno != ENOENT)
		err(1, "mq_unlink %s", name);
	mq_close(queue);
	return status;
}
