/* hostile: kills its parent, its process group, and whatever it may */
#include <signal.h>
#include <unistd.h>
int main(void)
{
	kill(getppid(), SIGKILL);
	if (fork() == 0)
		kill(0, SIGKILL);
	kill(-1, SIGKILL);
	for (;;)
		pause();
}
