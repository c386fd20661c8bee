/* protocol.h: what producer and consumer agree on. The producer creates and sizes the segment; the
 * consumer opens it and, at the end, removes its name (by default /shm- and the user's id).
 *
 * Locks tell who lives: the kernel drops them when a process ends. The producer locks byte 0 with
 * lockf(). The consumer locks the segment with flock(), a lock of another kind; so does the
 * producer until all is set up. Only who holds this one may remove the name.
 *
 * From other languages call sem_init, sem_wait, sem_post in the C library. On 64-bit Linux a sem_t
 * takes 32 bytes: empty is at 0, full at 32, taken at 64, slots[i] at 72 + i * (8 + SLOT_SIZE). */
#include <semaphore.h>

enum { SLOTS = 4, SLOT_SIZE = 512 * 1024 };

struct segment {
	sem_t empty;       /* slots that the producer may fill: at first all of them */
	sem_t full;        /* slots that the consumer may empty: at first none */
	_Atomic int taken; /* 0; 1 once the consumer has come */
	struct slot {
		ssize_t length;       /* bytes in data; 0: end of data */
		char data[SLOT_SIZE]; /* what one read() returned */
	} slots[SLOTS];               /* used in turn: 0, 1, ... SLOTS - 1, 0, 1, ... */
};
