/* init: the first task. It has no other work than to start the first of the others, to wait
 * until all have ended, to say how, and to switch the machine off.
 * started by: ../run, with the host's privileged port and a name and a task port for each
 * Shows: task_set_special_port, the bootstrap and the exception port, dead-name notifications.
 */
#include "runtime.h"

enum {
	EXCEPTION_RAISE = 2400, /* <mach/exc.defs> */
	PATIENCE = 120000,      /* milliseconds; of the machine's clock, not of the room's */
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

static const char *exception_name(unsigned exception)
{
	static const char *names[] = {"exception 0",    "EXC_BAD_ACCESS", "EXC_BAD_INSTRUCTION",
				      "EXC_ARITHMETIC", "EXC_EMULATION",  "EXC_SOFTWARE",
				      "EXC_BREAKPOINT"};

	return exception < sizeof names / sizeof *names ? names[exception] : "an exception";
}

int main(int argc, char *argv[])
{
	static union {
		mach_msg_header_t header;
		mach_dead_name_notification_t death;
		struct exception exception;
		char room[256];
	} message;
	static struct {
		const char *name;
		mach_port_t port;
		int told; /* we know how it ended */
	} tasks[8];
	mach_port_t port, previous, from, self = mach_task_self();
	int count = 0, left, i, status = 0;

	host = number(argv[1]);
	must("mach_port_allocate", mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE, &port));
	for (i = 2; i + 1 < argc && count < 8; i += 2, count++) {
		tasks[count].name = argv[i];
		tasks[count].port = number(argv[i + 1]);
		must("task_set_special_port",
		     task_set_special_port(tasks[count].port, TASK_BOOTSTRAP_PORT, port));
		must("task_set_special_port",
		     task_set_special_port(tasks[count].port, TASK_EXCEPTION_PORT, port));
		must("mach_port_request_notification",
		     mach_port_request_notification(self, tasks[count].port,
						    MACH_NOTIFY_DEAD_NAME, 0, port, &previous));
	}
	must("task_resume", task_resume(tasks[0].port)); /* it resumes the others */

	for (left = count; left > 0;) {
		must("mach_msg: the tasks do not end",
		     mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
			      sizeof message, port, PATIENCE, MACH_PORT_NULL));
		if (message.header.msgh_id == MACH_NOTIFY_DEAD_NAME)
			from = message.death.not_port;
		else if (message.header.msgh_id == EXCEPTION_RAISE)
			from = message.exception.task.value;
		else /* a status: exit() signs with the task's port */
			from = message.header.msgh_remote_port;
		for (i = 0; i < count - 1 && tasks[i].port != from;)
			i++;

		switch (message.header.msgh_id) {
		case MACH_NOTIFY_DEAD_NAME:
			if (!tasks[i].told) {
				say("%s was terminated", tasks[i].name);
				status = 1;
			}
			left--;
			continue;
		case EXCEPTION_RAISE:
			say("%s crashed: %s, address 0x%x", tasks[i].name,
			    exception_name(message.exception.exception.value),
			    message.exception.address.value);
			status = 1;
			break;
		default:
			if (status < message.header.msgh_id)
				status = message.header.msgh_id;
		}
		tasks[i].told = 1;
		must("task_terminate", task_terminate(from));
	}
	mach_print(status == 0 ? "$?=0\n" : status == 1 ? "$?=1\n" : "$?=2\n");
	power_off();
}
