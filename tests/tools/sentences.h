/* sentences.h: why a process waits, in a sentence: the call, the object, the object's state, and
 * who could wake it. For why.c and kernel.c. */
#include "processes.h"

/* Who could wake each process, by its index; beside these a person at a terminal, time, a process
 * that is not ours (somebody_else), or a partner that has not come yet (may_come). */
static struct hope {
	int wakers[32], count, somebody_else, may_come;
} hopes[MOST_PROCESSES];

static int beside_it; /* what we say stands beside the program's own terminal */

static inline struct hope *hope_of(const struct process *p)
{
	return &hopes[p - processes];
}

static inline void wakes(const struct process *p, const struct process *waker)
{
	struct hope *hope = hope_of(p);

	if (!waker->ours)
		hope->somebody_else = 1;
	else if (hope->count < 32)
		hope->wakers[hope->count++] = waker - processes;
}

static inline void name_of(const struct process *p, const struct process *other)
{
	if (other == p)
		say("only %s (%d) itself", p->name, (int)p->pid);
	else
		say("%s (%d)", other->name, (int)other->pid);
}

/* Names those who have the object open with that access, the process itself only if it is the only
 * one; what it is comes after the names. Returns how many others there are; NONE if it is only
 * the process itself. */
static inline int name_holders(struct process *p, const struct descriptor *d, int access,
			       const char *what)
{
	int others = 0, itself = NONE;

	for (int i = 0; i < process_count; i++)
		for (int j = 0; j < processes[i].count; j++) {
			const struct descriptor *other = &processes[i].descriptors[j];

			if (other->device != d->device || other->inode != d->inode ||
			    !(other->access & access))
				continue;
			if (&processes[i] == p) {
				itself = other->fd;
				break;
			}
			say("%s", others++ ? " and " : "");
			name_of(p, &processes[i]);
			wakes(p, &processes[i]);
			break;
		}
	if (others > 0)
		say(" %s%s", others > 1 ? "have " : "has ", what);
	else if (itself != NONE) {
		name_of(p, p);
		say(" has %s (fd %d)", what, itself);
	}
	return others > 0 ? others : itself != NONE ? NONE : 0;
}

/* What to call an object that is open. */
static inline void name_object(const struct descriptor *d)
{
	if (d->fd <= 1 && S_ISFIFO(d->mode))
		say("its standard %s, ", d->fd == 0 ? "input" : "output");
	if (S_ISFIFO(d->mode) && *d->target != '/')
		say("the pipe %s", d->target + strlen("pipe:"));
	else
		say("%s", d->target);
}

/* Is there nothing more to come on its standard input? */
static inline int input_has_ended(struct process *p)
{
	struct descriptor *d = descriptor_of(p, 0);
	char text[512], *at;
	struct stat file;
	char path[64];

	if (d == NULL || strcmp(d->target, "/dev/null") == 0)
		return 1;
	if (S_ISFIFO(d->mode)) {
		for (int i = 0; i < process_count; i++)
			for (int j = 0; j < processes[i].count; j++)
				if (processes[i].descriptors[j].inode == d->inode &&
				    processes[i].descriptors[j].device == d->device &&
				    processes[i].descriptors[j].access & WRITES)
					return 0;
		return bytes_in_pipe(p, d) == 0;
	}
	snprintf(path, sizeof path, "/proc/%d/fd/0", (int)p->pid);
	if (!S_ISREG(d->mode) || stat(path, &file) == -1 ||
	    read_proc(p->pid, "fdinfo/0", text, sizeof text) <= 0 ||
	    (at = strstr(text, "pos:")) == NULL)
		return 0;
	return atoll(at + 4) >= file.st_size;
}

static inline void say_pipe_read(struct process *p, struct descriptor *d)
{
	int bytes = bytes_in_pipe(p, d), holders;

	if (bytes > 0)
		say("%d bytes are in it, and ", bytes);
	else
		say("it is empty, and ");
	holders = name_holders(p, d, WRITES, "its write end open");
	if (holders == 0) {
		say("nobody has its write end open");
		hope_of(p)->somebody_else = 1; /* read returns 0 at this moment */
	} else if (holders == NONE)
		say(", so the end of file can never come");
}

