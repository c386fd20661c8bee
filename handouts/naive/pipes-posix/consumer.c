/* consumer: reads the read end of a pipe, straight from the slide.
 * usage: consumer >output                     its partner: producer.c, which starts it */
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	char block[4096];
	ssize_t length;

	while ((length = read(0, block, sizeof block)) > 0)
		fwrite(block, 1, length, stdout);
	return 0;
}
