/* protocol.h: what a producer and a consumer agree on. An instance of the pipe connects the two,
 * both ways. The producer sends messages, each what one ReadFile returned; one of no bytes says:
 * no more to come. Then the consumer answers with a ULONGLONG: so many bytes it has written. */
#include <stdio.h>
#include <windows.h>

enum { LONGEST = 65536 }; /* bytes of a message */

static inline const char *pipe_name(const char *given) /* NULL: the default name */
{
	static char name[32800]; /* a command line is never longer */
	char user[257] = "";

	GetUserNameA(user, &(DWORD){sizeof user});
	snprintf(name, sizeof name, "\\\\.\\pipe\\%s%s", given ? "" : "fifo-",
		 given ? given : user);
	return name;
}
