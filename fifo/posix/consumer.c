/* consumer: reads from a FIFO, a named pipe, until no producer is left, and writes it out.
 * usage: consumer [PATH] >output              its partner: producer.c
 * Shows: read, write, close, unlink; in protocol.h mkfifo, open. */
#include "protocol.h"

static void copy_to_end(void)
{
	static char block[57344];
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
	char default_path[32];

	if (argc > 2) {
		fputs("usage: consumer [PATH] >output\n", stderr);
		return 2;
	}
	snprintf(default_path, sizeof default_path, "/tmp/fifo-%u", (unsigned)getuid());
	path = argc > 1 ? argv[1] : default_path;

	open_fifo(O_RDONLY, "producer");
	copy_to_end();
	if (has_name() && unlink(path) == -1)
		err(1, "unlink %s", path);
	copy_to_end(); /* a producer may have opened it just before the unlink */
	close(fd);
	return 0;
}
