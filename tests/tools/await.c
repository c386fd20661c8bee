/* await: waits until something has happened, and says what.
 * usage: await SECONDS CONDITION [or CONDITION]...
 *        await look PID... | await kill MARK
 * CONDITION, the first of them that holds ends the waiting:
 *   ended PID           the process, all its threads, has exited (it may still be a zombie)
 *   blocked PID CALL    it has not run between two looks, and is in that system call, by the name
 *                       that strace prints (read, openat, futex, mq_timedsend ...); any: in any
 *   asleep PID          it has not run for 20 looks, some 0.2 s
 *   idle PID            asleep, or it has gone to sleep 50 times and used little processor time
 *   busy PID            it has used 0.2 s of processor time and hardly gone to sleep: it polls
 *   stuck MARK          nothing will come of the processes with that MARK: there is none, or all
 *                       are in calls that have no time limit, and none has run for a tenth of
 *                       SECONDS; or none has read or written a byte for a quarter of SECONDS (at
 *                       least 3), though each could run
 *   text FILE REGEX     a line of the file, in its last 4 MB, matches (POSIX extended)
 *   grown FILE SIZE     the file has more than SIZE bytes; prints its size
 *   exists PATH, missing PATH
 *   running MARK NAME   a process with MARK (NAME=VALUE) in its environment runs a program NAME
 *   none MARK REGEX     no process with MARK in its environment has a command line like REGEX
 * A MARK user=UID stands for all processes of that user.
 * Prints the condition that holds; of a running process its number alone. Exit status: 0; 1 after
 * SECONDS, with what was seen instead; 2 wrong usage.
 * look prints of each process its state (R, S, T, Z, or X: it has ended), the call that it is in
 * and that call's first argument, as proc(5) has them.
 * kill sends SIGKILL to every process with the mark, until none lives.
 * It looks at /proc every few milliseconds, starts no process, and is right on every
 * architecture, since the compiler knows the numbers of the calls. */
#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <regex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { MAX_CONDITIONS = 16, MAX_TEXT = 4 << 20, MAX_ENVIRONMENT = 256 << 10 };

static const struct {
	const char *name;
	long number;
} calls[] = {
#define CALL(name) #name, SYS_##name
	{CALL(read)},
	{CALL(write)},
	{CALL(openat)},
	{CALL(close)},
	{CALL(futex)},
	{CALL(mq_timedsend)},
	{CALL(mq_timedreceive)},
	{CALL(wait4)},
	{CALL(waitid)},
	{CALL(nanosleep)},
	{CALL(clock_nanosleep)},
	{CALL(ppoll)},
	{CALL(pselect6)},
	{CALL(epoll_pwait)},
	{CALL(accept)},
	{CALL(accept4)},
	{CALL(connect)},
	{CALL(recvmsg)},
	{CALL(recvfrom)},
	{CALL(sendmsg)},
	{CALL(sendto)},
	{CALL(flock)},
	{CALL(fcntl)},
	{CALL(rt_sigsuspend)},
	{CALL(rt_sigtimedwait)},
	{CALL(readv)},
	{CALL(writev)},
	{CALL(splice)},
	{CALL(sendfile)},
	{CALL(msgrcv)},
	{CALL(msgsnd)},
	{CALL(semop)},
	{CALL(semtimedop)},
	{CALL(ioctl)},
	{CALL(sched_yield)},
/* older calls, which newer architectures do without */
#ifdef SYS_open
	{CALL(open)},
#endif
#ifdef SYS_poll
	{CALL(poll)},
#endif
#ifdef SYS_select
	{CALL(select)},
#endif
#ifdef SYS_pause
	{CALL(pause)},
#endif
#ifdef SYS_epoll_wait
	{CALL(epoll_wait)},
#endif
};

struct condition {
	char **words; /* of the command line: its kind, and two more at most */
	regex_t regex;
	struct stat last;    /* text: the file when it was last read */
	char before[512];    /* blocked: what the process was like at the last look */
	char seen[PATH_MAX]; /* what there was instead */
	long long found;     /* running: the process; grown: the size */
	int has_regex, loaded;
	int calm;             /* asleep: looks since it has last run */
	long switches, ticks; /* idle, busy: at the first look */
	double looked,
		since[2]; /* stuck: the last look; no process has run, has read or written */
	long long last_sums[2];
	int never; /* it cannot come to hold any more */
};

enum { CALM = 20 }; /* looks */

static double limit; /* seconds: what await waits at most */

