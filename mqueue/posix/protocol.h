/* The protocol of mqueue/posix, included by both sides: one line, its newline included, is
 * one message; an empty message says that its producer has no more. Whoever comes first
 * makes the queue, with the system's limits (Linux: 10 messages of 8192 bytes). */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char *name; /* a slash, then no other */
static mqd_t queue = -1;

/* Is the queue still the one that its name leads to? A queue whose name was removed lives on
 * for those who have it open, but nobody else will come to it. On Linux a queue descriptor is
 * a file descriptor, mq_overview(7), so that fstat tells. */
static inline int has_name(void)
{
	struct stat status;

	return fstat(queue, &status) == -1 ? errno != EBADF : status.st_nlink > 0;
}

/* What is still in the queue is for the next consumer. */
static inline int is_empty(void)
{
	struct mq_attr now;

	return mq_getattr(queue, &now) == -1 || now.mq_curmsgs == 0;
}

static inline void clean_up(void) /* atexit: after an error */
{
	if (has_name() && is_empty())
		mq_unlink(name);
}

static inline void stop(int signal_number) /* after a signal: whatever is in it */
{
	if (has_name())
		mq_unlink(name);
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

/* mq_open; from here to mq_close an error or a signal removes the queue.
 * Returns the longest message that it takes. */
static inline size_t open_queue(int flags)
{
	struct mq_attr limits;
	struct stat status;
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL); /* none between the name and its clean-up */
	if ((queue = mq_open(name, flags | O_CREAT, 0600, NULL)) == -1)
		err(1, "mq_open %s", name);
	if (fstat(queue, &status) == -1)
		err(1, "fstat %s", name);
	if (status.st_uid != geteuid())
		errx(1, "mq_open %s: is somebody else's queue", name);
	atexit(clean_up);
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	sigprocmask(SIG_UNBLOCK, &signals, NULL);
	if (mq_getattr(queue, &limits) == -1)
		err(1, "mq_getattr %s", name);
	return limits.mq_msgsize;
}
