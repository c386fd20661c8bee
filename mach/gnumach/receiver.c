/* receiver: has a mailbox, and takes letters out of it only when it is ordered to.
 * started by: run full-mailbox, run ports     its partners: full-mailbox.c, ports.c
 * Shows: mach_port_allocate, mach_port_insert_right, mach_msg (to receive, with a limit). */
#include "receiver.h"

static mach_port_t mailbox, orders;

static mach_port_t new_port(mach_port_t sender, mach_port_t name)
{
	mach_port_t port;

	check("mach_port_allocate",
	      mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port));
	check("mach_port_insert_right",
	      mach_port_insert_right(sender, name, port, MACH_MSG_TYPE_MAKE_SEND));
	return port;
}

static mach_msg_return_t receive(struct letter *letter, mach_port_t port,
				 mach_msg_option_t options, unsigned limit)
{
	return mach_msg(&letter->header, MACH_RCV_MSG | options, 0, sizeof *letter, port, limit,
			MACH_PORT_NULL);
}

static void pause(unsigned limit)
{
	static mach_port_t nobody_sends_to;
	struct letter none;
	mach_msg_return_t result;

	if (nobody_sends_to == MACH_PORT_NULL)
		nobody_sends_to = mach_reply_port();
	result = receive(&none, nobody_sends_to, MACH_RCV_TIMEOUT, limit);
	if (result != MACH_RCV_TIMED_OUT)
		check("mach_msg", result);
}

int main(int argc, char *argv[])
{
	struct letter order, letter;
	mach_port_t sender, previous;
	unsigned letters[16], taken = 0;

	if (argc != 2) {
		say("usage: receiver SENDER-TASK");
		return 2;
	}
	sender = number(argv[1]);
	mailbox = new_port(sender, MAILBOX);
	orders = new_port(sender, ORDERS);
	check("mach_port_request_notification",
	      mach_port_request_notification(mach_task_self(), orders, MACH_NOTIFY_NO_SENDERS,
					     1, orders, &previous));
	check("task_resume", task_resume(sender));

	for (;;) {
		check("mach_msg", receive(&order, orders, 0, MACH_MSG_TIMEOUT_NONE));
		if (order.header.msgh_id == MACH_NOTIFY_NO_SENDERS)
			break;
		pause(order.pause);
		if (order.header.msgh_id == LEAVE) {
			print("receiver: leaves");
			return 0; /* with the task go its ports */
		}
		print("receiver: takes %d of the letters", order.number);
		for (; order.number > 0 && taken < 16; order.number--) {
			check("mach_msg", receive(&letter, mailbox, 0, MACH_MSG_TIMEOUT_NONE));
			letters[taken++] = letter.number;
		}
	}
	for (unsigned i = 0; i < taken; i++)
		print("receiver: letter %d has come", letters[i]);
	check("mach_port_destroy", mach_port_destroy(mach_task_self(), mailbox));
	check("mach_port_destroy", mach_port_destroy(mach_task_self(), orders));
	return 0;
}
