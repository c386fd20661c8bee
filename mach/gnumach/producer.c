/* producer: sends each line of its input as one message to the consumer's port.
 * started by: run <input                      its partner: consumer.c
 * Shows: mach_msg (to send), mach_port_deallocate. */
#include "protocol.h"

static mach_msg_return_t send(struct message *message, size_t length)
{
	mach_msg_size_t size = offsetof(struct message, line) + (length + 3) / 4 * 4;

	message->header.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0);
	message->header.msgh_remote_port = MAILBOX;
	message->header.msgh_local_port = MACH_PORT_NULL; /* we expect no reply */
	message->header.msgh_id = LINE;
	message->type = (mach_msg_type_t){
		.msgt_name = MACH_MSG_TYPE_CHAR,
		.msgt_size = 8, /* bits */
		.msgt_number = length,
		.msgt_inline = 1,
	};
	return mach_msg(&message->header, MACH_SEND_MSG, size, 0, MACH_PORT_NULL,
			MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL); /* waits while it is full */
}

int main(int argc, char *argv[])
{
	static struct message message;
	const char *input = argc == 2 ? argv[1] : "";
	int status = 0;
	size_t length;

	if (argc > 2) {
		say("usage: producer [INPUT-IN-HEXADECIMAL]");
		return 2;
	}
	say("sends to port %d", MAILBOX);
	for (int line = 1; (length = next_line(&input, message.line, LONGEST)) > 0; line++)
		if (length <= LONGEST) {
			check("mach_msg", send(&message, length));
		} else {
			say("line %d: mach_msg port %d: Message too long", line, MAILBOX);
			status = 1; /* go on with the next line */
		}
	check("mach_port_deallocate", mach_port_deallocate(mach_task_self(), MAILBOX));
	return status;
}
