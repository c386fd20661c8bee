/* consumer: reads a FIFO, a named pipe, to its end: mkfifo, open, read, write, unlink, close.
 * usage: consumer [PATH] >output              its partner: producer.c */
#include "care.h" /* path, fd, and what the slide leaves out */
#include "protocol.h"

static void copy_to_end(void)
{
	static char block[32768]; /* half of a pipe: see producer.c */
	ssize_t length;

	while ((length = read(fd, block, sizeof block)) > 0)
		for (ssize_t done = 0, n; done < length; done += n)
			if ((n = write(STDOUT_FILENO, block + done, length - done)) == -1)
				err(1, "write");
	if (length == -1)
		err(1, "read %s", path);
}

int main(int argc, char *argv[])
{
	static char own[32];

	snprintf(own, sizeof own, DEFAULT_PATH, (unsigned)getuid());
	path = argc == 1 ? own : argv[1];
	if (argc > 2 || path[0] == '-') {
		fputs("usage: consumer [PATH] >output\n", stderr);
		return 2;
	}
	on_interrupt(on_signal); /* Ctrl-C removes the name */
	if (mkfifo(path, 0600) == -1 && (errno != EEXIST || !is_ours()))
		err(1, "mkfifo %s", path);
	warnx("waiting for a producer on %s", path); /* open returns when it has come */
	while ((fd = open(path, O_RDONLY | O_NOFOLLOW)) == -1)
		create_again();
	atexit(remove_name); /* if a call fails from here on */
	copy_to_end();
	if (is_ours() && unlink(path) == -1 && errno != ENOENT)
		err(1, "unlink %s", path);
	copy_to_end(); /* a producer may have opened it just before; else read returns 0 */
	close(fd);
	return 0;
}
