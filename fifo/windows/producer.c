/* producer: writes its input into a named pipe, and reads the consumer's answers from it.
 * usage: producer [NAME] <input               its partner: consumer.c
 * Shows: CreateFile, WaitNamedPipe, WriteFile, ReadFile, CloseHandle; several producers may
 * write at once, each through an instance of the pipe of its own. What one WriteFile carries
 * arrives in one piece: with several producers a line stays whole if it is read, and so
 * written, by itself, as from a terminal. Larger messages, as from a file, end anywhere. */
#include "protocol.h"

static HANDLE end_of_input; /* event */

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

/* A thread that waits for the consumer's death, while main waits for input. */
static DWORD WINAPI watch(void *consumer)
{
	HANDLE either[] = {end_of_input, consumer};

	if (WaitForMultipleObjects(2, either, FALSE, INFINITE) != WAIT_OBJECT_0)
		errx(1, "%s: the consumer died", name);
	return 0;
}

int main(int argc, char *argv[])
{
	static char block[LONGEST];
	HANDLE input = GetStdHandle(STD_INPUT_HANDLE), pipe, consumer, watcher;
	DWORD messages = PIPE_READMODE_MESSAGE, length = 0, done, written;
	ULONG id;

	program = "producer";
	if (argc > 2) {
		fputs("usage: producer [NAME] <input\n", stderr);
		return 2;
	}
	set_name(argv[1]);
	pipe = open_pipe();

	/* The answers are messages, too; this fails on a pipe of bytes, which is not ours. */
	if (!SetNamedPipeHandleState(pipe, &messages, NULL, NULL))
		err(1, "SetNamedPipeHandleState %s", name);

	if (!GetNamedPipeServerProcessId(pipe, &id))
		err(1, "GetNamedPipeServerProcessId %s", name);
	consumer = OpenProcess(SYNCHRONIZE, FALSE, id);
	if (consumer == NULL)
		err(1, "OpenProcess (the consumer) %s", name);
	end_of_input = CreateEventA(NULL, TRUE, FALSE, NULL);
	watcher = CreateThread(NULL, 0, watch, consumer, 0, NULL);
	if (end_of_input == NULL || watcher == NULL)
		err(1, "CreateThread");

	do {
		if (!ReadFile(input, block, sizeof block, &length, NULL) &&
		    GetLastError() != ERROR_BROKEN_PIPE) /* that is the end of a pipe */
			err(1, "ReadFile standard input");
		if (length == 0) { /* once it knows that, the consumer may end */
			SetEvent(end_of_input);
			WaitForSingleObject(watcher, INFINITE);
		}
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
