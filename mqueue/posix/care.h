/* care.h: what the slide leaves out, and who cares for it.
 * Ctrl-C, or a call fails: use_name has the queue removed all the same.
 * The queue is somebody else's, or is removed just when we open it: join_queue.
 * The queue is full or empty, and one has to wait: must_wait says so, once.
 * Others use the queue, or messages are left in it: is_last, count_messages. */
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
static struct stat its;  /* its owner, st_uid; how many names it has, st_nlink: 1, then 0 */

static inline long count_messages(void)
{
	struct mq_attr now;

	if (mq_getattr(queue, &now) == -1)
		err(1, "mq_getattr %s", name);
	return now.mq_curmsgs;
}

static inline int is_last(void) /* to use the queue, which still has its name */
{
	int last = flock(queue, LOCK_EX | LOCK_NB) == 0;

	if (!last && errno != EWOULDBLOCK && errno != EBADF) /* EBADF: not open, or closed */
		err(1, "flock %s", name);
	return last && (fstat(queue, &its) == -1 || its.st_nlink > 0) &&
	       its.st_uid == geteuid();
}

static inline void clean_up(void)
{
	if (is_last() && count_messages() == 0)
		mq_unlink(name);
}

static inline void stop(int signal_number) /* whatever is in the queue */
{
	if (queue == -1) /* mq_open may have created it just now */
		queue = mq_open(name, O_RDONLY);
	if (is_last())
		mq_unlink(name);
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

static inline void use_name(const char *chosen)
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
	if (fstat(queue, &its) == -1)
		err(1, "fstat %s", name);
	if (its.st_uid != geteuid())
		errx(1, "mq_open %s: is somebody else's queue", name);
	return its.st_nlink > 0 || mq_close(queue) == -1; /* removed just now? open again */
}

/* A call has failed because it would have to wait: flush, say so, and let the next one wait. */
static inline int must_wait(long result, const char *other_side)
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
