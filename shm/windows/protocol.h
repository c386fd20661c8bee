/* protocol.h: what producer and consumer agree on. The producer creates the segment, the consumer
 * opens it; by default it is called Local\shm- and the user's name. A segment serves one pair, and
 * ends with its last handle. Each side holds a handle of the other's process, to see it die. */
#include <windows.h>

enum { SLOTS = 4, SLOT_SIZE = 384 * 1024 };

struct segment {
	HANDLE empty; /* semaphore: number of slots the producer may fill: at first all */
	HANDLE full;  /* semaphore: number of slots the consumer may empty: at first none */
	volatile LONG producer; /* its process id; 0: the segment is not set up yet */
	volatile LONG consumer; /* its process id; 0: no consumer has come yet */
	struct slot {
		DWORD length;         /* bytes in data; 0: end of data */
		char data[SLOT_SIZE]; /* what one ReadFile returned */
	} slots[SLOTS];               /* used in turn: 0, 1, ... SLOTS - 1, 0, 1, ... */
};
_Static_assert(sizeof(HANDLE) == 8,
	       "build for 64 bits: a 32-bit segment is laid out otherwise");