static inline void say_pipe_write(struct process *p, struct descriptor *d)
{
	int bytes = bytes_in_pipe(p, d), holders;

	say("it is full");
	if (bytes >= 0)
		say(" (%d bytes)", bytes);
	say(", and ");
	holders = name_holders(p, d, READS, "its read end open");
	if (holders == 0) {
		say("nobody has its read end open");
		hope_of(p)->somebody_else = 1; /* write fails at this moment */
	} else if (holders == NONE)
		say(", so nobody will ever read, and write cannot fail with EPIPE");
}

static inline void say_other_end(struct process *p, struct descriptor *d)
{
	struct unix_socket *own = socket_of(d->inode);
	struct descriptor other = {.device = d->device};

	if (own == NULL) {
		say("the kernel does not tell who has its other end");
		hope_of(p)->somebody_else = 1;
	} else if (own->listens) {
		say("the connection port %s, where a client may come", own->name);
		hope_of(p)->may_come = 1;
	} else if (own->other_end == 0)
		say("its other end is closed");
	else {
		other.inode = own->other_end;
		if (name_holders(p, &other, READS | WRITES, "its other end") == NONE)
			say(", so it will never hear that the other side died");
	}
}

static inline void say_read(struct process *p)
{
	struct descriptor *d = NULL;

	if (p->knows_arguments)
		d = descriptor_of(p, p->arguments[0]);
	else if (strstr(p->wchan, "pipe") == NULL) /* a terminal, then */
		d = descriptor_of(p, 0);
	else
		for (int i = 0; i < p->count && d == NULL; i++)
			if (S_ISFIFO(p->descriptors[i].mode) &&
			    p->descriptors[i].access & READS &&
			    bytes_in_pipe(p, &p->descriptors[i]) <= 0)
				d = &p->descriptors[i];
	if (d != NULL && S_ISCHR(d->mode)) {
		say("for its input: type a line, or Ctrl-D to end it");
		if (!beside_it)
			say(" (%s)", d->target);
		hope_of(p)->somebody_else = 1;
	} else if (d != NULL && S_ISFIFO(d->mode)) {
		say("on ");
		name_object(d);
		say(": ");
		say_pipe_read(p, d);
	} else {
		say("on %s", d != NULL ? d->target : "something");
		hope_of(p)->somebody_else = 1;
	}
}

static inline void say_write(struct process *p)
{
	struct descriptor *d = NULL;

	if (p->knows_arguments)
		d = descriptor_of(p, p->arguments[0]);
	else
		for (int i = 0; i < p->count && d == NULL; i++)
			if (S_ISFIFO(p->descriptors[i].mode) &&
			    p->descriptors[i].access & WRITES &&
			    bytes_in_pipe(p, &p->descriptors[i]) > 4096)
				d = &p->descriptors[i];
	say("on ");
	if (d != NULL && S_ISFIFO(d->mode)) {
		name_object(d);
		say(": ");
		say_pipe_write(p, d);
	} else {
		say("%s", d != NULL ? d->target : "something");
		hope_of(p)->somebody_else = 1;
	}
}

static inline int is_producer(const struct process *p)
{
	return strstr(p->name, "producer") != NULL; /* my-producer, too */
}

static inline const char *partner(const struct process *p)
{
	return is_producer(p) ? "consumer" : "producer";
}

/* open waits only at a FIFO, until somebody opens its other end. */
static inline void say_open(struct process *p)
{
	char path[PATH_MAX] = "", whole[PATH_MAX + 64];
	struct stat status;

	if (p->knows_arguments)
		read_memory(p->pid, p->arguments[p->number == SYS_openat], path, 255);
	if (*path == '\0')
		snprintf(path, sizeof path, "%s", argument_or(p, "/tmp/fifo-"));
	snprintf(whole, sizeof whole, "/proc/%d/cwd/%s", (int)p->pid, path);
	say("on %s: ", path);
	if (stat(*path == '/' ? path : whole, &status) == -1)
		say("that name is gone, so nobody can come any more");
	else {
		hope_of(p)->may_come = 1;
		say("no %s has opened its %s end yet", partner(p),
		    is_producer(p) ? "read" : "write");
	}
}

