/* kernel: shows what the kernel holds of a pair that runs, in a pane of `make watch`, again and
 * again when something has changed: the object, who has it open, and why each side waits.
 * usage: kernel PAIR NAME FOLDER...      of the programs in the folders that have our own WATCH in
 *                                        their environment; -1 before PAIR: once
 * What it shows it only looks at. The data in a pipe is copied by tee(2), which takes none out. A
 * queue cannot be looked into: its messages are known as the calls of mq_send were noted, by
 * calls.c in the folder CALLS. */
#include "calls.h"
#include "sentences.h"
#include <sys/ioctl.h>

static const char *pair, *name;

static int is_marked(pid_t pid)
{
	static char text[256 << 10];
	const char *wanted = getenv("WATCH");
	ssize_t length = read_proc(pid, "environ", text, sizeof text);

	for (char *p = text; length > 0 && p < text + length; p += strlen(p) + 1)
		if (strncmp(p, "WATCH=", 6) == 0 && wanted != NULL &&
		    strcmp(p + 6, wanted) == 0)
			return 1;
	return 0;
}

/* Data as C writes it, so that a newline is seen; at most so many characters. */
static void say_data(const char *data, size_t length, size_t most)
{
	size_t from = said_length;

	say("\"");
	for (size_t i = 0; i < length; i++) {
		unsigned char c = data[i];

		if (said_length - from > most) {
			say("\" ...");
			return;
		}
		if (c == '\n')
			say("\\n");
		else if (c == '"' || c == '\\')
			say("\\%c", c);
		else if (c < ' ' || c == 127)
			say("\\%o", c);
		else
			say("%c", c);
	}
	say("\"");
}

/* Who of ours has it open, and in which way. */
static void say_users(dev_t device, ino_t inode, int access, const char *words)
{
	int users = 0, with_number = access != (READS | WRITES);

	say("%s", words);
	for (int i = 0; i < process_count; i++)
		for (int j = 0; processes[i].ours && j < processes[i].count; j++) {
			const struct descriptor *d = &processes[i].descriptors[j];

			if (d->device != device || d->inode != inode || !(d->access & access))
				continue;
			say("%s%s (%d)", users++ ? ", " : "", processes[i].name,
			    (int)processes[i].pid);
			if (with_number)
				say(" fd %d", d->fd);
		}
	if (users == 0)
		say("nobody");
}

/* The messages: a queue shows them only to who takes them out, so the last ones sent stand here,
 * as calls.c has noted the calls of mq_send, in the order in which these returned. */
struct sent {
	uint64_t when;
	uint32_t length, all; /* what is known of it; its whole length */
	char text[TEXT];
};

static int add_sent(const char *path, struct sent *last, int most, int known)
{
	const struct record *records;
	struct stat status;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd == -1)
		return known;
	if (fstat(fd, &status) == -1 || status.st_size < (off_t)sizeof *records * MOST ||
	    (records = mmap(NULL, status.st_size, PROT_READ, MAP_SHARED, fd, 0)) ==
		    MAP_FAILED) {
		close(fd);
		return known;
	}
	close(fd);
	for (int i = 1; i < MOST && records[i].start != 0; i++) {
		const struct record *r = &records[i];
		int at = known;

		if (strcmp(r->name, "mq_send") != 0 || r->end == 0 || r->result != 0)
			continue;
		if (known == most && r->end < last[0].when)
			continue;
		while (at > 0 && last[at - 1].when > r->end)
			at--;
		if (known == most)
			memmove(last, last + 1, --at * sizeof *last);
		else
			memmove(last + at + 1, last + at, (known++ - at) * sizeof *last);
		last[at] = (struct sent){r->end, r->length, r->arguments[1], {0}};
		memcpy(last[at].text, r->text, TEXT);
	}
	munmap((void *)(uintptr_t)records, status.st_size);
	return known;
}

static void say_messages(long number)
{
	static struct sent last[64];
	const char *folder = getenv("CALLS");
	DIR *all = folder != NULL && number > 0 ? opendir(folder) : NULL;
	struct dirent *entry;
	char path[PATH_MAX];
	int known = 0, most = number < 64 ? number : 64;

	while (all != NULL && (entry = readdir(all)) != NULL) {
		snprintf(path, sizeof path, "%.2048s/%.255s", folder, entry->d_name);
		known = add_sent(path, last, most, known);
	}
	if (all != NULL)
		closedir(all);
	if (number > known)
		say("(%ld whose sending was not seen: a queue shows its messages only to who "
		    "takes them)\n",
		    number - known);
	for (int i = 0; i < known; i++) {
		say("%s", i > 0 ? " " : "");
		say_data(last[i].text, last[i].length, 24);
	}
	say("%s", known > 0 ? "  (as they were sent)\n" : "");
}

