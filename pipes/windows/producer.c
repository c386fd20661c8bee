/* producer: makes an anonymous pipe, starts the consumer as its child at the read end, and
 * writes its input into the write end.
 * usage: producer [CONSUMER] <input           its partner: consumer.c, or the program named
 * CreateProcess looks for CONSUMER (default: consumer.exe) beside producer.exe, then in the
 * current folder, the system's folders and PATH, and adds .exe to a name without a dot.
 * Shows: CreatePipe, SetHandleInformation, CreateProcess, CloseHandle, ReadFile, WriteFile,
 * WaitForSingleObject, GetExitCodeProcess. */
#include "protocol.h"

static HANDLE read_end, write_end;
static const char *consumer = "consumer.exe";
static HANDLE child;
static HANDLE end_of_input; /* event */

/* Start the consumer with the read end as its standard input. */
static void start(void)
{
	STARTUPINFOA its = {.cb = sizeof its,
			    .dwFlags = STARTF_USESTDHANDLES,
			    .hStdInput = read_end,
			    .hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE),
			    .hStdError = GetStdHandle(STD_ERROR_HANDLE)};
	PROCESS_INFORMATION started;
	static char command[32800];

	snprintf(command, sizeof command, "\"%s\"", consumer);
	if (!CreateProcessA(NULL, command, NULL, NULL, TRUE, 0, NULL, NULL, &its, &started))
		err(1, "CreateProcess %s", consumer);
	CloseHandle(started.hThread);
	child = started.hProcess;
}

/* Wait for the child's end: its failure is ours, and we say why. */
static UINT finish(void)
{
	DWORD status;

	if (WaitForSingleObject(child, INFINITE) == WAIT_FAILED)
		err(1, "WaitForSingleObject %s", consumer);
	if (!GetExitCodeProcess(child, &status))
		err(1, "GetExitCodeProcess %s", consumer);
	if (status != 0)
		warnx("%s: ended with status %lu", consumer, status);
	return status != 0;
}

/* The read end is closed: main's WriteFile or the watch tells it first. The write end stays
 * open, since main may be writing to it. */
static void fail(void)
{
	static volatile LONG failing;

	if (InterlockedExchange(&failing, 1))
		Sleep(INFINITE);
	warn("WriteFile");
	finish();
	ExitProcess(1);
}

/* A thread that waits for the child's end, while main waits for input. */
static DWORD WINAPI watch(void *unused)
{
	HANDLE either[] = {end_of_input, child};

	(void)unused;
	if (WaitForMultipleObjects(2, either, FALSE, INFINITE) != WAIT_OBJECT_0) {
		SetLastError(ERROR_NO_DATA);
		fail();
	}
	return 0;
}

int main(int argc, char *argv[])
{
	static char block[32768];
	HANDLE input = GetStdHandle(STD_INPUT_HANDLE), watcher;
	DWORD length;

	program = "producer";
	if (argc > 2) {
		fputs("usage: producer [CONSUMER] <input\n", stderr);
		return 2;
	}
	if (argc > 1)
		consumer = argv[1];
	if (!CreatePipe(&read_end, &write_end, NULL, sizeof block)) /* NULL: none inherited */
		err(1, "CreatePipe");
	/* The child inherits the read end alone: while a write end is open, its own or ours,
	 * there is no end of file. */
	if (!SetHandleInformation(read_end, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT))
		err(1, "SetHandleInformation");
	start();
	/* While a read end is open, writing to a dead child just waits. */
	CloseHandle(read_end);

	end_of_input = CreateEventA(NULL, TRUE, FALSE, NULL);
	watcher = CreateThread(NULL, 0, watch, NULL, 0, NULL);
	if (end_of_input == NULL || watcher == NULL)
		err(1, "CreateThread");

	while ((length = read_some(input, block, sizeof block)) > 0)
		for (DWORD done = 0, n; done < length; done += n)
			if (!WriteFile(write_end, block + done, length - done, &n, NULL))
				fail();
	SetEvent(end_of_input); /* from now on the child may end */
	WaitForSingleObject(watcher, INFINITE);
	CloseHandle(write_end); /* the child sees the end of file */
	return (int)finish();
}