static double seconds(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

/* Reads a file, of one that is too large the end, into text; returns the length, or -1 if there is
 * no file. */
static ssize_t read_end(const char *path, off_t all, char *text, size_t size)
{
	ssize_t length = 0, n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd == -1)
		return -1;
	if (all >= (off_t)size)
		lseek(fd, all - (off_t)size + 1, SEEK_SET);
	while ((size_t)length < size - 1 &&
	       (n = read(fd, text + length, size - 1 - length)) > 0)
		length += n;
	text[length] = '\0';
	close(fd);
	return length;
}

static ssize_t read_file(const char *path, char *text, size_t size) /* a small one, of /proc */
{
	return read_end(path, 0, text, size);
}

/* The process' state, call and first argument, in words; returns the state's letter. */
static int look(const char *pid, char *words, size_t size)
{
	char path[64], text[4096], *state;
	const char *name = "?";
	unsigned long long first = 0;
	long number;

	snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
	if (read_file(path, text, sizeof text) <= 0 || (state = strrchr(text, ')')) == NULL) {
		snprintf(words, size, "X");
		return 'X';
	}
	state += 2;
	snprintf(words, size, "%c", *state);
	if (*state != 'S' && *state != 'D')
		return *state;
	snprintf(path, sizeof path, "/proc/%.20s/syscall", pid);
	if (read_file(path, text + 2, sizeof text - 2) <= 0 ||
	    sscanf(text + 2, "%ld %llx", &number, &first) != 2)
		number = -1; /* it may not be looked at, or runs again */
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if (calls[i].number == number)
			name = calls[i].name;
	snprintf(words, size, "S %s %llu", name, first);
	return 'S';
}

static int has_ended(struct condition *c)
{
	char path[64], status[8192] = "", *threads;
	int state = look(c->words[1], c->seen, sizeof c->seen);

	if (state != 'Z')
		return state == 'X';
	snprintf(path, sizeof path, "/proc/%.20s/status", c->words[1]);
	read_file(path, status, sizeof status);
	threads = strstr(status, "Threads:");
	return threads == NULL || atoi(threads + strlen("Threads:")) <= 1;
}

/* The number of times that it has run is in its status: "..._ctxt_switches:\t12". */
static int is_blocked_in(struct condition *c, const char *wanted)
{
	char path[64], now[512] = "", status[8192] = "", *times, call[64] = "";

	snprintf(path, sizeof path, "/proc/%.20s/status", c->words[1]);
	look(c->words[1], c->seen, sizeof c->seen);
	read_file(path, status, sizeof status);
	c->never = *c->seen == 'X';
	times = strstr(status, "voluntary_ctxt_switches");
	snprintf(now, sizeof now, "%.100s %.300s", c->seen, times == NULL ? "" : times);
	if (strcmp(now, c->before) != 0) {
		strcpy(c->before, now);
		return 0;
	}
	return sscanf(c->seen, "S %63s", call) == 1 &&
	       (strcmp(wanted, "any") == 0 || strcmp(wanted, call) == 0);
}

static int is_blocked(struct condition *c)
{
	return is_blocked_in(c, c->words[2]);
}

static int is_asleep(struct condition *c)
{
	c->calm = is_blocked_in(c, "any") ? c->calm + 1 : 0;
	return c->calm >= CALM;
}

/* Processor time in ticks, and how often it has gone to sleep; 0 if it has ended. */
static int count_runs(const char *pid, long *ticks, long *switches)
{
	char path[64], text[8192], *place;
	long user, system;

	snprintf(path, sizeof path, "/proc/%.40s/stat", pid);
	if (read_file(path, text, sizeof text) <= 0 || (place = strrchr(text, ')')) == NULL ||
	    sscanf(place, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &user,
		   &system) != 2)
		return 0;
	*ticks = user + system;
	snprintf(path, sizeof path, "/proc/%.40s/status", pid);
	if (read_file(path, text, sizeof text) <= 0 ||
	    (place = strstr(text, "\nvoluntary_ctxt_switches:")) == NULL)
		return 0;
	*switches = atol(strchr(place, ':') + 1);
	return 1;
}

/* What it has used since the first look. How long that took does not matter: a slow machine is no
 * fault. */
