/* hostile: sleeps forever, deaf to every signal */
#include <signal.h>
#include <unistd.h>
int main(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	for (;;)
		pause();
}
