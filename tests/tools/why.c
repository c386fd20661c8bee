/* why: says of each program of the suite that this user has running why it waits, a sentence each:
 * in which call, on what, what state that is in, and who could wake it.
 * usage: why [-w] FOLDER...     programs that lie in one of the folders; -w: as on a machine that
 *                               does not let us read their calls (/proc/PID/syscall)
 * It only looks at /proc, at the objects' states, and never changes anything. */
#include "sentences.h"

enum { WIDTH = 79 };

/* Prints what was said, on a terminal in lines of whole words. */
static void print(void)
{
	char *word, *rest = said;
	size_t column = 0;

	said[said_length] = '\0';
	if (!isatty(STDOUT_FILENO))
		printf("%s.", said);
	else
		for (; (word = strtok_r(rest, " ", &rest)) != NULL; column += strlen(word)) {
			int is_last = *rest == '\0';

			if (column > 0 && column + 1 + strlen(word) + is_last > WIDTH) {
				fputs("\n    ", stdout);
				column = 4;
			} else if (column > 0)
				column += printf(" ");
			printf("%s%s", word, is_last ? "." : "");
		}
	putchar('\n');
	said_length = 0;
}

static int any(pid_t pid)
{
	(void)pid;
	return 1;
}

int main(int argc, char *argv[])
{
	char *folders[64] = {NULL};
	int count = 0, found = 0;

	for (int i = 1; i < argc && count < 63; i++)
		if (strcmp(argv[i], "-w") == 0)
			by_wchan_alone = 1;
		else if ((folders[count++] = realpath(argv[i], NULL)) == NULL)
			err(2, "%s", argv[i]);
	if (count == 0) {
		fputs("usage: why [-w] FOLDER...\n", stderr);
		return 2;
	}
	load_processes(folders, any);
	for (int i = 0; i < process_count; i++)
		if (processes[i].ours) {
			explain(&processes[i]);
			print();
			found++;
		}
	if (found == 0)
		puts("None of the suite's programs is running.");
	say_hopeless();
	if (said_length > 0)
		print();
	return 0;
}
