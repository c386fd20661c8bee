/* The protocol of shm/windows, included by both sides: the names of the three kernel objects,
 * what lies in the shared memory, and how one side sees that the other has died. Windows
 * removes an object with its last handle, and closes the handles of a process that ends,
 * however it ends: there is nothing to clean up, not even after Ctrl-C. Only their owner (and
 * the administrators) may open the objects: that is the default, where NULL is given for the
 * security attributes. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

enum { SLOTS = 16, SLOT_SIZE = 65536, PAGE = 4096 };

struct slot {
	DWORD length;         /* bytes in data, at most SLOT_SIZE; 0: end of data */
	char data[SLOT_SIZE]; /* what one ReadFile returned */
};

struct segment {
	volatile LONG producer;   /* its process id; 0: not yet set up */
	volatile LONG consumer;   /* its process id; 0: none yet */
	struct slot slots[SLOTS]; /* used in turn: 0, 1, ... SLOTS - 1, 0, 1, ... */
};

static const char *program; /* which side we are */
static char name[32800];    /* of the file mapping; a command line is never longer */
static char empty_name[sizeof name + 8], full_name[sizeof name + 8];
static HANDLE mapping;
static HANDLE empty; /* semaphore: slots that the producer may fill, at first all of them */
static HANDLE full;  /* semaphore: slots that the consumer may empty, at first none */
static HANDLE other; /* the other side's process, signalled when it has ended */
static struct segment *segment;

/* Local\ is the namespace of one logon session; all kinds of objects share it. */
static inline void set_names(const char *given)
{
	char user[257];
	DWORD size = sizeof user;

	if (!GetUserNameA(user, &size))
		user[0] = '\0';
	snprintf(name, sizeof name, given ? "Local\\%s" : "Local\\shm-%s",
		 given ? given : user);
	snprintf(empty_name, sizeof empty_name, "%s-empty", name);
	snprintf(full_name, sizeof full_name, "%s-full", name);
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

static inline void release(HANDLE semaphore)
{
	if (!ReleaseSemaphore(semaphore, 1, NULL))
		err(1, "ReleaseSemaphore %s", name);
}

/* Wait for a slot, but end when the other side has died and left none. */
static inline void wait_for_slot(HANDLE semaphore, const char *side)
{
	HANDLE either[] = {semaphore, other}; /* if both are signalled: the first */

	switch (WaitForMultipleObjects(2, either, FALSE, INFINITE)) {
	case WAIT_OBJECT_0:
		return;
	case WAIT_OBJECT_0 + 1:
		errx(1, "%s: the %s died", name, side);
	default:
		err(1, "WaitForMultipleObjects %s", name);
	}
}
