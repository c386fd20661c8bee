/* consumer: takes out what the producer puts into POSIX shared memory, and writes it.
 * usage: consumer [NAME] >output              its partner: producer.c
 * Shows: shm_open, mmap, a bounded buffer with two semaphores, munmap, close, shm_unlink. */
#include "protocol.h"

/* Open the segment, if it is there, is set up, and has a producer and no consumer yet. */
static int attach(void)
{
	if ((fd = shm_open(name, O_RDWR, 0)) == -1) {
		if (errno == ENOENT)
			return 0;
		err(1, "shm_open %s", name);
	}
	if (segment_size() > 0 && is_alive(PRODUCER)) {
		segment =
			mmap(NULL, sizeof *segment, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (segment == MAP_FAILED)
			err(1, "mmap %s", name);
		if (segment->state == READY && lock(CONSUMER) && segment->state == READY) {
			sem_post(&segment->taken); /* first, so that our death shows */
			segment->state = TAKEN;
			return 1;
		}
		munmap(segment, sizeof *segment);
	}
	close(fd);
	return 0;
}

int main(int argc, char *argv[])
{
	char default_name[32];
	struct slot *slot;

	if (argc > 2) {
		fputs("usage: consumer [NAME] >output\n", stderr);
		return 2;
	}
	snprintf(default_name, sizeof default_name, "/shm-%u", (unsigned)getuid());
	name = argc > 1 ? argv[1] : default_name;

	check_streams();
	if (!attach()) {
		warnx("waiting for a producer on %s", name);
		while (!attach())
			poll(NULL, 0, 1); /* look again in a millisecond */
	}
	atexit(clean_up);
	signal(SIGINT, stop);
	signal(SIGTERM, stop);

	slot = segment->slots;
	for (;;) {
		wait_for_slot(&segment->full, PRODUCER);
		if (slot->length == 0)
			break;
		for (ssize_t done = 0, n; done < slot->length; done += n)
			if ((n = write(STDOUT_FILENO, slot->data + done,
				       slot->length - done)) == -1)
				err(1, "write");
		sem_post(&segment->empty);
		if (++slot == segment->slots + SLOTS)
			slot = segment->slots;
	}

	if (has_name() && shm_unlink(name) == -1)
		err(1, "shm_unlink %s", name);
	sem_post(&segment->empty); /* the producer may end: all is written, the name is gone */
	munmap(segment, sizeof *segment);
	close(fd);
	return 0;
}
