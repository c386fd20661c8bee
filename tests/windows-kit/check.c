/* check: runs every pair of the kit on this Windows, and says what works.
 * usage: check [PAIR]...                      PAIR: shm/windows, say; none: all of them
 * Prints a line for each promise of a pair, and writes the same lines to check-report.txt.
 * Exit status: 0 all is well, 1 a check has failed, 2 wrong usage. */
#include "process.h"
#include "report.h"

/* What kind of pair it is, which decides on what it has to promise. */
enum {
	TWO = 1,      /* two programs find each other by a name */
	LINES = 2,    /* a message is a line */
	MAILBOX = 4,  /* several producers, counted */
	SERVER = 8,   /* the consumer owns the name; else the producer */
	CHILD = 16,   /* the producer starts the consumer */
	WAITS = 32,   /* for the next producer, if one dies; else the consumer ends with 1 */
	CLIENTS = 64, /* one too many is refused */
	OBJECT = 128, /* others can make an object of another kind of that name */
};

static const struct pair {
	const char *name;
	int kind;
	size_t longest;      /* line */
	const char *in_use;  /* what a program says whose name is in use */
	const char *refused; /* what a client says that is one too many */
} pairs[] = {
	{"shm/windows", TWO | OBJECT, 0, "error 183", NULL},
	{"mailslot/windows", TWO | LINES | MAILBOX | SERVER | WAITS | OBJECT, 8192,
	 "another consumer is using it", NULL},
	{"pipes/windows", CHILD, 0, NULL, NULL},
	{"fifo/windows", TWO | MAILBOX | SERVER | OBJECT, 0, "another consumer is using it",
	 NULL},
	{"alpc/rpc", TWO | LINES | MAILBOX | SERVER | CLIENTS | OBJECT, 1 << 20, "error 1740",
	 "error 1723"},
	{"alpc/windows", TWO | LINES | MAILBOX | SERVER | CLIENTS, 1 << 20,
	 "another consumer is using it", "refused"},
};

static const struct pair *pair;
static char name[64]; /* of the pair's object: new for each check */

static int is(int kind)
{
	return (pair->kind & kind) != 0;
}

/* --- what most checks do */

static struct process *consume(int producers)
{
	char arguments[100];

	if (is(CHILD))
		return NULL;
	snprintf(arguments, sizeof arguments, producers > 1 ? "%s %d" : "%s", name, producers);
	return start("consumer", arguments, WHOLE, text(""));
}

static struct process *produce(enum input kind, struct bytes input)
{
	return start("producer", is(CHILD) ? "" : name, kind, input);
}

/* Where the data comes out: an ordinary pipe's consumer writes to its producer's output. */
static struct process *end_of(struct process *producer, struct process *consumer)
{
	return is(CHILD) ? producer : consumer;
}

static void is_equal(struct process *process, struct bytes expected)
{
	const char *data = process->output.data == NULL ? "" : process->output.data;

	if (process->output.length != expected.length ||
	    memcmp(data, expected.data, expected.length) != 0)
		fail("%lu bytes went in, %lu came out, and they are not the same",
		     (unsigned long)expected.length, (unsigned long)process->output.length);
}

/* A program may say that it waits, and nothing else. */
static void says_no_more(struct process *process)
{
	const char *said = process->error.data == NULL ? "" : process->error.data;
	const char *end = strchr(said, '\n');

	if (said[0] != '\0' &&
	    (strstr(said, "waiting for a ") == NULL || end == NULL || end[1] != '\0'))
		fail("%s.exe says: %s", process->side, words_of(process));
}

static void both_end_well(struct process *producer, struct process *consumer,
			  struct bytes expected)
{
	ends(producer, 0);
	if (consumer != NULL) {
		ends(consumer, 0);
		is_equal(producer, text(""));
		says_no_more(consumer);
	}
	is_equal(end_of(producer, consumer), expected);
	says_no_more(producer);
}

static void carry(enum input kind, struct bytes input)
{
	struct process *consumer = consume(1), *producer = produce(kind, input);

	if (kind == TYPED)
		end_input(producer);
	both_end_well(producer, consumer, input);
}

static void next_run_works(void)
{
	carry(WHOLE, text("the next\nrun\n"));
}

/* --- the checks */

