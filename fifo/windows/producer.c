/* producer: writes its input into a named pipe, and reads the consumer's answers from it.
 * usage: producer [NAME] <input               its partner: consumer.c
 * Shows: CreateFile, WaitNamedPipe, WriteFile, ReadFile, CloseHandle; several producers may
 * write at once, each through an instance of the pipe of its own. What one WriteFile carries
 * arrives in one piece: with several producers a line stays whole if it is read, and so
 * written, by itself, as from a terminal. Larger messages, as from a file, end anywhere. */
#include "protocol.h"

/* Open the pipe: waits until there is one, and an instance of it is free. */
static HANDLE open_pipe(void)
{
	HANDLE pipe;
	int told = 0;

	/* SECURITY_...: a server that is not ours may ask who we are, but not act for us */
	while ((pipe = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
				   SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, NULL)) ==
	       INVALID_HANDLE_VALUE) {
		if (GetLastError() != ERROR_FILE_NOT_FOUND && GetLastError() != ERROR_PIPE_BUSY)
			err(1, "CreateFile %s", name);
		if (!told++)
			warnx("waiting for a consumer on %s", name);
		if (!WaitNamedPipeA(name, 1000)) /* fails at once while there is no pipe */
			Sleep(1);
	}
	return pipe;
}

static void CALLBACK consumer_died(void *unused, BOOLEAN timed_out)
{
	(void)unused, (void)timed_out;
	errx(1, "%s: the consumer died", name);
}

int main(int argc, char *argv[])
{
	static char block[LONGEST];
	HANDLE input = GetStdHandle(STD_INPUT_HANDLE), pipe, consumer, watch;
	DWORD length = 0, done, written;
	ULONG id;

	program = "producer";
	if (argc > 2) {
		fputs("usage: producer [NAME] <input\n", stderr);
		return 2;
	}
	set_name(argv[1]);
	pipe = open_pipe();

	/* A thread of the system's waits for the consumer's death while we wait for input. */
	if (!GetNamedPipeServerProcessId(pipe, &id))
		err(1, "GetNamedPipeServerProcessId %s", name);
	consumer = OpenProcess(SYNCHRONIZE, FALSE, id);
	if (consumer == NULL)
		err(1, "OpenProcess (the consumer) %s", name);
	if (!RegisterWaitForSingleObject(&watch, consumer, consumer_died, NULL, INFINITE,
					 WT_EXECUTEONLYONCE))
		err(1, "RegisterWaitForSingleObject %s", name);

	do {
		if (!ReadFile(input, block, sizeof block, &length, NULL) &&
		    GetLastError() != ERROR_BROKEN_PIPE) /* that is the end of a pipe */
			err(1, "ReadFile standard input");
		if (length == 0 && !UnregisterWaitEx(watch, INVALID_HANDLE_VALUE))
			err(1, "UnregisterWaitEx %s", name); /* from now on it may end */
		if (!WriteFile(pipe, block, length, &done, NULL))
			err(1, "WriteFile %s", name);
		if (!ReadFile(pipe, &written, sizeof written, &done, NULL))
			err(1, "ReadFile %s", name);
		if (done != sizeof written || written != length)
			errx(1, "ReadFile %s: not the answer to our message", name);
	} while (length > 0);
	CloseHandle(consumer);
	CloseHandle(pipe);
	return 0;
}
