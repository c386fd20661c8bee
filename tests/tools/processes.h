/* processes.h: what /proc says of this user's processes: what each has open, and the call that it
 * waits in. For why.c and kernel.c. Nothing is changed by looking: of a pipe that a process has
 * open we open the same end, for a moment; a queue is never received from. */
#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <mqueue.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { MQUEUE_FILE_SYSTEM = 0x19800202, READS = 1, WRITES = 2, NONE = -1 };

enum call {
	RUNS, /* in no call that we know, or not asleep */
	READ,
	WRITE,
	OPEN,
	MQ_SEND,
	MQ_RECEIVE,
	FUTEX,
	WAIT,
	SLEEP,
	POLL,
	RECEIVE,
	SEND,
	ACCEPT,
	CONNECT,
	FLOCK,
	FCNTL
};

/* System calls, by the name that a program calls them by: the slide's. */
static const struct known_call {
	long number;
	enum call call;
	const char *name;
} known_calls[] = {
	{SYS_read, READ, "read"},
	{SYS_readv, READ, "readv"},
	{SYS_write, WRITE, "write"},
	{SYS_writev, WRITE, "writev"},
	{SYS_openat, OPEN, "open"},
	{SYS_mq_timedsend, MQ_SEND, "mq_send"},
	{SYS_mq_timedreceive, MQ_RECEIVE, "mq_receive"},
	{SYS_futex, FUTEX, "sem_wait"},
	{SYS_wait4, WAIT, "waitpid"},
	{SYS_waitid, WAIT, "waitid"},
	{SYS_nanosleep, SLEEP, "usleep"},
	{SYS_clock_nanosleep, SLEEP, "usleep"},
	{SYS_ppoll, POLL, "poll"},
	{SYS_recvmsg, RECEIVE, "recvmsg"},
	{SYS_recvfrom, RECEIVE, "recv"},
	{SYS_sendmsg, SEND, "sendmsg"},
	{SYS_sendto, SEND, "send"},
	{SYS_accept, ACCEPT, "accept"},
	{SYS_accept4, ACCEPT, "accept"},
	{SYS_connect, CONNECT, "connect"},
	{SYS_flock, FLOCK, "flock"},
	{SYS_fcntl, FCNTL, "lockf"},
/* older calls, which newer architectures do without */
#ifdef SYS_open
	{SYS_open, OPEN, "open"},
#endif
#ifdef SYS_poll
	{SYS_poll, POLL, "poll"},
#endif
};

/* Where the call itself may not be read (a kernel with Yama, as on Ubuntu): the kernel's function
 * that a process sleeps in. Their names change between kernels: these are of 5.10 to 6.18. */
static const struct {
	const char *beginning;
	enum call call;
} kernel_functions[] = {
	{"pipe_read", READ},
	{"anon_pipe_read", READ},
	{"fifo_pipe_read", READ},
	{"wait_woken", READ},
	{"n_tty_read", READ},
	{"pipe_write", WRITE},
	{"anon_pipe_write", WRITE},
	{"fifo_pipe_write", WRITE},
	{"wait_for_partner", OPEN},
	{"fifo_open", OPEN},
	{"wq_sleep", MQ_RECEIVE},
	{"futex", FUTEX},
	{"do_futex", FUTEX},
	{"do_wait", WAIT},
	{"hrtimer_nanosleep", SLEEP},
	{"do_nanosleep", SLEEP},
	{"poll_schedule", POLL},
	{"do_sys_poll", POLL},
	{"do_poll", POLL},
	{"__skb_wait", RECEIVE},
	{"unix_stream_read", RECEIVE},
	{"unix_stream_data", RECEIVE},
	{"sock_alloc_send", SEND},
	{"flock_lock", FLOCK},
	{"locks_lock_inode", FLOCK},
	{"do_lock_file", FCNTL},
	{"fcntl_setlk", FCNTL},
};

struct descriptor {
	int fd, access; /* READS, WRITES or both */
	dev_t device;
	ino_t inode;
	mode_t mode;
	int is_queue;
	char target[192]; /* where the link in /proc/PID/fd leads to */
};

struct process {
	pid_t pid, parent;
	int ours; /* of the suite, or of the folders that were named */
	char name[32], state, wchan[48];
	enum call call;
	const char *call_name;
	int knows_arguments; /* of the call: else it is told by wchan alone */
	long number;
	unsigned long long arguments[6];
	struct descriptor *descriptors;
	int count;
};

enum { MOST_PROCESSES = 8192 };
static struct process processes[MOST_PROCESSES];
static int process_count;
static int by_wchan_alone; /* as where /proc/PID/syscall may not be read */

