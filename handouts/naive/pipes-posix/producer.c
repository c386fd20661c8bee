/* producer: creates a pipe, and starts the consumer at its other end, straight from the slide.
 * usage: producer <input                      its partner: consumer.c */
#include <err.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	char block[4096];
	ssize_t length;
	int fd[2];

	if (pipe(fd) == -1)
		err(1, "pipe");
	if (fork() == 0) {
		close(fd[1]);
		dup2(fd[0], 0);
		execl("./consumer", "consumer", (char *)NULL);
	}
	while ((length = read(0, block, sizeof block)) > 0)
		if (write(fd[1], block, length) != length)
			err(1, "write");
	close(fd[1]);
	wait(NULL);
	return 0;
}