static int runs_since(struct condition *c, long *ticks, long *switches)
{
	if (!count_runs(c->words[1], ticks, switches)) {
		c->never = 1;
		return 0;
	}
	if (!c->loaded++) {
		c->ticks = *ticks;
		c->switches = *switches;
	}
	*ticks -= c->ticks;
	*switches -= c->switches;
	snprintf(c->seen, sizeof c->seen, "%ld ticks, asleep %ld times", *ticks, *switches);
	return 1;
}

static int is_idle(struct condition *c)
{
	long ticks, switches;

	return is_asleep(c) ||
	       (runs_since(c, &ticks, &switches) && switches >= 50 && ticks <= switches / 10);
}

static int is_busy(struct condition *c)
{
	long ticks, switches, of_a_second = sysconf(_SC_CLK_TCK);

	return runs_since(c, &ticks, &switches) && ticks >= of_a_second / 5 && switches < ticks;
}

static int has_text(struct condition *c)
{
	static char text[MAX_TEXT];
	struct stat now;
	ssize_t length;

	if (stat(c->words[1], &now) == -1) {
		snprintf(c->seen, sizeof c->seen, "no such file");
		return 0;
	}
	if (c->loaded && now.st_size == c->last.st_size &&
	    now.st_mtim.tv_sec == c->last.st_mtim.tv_sec &&
	    now.st_mtim.tv_nsec == c->last.st_mtim.tv_nsec)
		return 0;
	c->loaded = 1;
	c->last = now;
	length = read_end(c->words[1], now.st_size, text, sizeof text);
	for (ssize_t i = 0; i < length; i++)
		if (text[i] == '\0') /* a regular expression would end there */
			text[i] = '\n';
	snprintf(c->seen, sizeof c->seen, "%zd bytes: %.200s", length, length > 0 ? text : "");
	return length > 0 && regexec(&c->regex, text, 0, NULL, 0) == 0;
}

static int has_grown(struct condition *c)
{
	struct stat now = {.st_size = 0};

	stat(c->words[1], &now);
	snprintf(c->seen, sizeof c->seen, "%lld bytes", (long long)now.st_size);
	return (c->found = now.st_size) > atoll(c->words[2]);
}

static int exists(struct condition *c)
{
	struct stat status;

	snprintf(c->seen, sizeof c->seen, "no such name");
	return lstat(c->words[1], &status) == 0;
}

static int is_missing(struct condition *c)
{
	int there = exists(c);

	snprintf(c->seen, sizeof c->seen, "it is there");
	return !there;
}

/* The program's name without its folder, of either system, and without .exe. */
static const char *base(char *program)
{
	char *end, *name = program;

	for (char *p = program; *p != '\0'; p++)
		if (*p == '/' || *p == '\\')
			name = p + 1;
	if ((end = strstr(name, ".exe")) != NULL && end[4] == '\0')
		*end = '\0';
	return name;
}

/* Has the process, whose number is pid, the mark? */
static int is_marked(const char *pid, const char *mark)
{
	static char text[MAX_ENVIRONMENT];
	char path[64];
	struct stat status;
	ssize_t length;

	if (atoi(pid) == getpid())
		return 0;
	if (strncmp(mark, "user=", 5) == 0) {
		snprintf(path, sizeof path, "/proc/%.20s", pid);
		return stat(path, &status) == 0 && status.st_uid == (uid_t)atol(mark + 5);
	}
	snprintf(path, sizeof path, "/proc/%.20s/environ", pid);
	length = read_file(path, text, sizeof text);
	for (char *p = text; length > 0 && p < text + length; p += strlen(p) + 1)
		if (strcmp(p, mark) == 0)
			return 1;
	return 0;
}

/* The next process that has the mark, or NULL after the last one. */
static const char *next_marked(DIR *proc, const char *mark)
{
	struct dirent *entry;

	while ((entry = readdir(proc)) != NULL)
		if (isdigit((unsigned char)*entry->d_name) && is_marked(entry->d_name, mark))
			return entry->d_name;
	return NULL;
}

static DIR *open_proc(void)
{
	DIR *proc = opendir("/proc");

	if (proc == NULL)
		err(2, "opendir /proc");
	return proc;
}

