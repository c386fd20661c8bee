/* consumer: creates a port, gives the producer a send right to it, receives messages until no
 * sender is left, and writes them out.
 * started by: run >output                     its partner: producer.c
 * Shows: mach_port_allocate, mach_port_insert_right, mach_msg (to receive), mach_port_destroy.
 */
#include "protocol.h"

int main(int argc, char *argv[])
{
	static struct message message;
	mach_port_t mailbox, previous, self = mach_task_self();

	if (argc < 2) {
		say("usage: consumer PRODUCER-TASK...");
		return 2;
	}
	check("mach_port_allocate",
	      mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE, &mailbox));
	/* When no sender is left, the kernel is to tell our mailbox itself; but not before
	 * argc - 1 send rights have been made, one for each producer. */
	check("mach_port_request_notification",
	      mach_port_request_notification(self, mailbox, MACH_NOTIFY_NO_SENDERS, argc - 1,
					     mailbox, &previous));
	say("receives from port %d", mailbox);
	for (int i = 1; i < argc; i++) { /* the producers are there, but do not run yet */
		mach_port_t producer = number(argv[i]); /* who holds a task's port rules it */

		check("mach_port_insert_right",
		      mach_port_insert_right(producer, MAILBOX, mailbox,
					     MACH_MSG_TYPE_MAKE_SEND));
		check("task_resume", task_resume(producer));
		check("mach_port_deallocate", mach_port_deallocate(self, producer));
	}

	for (;;) {
		check("mach_msg", mach_msg(&message.header, MACH_RCV_MSG, 0, sizeof message,
					   mailbox, MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL));
		if (message.header.msgh_id == MACH_NOTIFY_NO_SENDERS)
			break;
		if (message.header.msgh_id == LINE)
			output(message.line, message.type.msgt_number);
	}
	say("no sender is left");
	check("mach_port_destroy", mach_port_destroy(self, mailbox));
	return 0;
}
