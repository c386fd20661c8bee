/* consumer: reads a FIFO, a named pipe, to its end, straight from the slide.
 * usage: consumer PATH >output                its partner: producer.c */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
	const char *path = argc > 1 ? argv[1] : "/tmp/naive";
	char block[4096];
	ssize_t length;

	mkfifo(path, 0666);
	int fd = open(path, O_RDONLY);
	if (fd == -1)
		err(1, "open %s", path);
	while ((length = read(fd, block, sizeof block)) > 0)
		fwrite(block, 1, length, stdout);
	close(fd);
	unlink(path);
	return 0;
}