/* A process that has the mark and a command line that fits. */
static pid_t find_marked(struct condition *c)
{
	char path[64], program[4096];
	const char *pid;
	ssize_t length;
	pid_t found = 0;
	DIR *proc = open_proc();

	while (found == 0 && (pid = next_marked(proc, c->words[1])) != NULL) {
		snprintf(path, sizeof path, "/proc/%.20s/cmdline", pid);
		length = read_file(path, program, sizeof program);
		if (length <= 0) /* it has just ended */
			continue;
		if (!c->has_regex && strcmp(base(program), c->words[2]) == 0)
			found = atoi(pid);
		for (ssize_t i = 0; c->has_regex && i < length - 1; i++)
			if (program[i] == '\0')
				program[i] = ' ';
		if (c->has_regex && regexec(&c->regex, program, 0, NULL, 0) == 0) {
			found = atoi(pid);
			snprintf(c->seen, sizeof c->seen, "%d: %.200s", (int)found, program);
		}
	}
	closedir(proc);
	return found;
}

/* Is the thread in a call that only another process, or a signal, can end? */
static int waits_without_limit(const char *thread)
{
	static const struct {
		const char *call;
		int argument;  /* its time limit, */
		unsigned none; /* and what stands there for none */
	} limits[] = {
		{"futex", 3, 0},           {"mq_timedsend", 4, 0}, {"mq_timedreceive", 4, 0},
		{"poll", 2, -1},           {"ppoll", 2, 0},        {"select", 4, 0},
		{"pselect6", 4, 0},        {"epoll_wait", 3, -1},  {"epoll_pwait", 3, -1},
		{"rt_sigtimedwait", 2, 0}, {"semtimedop", 3, 0},
	};
	char words[128], path[64], text[512], call[64];
	unsigned long long arguments[6];
	long number;

	if (look(thread, words, sizeof words) != 'S' || sscanf(words, "S %63s", call) != 1 ||
	    strcmp(call, "?") == 0 || strstr(call, "nanosleep") != NULL ||
	    strcmp(call, "sched_yield") == 0)
		return *words == 'Z' || *words == 'X';
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		if (strcmp(call, limits[i].call) != 0)
			continue;
		snprintf(path, sizeof path, "/proc/%.40s/syscall", thread);
		if (read_file(path, text, sizeof text) <= 0 ||
		    sscanf(text, "%ld %llx %llx %llx %llx %llx %llx", &number, &arguments[0],
			   &arguments[1], &arguments[2], &arguments[3], &arguments[4],
			   &arguments[5]) != 7)
			return 0;
		return (unsigned)arguments[limits[i].argument] == limits[i].none;
	}
	return 1;
}

/* How many bytes the process has read and written. */
static long long bytes_moved(const char *pid)
{
	char path[64], text[1024];
	long long in = 0, out = 0;

	snprintf(path, sizeof path, "/proc/%.20s/io", pid);
	if (read_file(path, text, sizeof text) <= 0 ||
	    sscanf(text, "rchar: %lld wchar: %lld", &in, &out) != 2)
		return 0;
	return in + out;
}

static int is_stuck(struct condition *c)
{
	char path[300], thread[300];
	const char *pid;
	struct dirent *entry;
	long ticks, switches;
	long long sums[2] = {0, 0}; /* what has run, and with what success */
	int starved = 0, free = 0;
	DIR *proc, *tasks;
	double time = seconds();
	/* no bytes for so long: a program may take two seconds to notice a death */
	double quiet = limit / 4 > 3 ? limit / 4 : 3;

	if (time - c->looked < 0.05)
		return 0;
	c->looked = time;
	proc = open_proc();
	while ((pid = next_marked(proc, c->words[1])) != NULL) {
		sums[1] += bytes_moved(pid) + atol(pid) * 1000003;
		snprintf(path, sizeof path, "/proc/%.20s/task", pid);
		if ((tasks = opendir(path)) == NULL)
			continue;
		while ((entry = readdir(tasks)) != NULL) {
			if (!isdigit((unsigned char)*entry->d_name))
				continue;
			snprintf(thread, sizeof thread, "%.20s/task/%.20s", pid, entry->d_name);
			if (!count_runs(thread, &ticks, &switches))
				continue;
			sums[0] += ticks + switches + atol(entry->d_name) * 1000003;
			free += !waits_without_limit(thread);
			starved += look(thread, path, sizeof path) == 'R';
		}
		closedir(tasks);
	}
	closedir(proc);
	for (int i = 0; i < 2; i++)
		if (c->since[i] == 0 || sums[i] != c->last_sums[i]) {
			c->since[i] = time;
			c->last_sums[i] = sums[i];
		}
	return (free == 0 && time - c->since[0] > limit / 10) ||
	       (time - c->since[1] > quiet && (starved == 0 || time - c->since[1] > 2 * quiet));
}