static inline void say_queue(struct process *p)
{
	struct descriptor *d = NULL;
	struct mq_attr now = {0};
	int receives = p->call == MQ_RECEIVE;

	if (p->knows_arguments)
		d = descriptor_of(p, p->arguments[0]);
	for (int i = 0; i < p->count && d == NULL; i++)
		if (p->descriptors[i].is_queue)
			d = &p->descriptors[i];
	if (d == NULL || get_queue(p, d, &now) == -1) {
		say("on a queue that cannot be looked at");
		hope_of(p)->somebody_else = 1;
		return;
	}
	say("on %s: ", d->target);
	if (receives ? now.mq_curmsgs == 0 : now.mq_curmsgs == now.mq_maxmsg)
		say("it is %s", receives ? "empty" : "full");
	else
		say("it holds");
	if (!receives || now.mq_curmsgs > 0)
		say(" %s%ld of %ld messages", now.mq_curmsgs < now.mq_maxmsg ? "" : "with ",
		    now.mq_curmsgs, now.mq_maxmsg);
	say(", and ");
	switch (name_holders(p, d, receives ? WRITES : READS, "it open")) {
	case 0:
	case NONE:
		if (said_length > 5 && strncmp(said + said_length - 5, " and ", 5) != 0)
			say("; ");
		say("no %s has it open", partner(p));
		hope_of(p)->may_come = 1;
	}
}

/* The fields of the segment, as shm/posix/protocol.h has them. */
enum {
	SEMAPHORE = 32,
	HAS_CONSUMER = 64,
	SLOTS_AT = 72,
	SLOT = 8 + 384 * 1024,
	SEGMENT = SLOTS_AT + 4 * SLOT
};

static inline void say_futex(struct process *p)
{
	struct mapping where = {0};
	struct stat segment = {0};
	const char *field = NULL, *meaning = "";
	uint32_t value = 0, had_consumer = 0;
	int users = 0;

	if (p->knows_arguments && !find_mapping(p->pid, p->arguments[0], &where, NULL))
		*where.path = '\0';
	for (int i = 0; !p->knows_arguments && i < p->count;
	     i++) /* it has one segment, we hope */
		if (strncmp(p->descriptors[i].target, "/dev/shm/", 9) == 0) {
			where.device = p->descriptors[i].device;
			where.inode = p->descriptors[i].inode;
			where.offset = is_producer(p) ? 0 : SEMAPHORE;
			snprintf(where.path, sizeof where.path, "%s", p->descriptors[i].target);
		}
	if (where.inode == 0 || *where.path != '/') {
		say("for a lock in its own memory, which only one of its threads can open");
		return;
	}
	for (int i = 0; i < process_count; i++) /* the file may have lost its name */
		for (int j = 0; j < processes[i].count && segment.st_size == 0; j++) {
			struct descriptor *d = &processes[i].descriptors[j];
			int fd;

			if (d->inode != where.inode || d->device != where.device ||
			    (fd = open_again(&processes[i], d)) == -1)
				continue;
			if (fstat(fd, &segment) == 0 &&
			    pread(fd, &value, sizeof value, where.offset) != sizeof value)
				value = 0;
			if (pread(fd, &had_consumer, sizeof had_consumer, HAS_CONSUMER) !=
			    sizeof had_consumer)
				had_consumer = 0;
			close(fd);
		}
	if (p->knows_arguments)
		read_memory(p->pid, p->arguments[0], &value, sizeof value);
	if (segment.st_size == SEGMENT && where.offset == 0) {
		field = "empty";
		meaning = value == 0 ? ", no slot is empty" : "";
	} else if (segment.st_size == SEGMENT && where.offset == SEMAPHORE) {
		field = "full";
		meaning = value == 0 ? ", no slot is full" : "";
	}
	if (field != NULL)
		say("on the semaphore `%s` in %s: ", field, where.path);
	else
		say("on the semaphore or lock at byte %llu of %s: ", where.offset, where.path);
	say("its value is %u%s, and ", value, meaning);
	for (int i = 0; i < process_count; i++)
		if (&processes[i] != p && find_mapping(processes[i].pid, 0, NULL, &where)) {
			say("%s%s (%d)", users++ ? " or " : "only ", processes[i].name,
			    (int)processes[i].pid);
			wakes(p, &processes[i]);
		}
	if (users > 0)
		say(" can post it");
	else if (had_consumer && is_producer(p))
		say("its consumer is gone: nobody is left who could post it");
	else if (field != NULL && is_producer(p)) {
		say("no consumer has come yet");
		hope_of(p)->may_come = 1;
	} else
		say("nobody else has the segment: nobody is left who could post it");
}

