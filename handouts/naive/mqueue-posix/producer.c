/* producer: sends each line of its input to a message queue, straight from the slide.
 * usage: producer /NAME <input                its partner: consumer.c */
#include "protocol.h"
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char *argv[])
{
	const char *name = argc > 1 ? argv[1] : "/naive";
	mqd_t queue = mq_open(name, O_CREAT | O_WRONLY, 0666, &limits);
	char line[LONGEST];

	if (queue == -1)
		err(1, "mq_open %s", name);
	while (fgets(line, sizeof line, stdin) != NULL)
		mq_send(queue, line, strlen(line), 0);
	mq_send(queue, "", 0, 0); /* no more to come */
	mq_close(queue);
	return 0;
}
