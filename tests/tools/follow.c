/* follow: shows the calls that calls.c notes, as they come, each side's on a terminal of its own.
 * usage: follow FOLDER PRODUCERS-TERMINAL CONSUMERS-TERMINAL LOG
 * Shown are the slides' calls, by the names that the program calls them by; where the system call
 * beneath has another name, that stands behind it. The LOG gets every line, too. It follows until
 * it is ended. */
#include "calls.h"
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PROCESSES = 64, SHOWN = 24, FULL_AT = 32, SIDE_PRODUCER = 0, SIDE_CONSUMER = 1 };

static struct process {
	char file[64];
	const struct record *records;
	unsigned next;  /* to be shown */
	char waits[16]; /* the call that was last said to wait */
	int side;
	int64_t pid, segment; /* where it has mapped it */
} processes[PROCESSES];
static int count;
static FILE *terminals[2], *log_file;

static char line[1024];
static size_t length;

static void add(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void add(const char *format, ...)
{
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(line + length, sizeof line - length, format, arguments);
	va_end(arguments);
	if (n > 0)
		length = length + n < sizeof line ? length + n : sizeof line - 1;
}

static void add_flags(int64_t flags)
{
	static const struct {
		int flag;
		const char *name;
	} names[] = {{O_CREAT, "O_CREAT"},       {O_EXCL, "O_EXCL"},
		     {O_TRUNC, "O_TRUNC"},       {O_APPEND, "O_APPEND"},
		     {O_NONBLOCK, "O_NONBLOCK"}, {O_NOFOLLOW, "O_NOFOLLOW"}};
	int access = flags & O_ACCMODE;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (flags & names[i].flag)
			add("%s|", names[i].name);
	add(access == O_RDONLY ? "O_RDONLY" : access == O_WRONLY ? "O_WRONLY" : "O_RDWR");
}

static void add_data(const struct record *r, int64_t all)
{
	add("\"");
	for (uint32_t i = 0; i < r->length && i < SHOWN; i++) {
		unsigned char c = r->text[i];

		if (c == '\n')
			add("\\n");
		else if (c == '"' || c == '\\')
			add("\\%c", c);
		else if (c < ' ' || c == 127)
			add("\\%o", c);
		else
			add("%c", c);
	}
	add(all > SHOWN ? "\"..." : "\"");
}

static void add_name(const struct record *r)
{
	add("\"%.*s\"", (int)r->length, r->text);
}

static void add_semaphore(const struct process *p, const struct record *r)
{
	int64_t at = r->arguments[0] - p->segment;

	if (p->segment != 0 && (at == 0 || at == FULL_AT))
		add("&segment->%s", at == 0 ? "empty" : "full");
	else
		add("%#" PRIx64, r->arguments[0]);
}

/* A message of the ALPC model, by its type: see alpc/model/protocol.h. */
static void add_message(const struct record *r)
{
	static const char *const types[] = {"GONE", "CONNECT",  "ACCEPTED", "REFUSED", "LINE",
					    "END",  "CALLBACK", "ANSWER",   "REPLY"};
	uint32_t type = 0;

	if (r->length >= sizeof type)
		memcpy(&type, r->text, sizeof type);
	add("{%s}", type < sizeof types / sizeof *types ? types[type] : "?");
	if (r->arguments[2] != -1)
		add(" with handle %d", (int)r->arguments[2]);
}

/* What stands in a call's parentheses: a letter for each argument. */
static const struct shown {
	const char *name, *arguments, *beneath;
} calls[] = {
	{"shm_open", "nfm", "openat"},
	{"shm_unlink", "n", "unlink"},
	{"ftruncate", "01", ""},
	{"mmap", "M", ""},
	{"munmap", "x1", ""},
	{"sem_wait", "s", "futex"},
	{"sem_timedwait", "s", "futex"},
	{"sem_post", "s", ""},
	{"mq_open", "nfq", ""},
	{"mq_send", "0d12", "mq_timedsend"},
	{"mq_receive", "0r1", "mq_timedreceive"},
	{"mq_close", "0", "close"},
	{"mq_unlink", "n", ""},
	{"pipe", "p", ""},
	{"fork", "", "clone"},
	{"dup2", "01", ""},
	{"execlp", "n", "execve"},
	{"execl", "n", "execve"},
	{"execvp", "n", "execve"},
	{"execv", "n", "execve"},
	{"waitpid", "0w2", "wait4"},
	{"wait", "w", "wait4"},
	{"mkfifo", "no", "mknodat"},
	{"open", "nf", "openat"},
	{"read", "0r2", ""},
	{"write", "0d2", ""},
	{"close", "0", ""},
	{"unlink", "n", ""},
	{"socket", "S", ""},
	{"bind", "0n", ""},
	{"listen", "01", ""},
	{"accept", "0", ""},
	{"connect", "0n", ""},
	{"socketpair", "p", ""},
	{"sendmsg", "0a", ""},
	{"recvmsg", "0a", ""},
	{"memfd_create", "n", ""},
};

static void add_argument(const struct process *p, const struct record *r, char kind)
{
	const int64_t *a = r->arguments;

	switch (kind) {
	case 'n':
		add_name(r);
		break;
	case 'f':
		add_flags(a[1]);
		break;
	case 'm':
		add("%#" PRIo64, (uint64_t)a[2]);
		break;
	case 'o':
		add("%#" PRIo64, (uint64_t)a[1]);
		break;
	case 'x':
		add("%#" PRIx64, a[0]);
		break;
	case 's':
		add_semaphore(p, r);
		break;
	case 'd':
		add_data(r, strcmp(r->name, "write") == 0 ? a[2] : a[1]);
		break;
	case 'r':
		if (r->end != 0 && r->error == 0)
			add_data(r, r->result);
		else
			add("...");
		break;
	case 'p':
		add("[%d, %d]", (int)a[0], (int)a[1]);
		break;
	case 'S':
		add("AF_UNIX, SOCK_SEQPACKET, 0");
		break;
	case 'a':
		add_message(r);
		break;
	case 'q':
		if (a[1] & O_CREAT)
			add("0%" PRIo64 ", {mq_maxmsg=%d, mq_msgsize=%d}", (uint64_t)a[2],
			    (int)a[3], (int)a[4]);
		else
			length -= 2; /* the comma before it */
		break;
	case 'M':
		add("NULL, %" PRId64 ", %s%s, %s, %d, 0", a[1],
		    a[2] & PROT_READ ? "PROT_READ" : "",
		    !(a[2] & PROT_WRITE) ? ""
		    : a[2] & PROT_READ   ? "|PROT_WRITE"
					 : "PROT_WRITE",
		    a[3] & MAP_SHARED ? "MAP_SHARED" : "MAP_PRIVATE", (int)a[4]);
		break;
	case 'w':
		if (WIFSIGNALED((int)a[1]))
			add("{died of signal %d}", WTERMSIG((int)a[1]));
		else
			add("{exited with %d}", WEXITSTATUS((int)a[1]));
		break;
	default:
		add("%" PRId64, a[kind - '0']);
	}
}

static void show(struct process *p, const struct record *r)
{
	const struct shown *call = NULL;
	int replaced = strncmp(r->name, "exec", 4) == 0 && r->end == 0;

	for (size_t i = 0; i < sizeof calls / sizeof *calls && call == NULL; i++)
		if (strcmp(r->name, calls[i].name) == 0)
			call = &calls[i];
	if (call == NULL ||
	    r->error == ETIMEDOUT) /* it only looks whether the other side lives */
		return;
	if (r->error == 0 && strcmp(r->name, "mmap") == 0 && p->segment == 0)
		p->segment = r->result;
	if (strcmp(r->name, "write") == 0 && r->arguments[0] == STDERR_FILENO)
		return;
	if (r->end != 0)
		*p->waits = '\0';
	length = 0;
	add("%s(", call->name);
	for (const char *kind = call->arguments; *kind != '\0'; kind++) {
		if (kind > call->arguments)
			add(", ");
		add_argument(p, r, *kind);
	}
	add(replaced ? ", ...)" : ")");
	if (r->end == 0 && !replaced)
		add(" ... it waits");
	else if (!replaced && r->error != 0)
#ifdef __GLIBC__
		add(" = -1 %s", strerrorname_np(r->error));
#else
		add(" = -1 %s", strerror(r->error));
#endif
	else if (!replaced && strcmp(r->name, "mmap") == 0)
		add(" = %#" PRIx64, (uint64_t)r->result);
	else if (!replaced)
		add(" = %" PRId64, r->result);
	/* of a semaphore's calls only those that wait enter the kernel */
	if (*call->beneath != '\0' &&
	    (strcmp(call->beneath, "futex") != 0 || r->end == 0 || r->switches > 0))
		add("\033[2m  <- %s\033[m", call->beneath);
	add("\n");
	for (int i = 0; i < 2; i++) {
		FILE *to = i == 0 ? terminals[p->side] : log_file;

		fwrite(line, 1, length, to);
		fflush(to);
	}
}

/* Has it waited for a while, and was that not said yet? A producer's own input is not meant. */
static int waits_long(struct process *p, const struct record *r)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec * 1000000000ULL + now.tv_nsec < r->start + 200000000 ||
	    strcmp(p->waits, r->name) == 0 ||
	    (p->side == SIDE_PRODUCER && strcmp(r->name, "read") == 0 && r->arguments[0] == 0))
		return 0;
	strcpy(p->waits, r->name);
	return 1;
}

