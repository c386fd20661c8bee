/* calls: preloaded, notes each call of the C library that a slide names: arguments, result, times,
 * whether it waited, and from which lines of the program it was called. For tests/stage/trace.
 * usage: CALLS=folder LD_PRELOAD=calls.so program
 * Each process writes a file of its own, folder/PID.TIME: struct records, in a mapping, so that
 * what is noted stays there whatever the process dies of. A call is noted before it is made: a
 * record whose end is 0 is of a call that never returned. Only calls that the program itself makes
 * are noted, not those that the C library makes for it. */
#include "calls.h"
#include <dlfcn.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <mqueue.h>
#include <poll.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { DESCRIPTORS = 16 };

static struct record *records, nowhere; /* records[0] is about the process itself */
static atomic_uint count;
static uint64_t base, program_end; /* of the program in memory */
static char *stack_end;

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

static uint32_t switches(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_nvcsw;
}

/* the return addresses in the program, by the frame pointers: main and its functions have them */
static void note_frames(struct record *record, void **frame)
{
	for (int n = 0; n < FRAMES;) {
		uint64_t address = (uint64_t)(uintptr_t)frame[1] - base;
		void **next = frame[0];

		if (address >= program_end)
			return;
		record->frames[n++] = address;
		if (next <= frame || (char *)next > stack_end - 16 || (uintptr_t)next % 8 != 0)
			return;
		frame = next;
	}
}

static struct record *begin(const char *name, void **frame, const int64_t *arguments)
{
	int saved = errno;
	unsigned i;

	if (records == NULL || (uint64_t)(uintptr_t)frame[1] - base >= program_end ||
	    (i = atomic_fetch_add(&count, 1)) >= MOST)
		return &nowhere;
	struct record *record = &records[i];

	strncpy(record->name, name, sizeof record->name - 1);
	memcpy(record->arguments, arguments, sizeof record->arguments);
	note_frames(record, frame);
	record->thread = gettid();
	record->switches = switches();
	record->start = now();
	errno = saved;
	return record;
}

static void note(struct record *record, const void *data, int64_t length)
{
	if (data == NULL || length <= 0 || record == &nowhere)
		return;
	record->length = length < TEXT ? length : TEXT;
	memcpy(record->text, data, record->length);
}

static void note_string(struct record *record, const char *string)
{
	if (string != NULL)
		note(record, string, strlen(string));
}

static void finish(struct record *record, int64_t result, int failed)
{
	int saved = errno;

	if (record == &nowhere)
		return;
	record->result = result;
	record->error = failed ? saved : 0;
	record->switches = switches() - record->switches;
	record->end = now();
	errno = saved;
}

/* what a descriptor leads to: its kind, and its number among its kind */
static void note_descriptor(int fd)
{
	struct stat status;
	int saved = errno;
	unsigned i;

	if (records == NULL || fstat(fd, &status) == -1 ||
	    (i = atomic_fetch_add(&count, 1)) >= MOST) {
		errno = saved;
		return;
	}
	struct record *record = &records[i];

	memcpy(record->name, "descriptor", 11);
	record->arguments[0] = fd;
	record->arguments[1] = status.st_mode;
	record->arguments[2] = status.st_ino;
	record->arguments[3] = status.st_dev;
	record->start = record->end = now();
}

#ifdef __GLIBC__ /* elsewhere nothing tells the status; trace learns it from waitpid */
static void at_exit(int status, void *unused)
{
	(void)unused;
	int64_t arguments[ARGUMENTS] = {status};
	void *frame[2] = {NULL, (void *)(uintptr_t)base};

	finish(begin("exit", frame, arguments), 0, 0);
}
#endif

static int find_program(struct dl_phdr_info *info, size_t size, void *unused)
{
	(void)size, (void)unused;
	base = info->dlpi_addr;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		uint64_t end = info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz;

		if (info->dlpi_phdr[i].p_type == PT_LOAD && end > program_end)
			program_end = end;
	}
	return 1; /* the first is the program */
}

