/* care.h: what the slide of the lecture leaves out. What can go wrong -> what handles it:
 *   Ctrl-C; a call that fails                             -> stop; clean_up, if it is empty
 *   another user's queue, or one removed while we open it -> join_queue
 *   the queue is full or empty, so that we have to wait   -> retry_waiting, says so once
 *   others use the queue, or messages are left in it      -> is_last, count_messages */
#include "protocol.h"
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *name;
static mqd_t queue = -1; /* on Linux a file descriptor, mq_overview(7): flock and fstat work */
static struct stat queue_status; /* st_uid: its owner; st_nlink: 1, or 0 without a name */

static inline long count_messages(void)
{
	struct mq_attr now;

	if (mq_getattr(queue, &now) == -1)
		err(1, "mq_getattr %s", name);
	return now.mq_curmsgs;
}

static inline int is_last(void) /* are we the last user? 0 if the queue has no name */
{
	int last = flock(queue, LOCK_EX | LOCK_NB) == 0;

	if (!last && errno != EWOULDBLOCK && errno != EBADF) /* EBADF: not open, or closed */
		err(1, "flock %s", name);
	return last && (fstat(queue, &queue_status) == -1 || queue_status.st_nlink > 0) &&
	       queue_status.st_uid == geteuid(); /* if fstat failed: what join_queue saw */
}

static inline void clean_up(void)
{
	if (is_last() && count_messages() == 0)
		mq_unlink(name);
}

static inline void stop(int signal_number) /* removes the queue even with messages in it */
{
	if (queue == -1) /* mq_open may have created it just now */
		queue = mq_open(name, O_RDONLY);
	if (is_last())
		mq_unlink(name);
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

static inline void set_name_and_handlers(const char *chosen)
{
	static char default_name[32];

	snprintf(default_name, sizeof default_name, DEFAULT_NAME, (unsigned)getuid());
	name = chosen != NULL ? chosen : default_name;
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	atexit(clean_up);
}

static inline int join_queue(void)
{
	if (flock(queue, LOCK_SH) == -1)
		err(1, "flock %s", name);
	if (fstat(queue, &queue_status) == -1)
		err(1, "fstat %s", name);
	if (queue_status.st_uid != geteuid())
		errx(1, "mq_open %s: is somebody else's queue", name);
	return queue_status.st_nlink > 0 || mq_close(queue) == -1; /* removed? open again */
}

/* If a call failed only because it would wait: flush, say so, let the next one wait, return 1. */
static inline int retry_waiting(long result, const char *other_side) /* whom we wait for */
{
	static int told, waiting;
	int now = result == -1 && errno == EAGAIN;
	struct mq_attr mode = {.mq_flags = now ? 0 : O_NONBLOCK};

	if (now && fflush(stdout) == EOF)
		err(1, "write");
	if (now && !told++)
		warnx("waiting for a %s on %s", other_side, name);
	if (now != waiting && mq_setattr(queue, &mode, NULL) == -1)
		err(1, "mq_setattr %s", name);
	return waiting = now;
}
