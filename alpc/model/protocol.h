/* protocol.h: a *model* of ALPC (advanced local procedure call), not ALPC itself: what both sides
 * must agree on. It acts out the objects of ALPC with those that Linux has:
 *   connection port      a listening socket with a name; SOCK_SEQPACKET keeps messages apart
 *   communication ports  the two ends of a socketpair: one for the server, one for the client
 *   returning a handle   SCM_RIGHTS: a descriptor that travels in a message, see unix(7)
 *   section              a memfd: memory without a name, for a line too long for a message */
#define DEFAULT_NAME "/tmp/alpc-%u"                    /* a path; %u is the user's id */
enum { LONGEST_COPIED = 256, LONGEST_LINE = 1 << 20 }; /* bytes: in a message, in a section */

enum type {
	GONE,     /* no message at all: the other side has closed its port, or has died */
	CONNECT,  /* client, to the connection port: its connection request */
	ACCEPTED, /* server: with the handle of the client's communication port */
	REFUSED,  /* server: it has all the clients that it is to serve */
	LINE,     /* client, a request: one line; a long one is in a section, sent along */
	END,      /* client, a request: no more lines will come */
	CALLBACK, /* server, before its reply to END: how many lines have you sent? */
	ANSWER,   /* client: this many */
	REPLY     /* server: the request is done. Until then the client sends no other */
};

struct message {
	enum type type;
	long value;                /* CONNECT: the client's process; ANSWER: number of lines */
	unsigned length;           /* LINE: its bytes, with the newline if there is one */
	char data[LONGEST_COPIED]; /* LINE: the line, if it is not in a section */
};