static void usage(void)
{
	static const char *const wrong[] = {"one two three four", "-h"};
	const char *sides[] = {"producer", "consumer", "twoway"};
	struct process *process;

	for (int i = 0; i < (is(CHILD) ? 3 : 2); i++)
		for (int j = 0; j < 2; j++)
			start(sides[i], wrong[j], WHOLE, text(""));
	for (int i = 0; i < started; i++) {
		process = processes[i];
		ends(process, 2);
		if (process->error.data == NULL ||
		    strstr(process->error.data, "usage: ") != process->error.data)
			fail("%s.exe gives no usage line, but says: %s", process->side,
			     words_of(process));
		is_equal(process, text(""));
	}
}

static void producers_counted(void)
{
	static const char *const wrong[] = {"0", "3x"};
	char arguments[100];

	for (int i = 0; i < 2; i++) {
		snprintf(arguments, sizeof arguments, "%s %s", name, wrong[i]);
		start("consumer", arguments, WHOLE, text(""));
	}
	for (int i = 0; i < 2; i++) {
		ends(processes[i], 2);
		says(processes[i], "usage: ");
	}
}

/* its versions lay this out differently: */
/* clang-format off */
#define BYTES(literal) { literal, sizeof(literal) - 1 }
/* clang-format on */

static void small_inputs(void)
{
	static const struct bytes inputs[] = {
		BYTES(""),
		BYTES("\n\none\n\ntwo"), /* no newline at the end */
		BYTES("\0\none\0two\n\0\r\n\r\r\n\032three\n\377\376\303\234\n"),
	};

	for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++)
		carry(i % 2 ? TYPED : WHOLE, inputs[i]);
}

/* Bytes of all values in lines of all lengths up to 4000. */
static struct bytes large_input(void)
{
	enum { SIZE = 1000000 };
	static char data[SIZE];
	unsigned random = 1, line = 0;

	for (int i = 0; i < SIZE; i++) {
		random = random * 1664525 + 1013904223;
		data[i] = (char)(random >> 24);
		if (data[i] == '\n')
			data[i] = 'n';
		if (line-- == 0) {
			data[i] = '\n';
			line = (random >> 8) % 4000;
		}
	}
	return (struct bytes){data, SIZE};
}

static void one_megabyte(void)
{
	carry(WHOLE, large_input());
}

static void typed_line(void)
{
	struct process *consumer = consume(1), *producer = produce(TYPED, text("hello\n"));

	writes(end_of(producer, consumer), "hello");
	type(producer, text("again\n"));
	writes(end_of(producer, consumer), "again");
	end_input(producer);
	both_end_well(producer, consumer, text("hello\nagain\n"));
}

static void producer_first(void)
{
	struct process *producer = produce(WHOLE, text("hello\n"));

	says(producer, "producer: waiting for a consumer on ");
	both_end_well(producer, consume(1), text("hello\n"));
}

static void consumer_first(void)
{
	struct process *consumer = consume(1);

	says(consumer, "consumer: waiting for a producer on ");
	both_end_well(produce(WHOLE, text("hello\n")), consumer, text("hello\n"));
}

static void three_producers(void)
{
	enum { LINES_EACH = 300, LENGTH = 9 };
	static char inputs[3][LINES_EACH * LENGTH + 1];
	struct process *consumer = consume(3);
	int next[3] = {0};
	char line[32];
	const char *came;

	for (int i = 0; i < 3; i++) {
		for (int j = 0; j < LINES_EACH; j++)
			snprintf(inputs[i] + j * LENGTH, LENGTH + 1, "%d %06d\n", i, j);
		produce(WHOLE, text(inputs[i]));
	}
	for (int i = 0; i < started; i++)
		ends(processes[i], 0);
	came = consumer->output.data == NULL ? "" : consumer->output.data;
	if (strlen(came) != 3 * LINES_EACH * LENGTH)
		fail("%d bytes went in, %lu came out", 3 * LINES_EACH * LENGTH,
		     (unsigned long)consumer->output.length);
	for (; *came != '\0'; came += LENGTH) {
		int i = *came - '0';

		if (i < 0 || i > 2 || next[i] == LINES_EACH)
			fail("a line came that nobody has sent: %.9s", came);
		snprintf(line, sizeof line, "%d %06d\n", i, next[i]++);
		if (strncmp(came, line, LENGTH) != 0)
			fail("a line is lost, or out of order: %.8s came, %.8s is due", came,
			     line);
	}
}

