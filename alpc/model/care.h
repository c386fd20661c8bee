/* care.h: a *model* of ALPC, not ALPC itself. First: how a message with its handle goes through a
 * socket. Then what the slide of the lecture leaves out. What can go wrong -> what handles it:
 *   the other side dies                                  -> receive_message returns GONE
 *   the name belongs to something or to somebody else    -> is_our_socket, on both sides
 *   the client comes first: there is no server           -> wait_for_server
 *   a killed server's name; a living one's; two at once  -> claim_name
 *   Ctrl-C, kill, an error of the server                 -> clean_up, stop: set by claim_name */
#include "protocol.h"
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { NO_HANDLE = -1 };
union rights { /* room for one handle, see cmsg(3) */
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(int))];
};

/* Sends a message, and with it a handle: the receiver gets a descriptor of its own for the same
 * object. If the receiver is gone, this is no error: our next receive_message says so. */
static inline void send_message(int port, struct message message, int handle)
{
	union rights rights = {.header = {.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
	struct iovec body = {&message, sizeof message};
	struct msghdr all = {.msg_iov = &body, .msg_iovlen = 1, .msg_control = &rights};

	rights.header.cmsg_len = CMSG_LEN(sizeof handle);
	memcpy(CMSG_DATA(&rights.header), &handle, sizeof handle);
	all.msg_controllen = handle == NO_HANDLE ? 0 : CMSG_LEN(sizeof handle);
	if (sendmsg(port, &all, MSG_NOSIGNAL) == -1 && errno != EPIPE && errno != ECONNRESET)
		err(1, "sendmsg");
}

/* Waits for a message and returns its type: GONE if the sender has closed its port or died. The
 * handle is what came with the message, or NO_HANDLE. */
static inline enum type receive_message(int port, struct message *message, int *handle)
{
	union rights rights;
	struct iovec body = {message, sizeof *message};
	struct msghdr all = {.msg_iov = &body, .msg_iovlen = 1, .msg_control = &rights};
	ssize_t length;

	all.msg_controllen = CMSG_LEN(sizeof *handle);
	if ((length = recvmsg(port, &all, 0)) == -1 && errno != ECONNRESET)
		err(1, "recvmsg");
	*handle = NO_HANDLE;
	if (length > 0 && all.msg_controllen > 0)
		memcpy(handle, CMSG_DATA(&rights.header), sizeof *handle);
	if (length != sizeof *message)
		message->type = GONE;
	return message->type;
}

static struct sockaddr_un name = {.sun_family = AF_UNIX}; /* of the connection port */
static struct sockaddr *const address = (struct sockaddr *)&name;
static char *const path = name.sun_path;

static inline void set_name(const char *argument) /* NULL: the default */
{
	size_t length = snprintf(path, sizeof name.sun_path, DEFAULT_NAME, (unsigned)getuid());

	if (argument != NULL)
		length = snprintf(path, sizeof name.sun_path, "%s", argument);
	if (length == 0 || length >= sizeof name.sun_path)
		errx(1, "%s: a name has 1 to %zu bytes", argument, sizeof name.sun_path - 1);
}

static inline int is_our_socket(void) /* 0: nothing has the name. Exits if it is not ours */
{
	struct stat status;
	int found = lstat(path, &status) == 0;

	if (!found && errno != ENOENT)
		err(1, "lstat %s", path);
	if (found && (!S_ISSOCK(status.st_mode) || status.st_uid != geteuid()))
		errx(1, "lstat %s: exists, but is not a socket of yours", path);
	return found;
}

static inline void wait_for_server(void) /* connect has failed: wait for 1 ms */
{
	static int told;

	if (errno != ENOENT && errno != ECONNREFUSED) /* no name; a killed server's */
		err(1, "connect %s", path);
	if (!told++)
		warnx("waiting for a consumer on %s", path);
	usleep(1000);
}

static volatile sig_atomic_t named; /* the name is ours to remove */

static inline void clean_up(void)
{
	if (named)
		unlink(path);
}

static inline void remove_name(void) /* once: later it may be the next server's */
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL); /* or a signal would unlink again */
	if (unlink(path) == -1 && errno != ENOENT)
		err(1, "unlink %s", path);
	named = 0;
	sigprocmask(SIG_UNBLOCK, &all, NULL);
}

static inline void stop(int signal_number)
{
	clean_up();
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

/* Frees the name for bind, and sets what removes it at our end. Returns a lock against others. */
static inline int claim_name(int port)
{
	int lock = open("/tmp", O_RDONLY);

	if (lock == -1)
		err(1, "open /tmp");
	if (flock(lock, LOCK_EX) == -1)
		err(1, "flock /tmp");
	if (is_our_socket()) {
		if (connect(port, address, sizeof name) == 0 || errno != ECONNREFUSED)
			errx(1, "bind %s: another consumer is using it", path);
		unlink(path); /* a killed server's: nobody listens. If this fails, bind says so */
	}
	umask(0177); /* the name is for its owner alone */
	named = 1;
	atexit(clean_up);
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	signal(SIGPIPE, SIG_IGN); /* write fails instead */
	return lock;
}
