/* producer: writes its input into a FIFO, a named pipe, straight from the slide.
 * usage: producer PATH <input                 its partner: consumer.c */
#include <err.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
	const char *path = argc > 1 ? argv[1] : "/tmp/naive";
	char block[4096];
	ssize_t length;

	mkfifo(path, 0666);
	int fd = open(path, O_WRONLY);
	if (fd == -1)
		err(1, "open %s", path);
	while ((length = read(0, block, sizeof block)) > 0)
		if (write(fd, block, length) != length)
			err(1, "write %s", path);
	close(fd);
	return 0;
}
