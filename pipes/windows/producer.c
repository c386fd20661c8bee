/* producer: creates an anonymous pipe, starts the consumer as its child at the read end, and
 * writes its input into the write end.
 * usage: producer [CONSUMER] <input           its partner: consumer.c, or the program named
 * Shows: CreatePipe, SetHandleInformation, CreateProcess, CloseHandle, ReadFile, WriteFile,
 * WaitForSingleObject. */
#include "care.h"

int main(int argc, char *argv[])
{
	static char block[32768], command[32800];
	const char *program = argc > 1 ? argv[1] : "consumer.exe"; /* beside producer.exe */
	HANDLE read_end, write_end, input = GetStdHandle(STD_INPUT_HANDLE);
	STARTUPINFOA start = {.cb = sizeof start, .dwFlags = STARTF_USESTDHANDLES};
	PROCESS_INFORMATION child;
	DWORD length, status;

	if (argc > 2 || (argc > 1 && argv[1][0] == '-')) {
		fputs("usage: producer [CONSUMER] <input\n", stderr);
		return 2;
	}
	if (!CreatePipe(&read_end, &write_end, NULL, 2 * sizeof block)) /* both sides at once */
		err(1, "CreatePipe");
	/* Let the child inherit the read end, and not the write end: or it would see no end. */
	if (!SetHandleInformation(read_end, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT))
		err(1, "SetHandleInformation");
	start.hStdInput = read_end;
	start.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
	start.hStdError = GetStdHandle(STD_ERROR_HANDLE);
	snprintf(command, sizeof command, "\"%s\"", program);
	if (!CreateProcessA(NULL, command, NULL, NULL, TRUE, 0, NULL, NULL, &start, &child))
		err(1, "CreateProcess %s", program);
	CloseHandle(read_end); /* while one is open, writing to a dead child just waits */

	while (got_data(ReadFile(input, block, sizeof block, &length, NULL), input, &length))
		for (DWORD done = 0, n; done < length; done += n)
			if (!WriteFile(write_end, block + done, length - done, &n, NULL))
				err(1, "WriteFile");

	CloseHandle(write_end); /* the child sees the end of file */
	if (WaitForSingleObject(child.hProcess, INFINITE) == WAIT_FAILED)
		err(1, "WaitForSingleObject %s", program);
	if (!GetExitCodeProcess(child.hProcess, &status))
		err(1, "GetExitCodeProcess %s", program);
	CloseHandle(child.hProcess);
	CloseHandle(child.hThread);
	if (status != 0)
		errx(1, "%s: ended with status %lu", program, status);
	return 0;
}