static void open_log(void)
{
	const char *folder = getenv("CALLS");
	char path[PATH_MAX];
	int saved = errno, fd;

	records = NULL;
	if (folder == NULL)
		return;
	snprintf(path, sizeof path, "%s/%d.%llu", folder, getpid(), (unsigned long long)now());
	fd = syscall(SYS_openat, AT_FDCWD, path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
	if (fd != -1 && ftruncate(fd, sizeof *records * (off_t)MOST) == 0) {
		void *memory = mmap(NULL, sizeof *records * (size_t)MOST,
				    PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		records = memory == MAP_FAILED ? NULL : memory;
	}
	if (fd != -1)
		syscall(SYS_close,
			fd); /* the program's own get the numbers that they always get */
	atomic_store(&count, 1);
	if (records != NULL) {
		ssize_t length = readlink("/proc/self/exe", records->text, TEXT);

		records->length = length > 0 ? length : 0;
		memcpy(records->name, "process", 8);
		records->arguments[0] = getpid();
		records->arguments[1] = getppid();
		records->start = records->end = now();
		for (int i = 0; i < DESCRIPTORS; i++)
			note_descriptor(i);
	}
	errno = saved;
}

__attribute__((constructor)) static void set_up(void)
{
	extern char **environ;

	dl_iterate_phdr(find_program, NULL);
	stack_end = (char *)environ;
	open_log();
#ifdef __GLIBC__
	on_exit(at_exit, NULL);
#endif
}

/* The wrappers: each defines a function of the C library, and calls the next one of that name */
#define REAL(name)                                                                             \
	static __typeof__(&name) real;                                                         \
	if (real == NULL)                                                                      \
	*(void **)&real = dlsym(RTLD_NEXT, #name)
#define BEGIN(name, ...)                                                                       \
	struct record *record =                                                                \
		begin(name, __builtin_frame_address(0), (int64_t[ARGUMENTS]){__VA_ARGS__})
#define ADDRESS(pointer) (int64_t)(uintptr_t)(pointer)

#define NUMBERS(type, name, parameters, call, ...) /* a call whose arguments are numbers */    \
	type name parameters                                                                   \
	{                                                                                      \
		REAL(name);                                                                    \
		BEGIN(#name, __VA_ARGS__);                                                     \
		type result = real call;                                                       \
		finish(record, result, result == (type)(-1));                                  \
		return result;                                                                 \
	}
#define NAMED(type, name, parameters, call, string, ...) /* with a name besides */             \
	type name parameters                                                                   \
	{                                                                                      \
		REAL(name);                                                                    \
		BEGIN(#name, __VA_ARGS__);                                                     \
		note_string(record, string);                                                   \
		type result = real call;                                                       \
		finish(record, result, result == (type)(-1));                                  \
		return result;                                                                 \
	}
#define OUTGOING(type, name, parameters, call, data, length,                                   \
		 ...) /* with data, on the way out */                                          \
	type name parameters                                                                   \
	{                                                                                      \
		REAL(name);                                                                    \
		BEGIN(#name, __VA_ARGS__);                                                     \
		note(record, data, length);                                                    \
		type result = real call;                                                       \
		finish(record, result, result == (type)(-1));                                  \
		return result;                                                                 \
	}
#define INCOMING(type, name, parameters, call, data, ...) /* with data, on the way in */       \
	type name parameters                                                                   \
	{                                                                                      \
		REAL(name);                                                                    \
		BEGIN(#name, __VA_ARGS__);                                                     \
		type result = real call;                                                       \
		note(record, data, result);                                                    \
		finish(record, result, result == (type)(-1));                                  \
		return result;                                                                 \
	}

/* shared memory */
int shm_open(const char *name, int flags, mode_t mode)
{
	REAL(shm_open);
	BEGIN("shm_open", 0, flags, mode);
	note_string(record, name);
	int fd = real(name, flags, mode);

	finish(record, fd, fd == -1);
	if (record != &nowhere)
		note_descriptor(fd);
	return fd;
}

NAMED(int, shm_unlink, (const char *name), (name), name, 0)
NUMBERS(int, ftruncate, (int fd, off_t size), (fd, size), fd, size)

int posix_fallocate(int fd, off_t offset, off_t size)
{
	REAL(posix_fallocate);
	BEGIN("posix_fallocate", fd, offset, size);
	int result = real(fd, offset, size);

	finish(record, result, 0);
	if (result != 0 && record != &nowhere)
		record->error = result;
	return result;
}

void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
	REAL(mmap);
	BEGIN("mmap", ADDRESS(address), length, protection, flags, fd);
	void *result = real(address, length, protection, flags, fd, offset);

	finish(record, ADDRESS(result), result == MAP_FAILED);
	return result;
}

NUMBERS(int, munmap, (void *address, size_t length), (address, length), ADDRESS(address),
	length)
NAMED(int, memfd_create, (const char *name, unsigned flags), (name, flags), name, 0, flags)

/* semaphores */
NUMBERS(int, sem_init, (sem_t * sem, int shared, unsigned value), (sem, shared, value),
	ADDRESS(sem), shared, value)
NUMBERS(int, sem_destroy, (sem_t * sem), (sem), ADDRESS(sem))
NUMBERS(int, sem_wait, (sem_t * sem), (sem), ADDRESS(sem))
NUMBERS(int, sem_trywait, (sem_t * sem), (sem), ADDRESS(sem))
NUMBERS(int, sem_timedwait, (sem_t *restrict sem, const struct timespec *restrict until),
	(sem, until), ADDRESS(sem), until->tv_sec)
NUMBERS(int, sem_post, (sem_t * sem), (sem), ADDRESS(sem))
NUMBERS(int, sem_close, (sem_t * sem), (sem), ADDRESS(sem))
NAMED(int, sem_unlink, (const char *name), (name), name, 0)

sem_t *sem_open(const char *name, int flags, ...)
{
	REAL(sem_open);
	va_list rest;

	va_start(rest, flags);
	mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
	unsigned value = flags & O_CREAT ? va_arg(rest, unsigned) : 0;

	va_end(rest);
	BEGIN("sem_open", 0, flags, mode, value);
	note_string(record, name);
	sem_t *result = real(name, flags, mode, value);

	finish(record, ADDRESS(result), result == SEM_FAILED);
	return result;
}

/* message queues */
mqd_t mq_open(const char *name, int flags, ...)
{
	REAL(mq_open);
	va_list rest;

	va_start(rest, flags);
	mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
	struct mq_attr *limits = flags & O_CREAT ? va_arg(rest, struct mq_attr *) : NULL;

	va_end(rest);
	BEGIN("mq_open", 0, flags, mode, limits != NULL ? limits->mq_maxmsg : 0,
	      limits != NULL ? limits->mq_msgsize : 0);
	note_string(record, name);
	mqd_t queue = flags & O_CREAT ? real(name, flags, mode, limits) : real(name, flags);

	finish(record, queue, queue == -1);
	if (record != &nowhere && queue != -1) {
		struct mq_attr now_has;

		if (mq_getattr(queue, &now_has) == 0) {
			record->arguments[0] = now_has.mq_curmsgs;
			record->arguments[3] = now_has.mq_maxmsg;
			record->arguments[4] = now_has.mq_msgsize;
		}
		note_descriptor(queue);
	}
	return queue;
}

NAMED(int, mq_unlink, (const char *name), (name), name, 0)
NUMBERS(int, mq_close, (mqd_t queue), (queue), queue)
OUTGOING(int, mq_send, (mqd_t queue, const char *data, size_t length, unsigned priority),
	 (queue, data, length, priority), data, length, queue, length, priority)
OUTGOING(int, mq_timedsend,
	 (mqd_t queue, const char *data, size_t length, unsigned priority,
	  const struct timespec *until),
	 (queue, data, length, priority, until), data, length, queue, length, priority)
INCOMING(ssize_t, mq_receive, (mqd_t queue, char *data, size_t length, unsigned *priority),
	 (queue, data, length, priority), data, queue, length)
INCOMING(ssize_t, mq_timedreceive,
	 (mqd_t queue, char *restrict data, size_t length, unsigned *restrict priority,
	  const struct timespec *restrict until),
	 (queue, data, length, priority, until), data, queue, length)

int mq_getattr(mqd_t queue, struct mq_attr *now_has)
{
	REAL(mq_getattr);
	BEGIN("mq_getattr", queue);
	int result = real(queue, now_has);

	finish(record, result, result == -1);
	if (result == 0)
		record->arguments[1] = now_has->mq_curmsgs;
	return result;
}

NUMBERS(int, mq_setattr,
	(mqd_t queue, const struct mq_attr *restrict wanted, struct mq_attr *restrict old),
	(queue, wanted, old), queue, wanted->mq_flags)

/* pipes, files, descriptors */
static int note_pipe(struct record *record, int result, const int *fd)
{
	finish(record, result, result == -1);
	if (result == 0 && record != &nowhere) {
		record->arguments[0] = fd[0];
		record->arguments[1] = fd[1];
		note_descriptor(fd[0]);
		note_descriptor(fd[1]);
	}
	return result;
}

int pipe(int fd[2])
{
	REAL(pipe);
	BEGIN("pipe", 0);
	return note_pipe(record, real(fd), fd);
}

int pipe2(int fd[2], int flags)
{
	REAL(pipe2);
	BEGIN("pipe2", 0);
	return note_pipe(record, real(fd, flags), fd);
}

int socketpair(int domain, int type, int protocol, int fd[2])
{
	REAL(socketpair);
	BEGIN("socketpair", 0);
	return note_pipe(record, real(domain, type, protocol, fd), fd);
}

NAMED(int, mkfifo, (const char *path, mode_t mode), (path, mode), path, 0, mode)
NAMED(int, unlink, (const char *path), (path), path, 0)
NUMBERS(int, close, (int fd), (fd), fd)
NUMBERS(mode_t, umask, (mode_t mask), (mask), mask)

static int note_open(struct record *record, int fd)
{
	finish(record, fd, fd == -1);
	if (record != &nowhere)
		note_descriptor(fd);
	return fd;
}

#define OPEN(name)                                                                             \
	int name(const char *path, int flags, ...)                                             \
	{                                                                                      \
		REAL(name);                                                                    \
		va_list rest;                                                                  \
		va_start(rest, flags);                                                         \
		mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;                      \
		va_end(rest);                                                                  \
		BEGIN("open", 0, flags, mode);                                                 \
		note_string(record, path);                                                     \
		return note_open(record, real(path, flags, mode));                             \
	}
OPEN(open)
#ifdef __GLIBC__ /* elsewhere another name for the same */
OPEN(open64)
#endif

int dup2(int from, int to)
{
	REAL(dup2);
	BEGIN("dup2", from, to);
	return note_open(record, real(from, to));
}

int dup(int from)
{
	REAL(dup);
	BEGIN("dup", from);
	return note_open(record, real(from));
}

INCOMING(ssize_t, read, (int fd, void *data, size_t length), (fd, data, length), data, fd,
	 ADDRESS(data), length)
OUTGOING(ssize_t, write, (int fd, const void *data, size_t length), (fd, data, length), data,
	 length, fd, ADDRESS(data), length)

/* standard input and output */
ssize_t getline(char **restrict line, size_t *restrict room, FILE *restrict stream)
{
	REAL(getline);
	BEGIN("getline", fileno(stream));
	ssize_t result = real(line, room, stream);

	note(record, *line, result);
	finish(record, result, 0);
	return result;
}

char *fgets(char *restrict line, int room, FILE *restrict stream)
{
	REAL(fgets);
	BEGIN("fgets", fileno(stream), ADDRESS(line), room);
	char *result = real(line, room, stream);

	note_string(record, result);
	finish(record, result != NULL ? (int64_t)strlen(result) : 0, 0);
	return result;
}

size_t fread(void *restrict data, size_t size, size_t number, FILE *restrict stream)
{
	REAL(fread);
	BEGIN("fread", fileno(stream), ADDRESS(data), size * number);
	size_t result = real(data, size, number, stream);

	note(record, data, result * size);
	finish(record, result, 0);
	return result;
}

size_t fwrite(const void *restrict data, size_t size, size_t number, FILE *restrict stream)
{
	REAL(fwrite);
	BEGIN("fwrite", fileno(stream), ADDRESS(data), size * number);
	note(record, data, size * number);
	size_t result = real(data, size, number, stream);

	finish(record, result, result < number);
	return result;
}

int fflush(FILE *stream)
{
	REAL(fflush);
	BEGIN("fflush", stream != NULL ? fileno(stream) : -1);
	int result = real(stream);

	finish(record, result, result == EOF);
	return result;
}

/* locks and pauses */
NUMBERS(int, flock, (int fd, int operation), (fd, operation), fd, operation)
NUMBERS(int, lockf, (int fd, int command, off_t length), (fd, command, length), fd, command,
	length)
NUMBERS(int, usleep, (useconds_t microseconds), (microseconds), microseconds)
NUMBERS(unsigned, sleep, (unsigned seconds), (seconds), seconds)
NUMBERS(int, nanosleep, (const struct timespec *wanted, struct timespec *left), (wanted, left),
	wanted->tv_sec * 1000000000LL + wanted->tv_nsec)
NUMBERS(int, pause, (void), (), 0)

#define FCNTL(name)                                                                            \
	int name(int fd, int command, ...)                                                     \
	{                                                                                      \
		REAL(name);                                                                    \
		va_list rest;                                                                  \
		va_start(rest, command);                                                       \
		void *argument = va_arg(rest, void *); /* or an int: the caller knows */       \
		va_end(rest);                                                                  \
		BEGIN("fcntl", fd, command);                                                   \
		int result = real(fd, command, argument);                                      \
		finish(record, result, result == -1);                                          \
		return result;                                                                 \
	}
FCNTL(fcntl)
#ifdef __GLIBC__
FCNTL(fcntl64)
#endif

/* processes and signals */
pid_t fork(void)
{
	REAL(fork);
	BEGIN("fork", 0);
	pid_t child = real();

	if (child == 0)
		open_log(); /* a file of its own */
	else
		finish(record, child, child == -1);
	return child;
}

static int note_exec(struct record *record, const char *program)
{
	note_string(record, program);
	return 0;
}

#define EXECV(name)                                                                            \
	int name(const char *program, char *const arguments[])                                 \
	{                                                                                      \
		REAL(name);                                                                    \
		BEGIN(#name, 0);                                                               \
		note_exec(record, program);                                                    \
		int result = real(program, arguments);                                         \
		finish(record, result, 1);                                                     \
		return result;                                                                 \
	}
EXECV(execv)
EXECV(execvp)

#define EXECL(name, vector)                                                                    \
	int name(const char *program, const char *argument, ...)                               \
	{                                                                                      \
		int (*real)(const char *, char *const[]);                                      \
		*(void **)&real = dlsym(RTLD_NEXT, #vector);                                   \
		char *arguments[64] = {(char *)(uintptr_t)argument};                           \
		va_list rest;                                                                  \
		va_start(rest, argument);                                                      \
		for (int i = 1; i < 63 && arguments[i - 1] != NULL; i++)                       \
			arguments[i] = va_arg(rest, char *);                                   \
		va_end(rest);                                                                  \
		BEGIN(#name, 0);                                                               \
		note_exec(record, program);                                                    \
		int result = real(program, arguments);                                         \
		finish(record, result, 1);                                                     \
		return result;                                                                 \
	}
EXECL(execl, execv)
EXECL(execlp, execvp)

pid_t waitpid(pid_t child, int *status, int options)
{
	REAL(waitpid);
	BEGIN("waitpid", child, 0, options);
	int ended = 0;
	pid_t result = real(child, &ended, options);

	if (status != NULL)
		*status = ended;
	record->arguments[1] = ended;
	finish(record, result, result == -1);
	return result;
}

pid_t wait(int *status)
{
	REAL(wait);
	BEGIN("wait", -1);
	int ended = 0;
	pid_t result = real(&ended);

	if (status != NULL)
		*status = ended;
	record->arguments[1] = ended;
	finish(record, result, result == -1);
	return result;
}

void _exit(int status)
{
	void (*real)(int) __attribute__((noreturn));

	*(void **)&real = dlsym(RTLD_NEXT, "_exit");
	BEGIN("_exit", status);
	finish(record, 0, 0);
	real(status);
}

NUMBERS(int, kill, (pid_t process, int number), (process, number), process, number)
NUMBERS(int, raise, (int number), (number), number)

void (*signal(int number, void (*action)(int)))(int)
{
	REAL(signal);
	BEGIN("signal", number, ADDRESS(action));
	void (*result)(int) = real(number, action);

	finish(record, ADDRESS(result), result == SIG_ERR);
	return result;
}

/* sockets */
static void note_address(struct record *record, const struct sockaddr *address)
{
	if (address != NULL && address->sa_family == AF_UNIX)
		note_string(record,
			    ((const struct sockaddr_un *)(const void *)address)->sun_path);
}

int socket(int domain, int type, int protocol)
{
	REAL(socket);
	BEGIN("socket", domain, type, protocol);
	return note_open(record, real(domain, type, protocol));
}

#ifdef __GLIBC__ /* its headers declare a union of all kinds of addresses */
#define ANY_ADDRESS __CONST_SOCKADDR_ARG
#define ANY_ADDRESS_OUT __SOCKADDR_ARG
#define AS_ADDRESS(address) (address).__sockaddr__
#else
#define ANY_ADDRESS const struct sockaddr *
#define ANY_ADDRESS_OUT struct sockaddr *restrict
#define AS_ADDRESS(address) (address)
#endif

int bind(int fd, ANY_ADDRESS address, socklen_t length)
{
	REAL(bind);
	BEGIN("bind", fd);
	note_address(record, AS_ADDRESS(address));
	int result = real(fd, address, length);

	finish(record, result, result == -1);
	return result;
}

int connect(int fd, ANY_ADDRESS address, socklen_t length)
{
	REAL(connect);
	BEGIN("connect", fd);
	note_address(record, AS_ADDRESS(address));
	int result = real(fd, address, length);

	finish(record, result, result == -1);
	return result;
}

NUMBERS(int, listen, (int fd, int backlog), (fd, backlog), fd, backlog)

int accept(int fd, ANY_ADDRESS_OUT address, socklen_t *restrict length)
{
	REAL(accept);
	BEGIN("accept", fd);
	return note_open(record, real(fd, address, length));
}

NUMBERS(int, poll, (struct pollfd * ports, nfds_t number, int limit), (ports, number, limit),
	ADDRESS(ports), number, limit)

static int handle_in(const struct msghdr *message)
{
	const struct cmsghdr *header = CMSG_FIRSTHDR(message);
	int handle = -1;

	if (header != NULL && header->cmsg_type == SCM_RIGHTS)
		memcpy(&handle, CMSG_DATA(header), sizeof handle);
	return handle;
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	REAL(sendmsg);
	BEGIN("sendmsg", fd, flags, handle_in(message), message->msg_iov->iov_len);
	note(record, message->msg_iov->iov_base, message->msg_iov->iov_len);
	ssize_t result = real(fd, message, flags);

	finish(record, result, result == -1);
	return result;
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	REAL(recvmsg);
	BEGIN("recvmsg", fd, flags, -1);
	ssize_t result = real(fd, message, flags);

	note(record, message->msg_iov->iov_base, result);
	if (result > 0)
		record->arguments[2] = handle_in(message);
	finish(record, result, result == -1);
	if (result > 0 && record != &nowhere && record->arguments[2] != -1)
		note_descriptor(record->arguments[2]);
	return result;
}

OUTGOING(ssize_t, send, (int fd, const void *data, size_t length, int flags),
	 (fd, data, length, flags), data, length, fd, ADDRESS(data), length, flags)
INCOMING(ssize_t, recv, (int fd, void *data, size_t length, int flags),
	 (fd, data, length, flags), data, fd, ADDRESS(data), length, flags)

/* what a program says on standard error */
static void note_words(struct record *record, const char *format, va_list arguments)
{
	char words[TEXT];
	int saved = errno, length = vsnprintf(words, sizeof words, format, arguments);

	note(record, words, length < TEXT ? length : TEXT - 1);
	errno = saved;
}

#define SAYS(name, opening, closing, parameters, call)                                         \
	void name parameters                                                                   \
	{                                                                                      \
		void(*real) opening;                                                           \
		va_list rest, again;                                                           \
		*(void **)&real = dlsym(RTLD_NEXT, closing);                                   \
		va_start(rest, format);                                                        \
		va_copy(again, rest);                                                          \
		BEGIN(#name, errno);                                                           \
		note_words(record, format, again);                                             \
		finish(record, 0, 0);                                                          \
		real call;                                                                     \
		va_end(again);                                                                 \
		va_end(rest);                                                                  \
	}
SAYS(warn, (const char *, va_list), "vwarn", (const char *format, ...), (format, rest))
SAYS(warnx, (const char *, va_list), "vwarnx", (const char *format, ...), (format, rest))

#define ENDS(name, closing)                                                                    \
	void name(int status, const char *format, ...)                                         \
	{                                                                                      \
		void (*real)(int, const char *, va_list) __attribute__((noreturn));            \
		va_list rest, again;                                                           \
		*(void **)&real = dlsym(RTLD_NEXT, closing);                                   \
		va_start(rest, format);                                                        \
		va_copy(again, rest);                                                          \
		BEGIN(#name, errno, status);                                                   \
		note_words(record, format, again);                                             \
		finish(record, 0, 0);                                                          \
		real(status, format, rest);                                                    \
	}
ENDS(err, "verr")
ENDS(errx, "verrx")
