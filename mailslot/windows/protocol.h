/* The protocol of mailslot/windows, included by both sides: one line, its newline included, is
 * one message. A message of no bytes is not the same everywhere, so each begins with a letter
 * that says what it is. The consumer owns a mutex as long as it lives, since a mailslot itself
 * does not tell the producers of its end. Both are gone with their last handle, and Windows
 * closes the handles of a process that ends, however it ends: there is nothing to clean up,
 * not even after Ctrl-C. Only their owner (and the administrators) may open them: that is the
 * default, where NULL is given for the security attributes. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

enum { LONGEST = 65536 }; /* bytes of the longest line, its newline included */

struct message {
	char kind;          /* LINE, or END: this producer has no more to come */
	char line[LONGEST]; /* sent only as far as it is used */
};

enum { LINE = 'L', END = 'E' };

static const char *program; /* which side we are */
static char name[32800];    /* of the mailslot; a command line is never longer */
static char alive_name[sizeof name];
static HANDLE mailslot;
static HANDLE alive; /* the mutex */

static inline void set_names(const char *given)
{
	char user[257], own[300];
	DWORD size = sizeof user;

	if (!GetUserNameA(user, &size))
		user[0] = '\0';
	snprintf(own, sizeof own, "mailslot-%s", user);
	snprintf(name, sizeof name, "\\\\.\\mailslot\\%s", given ? given : own);
	snprintf(alive_name, sizeof alive_name, "Local\\%s-alive", given ? given : own);
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

/* Windows calls it an invalid handle when another kind of object has the name. */
static inline const char *if_other_kind(void)
{
	return GetLastError() == ERROR_INVALID_HANDLE ? ": exists, but is something else" : "";
}
