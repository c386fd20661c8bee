/* The protocol of shm/posix, included by both sides: what lies in the shared memory segment,
 * how one side sees that the other lives, and how the name is cleaned up. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { SLOTS = 8, SLOT_SIZE = 131072 };

struct slot {
	ssize_t length;       /* bytes in data, at most SLOT_SIZE; 0: end of data */
	char data[SLOT_SIZE]; /* what one read() returned */
};

struct segment {
	_Atomic enum { NEW, READY, TAKEN } state; /* being set up; set up; has its consumer */
	sem_t empty;              /* slots that the producer may fill, at first all of them */
	sem_t full;               /* slots that the consumer may empty, at first none */
	sem_t taken;              /* the consumer has come: READY is TAKEN */
	struct slot slots[SLOTS]; /* used in turn: 0, 1, ... SLOTS - 1, 0, 1, ... */
};

static char *name; /* a slash, then no other */
static int fd = -1;
static struct segment *segment;

/* Each side locks its byte of the segment as long as it lives: when a process ends, however
 * it ends, the kernel drops its locks. */
enum side { PRODUCER, CONSUMER };
static const char *const sides[] = {"producer", "consumer"};

static inline int lock(enum side mine)
{
	struct flock byte = {.l_type = F_WRLCK, .l_start = mine, .l_len = 1};

	if (fcntl(fd, F_SETLK, &byte) == 0)
		return 1;
	if (errno != EAGAIN && errno != EACCES)
		err(1, "fcntl F_SETLK %s", name);
	return 0;
}

static inline int is_alive(enum side other)
{
	struct flock byte = {.l_type = F_WRLCK, .l_start = other, .l_len = 1};

	if (fcntl(fd, F_GETLK, &byte) == -1)
		err(1, "fcntl F_GETLK %s", name);
	return byte.l_type != F_UNLCK;
}

/* sem_wait for a slot, but look every second whether the other side has died; then take what it
 * has left, and end. */
static inline void wait_for_slot(sem_t *semaphore, enum side other)
{
	struct timespec until = {.tv_sec = time(NULL) + 1}; /* when the next second begins */
	int died = 0;

	while (sem_timedwait(semaphore, &until) == -1) {
		if (errno != ETIMEDOUT && errno != EINTR)
			err(1, "sem_timedwait %s", name);
		if (died)
			errx(1, "%s: the %s died", name, sides[other]);
		if (!(died = !is_alive(other)))
			until.tv_sec = time(NULL) + 1;
	}
}

/* The segment's size: the full one, or 0 if it has none yet. */
static inline off_t segment_size(void)
{
	struct stat status;

	if (fstat(fd, &status) == -1)
		err(1, "fstat %s", name);
	if (status.st_uid != geteuid() ||
	    (status.st_size != 0 && status.st_size != sizeof *segment))
		errx(1, "shm_open %s: exists, but is not a segment of yours", name);
	return status.st_size;
}

/* Does the name still lead to this segment? It may be gone, or be a later segment's by now. */
static inline int has_name(void)
{
	struct stat status;

	return fstat(fd, &status) == -1 ? errno != EBADF : status.st_nlink > 0;
}

static inline void clean_up(void) /* atexit: after an error */
{
	if (has_name())
		shm_unlink(name);
}

static inline void stop(int signal_number) /* after a signal */
{
	clean_up();
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

/* The segment would take the descriptor of a standard stream that is closed. */
static inline void check_streams(void)
{
	for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++)
		if (fcntl(stream, F_GETFD) == -1)
			err(1, "standard stream %d", stream);
}
