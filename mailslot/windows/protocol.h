/* protocol.h: what a producer and a consumer agree on. A message is one line, with its newline.
 * One longer than any line: its producer sends no more. (One of 0 bytes would work on Windows, but
 * not under Wine.) Windows does not limit the messages in a mailslot. So a producer takes 1 from
 * the semaphore Global\NAME-room before it sends; the consumer sets it to ROOM again when all are
 * read. The consumer owns the mutex Global\NAME-alive as long as it lives. */
#include <stdio.h>
#include <windows.h>

enum { LONGEST = 8192, ROOM = 8 }; /* bytes of a line; messages that may wait */

static char name[33000], alive_name[33000], room_name[33000]; /* no command line is longer */

static inline void set_names(const char *given) /* NULL: the default name */
{
	char own[300] = "mailslot-";

	GetUserNameA(own + 9, &(DWORD){sizeof own - 9});
	snprintf(name, sizeof name, "\\\\.\\mailslot\\%s", given ? given : own);
	snprintf(alive_name, sizeof alive_name, "Global\\%s-alive", given ? given : own);
	snprintf(room_name, sizeof room_name, "Global\\%s-room", given ? given : own);
}
