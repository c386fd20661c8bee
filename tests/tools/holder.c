/* holder: makes a Windows object that is none of the pairs', and holds it until it is killed;
 * or sends a mailslot a message that is none of theirs.
 * usage: holder KIND NAME      KIND: event mutex semaphore mapping mailslot pipe message
 *        holder feed COMMAND   runs it, with a pipe as its standard input into which go a line,
 *                              a write of 0 bytes, and another line; ends with its status
 * Without arguments it says how many pipes it has inherited, reads nothing, and ends with 0.
 * NAME as Windows has it: Local\x, \\.\pipe\x; the pipe is one of bytes, the mapping small. */
#include <stdio.h>
#include <string.h>
#include <windows.h>

static int pipes(void)
{
	int count = 0;

	for (ULONG_PTR handle = 4; handle < 4096; handle += 4)
		if (GetFileType((HANDLE)handle) == FILE_TYPE_PIPE)
			count++;
	return count;
}

static int feed(char *command)
{
	STARTUPINFOA start = {.cb = sizeof start, .dwFlags = STARTF_USESTDHANDLES};
	PROCESS_INFORMATION child;
	HANDLE write_end;
	char name[40];
	DWORD n, status = 99;

	/* a pipe of messages: Wine 8 swallows a write of 0 bytes into one of bytes */
	snprintf(name, sizeof name, "\\\\.\\pipe\\feed-%lu", GetCurrentProcessId());
	start.hStdInput = CreateNamedPipeA(name, PIPE_ACCESS_INBOUND,
					   PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1, 4096,
					   4096, 0, NULL);
	write_end = CreateFileA(name, GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
	SetHandleInformation(start.hStdInput, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
	start.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
	start.hStdError = GetStdHandle(STD_ERROR_HANDLE);
	if (!CreateProcessA(NULL, command, NULL, NULL, TRUE, 0, NULL, NULL, &start, &child))
		return 98;
	CloseHandle(start.hStdInput);
	WriteFile(write_end, "one\n", 4, &n, NULL);
	WriteFile(write_end, "", 0, &n, NULL);
	WriteFile(write_end, "two\n", 4, &n, NULL);
	CloseHandle(write_end);
	WaitForSingleObject(child.hProcess, INFINITE);
	GetExitCodeProcess(child.hProcess, &status);
	return (int)status;
}

int main(int argc, char *argv[])
{
	const char *kind = argv[1], *name = argv[2];
	HANDLE object = NULL;
	DWORD length;

	if (argc == 1) {
		printf("pipes: %d\n", pipes());
		return 0;
	}
	if (argc != 3) {
		fputs("usage: holder [KIND NAME]\n", stderr);
		return 2;
	}
	if (strcmp(kind, "feed") == 0)
		return feed(argv[2]);
	SetLastError(0);
	if (strcmp(kind, "event") == 0)
		object = CreateEventA(NULL, TRUE, FALSE, name);
	else if (strcmp(kind, "mutex") == 0)
		object = CreateMutexA(NULL, FALSE, name);
	else if (strcmp(kind, "semaphore") == 0)
		object = CreateSemaphoreA(NULL, 1, 1, name);
	else if (strcmp(kind, "mapping") == 0)
		object = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096,
					    name);
	else if (strcmp(kind, "mailslot") == 0)
		object = CreateMailslotA(name, 0, MAILSLOT_WAIT_FOREVER, NULL);
	else if (strcmp(kind, "pipe") == 0)
		object = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 4096,
					  4096, 0, NULL);
	else if (strcmp(kind, "message") == 0)
		object = CreateFileA(name, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
				     NULL, OPEN_EXISTING, 0, NULL);
	if (object == NULL || object == INVALID_HANDLE_VALUE ||
	    GetLastError() == ERROR_ALREADY_EXISTS) {
		fprintf(stderr, "holder: %s %s: error %lu\n", kind, name, GetLastError());
		return 1;
	}
	if (strcmp(kind, "message") == 0)
		return !WriteFile(object, "hello", 5, &length, NULL);
	WriteFile(GetStdHandle(STD_ERROR_HANDLE), "holding\n", 8, &length, NULL);
	Sleep(INFINITE);
}
