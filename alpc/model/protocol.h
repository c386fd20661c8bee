/* The protocol of alpc/model, included by both sides: a model, not ALPC itself. It acts out
 * the steps of ALPC with the kernel objects that Linux has:
 *   connection port      a listening socket with a name; SOCK_SEQPACKET keeps messages apart
 *   communication ports  the two ends of a socketpair, one for the server, one for the client
 *   returning a handle   SCM_RIGHTS, a descriptor that travels in a message: unix(7)
 *   section object       a memfd, sealed so that nobody changes it while the other reads it
 * Here are the messages and the connection port's name; the steps are in the two programs. */
#define _GNU_SOURCE /* memfd_create, struct ucred, fopencookie */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#ifndef VERSION /* a client built with -DVERSION=2 is refused */
#define VERSION 1
#endif
enum { COPIED = 256, SECTION = 1 << 20 }; /* the longest line: in a message, in a section */
enum { SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE };

enum type {
	GONE,     /* no message: the other side has closed its port, or died */
	CONNECT,  /* client, on the connection port: value is its VERSION */
	ACCEPTED, /* server: with the handle of the client's communication port */
	REFUSED,  /* server: data is the reason */
	LINE,     /* client, a request: data or the section is one line, its newline included */
	END,      /* client, a request: no more to come */
	CALLBACK, /* server, before its reply to END: how many lines have you sent? */
	ANSWER,   /* client: value is their number */
	REPLY     /* server: the request is served */
};

struct message {
	enum type type;
	unsigned id; /* of the request; a callback and a reply bear that of theirs */
	long value;
	size_t length; /* of the line: up to COPIED bytes are in data, more in the section */
	char data[COPIED]; /* only the bytes in use are sent */
};

static inline size_t size_of(const struct message *message) /* as it is sent */
{
	return offsetof(struct message, data) +
	       (message->length > COPIED ? 0 : message->length);
}

union rights { /* room for one handle */
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(int))];
};

static struct sockaddr_un name = {.sun_family = AF_UNIX}; /* of the connection port */
static struct sockaddr *const address = (struct sockaddr *)&name;
static char *const path = name.sun_path;

/* Send a message, and in it a handle, if that is not -1. If the other side is gone, this is no
 * error here: receive_message will say it. */
static inline void send_message(int port, struct message *message, int handle)
{
	union rights rights = {.header = {CMSG_LEN(sizeof handle), SOL_SOCKET, SCM_RIGHTS}};
	struct iovec body = {message, size_of(message)};
	struct msghdr all = {.msg_iov = &body, .msg_iovlen = 1, .msg_control = &rights};

	memcpy(CMSG_DATA(&rights.header), &handle, sizeof handle);
	all.msg_controllen = handle == -1 ? 0 : CMSG_LEN(sizeof handle);
	if (sendmsg(port, &all, MSG_NOSIGNAL) == -1 && errno != EPIPE && errno != ECONNRESET)
		err(1, "sendmsg %s", path);
}

/* Wait for a message, and the handle in it, or -1; where handle is NULL, none is taken. What is
 * no message counts as GONE. */
static inline enum type receive_message(int port, struct message *message, int *handle)
{
	union rights rights;
	struct iovec body = {message, sizeof *message};
	struct msghdr all = {.msg_iov = &body, .msg_iovlen = 1, .msg_control = &rights};
	ssize_t length;

	all.msg_controllen = handle == NULL ? 0 : CMSG_LEN(sizeof *handle);
	if ((length = recvmsg(port, &all, 0)) == -1 && errno != ECONNRESET)
		err(1, "recvmsg %s", path);
	if (handle != NULL) {
		*handle = -1;
		if (length > 0 && all.msg_controllen > 0)
			memcpy(handle, CMSG_DATA(&rights.header), sizeof *handle);
	}
	if (length < (ssize_t)offsetof(struct message, data) ||
	    (size_t)length != size_of(message))
		message->type = GONE;
	return message->type;
}

/* A port would take the descriptor of a standard stream that is closed. */
static inline void check_streams(void)
{
	for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++)
		if (fcntl(stream, F_GETFD) == -1)
			err(1, "standard stream %d", stream);
}

static inline void set_path(const char *argument) /* NULL: the default */
{
	snprintf(path, sizeof name.sun_path, "/tmp/alpc-%u", (unsigned)getuid());
	if (argument == NULL)
		return;
	if (*argument == '\0' || strlen(argument) >= sizeof name.sun_path)
		errx(1, "%s: a name has 1 to %zu bytes", argument, sizeof name.sun_path - 1);
	strcpy(path, argument);
}

/* The inode of the socket with our name, 0 if there is none. Anything else is refused. */
static inline ino_t look_up(void)
{
	struct stat status;

	if (lstat(path, &status) == -1) {
		if (errno != ENOENT)
			err(1, "lstat %s", path);
		return 0;
	}
	if (!S_ISSOCK(status.st_mode) || status.st_uid != geteuid())
		errx(1, "lstat %s: exists, but is not a socket of yours", path);
	return status.st_ino;
}

static ino_t inode; /* of the name that the server has made, as soon as it is known */

/* Remove the name, unless it is gone already (and may by now be a later server's, with another
 * inode: ours is in use as long as our socket is open). */
static inline int remove_name(void)
{
	struct stat status;

	if (lstat(path, &status) == -1 || (inode != 0 && status.st_ino != inode))
		return 0;
	return unlink(path);
}

static inline void clean_up(void) /* atexit: after an error */
{
	remove_name();
}

static inline void stop(int signal_number) /* after a signal */
{
	remove_name();
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

/* Make the connection port, in place of one that a killed server has left. The directory is
 * locked, so that no other server takes ours, not listening yet, for one that was left. */
static inline int make_connection_port(void)
{
	char copy[sizeof name.sun_path];
	const char *directory = dirname(strcpy(copy, path));
	int lock = open(directory, O_RDONLY | O_DIRECTORY), server;
	sigset_t signals;

	if (lock == -1)
		err(1, "open %s", directory);
	if (flock(lock, LOCK_EX) == -1)
		err(1, "flock %s", directory);
	if ((server = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0)) == -1)
		err(1, "socket");
	if (look_up() != 0) {
		if (connect(server, address, sizeof name) == 0 ||
		    errno == EAGAIN) /* it lives, but is busy */
			errx(1, "bind %s: another consumer is using it", path);
		if (errno != ECONNREFUSED) /* which says that nobody listens */
			err(1, "connect %s", path);
		if (unlink(path) == -1)
			err(1, "unlink %s", path);
	}
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL); /* none between the name and its clean-up */
	umask(0177);
	if (bind(server, address, sizeof name) == -1)
		err(1, "bind %s", path);
	atexit(clean_up);
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	sigprocmask(SIG_UNBLOCK, &signals, NULL);
	inode = look_up();
	if (listen(server, SOMAXCONN) == -1)
		err(1, "listen %s", path);
	close(lock);
	return server;
}
