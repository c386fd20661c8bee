/* hostile: takes all the memory there is */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(void)
{
	fork();
	fork();
	for (;;) {
		char *more = malloc(1 << 24);

		if (more != NULL)
			memset(more, 1, 1 << 24);
	}
}
