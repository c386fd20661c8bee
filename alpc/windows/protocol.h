/* protocol.h: what a producer and a consumer agree on, by ALPC (advanced local procedure call):
 * the message, and the name of the connection port, \RPC Control\NAME. */
#include "ntalpc.h"

#ifndef VERSION /* a client built with -DVERSION=2 is refused */
#define VERSION 1
#endif
enum { COPIED = 256, LONGEST = 1 << 20 }; /* the longest line: in a message, in a section */

struct message {
	struct header header;
	enum {
		CONNECT, /* connection request: value is the client's VERSION */
		LINE,    /* request: data, or the view that comes with it, is one line */
		LINES,   /* datagram: value is how many lines were sent */
		END      /* request: no more to come */
	} type;
	LONG value;
	ULONG length;      /* of the line: up to COPIED bytes are in data, more in the view */
	char data[COPIED]; /* only the bytes in use are sent */
};
_Static_assert(sizeof(struct message) <= 65535, "TotalLength is a USHORT");

static inline USHORT size_of(const struct message *message) /* as it is sent */
{
	ULONG data = message->length > COPIED ? 0 : message->length;

	return (USHORT)(offsetof(struct message, data) + data);
}

static inline void set_length(struct message *message)
{
	message->header.total_length = size_of(message);
	message->header.data_length = (USHORT)(size_of(message) - sizeof message->header);
}
