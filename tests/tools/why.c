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

/* A Windows program of ours, which Wine runs in its place: it has our folder, not our program. */
static int is_under_wine(const struct process *p, char **folders)
{
	char path[64], folder[PATH_MAX];
	ssize_t length;

	if (strcmp(p->name, "producer.exe") != 0 && strcmp(p->name, "consumer.exe") != 0)
		return 0;
	snprintf(path, sizeof path, "/proc/%d/cwd", (int)p->pid);
	if ((length = readlink(path, folder, sizeof folder - 1)) == -1)
		return 0;
	folder[length] = '\0';
	return lies_in(folder, folders);
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
		} else if (is_under_wine(&processes[i], folders)) {
			say("%s (%d) runs under Wine, which hides its calls", processes[i].name,
			    (int)processes[i].pid);
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