static void say_queue_now(void)
{
	mqd_t queue = mq_open(name, O_RDONLY | O_NONBLOCK);
	struct mq_attr now;
	struct stat status;
	char text[256] = "";
	const char *size;

	if (queue == -1) {
		say("There is no queue %s.\n", name);
		return;
	}
	if (mq_getattr(queue, &now) == 0 && fstat(queue, &status) == 0) {
		if (read(queue, text, sizeof text - 1) <= 0)
			*text = '\0';
		size = strstr(text, "QSIZE:");
		say("%s: %ld of %ld messages, %d bytes (QSIZE); each at most %ld bytes\n", name,
		    now.mq_curmsgs, now.mq_maxmsg, size ? atoi(size + 6) : 0, now.mq_msgsize);
		say_messages(now.mq_curmsgs);
		say_users(status.st_dev, status.st_ino, READS, "open to receive: ");
		say_users(status.st_dev, status.st_ino, WRITES, "; open to send: ");
		say("\n");
	}
	mq_close(queue);
}

static void say_locks(ino_t inode)
{
	char line[256], kind[32];
	unsigned long long its;
	int pid, found = 0;
	FILE *locks = fopen("/proc/locks", "re");
	struct process *holder;

	say("locks: ");
	while (locks != NULL && fgets(line, sizeof line, locks) != NULL)
		if (sscanf(line, "%*d: %31s %*s %*s %d %*x:%*x:%llu", kind, &pid, &its) == 3 &&
		    its == inode) {
			holder = process_of(pid);
			say("%s%s %s (%d)", found++ ? ", " : "",
			    strcmp(kind, "POSIX") == 0 ? "lockf" : "flock",
			    holder ? holder->name : "?", pid);
		}
	say(found ? "\n" : "none\n");
	if (locks != NULL)
		fclose(locks);
}

static uint32_t value_at(const char *text, int offset)
{
	uint32_t value;

	memcpy(&value, text + offset, sizeof value);
	return value;
}

static void say_segment(void)
{
	char path[PATH_MAX];
	struct stat status;
	static char text[65536];
	ssize_t length;
	int fd;

	snprintf(path, sizeof path, "/dev/shm%s", name);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1 || fstat(fd, &status) == -1) {
		say("There is no segment %s.\n", path);
		if (fd != -1)
			close(fd);
		return;
	}
	say("%s, %lld bytes", path, (long long)status.st_size);
	say_users(status.st_dev, status.st_ino, READS | WRITES, ", open: ");
	say("\n");
	length = pread(fd, text, sizeof text, 0); /* not mmap: it may be cut at any moment */
	if (status.st_size == SEGMENT && length == sizeof text) {
		say("semaphores: empty %u, full %u; has_consumer %d\nslots: ",
		    value_at(text, 0), value_at(text, SEMAPHORE),
		    (int)value_at(text, HAS_CONSUMER));
		for (int i = 0; i < 4; i++) {
			ssize_t in_slot = 0;

			if (pread(fd, text, sizeof text, SLOTS_AT + (off_t)i * SLOT) > 8)
				memcpy(&in_slot, text, sizeof in_slot);
			say("%s[%d] ", i > 0 ? "  " : "", i);
			if (in_slot > 0 && in_slot <= SLOT - 8)
				say_data(text + 8, in_slot < 64 ? in_slot : 64, 24);
			else
				say("%s", text[8] ? "the end" : "-");
		}
		say("\n");
	} else if (length > 0) {
		say("not laid out as in protocol.h; the text in it: ");
		for (ssize_t i = 0, from = 0, runs = 0; i < length && runs < 4; i++)
			if (text[i] < ' ' || text[i] > '~') {
				if (i - from >= 4) {
					runs++;
					say("at %zd ", from);
					say_data(text + from, i - from, 24);
					say("  ");
				}
				from = i + 1;
			}
		say("\n");
	}
	say_locks(status.st_ino);
	close(fd);
}

/* The bytes in a pipe, by one of ours that has its read end open. */
static void say_pipe(dev_t device, ino_t inode)
{
	static char data[4096];
	int said_bytes = 0;

	for (int i = 0; i < process_count && !said_bytes; i++)
		for (int j = 0; processes[i].ours && j < processes[i].count; j++) {
			const struct descriptor *d = &processes[i].descriptors[j];
			int fd, copy[2], bytes;
			ssize_t length = 0;

			if (d->device != device || d->inode != inode || !(d->access & READS) ||
			    (fd = open_again(&processes[i], d)) == -1)
				continue;
			if (ioctl(fd, FIONREAD, &bytes) == 0 && pipe(copy) == 0) {
				said_bytes = 1;
				if (tee(fd, copy[1], sizeof data, SPLICE_F_NONBLOCK) > 0)
					length = read(copy[0], data, sizeof data);
				say("%d bytes are in it%s", bytes, length > 0 ? ": " : "");
				if (length > 0)
					say_data(data, length, 150);
				say("\n");
				close(copy[0]);
				close(copy[1]);
			}
			close(fd);
			break;
		}
	if (!said_bytes)
		say("its read end is not open: there is nothing in it\n");
	say_users(device, inode, READS, "read end: ");
	say_users(device, inode, WRITES, "; write end: ");
	say("\n");
}

