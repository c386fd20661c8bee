/* mq-probe: says what a message queue is like, without a mounted /dev/mqueue.
 * usage: mq-probe NAME            prints its mode and how many messages are in it; status 1:
 * none mq-probe --unlink NAME   removes it, if it is there */
#include <err.h>
#include <errno.h>
#include <mqueue.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

int main(int argc, char *argv[])
{
	struct mq_attr now;
	struct stat status;
	mqd_t queue;

	if (argc == 3 && strcmp(argv[1], "--unlink") == 0)
		return mq_unlink(argv[2]) == -1 && errno != ENOENT;
	if (argc != 2)
		errx(2, "usage: mq-probe [--unlink] NAME");
	if ((queue = mq_open(argv[1], O_RDONLY)) == -1) {
		if (errno == ENOENT)
			return 1;
		err(2, "mq_open %s", argv[1]);
	}
	if (fstat(queue, &status) == -1 || mq_getattr(queue, &now) == -1)
		err(2, "mq_getattr %s", argv[1]);
	printf("%o %ld\n", status.st_mode & 0777, now.mq_curmsgs);
	return 0;
}
