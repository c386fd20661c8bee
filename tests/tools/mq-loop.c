/* mq-loop: the yardstick for mqueue/posix in tests/bench: a bare mq_send loop and a bare
 * mq_receive loop, with as many messages as its input has lines, of 64 bytes.
 * usage: mq-loop NAME CORE <input    CORE: where the receiving side runs */
#include <err.h>
#include <mqueue.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
	char message[8192] = "";
	struct stat status;
	cpu_set_t cores;
	mqd_t queue;

	if (argc != 3)
		errx(2, "usage: mq-loop NAME CORE <input");
	if (fstat(STDIN_FILENO, &status) == -1)
		err(1, "fstat");
	queue = mq_open(argv[1], O_CREAT | O_RDWR, 0600, NULL);
	if (queue == -1 || mq_unlink(argv[1]) == -1)
		err(1, "mq_open %s", argv[1]);
	switch (fork()) {
	case -1:
		err(1, "fork");
	case 0:
		CPU_ZERO(&cores);
		CPU_SET(atoi(argv[2]), &cores);
		sched_setaffinity(0, sizeof cores, &cores);
		for (off_t i = 0; i < status.st_size / 64; i++)
			if (mq_receive(queue, message, sizeof message, NULL) == -1)
				err(1, "mq_receive");
		return 0;
	}
	for (off_t i = 0; i < status.st_size / 64; i++)
		if (mq_send(queue, message, 64, 0) == -1)
			err(1, "mq_send");
	wait(NULL);
	return 0;
}
