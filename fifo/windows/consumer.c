/* consumer: reads what the producers write into a named pipe, writes it out, and answers.
 * usage: consumer [NAME [PRODUCERS]] >output  its partner: producer.c
 * Shows: CreateNamedPipe, ConnectNamedPipe, ReadFile, WriteFile, FlushFileBuffers, CloseHandle;
 * a thread for each producer. */
#include "care.h"

static volatile LONG status;

static DWORD WINAPI serve(void *pipe) /* one producer, with a thread of its own */
{
	char message[LONGEST];
	DWORD length, n;
	ULONGLONG written = 0;

	if (!ConnectNamedPipe(pipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED &&
	    GetLastError() != ERROR_NO_DATA) /* it came, or came and went, before this call */
		err(1, "ConnectNamedPipe %s", name);
	do {
		if (!ReadFile(pipe, message, sizeof message, &length, NULL)) {
			warn("ReadFile %s: a producer died", name);
			InterlockedExchange(&status, 1); /* but serve the others */
			break;
		}
		for (DWORD done = 0; done < length; done += n)
			if (!WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), message + done,
				       length - done, &n, NULL))
				err(1, "WriteFile");
		written += length;
	} while (length > 0);
	WriteFile(pipe, &written, sizeof written, &n, NULL); /* if it lives */
	FlushFileBuffers(pipe); /* waits until it has read the answer, or has died */
	CloseHandle(pipe);
	return 0;
}

int main(int argc, char *argv[])
{
	HANDLE pipe, threads[PIPE_UNLIMITED_INSTANCES - 1];
	DWORD messages = PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_REJECT_REMOTE_CLIENTS;
	DWORD first = FILE_FLAG_FIRST_PIPE_INSTANCE;
	SECURITY_ATTRIBUTES *security = owner_only();
	char *end = NULL;
	long producers = argc > 2 ? strtol(argv[2], &end, 10) : 1;

	if (argc > 3 || (argc > 1 && argv[1][0] == '-') || (end && *end) || producers < 1 ||
	    producers > PIPE_UNLIMITED_INSTANCES - 1) {
		fputs("usage: consumer [NAME [PRODUCERS]] >output\n", stderr);
		return 2;
	}
	name = pipe_name(argv[1]);
	for (long i = 0; i < producers; i++) {
		while ((pipe = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX | first, messages,
						(DWORD)producers, LONGEST, LONGEST, 0,
						security)) == INVALID_HANDLE_VALUE)
			must_leave();
		if ((threads[i] = CreateThread(NULL, 0, serve, pipe, 0, NULL)) == NULL)
			err(1, "CreateThread");
		first = 0;
	}
	warnx("waiting for a producer on %s", name);
	for (long i = 0; i < producers; i++) {
		if (WaitForSingleObject(threads[i], INFINITE) == WAIT_FAILED)
			err(1, "WaitForSingleObject");
		CloseHandle(threads[i]);
	}
	return status;
}
