/* consumer: receives messages from a message queue, straight from the slide.
 * usage: consumer /NAME >output               its partner: producer.c */
#include "protocol.h"
#include <err.h>
#include <fcntl.h>
#include <stdio.h>

int main(int argc, char *argv[])
{
	const char *name = argc > 1 ? argv[1] : "/naive";
	mqd_t queue = mq_open(name, O_CREAT | O_RDONLY, 0666, &limits);
	char message[LONGEST];
	ssize_t length;

	if (queue == -1)
		err(1, "mq_open %s", name);
	while ((length = mq_receive(queue, message, sizeof message, NULL)) > 0)
		fwrite(message, 1, length, stdout);
	mq_close(queue);
	mq_unlink(name);
	return 0;
}
