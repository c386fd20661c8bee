/* protocol.h: what producer and consumer agree on. The producer creates and sizes the segment; the
 * consumer opens it and, at the end, removes its name (by default /shm- and the user's id).
 * Locks tell who lives: the kernel drops them when a process ends. The producer holds lockf() on
 * byte 0. The consumer holds flock() on the segment, but until all is set up the producer does,
 * so that no consumer starts. The two locks are independent. Only flock's holder removes the name.
 * From other languages call sem_init, sem_wait, sem_post in the C library. On 64-bit Linux a sem_t
 * takes 32 bytes: empty is at 0, full at 32, has_consumer at 64,
 * slots[i] at 72 + i * (8 + SLOT_SIZE). */
#include <semaphore.h>
#include <sys/types.h>

enum { SLOTS = 4, SLOT_SIZE = 384 * 1024 };

struct segment {
	sem_t empty;              /* number of slots the producer may fill: at first all */
	sem_t full;               /* number of slots the consumer may empty: at first none */
	_Atomic int has_consumer; /* 0; 1 once the consumer has come */
	struct slot {
		ssize_t length;       /* bytes in data; 0: end of data */
		char data[SLOT_SIZE]; /* what one read() returned */
	} slots[SLOTS];               /* used in turn: 0, 1, ... SLOTS - 1, 0, 1, ... */
};
