/* care.h: what the slide of the lecture leaves out. What can go wrong, and what handles it:
 * - Another consumer has the name, or has just died and still has it: must_leave.
 * - Others could open it, since by default everybody may read from it: owner_only.
 * - There is no consumer yet, or it has no instance left for us: wait_for_consumer.
 * - The pipe is a stranger's: refuse_stranger.
 * - Files, pipes and consoles end differently: read_input.
 * Nothing has to be removed, not even after Ctrl-C: Windows closes the handles of a process that
 * ends, and a pipe ends with its last handle. */
#include "err.h"
#include "protocol.h"
#include <sddl.h>

static const char *name; /* of the pipe */

/* CreateNamedPipe failed: another consumer has the name, or, dying, for a moment. */
static inline void must_leave(void)
{
	static int tries;

	if (GetLastError() != ERROR_ACCESS_DENIED && GetLastError() != ERROR_PIPE_BUSY)
		err(1, "CreateNamedPipe %s", name);
	if (++tries > 100)
		err(1, "CreateNamedPipe %s: another consumer is using it", name);
	Sleep(10);
}

static inline SECURITY_ATTRIBUTES *owner_only(void)
{
	static SECURITY_ATTRIBUTES only = {.nLength = sizeof only};

	if (!ConvertStringSecurityDescriptorToSecurityDescriptorA(
		    "D:P(A;;GA;;;OW)", SDDL_REVISION_1, &only.lpSecurityDescriptor, NULL))
		err(1, "ConvertStringSecurityDescriptorToSecurityDescriptor");
	return &only;
}

static inline void wait_for_consumer(void) /* CreateFile failed */
{
	static int told;

	if (GetLastError() != ERROR_FILE_NOT_FOUND && GetLastError() != ERROR_PIPE_BUSY)
		err(1, "CreateFile %s", name);
	if (!told++)
		warnx("waiting for a consumer on %s", name);
	if (!WaitNamedPipeA(name, 1000)) /* fails at once while there is no pipe */
		Sleep(10);
}

static inline void refuse_stranger(HANDLE pipe) /* whose process we may not open */
{
	HANDLE consumer = NULL;
	ULONG id;

	if (GetNamedPipeServerProcessId(pipe, &id))
		consumer = OpenProcess(SYNCHRONIZE, FALSE, id);
	if (consumer == NULL)
		err(1, "OpenProcess (the consumer) %s", name);
	CloseHandle(consumer);
}

/* ReadFile from standard input; 0 at its end. */
static inline DWORD read_input(char *data, DWORD size)
{
	HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
	DWORD length, mode;
	BOOL ok;

	do /* again, if somebody wrote 0 bytes into a pipe: that is not its end */
		ok = ReadFile(input, data, size, &length, NULL);
	while (ok && length == 0 && PeekNamedPipe(input, NULL, 0, NULL, NULL, NULL));
	if (!ok && GetLastError() != ERROR_BROKEN_PIPE) /* a pipe's last writer has closed it */
		err(1, "ReadFile standard input");
	if (length == 0 && GetConsoleMode(input, &mode))
		Sleep(500); /* Ctrl-C looks like the end, until its handler ends us */
	return length;
}
