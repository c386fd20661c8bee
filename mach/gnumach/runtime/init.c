/* init: the first task. It has no other work than to start the first of the others, to wait
 * until all have ended, to say how, and to switch the machine off.
 * started by: ../run, with the host's privileged port and a name and a task port for each
 * Shows: task_set_special_port, the bootstrap and the exception port, dead-name notifications.
 */
#include "runtime.h"

enum {
	EXCEPTION_RAISE = 2400, /* <mach/exc.defs> */
	PATIENCE = 60000,       /* milliseconds; of the machine's clock, not of the room's */
};

struct exception { /* what the kernel sends for a thread that did something impossible */
	mach_msg_header_t header;
	struct item thread, task, exception, code, address;
};

static mach_port_t host;

static _Noreturn void power_off(void)
{
	for (;;)
		host_reboot(host, 0);
}

static void must(const char *what, kern_return_t result)
{
	if (result == KERN_SUCCESS)
		return;
	say("%s: %s", what, name_of(result));
	power_off(); /* without a last word */
}

static struct task {
	const char *name;
	mach_port_t port;
	int told; /* we know how it ended */
} tasks[8];

static int count, status;
static mach_port_t port; /* all that happens to a task comes here */

/* Its exit status and its exceptions go to our port, and so does the news of its death. */
static void adopt(const char *name, mach_port_t task)
{
	mach_port_t previous;

	must("task_set_special_port", task_set_special_port(task, TASK_BOOTSTRAP_PORT, port));
	must("task_set_special_port", task_set_special_port(task, TASK_EXCEPTION_PORT, port));
	must("mach_port_request_notification",
	     mach_port_request_notification(mach_task_self(), task, MACH_NOTIFY_DEAD_NAME, 0,
					    port, &previous));
	tasks[count++] = (struct task){.name = name, .port = task};
}

static struct task *find(mach_port_t task)
{
	for (int i = 0; i < count; i++)
		if (tasks[i].port == task)
			return &tasks[i];
	say("port %d is not a task's", task);
	power_off();
}

static void report_crash(const char *name, const struct exception *crash)
{
	static const char *names[] = {"EXC_0",          "EXC_BAD_ACCESS", "EXC_BAD_INSTRUCTION",
				      "EXC_ARITHMETIC", "EXC_EMULATION",  "EXC_SOFTWARE",
				      "EXC_BREAKPOINT"};
	unsigned exception = crash->exception.value;

	if (exception == EXC_BAD_ACCESS)
		say("%s crashed: EXC_BAD_ACCESS at address 0x%x", name, crash->address.value);
	else if (exception < sizeof names / sizeof *names)
		say("%s crashed: %s", name, names[exception]);
	else
		say("%s crashed: exception %d", name, exception);
}

/* Waits for the next message. Returns how many tasks need not be waited for any more. */
static int wait_for_news(void)
{
	static union {
		mach_msg_header_t header;
		mach_dead_name_notification_t death;
		struct exception crash;
		char room[256];
	} message;
	struct task *task;
	mach_msg_return_t result = mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
					    sizeof message, port, PATIENCE, MACH_PORT_NULL);

	if (result == MACH_RCV_TIMED_OUT) {
		for (task = tasks; task < tasks + count; task++)
			if (!task->told)
				say("%s has not ended after %d seconds", task->name,
				    PATIENCE / 1000);
		status = 1;
		return count; /* wait for none of them */
	}
	must("mach_msg", result);

	switch (message.header.msgh_id) {
	case MACH_NOTIFY_DEAD_NAME:
		task = find(message.death.not_port);
		if (!task->told) {
			say("%s was terminated", task->name);
			status = 1;
		}
		return 1;
	case EXCEPTION_RAISE:
		task = find(message.crash.task.value);
		report_crash(task->name, &message.crash);
		status = 1;
		break;
	default: /* the status of exit(), which signs with the task's port */
		task = find(message.header.msgh_remote_port);
		if (status < message.header.msgh_id)
			status = message.header.msgh_id;
	}
	task->told = 1;
	must("task_terminate",
	     task_terminate(task->port)); /* next comes the news of its death */
	return 0;
}

int main(int argc, char *argv[])
{
	host = number(argv[1]);
	must("mach_port_allocate",
	     mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port));
	for (int i = 2; i + 1 < argc; i += 2)
		adopt(argv[i], number(argv[i + 1]));
	must("task_resume", task_resume(tasks[0].port)); /* it resumes the others */

	for (int left = count; left > 0;)
		left -= wait_for_news();
	mach_print(status == 0 ? "$?=0\n" : status == 1 ? "$?=1\n" : "$?=2\n");
	power_off();
}
