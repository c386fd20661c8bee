/* consumer: takes out what the producer puts into shared memory, straight from the slide.
 * usage: consumer /NAME >output               its partner: producer.c */
#include "protocol.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
	const char *name = argc > 1 ? argv[1] : "/naive";
	ssize_t length = 1;
	int fd;

	while ((fd = shm_open(name, O_RDWR, 0)) == -1)
		sleep(1); /* wait for the producer */
	flock(fd, LOCK_EX);
	struct segment *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	s->has_consumer = 1;
	for (int i = 0; length > 0; i = (i + 1) % SLOTS) {
		sem_wait(&s->full);
		length = s->slots[i].length;
		fwrite(s->slots[i].data, 1, length, stdout);
		sem_post(&s->empty);
	}
	shm_unlink(name);
	return 0;
}