static void longest_line(void)
{
	size_t longest = pair->longest;
	char *input = malloc(2 * longest + 20);
	struct process *consumer, *producer;
	struct bytes expected;

	if (input == NULL)
		fail("check.exe: malloc failed");
	memset(input, 'x', 2 * longest + 20);
	input[longest - 1] = '\n';
	memcpy(input + longest, "end\n", 4);
	input[longest + 4 + longest] = '\n'; /* longest + 1 bytes */
	/* the file has it in the order: longest, too long, end */
	memmove(input + longest, input + longest + 4, longest + 1);
	memcpy(input + 2 * longest + 1, "end\n", 4);
	consumer = consume(1);
	producer = produce(WHOLE, (struct bytes){input, 2 * longest + 5});
	ends(producer, 1);
	says(producer, "producer: line 2: ");
	says(producer, ": Message too long");
	ends(consumer, 0);
	memcpy(input + longest, "end\n", 4);
	expected = (struct bytes){input, longest + 4};
	is_equal(consumer, expected);
	free(input);
}

static void name_in_use(void)
{
	struct process *first = is(SERVER) ? consume(1) : produce(WHOLE, text("hello\n"));
	struct process *second;

	says(first, "waiting for a ");
	second = is(SERVER) ? consume(1) : produce(WHOLE, text("not this\n"));
	ends(second, 1);
	says(second, pair->in_use);
	if (is(SERVER))
		both_end_well(produce(WHOLE, text("hello\n")), first, text("hello\n"));
	else
		both_end_well(first, consume(1), text("hello\n"));
}

static HANDLE object_of_another_kind(void)
{
	char object[128];
	HANDLE it;

	if (strcmp(pair->name, "fifo/windows") == 0) {
		snprintf(object, sizeof object, "\\\\.\\pipe\\%s", name);
		it = CreateNamedPipeA(object, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 4096, 4096,
				      0, NULL);
	} else {
		snprintf(object, sizeof object,
			 strcmp(pair->name, "mailslot/windows") == 0 ? "Global\\%s-alive"
								     : "Local\\%s",
			 name);
		it = CreateEventA(NULL, TRUE, FALSE, object);
	}
	if (it == NULL || it == INVALID_HANDLE_VALUE)
		call_failed("making an object of another kind");
	return it;
}

static void name_of_another_kind(void)
{
	HANDLE in_the_way = object_of_another_kind();
	struct process *process = is(SERVER) ? consume(1) : produce(WHOLE, text("hello\n"));
	DWORD status = status_of(process);

	CloseHandle(in_the_way);
	if (status != 1)
		fail("%s.exe ended with status %lu instead of 1; it says: %s", process->side,
		     status, words_of(process));
	says(process, ": error ");
	next_run_works();
}

static void one_client_too_many(void)
{
	struct process *consumer = consume(1), *producer = produce(TYPED, text("hello\n"));
	struct process *second;

	writes(consumer, "hello");
	second = produce(WHOLE, text("not this\n"));
	ends(second, 1);
	says(second, pair->refused);
	end_input(producer);
	both_end_well(producer, consumer, text("hello\n"));
}

static void no_such_consumer(void)
{
	struct process *producer = start("producer", "no-such-program.exe", WHOLE, text(""));

	ends(producer, 1);
	says(producer, "producer: CreateProcess no-such-program.exe: error 2: ");
}

static void two_ways(void)
{
	static const struct bytes input = BYTES("hello\r\n\nUntil Then 1\n\032\0last");
	static const struct bytes output = BYTES("HELLO\r\n\nUNTIL THEN 1\n\032\0LAST");
	struct process *twoway = start("twoway", "", WHOLE, input);

	ends(twoway, 0);
	is_equal(twoway, output);
}

/* --- deaths */

/* What the consumer does when its producer has died. */
static void after_the_producer(struct process *consumer)
{
	if (is(CHILD))
		return; /* it ends: nobody may have the output open at the end */
	if (is(WAITS)) {
		ends(produce(WHOLE, text("the next producer\n")), 0);
		ends(consumer, 0);
		writes(consumer, "the next producer");
	} else {
		ends(consumer, 1);
		says(consumer, "consumer: ");
		says(consumer, "died");
	}
}

static void after_the_consumer(struct process *producer)
{
	ends(producer, 1);
	says(producer, "producer: ");
}

static void kill_producer(enum input kind)
{
	struct process *consumer = consume(1), *producer = produce(kind, text("a line\n"));

	writes(end_of(producer, consumer), "line");
	terminate(producer->handle);
	ends(producer, KILLED);
	after_the_producer(consumer);
	next_run_works();
}

