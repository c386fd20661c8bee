/* care.h: what the slide of the lecture leaves out. What can go wrong, and what handles it:
 * - The name is in use, or the survivor of a killed run still has the segment: is_new.
 * - A side has to wait for the other one: wait_for_consumer; wait_a_moment_for and is_ready.
 * - The semaphores are handles of the producer: copy_of gets the consumer its own.
 * - The other side dies: wait_for and has_died see it by the handle of its process.
 * - Files, pipes and consoles end differently: read_input.
 * Nothing has to be removed, not even after Ctrl-C: Windows closes the handles of a process that
 * ends, and an object ends with its last handle. By default objects are for their owner alone. */
#include "err.h"
#include "protocol.h"

static const char *name; /* of the segment */
static HANDLE other;     /* the other side's process; signaled when it has ended */

static inline const char *if_other_kind(void) /* Windows calls it an invalid handle */
{
	return GetLastError() == ERROR_INVALID_HANDLE ? ": exists, but is something else" : "";
}

/* If not: another producer has it, or, for a moment, a consumer whose producer has died. */
static inline int is_new(HANDLE mapping)
{
	static int tries;

	if (mapping == NULL)
		err(1, "CreateFileMapping %s%s", name, if_other_kind());
	if (GetLastError() != ERROR_ALREADY_EXISTS)
		return 1;
	if (++tries > 100)
		err(1, "CreateFileMapping %s: another producer is using it", name);
	CloseHandle(mapping);
	Sleep(10);
	return 0;
}

static inline void wait_a_moment_for(const char *side)
{
	static int told;

	if (!told++)
		warnx("waiting for a %s on %s", side, name);
	Sleep(10);
}

static inline void wait_for_consumer(struct segment *segment)
{
	InterlockedExchange(&segment->producer, (LONG)GetCurrentProcessId()); /* come in */
	while (segment->consumer == 0)
		wait_a_moment_for("consumer");
	other = OpenProcess(SYNCHRONIZE, FALSE, (DWORD)segment->consumer);
	if (other == NULL)
		err(1, "OpenProcess (the consumer) %s", name);
}

/* For the consumer: is the segment set up, with a producer and without a consumer? */
static inline int is_ready(struct segment *segment)
{
	other = OpenProcess(SYNCHRONIZE | PROCESS_DUP_HANDLE, FALSE, (DWORD)segment->producer);
	if (other == NULL && GetLastError() == ERROR_INVALID_PARAMETER) /* 0, or has ended */
		return 0;
	if (other == NULL)
		err(1, "OpenProcess (the producer) %s", name);
	if (WaitForSingleObject(other, 0) == WAIT_TIMEOUT &&
	    InterlockedCompareExchange(&segment->consumer, (LONG)GetCurrentProcessId(), 0) == 0)
		return 1;
	CloseHandle(other);
	return 0;
}

static inline HANDLE copy_of(HANDLE producers)
{
	HANDLE ours;

	if (!DuplicateHandle(other, producers, GetCurrentProcess(), &ours, 0, FALSE,
			     DUPLICATE_SAME_ACCESS))
		err(1, "DuplicateHandle %s", name);
	return ours;
}

static inline int has_died(void)
{
	return WaitForSingleObject(other, 0) == WAIT_OBJECT_0;
}

/* Wait for a slot, but end when the other side has died and left none. */
static inline void wait_for(HANDLE semaphore, const char *side)
{
	HANDLE either[] = {semaphore, other}; /* if both are signaled: the first */
	DWORD which = WaitForMultipleObjects(2, either, FALSE, INFINITE);

	if (which == WAIT_OBJECT_0 + 1)
		errx(1, "%s: the %s died", name, side);
	if (which != WAIT_OBJECT_0)
		err(1, "WaitForMultipleObjects %s", name);
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
