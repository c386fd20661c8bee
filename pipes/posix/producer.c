/* producer: creates an ordinary pipe, starts the consumer as its child at the read end, and
 * writes its input into the write end.
 * usage: producer [CONSUMER] <input           its partner: consumer.c, or the program named
 * Shows: pipe, fork, close, dup2, exec, read, write, waitpid. */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { READ_END, WRITE_END }; /* of a pipe: fd[0] and fd[1] */

int main(int argc, char *argv[])
{
	static char block[32768]; /* half of a pipe's 64 KiB: both sides work at once */
	const char *program = argc == 1 ? "./consumer" : argv[1];
	int fd[2], status;
	ssize_t length;

	if (argc > 2 || program[0] == '-') {
		fputs("usage: producer [CONSUMER] <input\n", stderr);
		return 2;
	}
	if (pipe(fd) == -1)
		err(1, "pipe");
	pid_t child = fork();
	if (child == -1)
		err(1, "fork");
	if (child == 0) {
		close(fd[WRITE_END]); /* our own copy, too, or we would never see end of file */
		if (dup2(fd[READ_END], STDIN_FILENO) == -1)
			err(1, "dup2");
		close(fd[READ_END]);
		execlp(program, program, (char *)NULL); /* file, argv[0], no more arguments */
		err(127, "exec %s", program);           /* execlp returns only on failure */
	}
	/* If the parent kept its read end, write would wait after the child's death, not fail. */
	close(fd[READ_END]);
	signal(SIGPIPE, SIG_IGN); /* write fails with EPIPE. After fork: not for the child */
	while ((length = read(STDIN_FILENO, block, sizeof block)) > 0)
		for (ssize_t done = 0, n; done < length; done += n)
			if ((n = write(fd[WRITE_END], block + done, length - done)) == -1)
				err(1, "write");
	if (length == -1)
		err(1, "read");
	close(fd[WRITE_END]); /* the child sees end of file; with its last end the pipe goes */
	if (waitpid(child, &status, 0) == -1)
		err(1, "waitpid");
	if (WIFSIGNALED(status))
		errx(1, "%s: died: %s", program, strsignal(WTERMSIG(status)));
	if (WEXITSTATUS(status) != 0)
		errx(1, "%s: ended with status %d", program, WEXITSTATUS(status));
	return 0;
}
