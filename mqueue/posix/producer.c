/* producer: sends each line of its input as one message to a POSIX message queue.
 * usage: producer [/NAME] <input              its partner: consumer.c
 * Shows: mq_send, mq_close; in protocol.h mq_open. */
#include "protocol.h"

static int may_wait; /* for input, which a file always has */

static void check_queue(void)
{
	if (!has_name())
		errx(1, "mq_send %s: the queue has been removed", name);
}

/* mq_send, as mq_timedsend: that is the same with a limit to the waiting while the queue is full,
 * so that we can tell the user, and see whether the queue is still there. */
static int send_message(const char *message, size_t length)
{
	static int told;
	struct timespec until = {.tv_sec = time(NULL) + 1};

	if (may_wait || length == 0) /* it may have been removed since the message before */
		check_queue();
	while (mq_timedsend(queue, message, length, 0, &until) == -1) {
		if (errno != ETIMEDOUT && errno != EINTR)
			return -1;
		check_queue();
		if (!told++)
			warnx("waiting for a consumer on %s", name);
		until.tv_sec = time(NULL) + 1;
	}
	return 0;
}

int main(int argc, char *argv[])
{
	char default_name[32], *line = NULL;
	struct stat input;
	size_t room = 0;
	ssize_t length;
	int status = 0;

	if (argc > 2 || (argc > 1 && argv[1][0] != '/')) {
		fputs("usage: producer [/NAME] <input\n", stderr);
		return 2;
	}
	snprintf(default_name, sizeof default_name, "/mqueue-%u", (unsigned)getuid());
	name = argc > 1 ? argv[1] : default_name;
	may_wait = fstat(STDIN_FILENO, &input) == -1 || !S_ISREG(input.st_mode);
	open_queue(O_WRONLY);

	for (int number = 1; (length = getline(&line, &room, stdin)) > 0; number++)
		if (send_message(line, length) == -1) {
			if (errno != EMSGSIZE)
				err(1, "mq_send %s", name);
			warn("line %d: mq_send %s", number, name);
			status = 1; /* go on with the next line */
		}
	if (!feof(stdin))
		err(1, "getline");
	if (send_message("", 0) == -1) /* the empty message: no more to come */
		err(1, "mq_send %s", name);
	mq_close(queue);
	free(line);
	return status;
}
