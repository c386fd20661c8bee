/* protocol.h: what a producer and a consumer agree on. The producer creates the segment, the
 * consumer opens it. A segment serves one pair, and ends with the last handle of it. */
#include <stdio.h>
#include <windows.h>

enum { SLOTS = 8, SLOT_SIZE = 131072 };

struct segment {
	HANDLE empty; /* semaphore: slots that the producer may fill, at first all of them */
	HANDLE full;  /* semaphore: slots that the consumer may empty, at first none */
	volatile LONG producer; /* its process id; 0: the segment is not set up yet */
	volatile LONG consumer; /* its process id; 0: no consumer has come yet */
	struct slot {
		DWORD length; /* bytes in data, at most SLOT_SIZE; 0: end of data */
		char data[SLOT_SIZE];
	} slots[SLOTS]; /* used in turn: 0, 1, ... SLOTS - 1, 0, 1, ... */
};

static inline const char *object_name(const char *given) /* NULL: the default name */
{
	static char name[32800]; /* a command line is never longer */
	char user[257] = "";

	GetUserNameA(user, &(DWORD){sizeof user});
	snprintf(name, sizeof name, "Local\\%s%s", given ? "" : "shm-", given ? given : user);
	return name;
}
