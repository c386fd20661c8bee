/* What full-mailbox.c and ports.c agree on with receiver.c: the receiver makes two ports and
 * gives the sender a send right to each, under these names. Into the mailbox go letters, which
 * the receiver does not look at; it waits for orders. Both print, but a task only while the
 * other waits for it: so the order of the lines is always the same. */
#include "runtime/runtime.h"

enum {
	MAILBOX = 1000,
	ORDERS = 1001,
	TAKE = 1, /* msgh_id of an order: pause, then take so many letters */
	LEAVE,    /* msgh_id of an order: pause, then end, whatever is in the mailbox */
	LETTER,   /* msgh_id of a letter */
};

struct letter {
	mach_msg_header_t header;
	mach_msg_type_t type; /* of the numbers */
	unsigned number;      /* which letter; in an order how many */
	unsigned pause;       /* in an order: milliseconds */
	char room[32];        /* to receive: a notification is a little longer */
};

enum { LETTER_SIZE = offsetof(struct letter, room) };

/* KERN_SUCCESS and MACH_MSG_SUCCESS are the same number: 0. */
static inline const char *outcome_of(mach_msg_return_t result)
{
	return result == MACH_MSG_SUCCESS ? "MACH_MSG_SUCCESS" : name_of(result);
}

/* The clock goes in steps of 10 ms: what begins at a step takes the same time in every run. */
static inline void wait_for_tick(void)
{
	unsigned now = milliseconds();

	while (milliseconds() == now)
		;
}

static inline mach_msg_return_t send_letter(mach_port_t port, mach_msg_id_t id, unsigned number,
					    unsigned pause, mach_msg_option_t options,
					    unsigned limit, mach_port_t notify)
{
	struct letter letter = {
		.header.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
		.header.msgh_remote_port = port,
		.header.msgh_id = id,
		.type = {.msgt_name = MACH_MSG_TYPE_INTEGER_32,
			 .msgt_size = 32,
			 .msgt_number = 2,
			 .msgt_inline = 1},
		.number = number,
		.pause = pause,
	};
	mach_msg_return_t result;

	result = mach_msg(&letter.header, MACH_SEND_MSG | options, LETTER_SIZE, 0,
			  MACH_PORT_NULL, limit, notify);
	if (result == MACH_SEND_TIMED_OUT || result == MACH_SEND_NOTIFY_IN_PROGRESS)
		/* the letter came back, and with it the reference to the send right which it
		 * had taken along */
		check("mach_port_deallocate", mach_port_deallocate(mach_task_self(), port));
	return result;
}
