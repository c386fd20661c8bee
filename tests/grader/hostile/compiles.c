/* hostile: to the compiler */
#include "producer.c"
int main(void)
{
	return 0;
}