static inline void say_child(struct process *p)
{
	int children = 0;

	say("for ");
	for (int i = 0; i < process_count; i++)
		if (processes[i].parent == p->pid) {
			say("%s", children++ ? " or " : "its child ");
			name_of(p, &processes[i]);
			wakes(p, &processes[i]);
		}
	say("%s to end", children ? "" : "a child");
}

static inline void say_sleep(struct process *p)
{
	struct stat status;

	say("between two tries: ");
	if (program_has(p, "shm_open")) {
		const char *name = argument_or(p, "/shm-");
		char path[PATH_MAX + 16];

		snprintf(path, sizeof path, "/dev/shm/%s", name + (*name == '/'));
		if (stat(path, &status) == -1)
			say("there is no %s yet: no %s has created it", path, partner(p));
		else {
			struct descriptor d = {.device = status.st_dev, .inode = status.st_ino};

			say("%s is there, and ", path);
			if (name_holders(p, &d, READS | WRITES, "it open") <= 0)
				say("no %s has it open", partner(p));
			else
				say(", but this %s does not take it for ready", p->name);
		}
	} else if (program_has(p, "sendmsg") && program_has(p, "connect")) {
		const char *name = argument_or(p, "/tmp/alpc-");

		if (stat(name, &status) == -1)
			say("there is no connection port %s: no %s has created it", name,
			    partner(p));
		else
			say("no %s listens on %s", partner(p), name);
	} else {
		said_length -= strlen("between two tries: ");
		say("until some time has passed");
		hope_of(p)->somebody_else = 1;
	}
	hope_of(p)->may_come = 1;
}

static inline void say_poll(struct process *p)
{
	struct {
		int fd;
		short events, returned;
	} polled[128];
	unsigned count = 0, said_before = 0;

	if (p->knows_arguments) {
		count = p->arguments[1] < 128 ? p->arguments[1] : 128;
		if (read_memory(p->pid, p->arguments[0], polled, count * sizeof *polled) == -1)
			count = 0;
	}
	if (count == 0)
		for (int i = 0; i < p->count && count < 128; i++)
			if (S_ISSOCK(p->descriptors[i].mode))
				polled[count++].fd = p->descriptors[i].fd;
	say("on ");
	for (unsigned i = 0; i < count; i++) {
		struct descriptor *d = descriptor_of(p, polled[i].fd);

		if (d == NULL)
			continue;
		say("%s", said_before++ ? "; and on " : "");
		if (S_ISSOCK(d->mode)) {
			struct unix_socket *own = socket_of(d->inode);

			if (own == NULL || !own->listens)
				say("its port fd %d: ", d->fd);
			say_other_end(p, d);
		} else {
			say("%s", d->target);
			hope_of(p)->somebody_else = 1;
		}
	}
	if (said_before == 0)
		say("nothing that we can see");
}

static inline void say_socket(struct process *p)
{
	struct descriptor *d = NULL;

	if (p->knows_arguments)
		d = descriptor_of(p, p->arguments[0]);
	for (int i = 0; i < p->count && d == NULL; i++)
		if (S_ISSOCK(p->descriptors[i].mode))
			d = &p->descriptors[i];
	if (d == NULL || !S_ISSOCK(d->mode)) {
		say("on something that we cannot see");
		hope_of(p)->somebody_else = 1;
		return;
	}
	say("on its port fd %d: ", d->fd);
	if (p->call == RECEIVE)
		say("no message has come, and ");
	say_other_end(p, d);
}

