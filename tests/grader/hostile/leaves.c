/* hostile: leaves processes, memory, queues and files behind */
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
int main(void)
{
	char name[32];

	for (int i = 0; i < 8; i++) {
		snprintf(name, sizeof name, "/left-%d-%d", (int)getpid(), i);
		shm_open(name, O_CREAT | O_RDWR, 0666);
		mq_open(name, O_CREAT | O_RDWR, 0666, NULL);
	}
	close(open("/tmp/ipc-grader-left", O_CREAT | O_WRONLY, 0666));
	close(open("/var/tmp/ipc-grader-left", O_CREAT | O_WRONLY, 0666));
	if (fork() == 0) {
		setsid();
		if (fork() == 0)
			for (;;)
				pause();
	}
	return 0;
}
