/* consumer: reads its standard input, the read end of a pipe, to the end, and writes it out.
 * usage: consumer >output                     its partner: producer.c, which starts it
 * Shows: read until end of file, which comes when the last write end is closed. */
#include <err.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
	static char block[32768];
	ssize_t length;

	(void)argv;
	if (argc > 1) {
		fputs("usage: consumer >output\n", stderr);
		return 2;
	}
	while ((length = read(STDIN_FILENO, block, sizeof block)) > 0)
		for (ssize_t done = 0, n; done < length; done += n)
			if ((n = write(STDOUT_FILENO, block + done, length - done)) == -1)
				err(1, "write");
	if (length == -1)
		err(1, "read");
	return 0;
}