static void kill_consumer(enum input kind)
{
	struct process *consumer = consume(1), *producer = produce(kind, text("a line\n"));
	HANDLE killed;

	writes(end_of(producer, consumer), "line");
	killed = consumer == NULL ? child_of(producer) : consumer->handle;
	terminate(killed);
	if (consumer == NULL)
		CloseHandle(killed);
	else
		ends(consumer, KILLED);
	if (kind == TYPED) /* it need not notice while it waits for its input */
		type(producer, text("the next line\n"));
	after_the_consumer(producer);
	next_run_works();
}

static void kill_typing_producer(void)
{
	kill_producer(TYPED);
}

static void kill_producer_at_work(void)
{
	kill_producer(ENDLESS);
}

static void kill_reading_consumer(void)
{
	kill_consumer(TYPED);
}

static void kill_consumer_at_work(void)
{
	kill_consumer(ENDLESS);
}

static void kill_waiting_side(void)
{
	struct process *process;

	for (int i = 0; i < 2; i++) {
		process = i == 0 ? consume(1) : produce(WHOLE, text("hello\n"));
		says(process, "waiting for a ");
		terminate(process->handle);
		ends(process, KILLED);
	}
	next_run_works();
}

static void kill_both(void)
{
	struct process *consumer = consume(1), *producer = produce(ENDLESS, text(""));

	writes(consumer, "line");
	TerminateProcess(producer->handle, KILLED);
	terminate(consumer->handle); /* it may have noticed, and ended */
	ends(producer, KILLED);
	status_of(consumer);
	next_run_works();
}

/* --- Ctrl-C */

static void is_interrupted(struct process *process)
{
	DWORD status = status_of(process);

	/* Windows' own STATUS_CONTROL_C_EXIT; what a program's own handler makes of it; Wine 8 */
	if (status != 0xC000013A && status != 130 && !(status == 0 && is_wine()))
		fail("%s.exe ended with status %lu (0x%lX), not by Ctrl-C; it says: %s",
		     process->side, status, status, words_of(process));
}

static void interrupt_waiting_side(void)
{
	struct process *process;

	for (int i = 0; i < 2; i++) {
		process = start_apart(i == 0 ? "consumer" : "producer", name, WHOLE, text(""));
		says(process, "waiting for a ");
		interrupt(process);
		is_interrupted(process);
	}
	next_run_works();
}

static void interrupt_producer(void)
{
	struct process *consumer = consume(1), *producer;

	producer = start_apart("producer", is(CHILD) ? "" : name, TYPED, text("a line\n"));
	writes(end_of(producer, consumer), "line");
	interrupt(producer); /* and its child */
	is_interrupted(producer);
	after_the_producer(consumer);
	next_run_works();
}

/* A producer whose input is a console, and somebody at its keyboard. */
static struct process *produce_at_console(void)
{
	char arguments[100];

	snprintf(arguments, sizeof arguments, "type producer %s", is(CHILD) ? "" : name);
	return start_apart("check", arguments, TYPED, text("hello\n"));
}

static void interrupt_console(void)
{
	struct process *consumer = consume(1), *producer = produce_at_console();

	writes(end_of(producer, consumer), "hello");
	interrupt(producer);
	end_input(producer);
	is_interrupted(producer);
	after_the_producer(consumer);
	next_run_works();
}

static void console_input(void)
{
	struct process *consumer, *producer;

	if (is_wine())
		skip(SKIPPED, "Ctrl-Z is no end at Wine's consoles");
	consumer = consume(1);
	producer = produce_at_console();
	writes(end_of(producer, consumer), "hello");
	type(producer, text("\032\n"));
	end_input(producer);
	both_end_well(producer, consumer, text("hello\r\n"));
}

/* --- all of them */

