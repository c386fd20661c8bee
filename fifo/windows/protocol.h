/* The protocol of fifo/windows, included by both sides. One instance of the pipe connects one
 * producer with the consumer, in both directions. The producer sends messages, each what one
 * ReadFile returned, and the consumer answers each with the number of bytes that it has
 * written; then the producer sends the next. A message of no bytes says that its producer has
 * no more. The pipe is gone with its last handle, and Windows closes the handles of a process
 * that ends, however it ends: there is nothing to clean up, not even after Ctrl-C. Only its
 * owner (and the administrators) may write to the pipe: that is the default, where NULL is
 * given for the security attributes; without writing there is no answer to read. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

enum { LONGEST = 65536 }; /* bytes of one message; an answer is one DWORD */

static const char *program; /* which side we are */
static char name[32800];    /* of the pipe; a command line is never longer */

static inline void set_name(const char *given)
{
	char user[257];
	DWORD size = sizeof user;

	if (!GetUserNameA(user, &size))
		user[0] = '\0';
	snprintf(name, sizeof name, given ? "\\\\.\\pipe\\%s" : "\\\\.\\pipe\\fifo-%s",
		 given ? given : user);
}

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
