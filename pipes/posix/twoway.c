/* twoway: two-way communication takes two ordinary pipes. The parent sends what it reads, the
 * child sends it back in upper case, the parent prints the answer.
 * usage: twoway <input >output
 * Shows: pipe (twice), fork, read, write, close, waitpid. */
#include <ctype.h>
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { READ_END, WRITE_END };

static char block[4096]; /* far less than a pipe holds (Linux: 65536), so that no write waits:
			  * two that both wait in write() would wait forever */

static void write_all(int fd, ssize_t length)
{
	for (ssize_t done = 0, n; done < length; done += n)
		if ((n = write(fd, block + done, length - done)) == -1)
			err(1, "write");
}

static void answer(int questions, int answers)
{
	ssize_t length;

	while ((length = read(questions, block, sizeof block)) > 0) {
		for (ssize_t i = 0; i < length; i++)
			block[i] = toupper((unsigned char)block[i]);
		write_all(answers, length);
	}
	if (length == -1)
		err(1, "read");
}

static void ask(int questions, int answers)
{
	ssize_t asked, length;

	while ((asked = read(STDIN_FILENO, block, sizeof block)) > 0) {
		write_all(questions, asked);
		/* take the whole answer before asking again */
		for (; asked > 0; asked -= length) {
			if ((length = read(answers, block, sizeof block)) == -1)
				err(1, "read");
			if (length == 0)
				errx(1, "read: the child has died");
			write_all(STDOUT_FILENO, length);
		}
	}
	if (asked == -1)
		err(1, "read");
}

int main(int argc, char *argv[])
{
	int to_child[2], to_parent[2], status;
	pid_t child;

	(void)argv;
	if (argc > 1) {
		fputs("usage: twoway <input >output\n", stderr);
		return 2;
	}
	if (pipe(to_child) == -1 || pipe(to_parent) == -1)
		err(1, "pipe");
	if ((child = fork()) == -1)
		err(1, "fork");
	if (child == 0) {
		close(to_child[WRITE_END]);
		close(to_parent[READ_END]);
		answer(to_child[READ_END], to_parent[WRITE_END]);
		return 0;
	}
	close(to_child[READ_END]);
	close(to_parent[WRITE_END]);
	signal(SIGPIPE, SIG_IGN); /* writing to a dead child: EPIPE */
	ask(to_child[WRITE_END], to_parent[READ_END]);
	close(to_child[WRITE_END]); /* the child sees end of file */
	if (waitpid(child, &status, 0) == -1)
		err(1, "waitpid");
	return status != 0;
}