static inline ssize_t read_proc(pid_t pid, const char *file, char *text, size_t size)
{
	char path[64];
	ssize_t length = 0, n;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return -1;
	while ((size_t)length < size - 1 &&
	       (n = read(fd, text + length, size - 1 - length)) > 0)
		length += n;
	text[length] = '\0';
	close(fd);
	return length;
}

static inline void load_descriptors(struct process *p)
{
	char path[64], link[320];
	struct dirent *entry;
	struct stat object, its_link;
	struct statfs system;
	DIR *all;

	snprintf(path, sizeof path, "/proc/%d/fd", (int)p->pid);
	if ((all = opendir(path)) == NULL)
		return;
	while ((entry = readdir(all)) != NULL) {
		struct descriptor d = {.fd = atoi(entry->d_name)};
		ssize_t length;

		snprintf(link, sizeof link, "%s/%s", path, entry->d_name);
		if (!isdigit((unsigned char)*entry->d_name) || lstat(link, &its_link) == -1 ||
		    stat(link, &object) == -1 ||
		    (length = readlink(link, d.target, sizeof d.target - 1)) == -1)
			continue;
		d.target[length] = '\0';
		d.access = (its_link.st_mode & S_IRUSR ? READS : 0) |
			   (its_link.st_mode & S_IWUSR ? WRITES : 0);
		d.device = object.st_dev;
		d.inode = object.st_ino;
		d.mode = object.st_mode;
		d.is_queue = S_ISREG(d.mode) && *d.target == '/' &&
			     strchr(d.target + 1, '/') == NULL && statfs(link, &system) == 0 &&
			     (unsigned)system.f_type == MQUEUE_FILE_SYSTEM;
		p->descriptors =
			realloc(p->descriptors, (p->count + 1) * sizeof *p->descriptors);
		if (p->descriptors == NULL)
			err(1, "realloc");
		p->descriptors[p->count++] = d;
	}
	closedir(all);
}

/* The state, and if it sleeps the call. One that just runs is looked at again, for a moment. */
static inline void load_call(struct process *p)
{
	char text[4096], *after;

	p->number = NONE;
	p->call = RUNS;
	p->call_name = "";
	p->state = 'X';
	for (int look = 0; look < 4; look++) {
		if (read_proc(p->pid, "stat", text, sizeof text) <= 0 ||
		    (after = strrchr(text, ')')) == NULL ||
		    sscanf(after + 1, " %c %d", &p->state, &p->parent) != 2)
			return;
		if (p->state != 'R')
			break;
		nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
	}
	if (p->state != 'S' && p->state != 'D')
		return;
	if (read_proc(p->pid, "wchan", p->wchan, sizeof p->wchan) <= 0)
		*p->wchan = '\0';
	p->knows_arguments = !by_wchan_alone &&
			     read_proc(p->pid, "syscall", text, sizeof text) > 0 &&
			     sscanf(text, "%ld %llx %llx %llx %llx %llx %llx", &p->number,
				    &p->arguments[0], &p->arguments[1], &p->arguments[2],
				    &p->arguments[3], &p->arguments[4], &p->arguments[5]) == 7;
	for (size_t i = 0; i < sizeof known_calls / sizeof *known_calls; i++)
		if (p->knows_arguments && known_calls[i].number == p->number) {
			p->call = known_calls[i].call;
			p->call_name = known_calls[i].name;
			return;
		}
	for (size_t i = 0; i < sizeof kernel_functions / sizeof *kernel_functions; i++)
		if (!p->knows_arguments && strncmp(p->wchan, kernel_functions[i].beginning,
						   strlen(kernel_functions[i].beginning)) == 0)
			p->call = kernel_functions[i].call;
	for (int i = 0; p->call == MQ_RECEIVE && i < p->count; i++)
		if (p->descriptors[i].is_queue && p->descriptors[i].access == WRITES)
			p->call = MQ_SEND;
	for (size_t i = 0; i < sizeof known_calls / sizeof *known_calls; i++)
		if (p->call != RUNS && known_calls[i].call == p->call) {
			p->call_name = known_calls[i].name;
			return;
		}
}

static inline int lies_in(const char *program, char **folders)
{
	for (; *folders != NULL; folders++) {
		size_t length = strlen(*folders);

		if (strncmp(program, *folders, length) == 0 && program[length] == '/' &&
		    strncmp(program + length, "/build/tools/", 13) != 0)
			return 1;
	}
	return 0;
}

static inline int by_number(const void *a, const void *b)
{
	return ((const struct process *)a)->pid - ((const struct process *)b)->pid;
}

