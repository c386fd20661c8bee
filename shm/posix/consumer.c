/* consumer: takes out what the producer puts into POSIX shared memory, and writes it.
 * usage: consumer [NAME] >output              its partner: producer.c
 * Shows: shm_open, mmap, a bounded buffer with two semaphores, shm_unlink, munmap, close. */
#include "care.h" /* and protocol.h */

int main(int argc, char *argv[])
{
	name = get_name_or_exit(argc, argv, "consumer [NAME] >output");
	do {
		if ((fd = shm_open(name, O_RDWR, 0)) == -1 && errno != ENOENT)
			err(1, "shm_open %s", name);
	} while (!lock_if_ready()); /* open again until a producer has set the segment up */
	segment = mmap(NULL, sizeof *segment, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (segment == MAP_FAILED)
		err(1, "mmap %s", name);
	if (segment->has_consumer++)
		errx(1, "%s: the consumer before this one died", name);
	atexit(clean_up);
	signal(SIGINT, stop);
	signal(SIGTERM, stop);

	for (int i = 0;; i = (i + 1) % SLOTS) {
		struct slot *slot = &segment->slots[i];

		wait_for(&segment->full, PRODUCER); /* sem_wait */
		if (slot->length == 0)              /* end of data */
			break;                      /* the last sem_post: after shm_unlink */
		for (ssize_t done = 0, n; done < slot->length; done += n)
			if ((n = write(1, slot->data + done, slot->length - done)) == -1)
				err(1, "write");
		sem_post(&segment->empty);
	}

	if (shm_unlink(name) == -1)
		err(1, "shm_unlink %s", name);
	sem_post(&segment->empty); /* the producer may end: all is written, the name is gone */
	if (munmap(segment, sizeof *segment) == -1)
		err(1, "munmap %s", name);
	if (close(fd) == -1)
		err(1, "close %s", name);
	return 0;
}
