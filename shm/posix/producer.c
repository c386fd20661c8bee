/* producer: puts its input into POSIX shared memory, where the consumer takes it out.
 * usage: producer [NAME] <input               its partner: consumer.c
 * Shows: shm_open, ftruncate, mmap, a bounded buffer with two semaphores, munmap, close. */
#include "care.h" /* and protocol.h */

int main(int argc, char *argv[])
{
	ssize_t length = 1; /* 0 at the end of the input */

	name = get_name_or_exit(argc, argv, "producer [NAME] <input");
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	do {
		if ((fd = shm_open(name, O_CREAT | O_RDWR, 0600)) == -1)
			err(1, "shm_open %s", name);
	} while (!lock_if_new()); /* open again until the segment is a new one */
	atexit(clean_up);
	if (ftruncate(fd, sizeof *segment) == -1)
		err(1, "ftruncate %s", name);
	if ((errno = posix_fallocate(fd, 0, sizeof *segment)) != 0)
		err(1, "posix_fallocate %s", name); /* without this a write may be a SIGBUS */
	segment = mmap(NULL, sizeof *segment, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (segment == MAP_FAILED)
		err(1, "mmap %s", name);
	if (sem_init(&segment->empty, 1, SLOTS) == -1 || sem_init(&segment->full, 1, 0) == -1)
		err(1, "sem_init %s", name); /* the 1: shared between processes */
	if (flock(fd, LOCK_UN) == -1)        /* all is set up: now the consumer may take it */
		err(1, "flock %s", name);

	for (int i = 0; length > 0; i = (i + 1) % SLOTS) {
		wait_for(&segment->empty, CONSUMER); /* sem_wait */
		if ((length = read(0, segment->slots[i].data, SLOT_SIZE)) == -1)
			err(1, "read");
		if (has_died(CONSUMER)) /* while read waited, perhaps for long */
			errx(1, "%s: the consumer died", name);
		segment->slots[i].length = length;
		sem_post(&segment->full);
	}
	for (int i = 0; i < SLOTS; i++)              /* until all are empty: all is written; */
		wait_for(&segment->empty, CONSUMER); /* the last post comes after shm_unlink */

	if (munmap(segment, sizeof *segment) == -1)
		err(1, "munmap %s", name);
	if (close(fd) == -1)
		err(1, "close %s", name);
	return 0;
}
