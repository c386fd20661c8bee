/* The protocol of mach/gnumach, included by both sides: one line, its newline included, is one
 * message. The consumer makes the port and keeps its receive right; the producer gets a send
 * right, under a name that both know. The end of the data is that no sender is left: the
 * kernel says so, in a message to the same port, with the id MACH_NOTIFY_NO_SENDERS. */
#include "runtime/runtime.h"

enum {
	MAILBOX = 1000, /* the producer's name for the port; like a file descriptor, a name
			 * means something only to its task: the consumer has another for it */
	LINE = 1,       /* msgh_id of a message that carries a line */
	LONGEST = 4095, /* what msgt_number, which has 12 bits, can say */
};

struct message {
	mach_msg_header_t header; /* to whom, with what rights, how long, what for */
	mach_msg_type_t type;     /* of what follows: msgt_number bytes */
	char line[LONGEST + 1];   /* sent rounded up to whole words */
};
