/* full-mailbox: what a sender can do when the mailbox is full. The four choices, one by one.
 * usage: run full-mailbox                     its partner: receiver.c
 * Shows: mach_msg with no option, MACH_SEND_TIMEOUT, MACH_SEND_NOTIFY. */
#include "receiver.h"

static mach_port_t news; /* where the kernel is to send its notification */

static mach_msg_return_t try(const char *choice, const char *option_names, unsigned number,
			     mach_msg_option_t options, unsigned limit)
{
	unsigned begin = milliseconds();
	mach_msg_return_t result =
		send_letter(MAILBOX, LETTER, number, 0, options, limit, news);

	print("%s: letter %d, %s: %s after %d ms", choice, number, option_names,
	      outcome_of(result), milliseconds() - begin);
	return result;
}

static void expect(mach_msg_return_t result, mach_msg_return_t expected)
{
	if (result != expected) {
		say("mach_msg: %s, not the %s of the book", outcome_of(result),
		    outcome_of(expected));
		exit(1);
	}
}

static void order(unsigned count, unsigned pause)
{
	check("mach_msg", send_letter(ORDERS, TAKE, count, pause, 0, MACH_MSG_TIMEOUT_NONE,
				      MACH_PORT_NULL));
}

int main(void)
{
	mach_msg_accepted_notification_t notification;
	mach_port_t self = mach_task_self();
	unsigned number = 0;

	check("mach_port_allocate", mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE, &news));

	while (number < MACH_PORT_QLIMIT_DEFAULT)
		check("mach_msg", send_letter(MAILBOX, LETTER, ++number, 0, MACH_SEND_TIMEOUT,
					      0, MACH_PORT_NULL));
	print("letters 1 to %d are in the mailbox: it is full", number);

	wait_for_tick();
	order(1, 200);
	expect(try("wait indefinitely", "no option", 6, 0, MACH_MSG_TIMEOUT_NONE),
	       MACH_MSG_SUCCESS);
	wait_for_tick();
	expect(try("wait at most n milliseconds", "MACH_SEND_TIMEOUT 100", 7, MACH_SEND_TIMEOUT,
		   100),
	       MACH_SEND_TIMED_OUT);
	wait_for_tick();
	expect(try("return immediately", "MACH_SEND_TIMEOUT 0", 8, MACH_SEND_TIMEOUT, 0),
	       MACH_SEND_TIMED_OUT);
	wait_for_tick();
	expect(try("temporarily cache a message", "MACH_SEND_NOTIFY", 9, MACH_SEND_NOTIFY,
		   MACH_MSG_TIMEOUT_NONE),
	       MACH_SEND_WILL_NOTIFY);
	wait_for_tick();
	expect(try("cache one more", "MACH_SEND_NOTIFY", 10, MACH_SEND_NOTIFY,
		   MACH_MSG_TIMEOUT_NONE),
	       MACH_SEND_NOTIFY_IN_PROGRESS);

	/* Letters 2 to 6, and the cached one: when it is taken, the kernel tells us. */
	order(6, 0);
	check("mach_msg",
	      mach_msg(&notification.not_header, MACH_RCV_MSG, 0, sizeof notification, news,
		       MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL));
	if (notification.not_header.msgh_id != MACH_NOTIFY_MSG_ACCEPTED) {
		say("mach_msg: message %d, not MACH_NOTIFY_MSG_ACCEPTED",
		    notification.not_header.msgh_id);
		return 1;
	}
	print("MACH_NOTIFY_MSG_ACCEPTED: port %d has taken the cached letter",
	      notification.not_port);

	check("mach_port_deallocate", mach_port_deallocate(self, MAILBOX));
	check("mach_port_deallocate", mach_port_deallocate(self, ORDERS));
	check("mach_port_destroy", mach_port_destroy(self, news));
	return 0;
}
