/* producer: puts its input into POSIX shared memory, where the consumer takes it out.
 * usage: producer [NAME] <input               its partner: consumer.c
 * Shows: shm_open, ftruncate, mmap, a bounded buffer with two semaphores, munmap, close. */
#include "protocol.h"

/* Create the segment, in place of one that a killed run has left. */
static void create(void)
{
	struct stat status;

	while ((fd = shm_open(name, O_CREAT | O_RDWR, 0600)) != -1) {
		segment_size();
		if (!lock(PRODUCER))
			errx(1, "shm_open %s: another producer is using it", name);
		if (fstat(fd, &status) == -1)
			err(1, "fstat %s", name);
		if (status.st_size == 0 && status.st_nlink > 0)
			return;
		if (has_name() && shm_unlink(name) == -1)
			err(1, "shm_unlink %s", name);
		close(fd);
	}
	err(1, "shm_open %s", name);
}

int main(int argc, char *argv[])
{
	char default_name[32];
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
	struct slot *slot;
	ssize_t length;
	struct stat status;
	sigset_t signals;
	int may_wait; /* for input, which a file always has */

	if (argc > 2) {
		fputs("usage: producer [NAME] <input\n", stderr);
		return 2;
	}
	snprintf(default_name, sizeof default_name, "/shm-%u", (unsigned)getuid());
	name = argc > 1 ? argv[1] : default_name;

	check_streams();
	may_wait = fstat(STDIN_FILENO, &status) == -1 || !S_ISREG(status.st_mode);
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL); /* none between the name and its clean-up */
	create();
	atexit(clean_up);
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	sigprocmask(SIG_UNBLOCK, &signals, NULL);

	if (ftruncate(fd, sizeof *segment) == -1)
		err(1, "ftruncate %s", name);
	/* reserves the memory; without, if there is none, the first write would die of SIGBUS */
	if ((errno = posix_fallocate(fd, 0, sizeof *segment)) != 0)
		err(1, "posix_fallocate %s", name);
	segment = mmap(NULL, sizeof *segment, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (segment == MAP_FAILED)
		err(1, "mmap %s", name);
	if (sem_init(&segment->taken, 1, 0) == -1 ||
	    sem_init(&segment->empty, 1, SLOTS) == -1 || sem_init(&segment->full, 1, 0) == -1)
		err(1, "sem_init %s", name);
	segment->state = READY;

	if (sem_trywait(&segment->taken) == -1) {
		warnx("waiting for a consumer on %s", name);
		if (sem_wait(&segment->taken) == -1)
			err(1, "sem_wait %s", name);
	}

	slot = segment->slots;
	do {
		wait_for_slot(&segment->empty, CONSUMER);
		/* while there is no input to read, notice that the consumer has died */
		while (may_wait && poll(&input, 1, 500) == 0)
			if (!is_alive(CONSUMER))
				errx(1, "%s: the consumer died", name);
		if ((length = read(STDIN_FILENO, slot->data, SLOT_SIZE)) == -1)
			err(1, "read");
		slot->length = length;
		sem_post(&segment->full);
		if (++slot == segment->slots + SLOTS)
			slot = segment->slots;
	} while (length > 0);

	for (int i = 0; i < SLOTS; i++) /* all slots are back: the consumer is done */
		wait_for_slot(&segment->empty, CONSUMER);
	munmap(segment, sizeof *segment);
	close(fd);
	return 0;
}
