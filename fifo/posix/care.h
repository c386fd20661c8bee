/* care.h: what the slide of the lecture leaves out. What can go wrong -> what handles it:
 *   the path is no FIFO, or another user's: left as it was  -> is_ours
 *   Ctrl-C, or a call that fails: remove our FIFO's name    -> on_signal, remove_name
 *   the name is removed while we wait in open, so that      -> on_signal, create_again
 *   nobody can come any more. Every second SIGALRM interrupts open: the kernel restarts it, and
 *   looks the name up again. If that fails, we create the FIFO again. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *path; /* of the FIFO */
static int fd = -1;      /* the FIFO, once it is open */

static inline int is_ours(void) /* is the FIFO (open, or at path) ours, with its name? */
{
	struct stat status;

	if ((fd == -1 ? lstat(path, &status) : fstat(fd, &status)) == -1)
		return errno != EBADF; /* just removed: open will say so. EBADF: we closed it */
	return S_ISFIFO(status.st_mode) && status.st_nlink > 0 && status.st_uid == geteuid() &&
	       (status.st_mode & 0600) == 0600; /* else one side could never open it */
}

static inline void remove_name(void)
{
	if (is_ours())
		unlink(path);
}

static inline void on_signal(int number)
{
	alarm(fd == -1 ? 1 : 0); /* the next second; none once the FIFO is open */
	if (number == SIGALRM)
		return;
	remove_name();
	signal(number, SIG_DFL);
	raise(number);
}

static inline void on_interrupt(void (*action)(int)) /* also starts the alarm, see above */
{
	signal(SIGINT, action);
	signal(SIGTERM, action);
	signal(SIGALRM, on_signal);
	alarm(1);
}

static inline void create_again(void)
{
	if (fd != -1)
		close(fd); /* it has no name any more: its consumer may have stopped reading */
	else if (errno != ENOENT)
		err(1, "open %s", path);
	fd = -1;
	if (mkfifo(path, 0600) == -1 && (errno != EEXIST || !is_ours()))
		err(1, "mkfifo %s", path);
}