static void say_fifo(void)
{
	struct stat status;

	if (lstat(name, &status) == -1) {
		say("There is no FIFO %s.\n", name);
		return;
	}
	say("%s: %s; its size as a file: %lld\n", name,
	    S_ISFIFO(status.st_mode) ? "a FIFO" : "no FIFO", (long long)status.st_size);
	say_pipe(status.st_dev, status.st_ino);
}

static void say_ordinary_pipe(void)
{
	for (int i = 0; i < process_count; i++)
		for (int j = 0; processes[i].ours && j < processes[i].count; j++) {
			const struct descriptor *d = &processes[i].descriptors[j];

			if (!S_ISFIFO(d->mode) || *d->target == '/' ||
			    d->fd < (is_producer(&processes[i]) ? 3 : 0) || d->fd > 9)
				continue;
			say("%s\n", d->target);
			say_pipe(d->device, d->inode);
			return;
		}
	say("There is no pipe.\n");
}

static void say_ports(void)
{
	struct stat status;

	socket_count = 0;
	if (lstat(name, &status) == -1)
		say("There is no connection port %s.\n", name);
	for (int i = 0; i < process_count; i++)
		for (int j = 0; processes[i].ours && j < processes[i].count; j++) {
			const struct descriptor *d = &processes[i].descriptors[j];
			struct unix_socket *own;
			int users = 0;

			if (!S_ISSOCK(d->mode) || (own = socket_of(d->inode)) == NULL)
				continue;
			if (own->listens) {
				say("connection port %s: %s (%d) fd %d listens, %d wait\n",
				    name, processes[i].name, (int)processes[i].pid, d->fd,
				    own->bytes);
				continue;
			}
			if (is_producer(&processes[i])) /* told by its server */
				continue;
			say("communication ports: %s (%d) fd %d <-> ", processes[i].name,
			    (int)processes[i].pid, d->fd);
			for (int k = 0; k < process_count; k++)
				for (int l = 0; l < processes[k].count; l++)
					if (S_ISSOCK(processes[k].descriptors[l].mode) &&
					    processes[k].descriptors[l].inode == own->other_end)
						say("%s%s (%d) fd %d", users++ ? ", " : "",
						    processes[k].name, (int)processes[k].pid,
						    processes[k].descriptors[l].fd);
			say("%s\n", users ? "" : "nobody");
		}
}

/* Prints what was said in lines that are as wide as the terminal, words kept whole. */
static void print(int rows, int columns)
{
	char *line, *rest = said;
	int row = 0;

	said[said_length] = '\0';
	while ((line = strsep(&rest, "\n")) != NULL && row < rows) {
		if (*line == '\0')
			continue;
		while (*line != '\0' && row < rows) {
			int length = strlen(line);

			if (length > columns) {
				for (length = columns; length > 0 && line[length] != ' ';)
					length--;
				if (length == 0)
					length = columns;
			}
			printf("%s%.*s", row++ ? "\r\n" : "", length, line);
			line += length + (line[length] == ' ');
		}
	}
	fflush(stdout);
}

int main(int argc, char *argv[])
{
	static char before[sizeof said];
	char *folders[64] = {NULL};
	int once = argc > 1 && strcmp(argv[1], "-1") == 0, count = 0;

	argv += once;
	argc -= once;
	if (argc < 4) {
		fputs("usage: kernel [-1] PAIR NAME FOLDER...\n", stderr);
		return 2;
	}
	beside_it = 1;
	pair = argv[1];
	name = argv[2];
	for (int i = 3; i < argc && count < 63; i++)
		if ((folders[count++] = realpath(argv[i], NULL)) == NULL)
			err(2, "%s", argv[i]);
	for (;; nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL)) {
		struct winsize size = {.ws_row = 24, .ws_col = 80};
		size_t from;

		load_processes(folders, is_marked);
		said_length = 0;
		if (strncmp(pair, "shm/", 4) == 0)
			say_segment();
		else if (strncmp(pair, "mqueue/", 7) == 0)
			say_queue_now();
		else if (strncmp(pair, "fifo/", 5) == 0)
			say_fifo();
		else if (strncmp(pair, "pipes/", 6) == 0)
			say_ordinary_pipe();
		else
			say_ports();
		for (int i = 0; i < process_count; i++)
			if (processes[i].ours) {
				explain(&processes[i]);
				say(".\n");
			}
		from = said_length;
		say_hopeless();
		say("%s", said_length > from ? "." : "");
		said[said_length] = '\0';
		if (strcmp(said, before) == 0)
			continue;
		strcpy(before, said);
		ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
		if (!once)
			fputs("\033[H\033[2J", stdout);
		print(size.ws_row, size.ws_col);
		if (once) {
			putchar('\n');
			return 0;
		}
	}
}
