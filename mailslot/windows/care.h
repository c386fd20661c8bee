/* care.h: what the slide of the lecture leaves out. What can go wrong -> what handles it:
 *   another consumer has the name, or something else    -> own_name, check
 *   the consumer is slower than a producer, or dies     -> know_consumer, wait_for_room
 *   the mailslot is empty, so that ReadFile will wait   -> before_read
 *   files, pipes and consoles end differently           -> read_line
 * Nothing has to be removed, not even after Ctrl-C: Windows closes the handles of a process that
 * ends, and an object ends with its last handle. By default objects are for their owner alone. */
#include "err.h"
#include "protocol.h"
#include <fcntl.h>
#include <io.h>

static HANDLE alive, room;

static inline void check(HANDLE object, const char *call, const char *its_name)
{
	if (object == NULL)
		err(1, "%s %s%s", call, its_name,
		    GetLastError() == ERROR_INVALID_HANDLE ? ": is something else" : "");
}

static inline void know_consumer(void)
{
	check(alive = CreateMutexA(NULL, FALSE, alive_name), "CreateMutex", alive_name);
	check(room = CreateSemaphoreA(NULL, 0, ROOM, room_name), "CreateSemaphore", room_name);
}

static inline void own_name(void) /* for the consumer; that of a dead one is abandoned */
{
	know_consumer();
	DWORD result = WaitForSingleObject(alive, 1000);
	if (result != WAIT_OBJECT_0 && result != WAIT_ABANDONED)
		errx(1, "CreateMutex %s: another consumer is using it", alive_name);
}

static inline void wait_for_room(void)
{
	HANDLE either[] = {alive, room}; /* if both are signaled: the first */
	DWORD which = WaitForMultipleObjects(2, either, FALSE, INFINITE);

	if (which == WAIT_OBJECT_0 || which == WAIT_ABANDONED_0)
		errx(1, "%s: the consumer has gone", name);
	if (which != WAIT_OBJECT_0 + 1)
		err(1, "WaitForMultipleObjects %s", name);
}

static inline void before_read(HANDLE mailslot)
{
	static int told;
	DWORD messages;

	if (!GetMailslotInfo(mailslot, NULL, NULL, &messages, NULL))
		err(1, "GetMailslotInfo %s", name);
	if (messages > 0)
		return;
	for (LONG n = ROOM; n > 0 && !ReleaseSemaphore(room, n, NULL);)
		n--; /* the most that there is room for: also what a dead producer took */
	if (fflush(stdout) == EOF)
		err(1, "write");
	if (!told++)
		warnx("waiting for a producer on %s", name);
}

/* A line, its newline included: its length, 0 at the end. A longer one is not stored whole. */
static inline DWORD read_line(char line[LONGEST + 1])
{
	static char block[65536];
	static DWORD next, end;
	HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
	DWORD length = 0, mode;

	do {
		while (next == end) {
			next = 0;
			if (!ReadFile(input, block, sizeof block, &end, NULL) &&
			    GetLastError() != ERROR_BROKEN_PIPE) /* a pipe's end */
				err(1, "ReadFile");
			if (end > 0 || PeekNamedPipe(input, NULL, 0, NULL, NULL, NULL))
				continue; /* 0 bytes written into a pipe are not its end */
			if (GetConsoleMode(input, &mode))
				Sleep(500); /* Ctrl-C looks like the end, but then ends us */
			return length;
		}
		if (length <= LONGEST)
			line[length++] = block[next];
	} while (block[next++] != '\n');
	return length;
}
