/* The protocol of fifo/posix, included by both sides: whoever comes first makes the FIFO; open
 * waits for the other side; the end of the data is that no producer has it open any more. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *path;
static char no_name[PATH_MAX]; /* what the FIFO is called on its way out */
static int access_mode;        /* O_WRONLY: a producer; O_RDONLY: a consumer */
static int fd = -1;            /* our end of the FIFO */

/* Does the name still lead to our FIFO? It may be gone, or be a later FIFO's by now. */
static inline int has_name(void)
{
	struct stat status;

	return fstat(fd, &status) == -1 ? errno != EBADF : status.st_nlink > 0;
}

/* atexit: after an error. Somebody may be waiting in open for us: once nobody new can find the FIFO
 * by its name, show ourselves, so that our going is noticed as well. */
static inline void clean_up(void)
{
	if (fd == -1 && rename(path, no_name) == 0) {
		fd = open(no_name, access_mode | O_NONBLOCK | O_NOFOLLOW);
		unlink(no_name);
	} else if (fd == -1 || has_name())
		unlink(path);
}

static inline void stop(int signal_number) /* after a signal */
{
	clean_up();
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

/* The FIFO would take the descriptor of a standard stream that is closed. */
static inline void check_streams(void)
{
	for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++)
		if (fcntl(stream, F_GETFD) == -1)
			err(1, "standard stream %d", stream);
}

/* Make the FIFO, or see that the one which is there may be used. */
static inline void make_fifo(void)
{
	struct stat status;

	if (mkfifo(path, 0600) == 0)
		return;
	if (errno != EEXIST)
		err(1, "mkfifo %s", path);
	if (lstat(path, &status) == -1) {
		if (errno != ENOENT) /* removed this very moment: open_fifo tries again */
			err(1, "lstat %s", path);
	} else if (!S_ISFIFO(status.st_mode) || status.st_uid != geteuid())
		errx(1, "mkfifo %s: exists, but is not a FIFO of yours", path);
}

/* Make the FIFO and open our end; from here on an error or a signal removes the name. */
static inline void open_fifo(int mode, const char *partner)
{
	sigset_t signals;

	check_streams();
	access_mode = mode;
	snprintf(no_name, sizeof no_name, "%s.%d", path, (int)getpid());
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL); /* none between the name and its clean-up */
	make_fifo();
	atexit(clean_up);
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	sigprocmask(SIG_UNBLOCK, &signals, NULL);

	warnx("waiting for a %s on %s", partner, path);
	while ((fd = open(path, mode | O_NOFOLLOW)) == -1) { /* until both ends are open */
		if (errno != ENOENT)
			err(1, "open %s", path);
		make_fifo(); /* a consumer that has just ended took it away */
	}
}
