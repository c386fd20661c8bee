/* producer: writes its input into a FIFO, a named pipe: mkfifo, open, read, write, close.
 * usage: producer [PATH] <input               its partner: consumer.c */
#include "care.h" /* path, fd, and what the slide leaves out */
#include "protocol.h"

int main(int argc, char *argv[])
{
	static char own[32], block[32768]; /* half of a pipe: both sides work at once */
	ssize_t length;

	snprintf(own, sizeof own, DEFAULT_PATH, (unsigned)getuid());
	path = argc == 1 ? own : argv[1];
	if (argc > 2 || path[0] == '-') {
		fputs("usage: producer [PATH] <input\n", stderr);
		return 2;
	}
	on_interrupt(on_signal); /* Ctrl-C removes the name */
	if (mkfifo(path, 0600) == -1 && (errno != EEXIST || !is_ours()))
		err(1, "mkfifo %s", path);
	warnx("waiting for a consumer on %s", path); /* open returns when it has come */
	while ((fd = open(path, O_WRONLY | O_NOFOLLOW)) == -1 || !is_ours())
		create_again();   /* !is_ours: no name any more: its consumer may be ending */
	on_interrupt(SIG_DFL);    /* from now on the consumer removes the name */
	signal(SIGPIPE, SIG_IGN); /* after the consumer's death write fails with EPIPE */
	while ((length = read(STDIN_FILENO, block, sizeof block)) > 0)
		for (ssize_t done = 0, n; done < length; done += n)
			if ((n = write(fd, block + done, length - done)) == -1)
				err(1, "write %s", path);
	if (length == -1)
		err(1, "read");
	close(fd); /* the consumer sees end of file when the last producer does this */
	return 0;
}
