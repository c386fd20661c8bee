/* ports: what a task has at birth, and how it hears what becomes of its ports.
 * usage: run ports                            its partner: receiver.c
 * Shows: mach_task_self, task_get_special_port, mach_port_request_notification. */
#include "receiver.h"

static mach_port_t self, news;

static const char *kind(mach_port_t name)
{
	mach_port_type_t type;

	check("mach_port_type", mach_port_type(self, name, &type));
	return type & MACH_PORT_TYPE_DEAD_NAME ? "a dead name"
	       : type & MACH_PORT_TYPE_RECEIVE ? "a receive right"
	       : type & MACH_PORT_TYPE_SEND    ? "a send right"
					       : "something else";
}

static void ask(const char *name, int which)
{
	mach_port_t port;
	kern_return_t result = task_get_special_port(self, which, &port);

	if (result == KERN_SUCCESS)
		print("task_get_special_port %d, %s: %s, port %d", which, name, name_of(result),
		      port);
	else
		print("task_get_special_port %d, %s: %s", which, name, name_of(result));
}

static void hear(mach_msg_id_t id, const char *name, mach_port_t port)
{
	union {
		mach_dead_name_notification_t death;
		mach_no_senders_notification_t no_senders;
	} message;

	check("mach_msg", mach_msg(&message.death.not_header, MACH_RCV_MSG, 0, sizeof message,
				   port, MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL));
	if (message.death.not_header.msgh_id != id) {
		say("mach_msg: message %d, not %s", message.death.not_header.msgh_id, name);
		exit(1);
	}
	if (id == MACH_NOTIFY_DEAD_NAME)
		print("%s: port %d", name, message.death.not_port);
	else
		print("%s: a message to port %d itself", name, port);
}

static void at_birth(void)
{
	mach_port_type_t type;

	for (mach_port_t name = 1; name <= ORDERS; name++)
		if (mach_port_type(self, name, &type) == KERN_SUCCESS)
			print("at the beginning, port %d: %s, %s", name, kind(name),
			      name == self      ? "the Kernel port, from mach_task_self()"
			      : name >= MAILBOX ? "from the receiver"
						: "for the kernel's replies");
	ask("TASK_KERNEL_PORT", TASK_KERNEL_PORT);
	ask("the Notify port of Mach 2.5", 2);
	ask("TASK_EXCEPTION_PORT", TASK_EXCEPTION_PORT);
	ask("TASK_BOOTSTRAP_PORT", TASK_BOOTSTRAP_PORT);
}

static void no_senders(void)
{
	mach_port_t port, previous;

	check("mach_port_allocate", mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE, &port));
	print("mach_port_allocate, a message to port %d: port %d, %s", self, port, kind(port));
	check("mach_port_request_notification",
	      mach_port_request_notification(self, port, MACH_NOTIFY_NO_SENDERS, 1, port,
					     &previous));
	check("mach_port_insert_right",
	      mach_port_insert_right(self, port, port, MACH_MSG_TYPE_MAKE_SEND));
	print("a send right to port %d made and given back", port);
	check("mach_port_deallocate", mach_port_deallocate(self, port));
	hear(MACH_NOTIFY_NO_SENDERS, "MACH_NOTIFY_NO_SENDERS", port);
	check("mach_port_destroy", mach_port_destroy(self, port));
}

static void send(unsigned number, const char *when)
{
	unsigned begin = milliseconds();
	mach_msg_return_t result = send_letter(MAILBOX, LETTER, number, 0, 0,
					       MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL);

	print("letter %d, %s: %s after %d ms", number, when, outcome_of(result),
	      milliseconds() - begin);
}

static void a_receiver_that_dies(void)
{
	mach_port_t previous;
	mach_port_urefs_t references;
	mach_port_type_t type;

	print("port %d: %s", MAILBOX, kind(MAILBOX));
	check("mach_port_request_notification",
	      mach_port_request_notification(self, MAILBOX, MACH_NOTIFY_DEAD_NAME, 0, news,
					     &previous));
	for (unsigned number = 1; number <= MACH_PORT_QLIMIT_DEFAULT; number++)
		check("mach_msg", send_letter(MAILBOX, LETTER, number, 0, 0,
					      MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL));
	print("letters 1 to %d are in the mailbox: it is full", MACH_PORT_QLIMIT_DEFAULT);
	wait_for_tick();
	check("mach_msg",
	      send_letter(ORDERS, LEAVE, 0, 100, 0, MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL));
	/* It waits, and then goes: sent is not received, nobody will ever read it. */
	send(6, "while the receiver ends");
	hear(MACH_NOTIFY_DEAD_NAME, "MACH_NOTIFY_DEAD_NAME", news);
	wait_for_tick();
	send(7, "to a dead name");

	/* Don't forget to clean up: the notification came with a reference to the dead name,
	 * so that the name could not be used anew before we heard of its death. */
	check("mach_port_get_refs",
	      mach_port_get_refs(self, MAILBOX, MACH_PORT_RIGHT_DEAD_NAME, &references));
	print("port %d: %s, %d references", MAILBOX, kind(MAILBOX), references);
	while (references-- > 0)
		check("mach_port_deallocate", mach_port_deallocate(self, MAILBOX));
	print("mach_port_type of port %d: %s", MAILBOX,
	      name_of(mach_port_type(self, MAILBOX, &type)));
	check("mach_port_deallocate", mach_port_deallocate(self, ORDERS));
}

int main(void)
{
	self = mach_task_self();
	at_birth();
	check("mach_port_allocate", mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE, &news));
	no_senders();
	a_receiver_that_dies();
	check("mach_port_destroy", mach_port_destroy(self, news));
	return 0;
}