static void look(struct process *p)
{
	for (; p->next < MOST; p->next++) {
		const struct record *r = &p->records[p->next];
		int has_next = p->next + 1 < MOST && r[1].start != 0;

		if (r->start == 0)
			return;
		if (r->end == 0 && !has_next && strncmp(r->name, "exec", 4) != 0) {
			if (waits_long(p, r))
				show(p, r);
			return;
		}
		show(p, r);
	}
}

static void add_process(const char *folder, const char *file)
{
	char path[4096];
	struct process *p = &processes[count];
	void *memory;
	int fd;

	for (int i = 0; i < count; i++)
		if (strcmp(processes[i].file, file) == 0)
			return;
	snprintf(path, sizeof path, "%s/%s", folder, file);
	if (count == PROCESSES || strlen(file) >= sizeof p->file ||
	    (fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return;
	memory = mmap(NULL, sizeof *p->records * MOST, PROT_READ, MAP_SHARED, fd, 0);
	if (lseek(fd, 0, SEEK_END) < (off_t)(sizeof *p->records * MOST) ||
	    memory == MAP_FAILED ||
	    ((const struct record *)memory)->start == 0) { /* it is just being made */
		if (memory != MAP_FAILED)
			munmap(memory, sizeof *p->records * MOST);
		close(fd);
		return;
	}
	close(fd);
	*p = (struct process){.records = memory, .next = 1};
	strcpy(p->file, file);
	p->pid = p->records->arguments[0];
	if (p->records->length >= 8 &&
	    memmem(p->records->text, p->records->length, "consumer", 8) != NULL)
		p->side = SIDE_CONSUMER;
	for (int i = 0; i < count; i++) /* a child of the producer's is to be the consumer */
		if (processes[i].pid == p->records->arguments[1])
			p->side = SIDE_CONSUMER;
	count++;
}

int main(int argc, char *argv[])
{
	struct dirent *entry;

	if (argc != 5) {
		fputs("usage: follow FOLDER PRODUCERS-TERMINAL CONSUMERS-TERMINAL LOG\n",
		      stderr);
		return 2;
	}
	for (int i = 0; i < 2; i++)
		if ((terminals[i] = fopen(argv[2 + i], "ae")) == NULL)
			err(1, "%s", argv[2 + i]);
	if ((log_file = fopen(argv[4], "ae")) == NULL)
		err(1, "%s", argv[4]);
	for (;; nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL)) {
		DIR *all = opendir(argv[1]);

		if (all == NULL)
			return 0; /* all is over */
		while ((entry = readdir(all)) != NULL)
			if (*entry->d_name != '.')
				add_process(argv[1], entry->d_name);
		closedir(all);
		for (int i = 0; i < count; i++)
			look(&processes[i]);
	}
}
