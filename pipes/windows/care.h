/* care.h: what the slide leaves out.
 * - ReadFile says in different ways that a pipe, a file or a console has ended: got_data.
 * Nothing has to be removed, not even after Ctrl-C: Windows closes the handles of a process that
 * ends, a pipe ends with its last handle, and nobody else can open a pipe that has no name. */
#include "err.h"

/* Did ReadFile read something? 0: no, this is the end of the input. */
static inline int got_data(BOOL ok, HANDLE input, const DWORD *length)
{
	DWORD mode;

	if (!ok &&
	    GetLastError() != ERROR_BROKEN_PIPE) /* that is its end: no write end is left */
		err(1, "ReadFile");
	if (ok && *length == 0 && PeekNamedPipe(input, NULL, 0, NULL, NULL, NULL))
		return 1; /* somebody wrote 0 bytes: nothing, but not the end */
	if (ok && *length == 0 && GetConsoleMode(input, &mode))
		Sleep(500); /* Ctrl-C looks like the end, until its handler ends us */
	return ok && *length > 0;
}
