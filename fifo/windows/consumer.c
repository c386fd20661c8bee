/* consumer: reads what the producers write into a named pipe, answers, and writes it out.
 * usage: consumer [NAME [PRODUCERS]] >output  its partner: producer.c
 * Shows: CreateNamedPipe, ConnectNamedPipe, ReadFile (ERROR_MORE_DATA),
 * WriteFile, FlushFileBuffers, DisconnectNamedPipe, CloseHandle; a thread for each producer. */
#include "protocol.h"

static HANDLE output;
static CRITICAL_SECTION writing; /* one message at a time */
static volatile LONG status;

/* Make an instance of the pipe. All of them are made before the first producer comes, and no
 * more than these may be: so a second consumer makes none. */
static HANDLE create_pipe(DWORD producers, DWORD first)
{
	ULONGLONG start = GetTickCount64();
	HANDLE pipe;

	while ((pipe = CreateNamedPipeA(
			name, PIPE_ACCESS_DUPLEX | first,
			PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_REJECT_REMOTE_CLIENTS,
			producers, LONGEST, LONGEST, 0, NULL)) == INVALID_HANDLE_VALUE) {
		if (GetLastError() != ERROR_ACCESS_DENIED && GetLastError() != ERROR_PIPE_BUSY)
			err(1, "CreateNamedPipe %s", name);
		if (GetTickCount64() - start > 1000) /* it is not just ending */
			err(1, "CreateNamedPipe %s: another consumer is using it", name);
		Sleep(1);
	}
	return pipe;
}

static void write_out(const char *message, DWORD length)
{
	EnterCriticalSection(&writing);
	for (DWORD done = 0, n; done < length; done += n)
		if (!WriteFile(output, message + done, length - done, &n, NULL))
			err(1, "WriteFile standard output");
	LeaveCriticalSection(&writing);
}

/* The thread of one producer: end of data or its death end it. */
static DWORD WINAPI serve(void *pipe)
{
	DWORD room = 4096, length, part;
	char *message = malloc(room), *more;

	if (message == NULL)
		errx(1, "malloc: out of memory");
	if (!ConnectNamedPipe(pipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED &&
	    GetLastError() != ERROR_NO_DATA) /* it came, or came and went, before this call */
		err(1, "ConnectNamedPipe %s", name);
	do {
		length = 0;
		while (!ReadFile(pipe, message + length, room - length, &part, NULL)) {
			if (GetLastError() != ERROR_MORE_DATA) {
				warnx("ReadFile %s: a producer died", name);
				InterlockedExchange(&status, 1); /* but serve the others */
				return 1;
			}
			length += part; /* the message is longer than the buffer: get more */
			if ((more = realloc(message, room *= 2)) == NULL)
				errx(1, "realloc: out of memory");
			message = more;
		}
		length += part;
		write_out(message, length);
		WriteFile(pipe, &length, sizeof length, &part, NULL); /* if it lives */
	} while (length > 0);
	FlushFileBuffers(pipe); /* the producer has read the last answer, or has died */
	DisconnectNamedPipe(pipe);
	CloseHandle(pipe);
	free(message);
	return 0;
}

int main(int argc, char *argv[])
{
	HANDLE pipes[PIPE_UNLIMITED_INSTANCES - 1], threads[PIPE_UNLIMITED_INSTANCES - 1];
	char *end = NULL;
	long producers = argc > 2 ? strtol(argv[2], &end, 10) : 1;

	program = "consumer";
	if (argc > 3 || (end != NULL && *end != '\0') || producers < 1 ||
	    producers > PIPE_UNLIMITED_INSTANCES - 1) {
		fputs("usage: consumer [NAME [PRODUCERS]] >output\n", stderr);
		return 2;
	}
	set_name(argv[1]);
	output = GetStdHandle(STD_OUTPUT_HANDLE);
	InitializeCriticalSection(&writing);

	for (long i = 0; i < producers; i++)
		pipes[i] = create_pipe((DWORD)producers,
				       i == 0 ? FILE_FLAG_FIRST_PIPE_INSTANCE : 0);
	warnx("waiting for a producer on %s", name);
	for (long i = 0; i < producers; i++) {
		threads[i] = CreateThread(NULL, 0, serve, pipes[i], 0, NULL);
		if (threads[i] == NULL)
			err(1, "CreateThread");
	}
	for (long i = 0; i < producers; i++)
		WaitForSingleObject(threads[i], INFINITE);
	return status;
}
