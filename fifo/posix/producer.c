/* producer: writes its input into a FIFO, a named pipe.
 * usage: producer [PATH] <input               its partner: consumer.c
 * Shows: read, write, close; in protocol.h mkfifo, open; several producers may write at once. What one
 * write() carries arrives in one piece up to PIPE_BUF bytes (POSIX; Linux: 4096): with several
 * producers a line stays whole if it is read, and so written, by itself, as from a terminal.
 * Larger writes, as from a file, may be mixed. */
#include "protocol.h"

int main(int argc, char *argv[])
{
	/* a little less than a pipe holds (Linux: 65536): one side fills while the other empties */
	static char block[57344];
	char default_path[32];
	struct stat status;
	ssize_t length;
	int may_wait; /* for input, which a file always has */

	if (argc > 2) {
		fputs("usage: producer [PATH] <input\n", stderr);
		return 2;
	}
	snprintf(default_path, sizeof default_path, "/tmp/fifo-%u", (unsigned)getuid());
	path = argc > 1 ? argv[1] : default_path;
	signal(SIGPIPE, SIG_IGN); /* write says EPIPE instead */
	open_fifo(O_WRONLY, "consumer");

	may_wait = fstat(STDIN_FILENO, &status) == -1 || !S_ISREG(status.st_mode);
	struct pollfd ends[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = fd}};

	for (;;) {
		if (may_wait && poll(ends, 2, -1) == -1)
			err(1, "poll");
		/* the consumer died while we waited for input: an error is reported unasked */
		if (ends[1].revents & POLLERR) {
			errno = EPIPE;
			err(1, "write %s", path);
		}
		if ((length = read(STDIN_FILENO, block, sizeof block)) == -1)
			err(1, "read");
		if (length == 0)
			break;
		for (ssize_t done = 0, n; done < length; done += n)
			if ((n = write(fd, block + done, length - done)) == -1)
				err(1, "write %s", path);
	}
	close(fd); /* the consumer sees end of file when the last producer does this */
	return 0;
}
