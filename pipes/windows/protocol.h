/* The protocol of pipes/windows, included by its programs: bytes; the end of the data is that
 * the last write end is closed. A pipe is gone with its last handle, and Windows closes the
 * handles of a process that ends, however it ends: there is nothing to clean up, not even
 * after Ctrl-C, and nobody else can open a pipe that has no name. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

static const char *program; /* which one we are */

/* What <err.h> has on POSIX. A line is one WriteFile, so that lines of two processes don't mix;
 * one thread at most ends the program. */
static inline void report(int is_last, DWORD error, const char *format, va_list arguments)
{
	static volatile LONG ending;
	char what[600], reason[300] = "", line[1024];
	DWORD length = 0;

	if (is_last && InterlockedExchange(&ending, 1))
		Sleep(INFINITE);
	vsnprintf(what, sizeof what, format, arguments);
	if (error != 0)
		length = FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM |
						FORMAT_MESSAGE_IGNORE_INSERTS |
						FORMAT_MESSAGE_MAX_WIDTH_MASK,
					NULL, error, 0, reason, sizeof reason, NULL);
	if (length > 0 && reason[length - 1] == ' ')
		reason[length - 1] = '\0';
	if (error != 0)
		snprintf(line, sizeof line, "%s: %s: error %lu: %s\n", program, what, error,
			 reason);
	else
		snprintf(line, sizeof line, "%s: %s\n", program, what);
	WriteFile(GetStdHandle(STD_ERROR_HANDLE), line, (DWORD)strlen(line), &length, NULL);
}

static inline void warnx(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	report(0, 0, format, arguments);
	va_end(arguments);
}

static inline void warn(const char *format, ...)
{
	DWORD error = GetLastError();
	va_list arguments;

	va_start(arguments, format);
	report(0, error, format, arguments);
	va_end(arguments);
}

static inline _Noreturn void errx(int status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	report(1, 0, format, arguments);
	va_end(arguments);
	ExitProcess((UINT)status);
}

static inline _Noreturn void err(int status, const char *format, ...)
{
	DWORD error = GetLastError();
	va_list arguments;

	va_start(arguments, format);
	report(1, error, format, arguments);
	va_end(arguments);
	ExitProcess((UINT)status);
}

/* ReadFile, which calls it a broken pipe when no write end is left: the end of the data. */
static inline DWORD read_some(HANDLE source, void *block, DWORD size)
{
	DWORD length = 0;

	if (!ReadFile(source, block, size, &length, NULL) &&
	    GetLastError() != ERROR_BROKEN_PIPE)
		err(1, "ReadFile");
	return length;
}
