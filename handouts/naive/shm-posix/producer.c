/* producer: puts its input into shared memory, straight from the slide.
 * usage: producer /NAME <input                its partner: consumer.c */
#include "protocol.h"
#include <err.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
	const char *name = argc > 1 ? argv[1] : "/naive";
	int fd = shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0666);
	ssize_t length = 1;

	if (fd == -1 || flock(fd, LOCK_EX) == -1 || ftruncate(fd, sizeof(struct segment)) == -1)
		err(1, "shm_open %s", name);
	lockf(fd, F_LOCK, 1);
	struct segment *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	sem_init(&s->empty, 1, SLOTS);
	sem_init(&s->full, 1, 0);
	flock(fd, LOCK_UN); /* all is set up */
	for (int i = 0; length > 0; i = (i + 1) % SLOTS) {
		sem_wait(&s->empty);
		length = s->slots[i].length = read(0, s->slots[i].data, SLOT_SIZE);
		sem_post(&s->full);
	}
	for (int i = 0; i < SLOTS; i++)
		sem_wait(&s->empty); /* until the consumer has taken all */
	return 0;
}
