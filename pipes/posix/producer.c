/* producer: makes an ordinary pipe, starts the consumer as its child at the read end, and
 * writes its input into the write end.
 * usage: producer [CONSUMER] <input           its partner: consumer.c, or the program named
 * Shows: pipe, fork, close, dup2, exec, read, write, waitpid. */
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { READ_END, WRITE_END };

static int fd[2];
static const char *program = "./consumer";
static pid_t child;

/* Let the child see the end of file and wait for it: its failure is ours, and we say why. */
static int finish(void)
{
	int status;

	close(fd[WRITE_END]);
	if (waitpid(child, &status, 0) == -1)
		err(1, "waitpid %s", program);
	if (WIFSIGNALED(status))
		warnx("%s: died: %s", program, strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) != 0)
		warnx("%s: ended with status %d", program, WEXITSTATUS(status));
	return status != 0;
}

static void fail(const char *call)
{
	warn("%s", call);
	finish();
	exit(1);
}

int main(int argc, char *argv[])
{
	/* a little less than a pipe holds (Linux: 65536): one side fills while the other empties */
	static char block[57344];
	struct stat status;
	ssize_t length;
	int may_wait; /* for input, which a file always has */

	if (argc > 2) {
		fputs("usage: producer [CONSUMER] <input\n", stderr);
		return 2;
	}
	if (argc > 1)
		program = argv[1];
	if (pipe(fd) == -1)
		err(1, "pipe");
	if ((child = fork()) == -1)
		err(1, "fork");
	if (child == 0) {
		close(fd[WRITE_END]); /* while a write end is open there is no end of file */
		if (dup2(fd[READ_END], STDIN_FILENO) == -1)
			err(1, "dup2");
		close(fd[READ_END]);
		execlp(program, program, (char *)NULL);
		err(127, "exec %s", program);
	}
	close(fd[READ_END]); /* while a read end is open, writing to a dead child just waits */
	signal(SIGPIPE, SIG_IGN); /* write says EPIPE instead */

	may_wait = fstat(STDIN_FILENO, &status) == -1 || !S_ISREG(status.st_mode);
	struct pollfd ends[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = fd[WRITE_END]}};

	for (;;) {
		if (may_wait && poll(ends, 2, -1) == -1)
			fail("poll");
		/* the child died while we waited for input: an error is reported unasked */
		if (ends[1].revents & POLLERR) {
			errno = EPIPE;
			fail("write");
		}
		if ((length = read(STDIN_FILENO, block, sizeof block)) == -1)
			fail("read");
		if (length == 0)
			return finish();
		for (ssize_t done = 0, n; done < length; done += n)
			if ((n = write(fd[WRITE_END], block + done, length - done)) == -1)
				fail("write");
	}
}