/* All of this user's processes that are wanted; those are ours whose program lies in one of the
 * folders. */
static inline void load_processes(char **folders, int (*is_wanted)(pid_t))
{
	struct dirent *entry;
	DIR *all = opendir("/proc");

	if (all == NULL)
		err(1, "opendir /proc");
	for (int i = 0; i < process_count; i++)
		free(processes[i].descriptors);
	process_count = 0;
	while (process_count < MOST_PROCESSES && (entry = readdir(all)) != NULL) {
		struct process p = {.pid = atoi(entry->d_name)};
		struct stat status;
		char path[64], program[PATH_MAX] = "";
		ssize_t length;

		snprintf(path, sizeof path, "/proc/%d", (int)p.pid);
		if (p.pid <= 0 || p.pid == getpid() || stat(path, &status) == -1 ||
		    status.st_uid != getuid() || !is_wanted(p.pid))
			continue;
		if (read_proc(p.pid, "comm", p.name, sizeof p.name) <= 0)
			continue;
		p.name[strcspn(p.name, "\n")] = '\0';
		snprintf(path, sizeof path, "/proc/%d/exe", (int)p.pid);
		if ((length = readlink(path, program, sizeof program - 1)) > 0)
			program[length] = '\0';
		p.ours = lies_in(program, folders);
		load_descriptors(&p);
		if (p.ours || length <= 0)
			load_call(&p);
		processes[process_count++] = p;
	}
	closedir(all);
	qsort(processes, process_count, sizeof *processes, by_number);
	for (int i = 0; i < process_count; i++) /* a zombie has no program any more */
		for (int j = 0; processes[i].state == 'Z' && j < process_count; j++)
			if (processes[j].pid == processes[i].parent && processes[j].ours)
				processes[i].ours = 1;
}

static inline struct process *process_of(pid_t pid)
{
	for (int i = 0; i < process_count; i++)
		if (processes[i].pid == pid)
			return &processes[i];
	return NULL;
}

static inline struct descriptor *descriptor_of(struct process *p, int fd)
{
	for (int i = 0; i < p->count; i++)
		if (p->descriptors[i].fd == fd)
			return &p->descriptors[i];
	return NULL;
}

