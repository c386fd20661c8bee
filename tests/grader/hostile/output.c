/* hostile: output without end */
#include <stdio.h>
int main(void)
{
	for (;;) {
		puts("more and more and more and more and more and more");
		fputs("more and more and more and more and more and more\n", stderr);
	}
}