static inline void say_lock(struct process *p)
{
	struct descriptor *d = p->knows_arguments ? descriptor_of(p, p->arguments[0]) : NULL;
	char line[256];
	int said_before = 0;
	FILE *locks = fopen("/proc/locks", "re");

	say("on %s: ", d != NULL ? d->target : "a file");
	while (locks != NULL && d != NULL && fgets(line, sizeof line, locks) != NULL) {
		unsigned long long inode;
		struct process *holder;
		int pid;

		if (strstr(line, "->") != NULL ||
		    sscanf(line, "%*d: %*s %*s %*s %d %*x:%*x:%llu", &pid, &inode) != 2 ||
		    inode != d->inode || (holder = process_of(pid)) == NULL)
			continue;
		say("%s", said_before++ ? " and " : "");
		name_of(p, holder);
		wakes(p, holder);
	}
	say(said_before ? " has the lock" : "another process has the lock");
	if (said_before == 0)
		hope_of(p)->somebody_else = 1;
	if (locks != NULL)
		fclose(locks);
}

/* One sentence on one process. */
static inline void explain(struct process *p)
{
	struct process *parent = process_of(p->parent);

	hopes[p - processes] = (struct hope){0};
	say("%s (%d)", p->name, (int)p->pid);
	if (is_producer(p) && p->call != READ && p->call != RUNS && input_has_ended(p))
		say(", whose input has ended,");
	switch (p->state) {
	case 'T':
		say(" is stopped (by SIGSTOP or Ctrl-Z): `kill -CONT %d` lets it go on",
		    (int)p->pid);
		hope_of(p)->somebody_else = 1;
		return;
	case 't':
		say(" is stopped by a debugger or by strace");
		hope_of(p)->somebody_else = 1;
		return;
	case 'Z':
	case 'X':
		say(" has ended");
		if (parent != NULL && p->state == 'Z')
			say("; %s (%d) has not called waitpid for it yet", parent->name,
			    (int)parent->pid);
		hope_of(p)->somebody_else = 1;
		return;
	}
	if (p->call == RUNS) {
		if (p->state == 'R')
			say(" does not wait: it runs");
		else
			say(" waits in the kernel%s%s", *p->wchan ? ", in " : "", p->wchan);
		hope_of(p)->somebody_else = 1;
		return;
	}
	if (p->call == SLEEP)
		say(" sleeps ");
	else
		say(" waits in %s ", p->call_name);
	switch (p->call) {
	case READ:
		say_read(p);
		break;
	case WRITE:
		say_write(p);
		break;
	case OPEN:
		say_open(p);
		break;
	case MQ_SEND:
	case MQ_RECEIVE:
		say_queue(p);
		break;
	case FUTEX:
		say_futex(p);
		break;
	case WAIT:
		say_child(p);
		break;
	case SLEEP:
		say_sleep(p);
		break;
	case POLL:
		say_poll(p);
		break;
	case RECEIVE:
	case SEND:
	case ACCEPT:
	case CONNECT:
		say_socket(p);
		break;
	default:
		say_lock(p);
	}
}

/* Who can go on: who does not only wait for those who cannot. Says who cannot, if any. */
static inline void say_hopeless(void)
{
	static int lives[MOST_PROCESSES];
	int count = process_count, changed = 1, stuck = 0, alone = 0, said_now = 0;

	for (int i = 0; i < count; i++)
		lives[i] = !processes[i].ours || hopes[i].somebody_else || hopes[i].may_come;
	while (changed) {
		changed = 0;
		for (int i = 0; i < count; i++)
			for (int j = 0; j < hopes[i].count && !lives[i]; j++)
				changed = lives[i] = lives[hopes[i].wakers[j]];
	}
	for (int i = 0; i < count; i++) {
		stuck += !lives[i];
		alone += !lives[i] && hopes[i].count == 0;
	}
	if (stuck == 0)
		return;
	for (int i = 0; i < count; i++) {
		if (lives[i])
			continue;
		say("%s%s (%d)",
		    said_now == 0           ? ""
		    : said_now == stuck - 1 ? " and "
					    : ", ",
		    processes[i].name, (int)processes[i].pid);
		said_now++;
	}
	say(" can never go on%s", alone > 0 ? "" : ": each waits for another of them");
}