/* Opens what a process has open, in the same way, without waiting: -1 if that is not allowed. */
static inline int open_again(const struct process *p, const struct descriptor *d)
{
	char path[64];
	int access = d->access == READS ? O_RDONLY : d->access == WRITES ? O_WRONLY : O_RDWR;

	snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)p->pid, d->fd);
	return open(path, access | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static inline int bytes_in_pipe(const struct process *p, const struct descriptor *d)
{
	int bytes = NONE, fd = open_again(p, d);

	if (fd == -1 || ioctl(fd, FIONREAD, &bytes) == -1)
		bytes = NONE;
	if (fd != -1)
		close(fd);
	return bytes;
}

static inline int get_queue(const struct process *p, const struct descriptor *d,
			    struct mq_attr *now)
{
	int fd = open_again(p, d), result = fd == -1 ? -1 : mq_getattr(fd, now);

	if (fd != -1)
		close(fd);
	return result;
}

/* The file that is mapped at an address, and the offset in it. Without an address: is this file
 * mapped at all? */
struct mapping {
	dev_t device;
	ino_t inode;
	unsigned long long offset;
	char path[PATH_MAX];
};

static inline int find_mapping(pid_t pid, unsigned long long address, struct mapping *found,
			       const struct mapping *wanted)
{
	char path[64], line[PATH_MAX + 128];
	unsigned long long from, to, offset, inode;
	unsigned major_number, minor_number;
	int result = 0, at;
	FILE *maps;

	snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
	if ((maps = fopen(path, "re")) == NULL)
		return 0;
	while (!result && fgets(line, sizeof line, maps) != NULL) {
		at = 0;
		if (sscanf(line, "%llx-%llx %*s %llx %x:%x %llu %n", &from, &to, &offset,
			   &major_number, &minor_number, &inode, &at) < 6)
			continue;
		line[strcspn(line, "\n")] = '\0';
		if (wanted != NULL)
			result = inode == wanted->inode && inode != 0 &&
				 makedev(major_number, minor_number) == wanted->device;
		else if (from <= address && address < to) {
			result = 1;
			found->device = makedev(major_number, minor_number);
			found->inode = inode;
			found->offset = offset + (address - from);
			snprintf(found->path, sizeof found->path, "%s", line + at);
		}
	}
	fclose(maps);
	return result;
}

static inline ssize_t read_memory(pid_t pid, unsigned long long address, void *to, size_t size)
{
	struct iovec here = {to, size}, there = {(void *)(uintptr_t)address, size};

	return process_vm_readv(pid, &here, 1, &there, 1, 0);
}

/* Sockets of the family UNIX, from the kernel: which is whose other end. */
struct unix_socket {
	ino_t inode, other_end;
	int listens, bytes; /* waiting in its queue; of one that listens: connections */
	char name[110];
};
enum { MOST_SOCKETS = 4096 };
static struct unix_socket sockets[MOST_SOCKETS];
static int socket_count;

static inline void add_socket(const struct nlmsghdr *header)
{
	const struct unix_diag_msg *message = NLMSG_DATA(header);
	struct unix_socket one = {.inode = message->udiag_ino,
				  .listens = message->udiag_state == 10};
	const char *attribute = (const char *)(message + 1);
	const char *end = (const char *)header + header->nlmsg_len;

	while (attribute + 4 <= end) {
		uint16_t length, type;

		memcpy(&length, attribute, 2);
		memcpy(&type, attribute + 2, 2);
		if (length < 4)
			break;
		if (type == UNIX_DIAG_PEER) {
			uint32_t inode;

			memcpy(&inode, attribute + 4, 4);
			one.other_end = inode;
		} else if (type == UNIX_DIAG_RQLEN)
			memcpy(&one.bytes, attribute + 4, 4);
		else if (type == UNIX_DIAG_NAME)
			snprintf(one.name, sizeof one.name, "%.*s", length - 4, attribute + 4);
		attribute += (length + 3) / 4 * 4;
	}
	if (socket_count < MOST_SOCKETS)
		sockets[socket_count++] = one;
}

static inline void load_sockets(void)
{
	static char answer[32768] __attribute__((aligned(8)));
	struct {
		struct nlmsghdr header;
		struct unix_diag_req request;
	} question = {{.nlmsg_len = sizeof question,
		       .nlmsg_type = SOCK_DIAG_BY_FAMILY,
		       .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		      {.sdiag_family = AF_UNIX,
		       .udiag_states = -1,
		       .udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN}};
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG), more = 1;
	ssize_t length;

	socket_count = 0;
	if (fd == -1 || send(fd, &question, sizeof question, 0) == -1)
		more = 0;
	while (more && (length = recv(fd, answer, sizeof answer, 0)) > 0) {
		const struct nlmsghdr *header = (const struct nlmsghdr *)answer;

		for (; NLMSG_OK(header, (unsigned)length); header = NLMSG_NEXT(header, length))
			if (header->nlmsg_type == NLMSG_DONE ||
			    header->nlmsg_type == NLMSG_ERROR)
				more = 0;
			else
				add_socket(header);
	}
	if (fd != -1)
		close(fd);
}

static inline struct unix_socket *socket_of(ino_t inode)
{
	if (socket_count == 0)
		load_sockets();
	for (int i = 0; i < socket_count; i++)
		if (sockets[i].inode == inode)
			return &sockets[i];
	return NULL;
}

/* Has the program a string (the name of a function that it calls, or its default name)? */
static inline int program_has(const struct process *p, const char *string)
{
	char path[64];
	struct stat status;
	void *text;
	int fd, result = 0;

	snprintf(path, sizeof path, "/proc/%d/exe", (int)p->pid);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return 0;
	if (fstat(fd, &status) == 0 && status.st_size > 0 &&
	    (text = mmap(NULL, status.st_size, PROT_READ, MAP_PRIVATE, fd, 0)) != MAP_FAILED) {
		result = memmem(text, status.st_size, string, strlen(string)) != NULL;
		munmap(text, status.st_size);
	}
	close(fd);
	return result;
}

/* The object's NAME: the first argument, or the default name of its topic. */
static inline const char *argument_or(const struct process *p, const char *default_prefix)
{
	static char text[PATH_MAX], name[PATH_MAX];
	ssize_t length = read_proc(p->pid, "cmdline", text, sizeof text);
	size_t program = strlen(text) + 1;

	if (length > (ssize_t)program)
		snprintf(name, sizeof name, "%s", text + program);
	else
		snprintf(name, sizeof name, "%s%u", default_prefix, (unsigned)getuid());
	return name;
}

/* Room for sentences. */
static char said[65536];
static size_t said_length;

static inline void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
static inline void say(const char *format, ...)
{
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(said + said_length, sizeof said - said_length, format, arguments);
	va_end(arguments);
	if (n > 0)
		said_length += n;
	if (said_length >= sizeof said)
		said_length = sizeof said - 1;
}
