/* hostile: catches every signal, and goes on in a child of its own session */
#include <signal.h>
#include <unistd.h>
static void deaf(int signal_number)
{
	(void)signal_number;
}
int main(void)
{
	for (int i = 1; i < 65; i++)
		signal(i, deaf);
	if (fork() == 0)
		setsid();
	for (;;)
		sleep(1000);
}
