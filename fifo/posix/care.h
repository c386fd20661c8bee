/* care.h: what the slide leaves out. What can go wrong, and the function that cares for it:
 * - The path is taken. A FIFO left by a killed run is used. Anything else, and another user's
 *   FIFO, is refused and left as it was: is_ours.
 * - Ctrl-C or an error: the name goes, unless it is another FIFO's by now: remove_name.
 * - The name is removed while we wait in open: then nobody can come to that FIFO any more. So
 *   open starts anew every second (on_signal), and creates the FIFO if it is gone (look_again). */
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

static inline int is_ours(void) /* May we use what has the name? Has our open FIFO a name? */
{
	struct stat status;

	if ((fd == -1 ? lstat(path, &status) : fstat(fd, &status)) == -1)
		return errno != EBADF; /* just removed? open will tell. EBADF: we closed it */
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
	alarm(fd == -1 ? 1 : 0); /* after each SIGALRM the kernel starts open anew */
	if (number == SIGALRM)
		return;
	remove_name();
	signal(number, SIG_DFL);
	raise(number);
}

static inline void if_interrupted(void (*action)(int))
{
	signal(SIGINT, action);
	signal(SIGTERM, action);
	signal(SIGALRM, on_signal);
	alarm(1);
}

static inline void look_again(void)
{
	if (fd != -1)
		close(fd); /* it has no name any more: its consumer may have stopped reading */
	else if (errno != ENOENT)
		err(1, "open %s", path);
	fd = -1;
	if (mkfifo(path, 0600) == -1 && (errno != EEXIST || !is_ours()))
		err(1, "mkfifo %s", path);
}
