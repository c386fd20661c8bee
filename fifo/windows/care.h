/* care.h: what the slide of the lecture leaves out. What can go wrong -> what handles it:
 *   another consumer has the name, or is just ending      -> must_leave
 *   others could open it: by default all may read from it -> owner_only
 *   no consumer yet, or it has no instance left for us    -> wait_for_consumer
 *   the pipe belongs to another user                      -> refuse_stranger
 *   files, pipes and consoles end differently             -> read_input
 * Nothing has to be removed, not even after Ctrl-C: Windows closes the handles of a process that
 * ends, and a pipe ends with its last handle. */
#include "err.h"
#include "protocol.h"
#include <sddl.h>

static const char *name; /* of the pipe */

static inline void must_leave(void) /* CreateNamedPipe failed */
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
	HANDLE consumer;
	ULONG id;

	if (!GetNamedPipeServerProcessId(pipe, &id))
		err(1, "GetNamedPipeServerProcessId %s", name);
	if ((consumer = OpenProcess(SYNCHRONIZE, FALSE, id)) == NULL)
		err(1, "OpenProcess %s: the consumer died, or is not yours", name);
	CloseHandle(consumer);
}

static inline DWORD read_input(char *data, DWORD size) /* 0: the end of the input */
{
	HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
	DWORD length, mode;

	do /* again after a write of 0 bytes into a pipe: that is not its end */
		if (!ReadFile(input, data, size, &length, NULL) &&
		    GetLastError() != ERROR_BROKEN_PIPE) /* a pipe's end: no writer is left */
			err(1, "ReadFile");
	while (length == 0 && PeekNamedPipe(input, NULL, 0, NULL, NULL, NULL));
	if (length == 0 && GetConsoleMode(input, &mode))
		Sleep(500); /* Ctrl-C looks like the end, until its handler ends us */
	return length;
}
