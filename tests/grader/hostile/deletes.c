/* hostile: deletes and changes files wherever it may */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(void)
{
	static const char *const files[] = {"../../../../tap",
					    "../../../../plan",
					    "../posix/consumer",
					    "../../../../mix/both/mqueue/posix/consumer",
					    "../../../../ours/mqueue/posix/producer",
					    "/var/tmp/ipc-grader-sentinel/file"};

	for (unsigned i = 0; i < sizeof files / sizeof *files; i++) {
		int fd = open(files[i], O_WRONLY | O_TRUNC);

		if (fd != -1)
			close(fd);
		unlink(files[i]);
	}
	return 0;
}