/* Until none lives: some may start others meanwhile. */
static void kill_marked(const char *mark)
{
	char words[128];
	const char *pid;
	struct timespec pause = {.tv_nsec = 1000000};

	for (int round = 0, living = 1; living > 0 && round < 500; round++) {
		DIR *proc = open_proc();

		living = 0;
		while ((pid = next_marked(proc, mark)) != NULL) {
			int state = look(pid, words, sizeof words);

			living += state != 'Z' && state != 'X' && kill(atoi(pid), SIGKILL) == 0;
		}
		closedir(proc);
		if (living > 0)
			nanosleep(&pause, NULL);
	}
}

static int is_running(struct condition *c)
{
	snprintf(c->seen, sizeof c->seen, "no such process");
	return (c->found = find_marked(c)) != 0;
}

static int is_none(struct condition *c)
{
	return find_marked(c) == 0;
}

static const struct kind {
	const char *name;
	int words, regex; /* how many it has; which of them is a regular expression */
	int (*holds)(struct condition *);
} kinds[] = {
	{"asleep", 2, 0, is_asleep},   {"ended", 2, 0, has_ended},
	{"blocked", 3, 0, is_blocked}, {"text", 3, 2, has_text},
	{"grown", 3, 0, has_grown},    {"exists", 2, 0, exists},
	{"missing", 2, 0, is_missing}, {"running", 3, 0, is_running},
	{"none", 3, 2, is_none},       {"idle", 2, 0, is_idle},
	{"busy", 2, 0, is_busy},       {"stuck", 2, 0, is_stuck},
};

static void usage(void)
{
	fputs("usage: await SECONDS CONDITION [or CONDITION]... | look PID... | kill MARK\n",
	      stderr);
	exit(2);
}

static const struct kind *kind_of(char **words, int count)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (count > 0 && strcmp(words[0], kinds[i].name) == 0 &&
		    count >= kinds[i].words)
			return &kinds[i];
	usage();
	return NULL;
}

static void print(const struct condition *c, const struct kind *kind)
{
	if (c->found != 0) {
		printf("%lld\n", c->found);
		return;
	}
	for (int i = 0; i < kind->words; i++)
		printf("%s%s", i > 0 ? " " : "", c->words[i]);
	putchar('\n');
}

int main(int argc, char *argv[])
{
	static struct condition conditions[MAX_CONDITIONS];
	const struct kind *of[MAX_CONDITIONS];
	char *end, words[128];
	int count = 0, i = 2;
	double until;
	struct timespec pause = {.tv_nsec = 1000000};

	if (argc > 2 && strcmp(argv[1], "look") == 0) {
		for (; i < argc; i++) {
			look(argv[i], words, sizeof words);
			puts(words);
		}
		return 0;
	}
	if (argc == 3 && strcmp(argv[1], "kill") == 0) {
		kill_marked(argv[2]);
		return 0;
	}
	limit = argc > 1 ? strtod(argv[1], &end) : 0;
	if (argc < 3 || *end != '\0')
		usage();
	while (count < MAX_CONDITIONS) {
		struct condition *c = &conditions[count];

		of[count] = kind_of(c->words = argv + i, argc - i);
		c->has_regex = of[count]->regex != 0;
		if (c->has_regex && regcomp(&c->regex, c->words[of[count]->regex],
					    REG_EXTENDED | REG_NOSUB | REG_NEWLINE) != 0)
			errx(2, "%s: not a regular expression", c->words[of[count]->regex]);
		i += of[count++]->words;
		if (i == argc)
			break;
		if (strcmp(argv[i++], "or") != 0)
			usage();
	}
	for (until = seconds() + limit;; nanosleep(&pause, NULL)) {
		for (i = 0; i < count; i++)
			if (of[i]->holds(&conditions[i])) {
				print(&conditions[i], of[i]);
				return 0;
			}
		for (i = 0; i < count && conditions[i].never; i++)
			;
		if (i == count || seconds() >= until)
			break;
		if (pause.tv_nsec < 10000000) /* what happens soon is seen soon */
			pause.tv_nsec += pause.tv_nsec / 4;
	}
	for (i = 0; i < count; i++) {
		fprintf(stderr,
			conditions[i].never ? "await: never:" : "await: %g s, and still not:",
			limit);
		for (int j = 0; j < of[i]->words; j++)
			fprintf(stderr, " %s", conditions[i].words[j]);
		fprintf(stderr, "; there is: %s\n", conditions[i].seen);
	}
	return 1;
}
