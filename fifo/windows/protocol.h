/* protocol.h: what a producer and a consumer agree on. An instance of the pipe connects the two,
 * both ways. A message is what one ReadFile of the producer returned; one of 0 bytes means that no
 * more will come. Then the consumer answers with a ULONGLONG: how many bytes it has written. */
#include <stdio.h>
#include <windows.h>

enum { LONGEST = 65536 }; /* bytes of a message */

static inline const char *pipe_name(const char *given) /* NULL: the default name */
{
	static char full_name[32800]; /* no command line is longer */
	char own[300] = "fifo-";

	GetUserNameA(own + 5, &(DWORD){sizeof own - 5});
	snprintf(full_name, sizeof full_name, "\\\\.\\pipe\\%s", given ? given : own);
	return full_name;
}
