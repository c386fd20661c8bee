/* care.h: what the slide of the lecture leaves out. What can go wrong -> what handles it:
 *   a killed run left its segment, or another run uses it  -> lock_if_new, lock_if_ready
 *   the name belongs to something else, or another user    -> segment_size
 *   one side comes before the other                        -> lock_if_ready, wait_for
 *   the other side is killed                               -> has_died, wait_for
 *   Ctrl-C, or a call that fails                           -> stop, clean_up */
#include "protocol.h"
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum side { PRODUCER, CONSUMER };
static const char *name; /* a slash, then no other */
static int fd = -1;
static struct segment *segment;

static inline const char *get_name_or_exit(int argc, char *argv[], const char *usage)
{
	static char default_name[32];

	snprintf(default_name, sizeof default_name, "/shm-%u", (unsigned)getuid());
	if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
		fprintf(stderr, "usage: %s\n", usage);
		exit(2);
	}
	return argc == 2 ? argv[1] : default_name;
}

/* The segment's size: 0 if it is new, -1 if its name is gone. */
static inline off_t segment_size(void)
{
	struct stat status;

	if (fstat(fd, &status) == -1)
		err(1, "fstat %s", name);
	if (status.st_uid != geteuid() || (status.st_size && status.st_size != sizeof *segment))
		errx(1, "shm_open %s: exists, but is not a segment of yours", name);
	return status.st_nlink > 0 ? status.st_size : -1;
}

static inline int has_died(enum side side) /* if the CONSUMER has, this takes its flock */
{
	return side == PRODUCER ? lockf(fd, F_TEST, 1) == 0
				: segment->has_consumer && flock(fd, LOCK_EX | LOCK_NB) == 0;
}

/* At exit: remove the name, if it is still there. While the consumer lives, it does that. */
static inline void clean_up(void)
{
	if (fd == -1) /* interrupted in shm_open */
		fd = shm_open(name, O_RDWR, 0);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && (segment || has_died(PRODUCER)) &&
	    segment_size() >= 0) /* after a normal end fd is closed, and flock fails */
		shm_unlink(name);
}

static inline void stop(int signal_number)
{
	clean_up();
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

/* For the producer: takes both locks if the segment is new; removes what a killed run left. */
static inline int lock_if_new(void)
{
	if (segment_size() >= 0 && !has_died(PRODUCER))
		errx(1, "shm_open %s: another producer is using it", name);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && lockf(fd, F_TLOCK, 1) == 0 &&
	    segment_size() == 0)
		return 1;
	clean_up(); /* unless a consumer still takes what a killed producer has left */
	close(fd);
	usleep(1000);
	return 0;
}

/* For the consumer: takes the flock if a producer that lives has set the segment up. */
static inline int lock_if_ready(void)
{
	static int told;

	if (fd != -1 && segment_size() > 0 && flock(fd, LOCK_EX | LOCK_NB) == 0) {
		if (!has_died(PRODUCER) && segment_size() > 0)
			return 1;
		clean_up();
	}
	if ((fd == -1 ? access("/dev/shm", F_OK) : close(fd)) == -1)
		err(1, "%s", fd == -1 ? "access /dev/shm" : "close");
	if (!told++)
		warnx("waiting for a producer on %s", name);
	usleep(1000);
	return 0;
}

/* sem_wait; but if the other side has died, take what it left, then end. (+0.1 s: time() lags) */
static inline void wait_for(sem_t *sem, enum side other)
{
	struct timespec until = {segment->has_consumer ? time(NULL) + 1 : 0, 100000000};

	for (int died = 0; sem_timedwait(sem, &until) == -1; until.tv_sec = time(NULL) + 1) {
		if (errno != ETIMEDOUT && errno != EINTR)
			err(1, "sem_timedwait %s", name);
		if (died)
			errx(1, "%s: the %s died", name,
			     other == PRODUCER ? "producer" : "consumer");
		if (until.tv_sec == 0)
			warnx("waiting for a consumer on %s", name);
		died = has_died(other);
	}
}
