/* round-trip: the median time, in microseconds, from a line written to a command's standard
 * input until it comes out of its standard output. usage: round-trip TIMES COMMAND */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char *argv[])
{
	static const char line[] = "hello\n";
	char answer[sizeof line];
	int to[2], from[2], times;
	double *took;

	if (argc != 3 || (times = atoi(argv[1])) < 1)
		errx(2, "usage: round-trip TIMES COMMAND");
	if ((took = calloc(times, sizeof *took)) == NULL || pipe(to) == -1 || pipe(from) == -1)
		err(1, "pipe");
	switch (fork()) {
	case -1:
		err(1, "fork");
	case 0:
		dup2(to[0], STDIN_FILENO);
		dup2(from[1], STDOUT_FILENO);
		close(to[0]), close(to[1]), close(from[0]), close(from[1]);
		execlp("sh", "sh", "-c", argv[2], (char *)NULL);
		err(127, "sh");
	}
	close(to[0]), close(from[1]);
	for (int i = -1; i < times; i++) { /* the first one waits for the start: not counted */
		double start = now();
		size_t got = 0;

		if (write(to[1], line, strlen(line)) == -1)
			err(1, "write");
		while (got < strlen(line)) {
			ssize_t n = read(from[0], answer, sizeof answer);

			if (n <= 0)
				errx(1, "the command has ended");
			got += n;
		}
		if (i >= 0)
			took[i] = now() - start;
	}
	close(to[1]);
	wait(NULL);
	qsort(took, times, sizeof *took, compare);
	printf("%.2f\n", took[times / 2]);
	return 0;
}