static const struct check {
	const char *what;
	int needs; /* of the pair: one of these, or 0 */
	void (*run)(void);
} checks[] = {
	{"wrong usage and -h: a usage line, status 2", 0, usage},
	{"a number of producers that is none: a usage line, status 2", MAILBOX,
	 producers_counted},
	{"small inputs come out byte for byte: empty, binary, no last newline", 0,
	 small_inputs},
	{"1 MB comes out byte for byte", 0, one_megabyte},
	{"a typed line comes out at once", 0, typed_line},
	{"the producer first: it waits for the consumer and says so", TWO, producer_first},
	{"the consumer first: it waits for the producer and says so", TWO, consumer_first},
	{"three producers, one consumer: every line comes once, in order", MAILBOX,
	 three_producers},
	{"the longest line comes out, a longer one is named and skipped", LINES, longest_line},
	{"a name in use is refused, and its owner goes on", TWO, name_in_use},
	{"an object of another kind with that name is refused", OBJECT, name_of_another_kind},
	{"one client too many is refused, the first one goes on", CLIENTS, one_client_too_many},
	{"a consumer that cannot be started: CreateProcess is named, status 1", CHILD,
	 no_such_consumer},
	{"two-way: every line comes back in upper case", CHILD, two_ways},
	{"the producer is killed while it waits for input", 0, kill_typing_producer},
	{"the producer is killed at work", 0, kill_producer_at_work},
	{"the consumer is killed while the producer waits for input", 0, kill_reading_consumer},
	{"the consumer is killed at work", 0, kill_consumer_at_work},
	{"a side that waits alone is killed", TWO, kill_waiting_side},
	{"both are killed", TWO, kill_both},
	{"Ctrl-C to a side that waits alone", TWO, interrupt_waiting_side},
	{"Ctrl-C to the producer", 0, interrupt_producer},
	{"a line typed at a console comes out; Ctrl-C is not the end of the input", 0,
	 interrupt_console},
	{"Ctrl-Z, Enter at a console is the end of the input", 0, console_input},
};

static int passed, not_passed, skipped;

static void verdict(const char *word, const char *what)
{
	int is_ok = strcmp(word, "ok") == 0;

	print("%-4s  %-16s  %s%s%s\n", word, pair->name, what, is_ok ? "" : ": ",
	      is_ok ? "" : reason);
}

/* 0: the pair cannot run here at all. */
static int run_check(const struct check *check)
{
	static int number;

	snprintf(name, sizeof name, "ipc-check-%lu-%d", GetCurrentProcessId(), ++number);
	switch (setjmp(end_of_check)) {
	case 0:
		make_job();
		check->run();
		no_process_is_left();
		clean_up();
		passed++;
		verdict("ok", check->what);
		return 1;
	case FAILED:
		clean_up();
		not_passed++;
		verdict("FAIL", check->what);
		return 1;
	case SKIPPED:
		clean_up();
		skipped++;
		verdict("skip", check->what);
		return 1;
	default: /* ABSENT */
		clean_up();
		skipped++;
		verdict("skip", "all else");
		return 0;
	}
}

static int is_there(const char *program)
{
	static WCHAR path[33000];

	swprintf(path, 33000, L"%ls%hs.exe", folder, program);
	if (GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES)
		return 1;
	snprintf(reason, sizeof reason,
		 "%s.exe is missing (error %lu): unpack the whole kit, or see README.txt",
		 program, GetLastError());
	return 0;
}

static void check_pair(void)
{
	patience = PATIENCE;
	swprintf(folder, 32800, L"%ls%hs\\", here, pair->name);
	for (WCHAR *c = folder; *c != L'\0'; c++)
		if (*c == L'/')
			*c = L'\\';
	if (!is_there("producer") || !is_there("consumer") ||
	    (is(CHILD) && !is_there("twoway"))) {
		not_passed++;
		verdict("FAIL", "its programs");
		return;
	}
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
		if ((checks[i].needs == 0 || is(checks[i].needs)) && !run_check(&checks[i]))
			return;
}

static int is_chosen(int argc, char *argv[])
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], pair->name) == 0)
			return 1;
	return argc == 1;
}

static int is_known(const char *word)
{
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		if (strcmp(word, pairs[i].name) == 0)
			return 1;
	return 0;
}

int main(int argc, char *argv[])
{
	if (argc == 3 && strcmp(argv[1], "ctrl-c") == 0)
		return send_ctrl_c(argv[2]);
	if (argc >= 3 && strcmp(argv[1], "type") == 0)
		return type_at_console(argv[2], argc > 3 ? argv[3] : "");
	for (int i = 1; i < argc; i++)
		if (!is_known(argv[i])) {
			fputs("usage: check [PAIR]...      PAIR: shm/windows, say; none: all\n",
			      stderr);
			return 2;
		}
	/* children inherit it: one that crashes ends, and no window asks what to do */
	SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
	SetConsoleCtrlHandler(NULL, FALSE); /* and that whoever started us ignores Ctrl-C */
	InitializeCriticalSection(&lock);
	news = CreateEventW(NULL, FALSE, FALSE, NULL);
	find_here();
	begin_report();
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		pair = &pairs[i];
		if (is_chosen(argc, argv))
			check_pair();
	}
	print("\n%d passed, %d failed, %d skipped\n", passed, not_passed, skipped);
	end_report();
	wait_for_a_key();
	return not_passed > 0;
}
