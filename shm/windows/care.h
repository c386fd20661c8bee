/* care.h: what the slide of the lecture leaves out. What can go wrong -> what handles it:
 *   another run uses the name, or another kind of object  -> is_new, is_ready, if_other_kind
 *   the other side comes later, or is killed              -> wait_for_consumer; wait_for
 *   the semaphores are handles of the producer alone      -> copy_of
 *   files, pipes and consoles end differently             -> read_input
 * Nothing has to be removed, not even after Ctrl-C: Windows closes the handles of a process that
 * ends, and an object ends with its last handle. By default objects are for their owner alone. */
#include "err.h"
#include "protocol.h"

static const char PRODUCER[] = "producer", CONSUMER[] = "consumer";
static const char *name; /* of the segment */
static HANDLE other;     /* the other side's process; signaled when it has ended */

static inline const char *get_name_or_exit(int argc, char *argv[], const char *usage)
{
	static char full_name[32800]; /* no command line is longer */
	char user[257];

	if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
		fprintf(stderr, "usage: %s\n", usage);
		exit(2);
	}
	if (!GetUserNameA(user, &(DWORD){sizeof user}))
		err(1, "GetUserName");
	snprintf(full_name, sizeof full_name, argc == 2 ? "Local\\%s" : "Local\\shm-%s",
		 argc == 2 ? argv[1] : user);
	return full_name;
}

static inline const char *if_other_kind(void) /* Windows calls it an invalid handle */
{
	return GetLastError() == ERROR_INVALID_HANDLE ? ": exists, but is something else" : "";
}

static inline int is_new(HANDLE mapping)
{
	static int tries;

	if (mapping == NULL)
		err(1, "CreateFileMapping %s%s", name, if_other_kind());
	if (GetLastError() != ERROR_ALREADY_EXISTS)
		return 1;
	if (++tries > 100)
		err(1, "CreateFileMapping %s: used by a producer, or by a dead one's consumer",
		    name);
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

static inline int has_died(void)
{
	return WaitForSingleObject(other, 0) == WAIT_OBJECT_0;
}

static inline void wait_for_consumer(struct segment *segment)
{
	InterlockedExchange(&segment->producer, (LONG)GetCurrentProcessId()); /* come in */
	while (segment->consumer == 0)
		wait_a_moment_for(CONSUMER);
	if ((other = OpenProcess(SYNCHRONIZE, FALSE, (DWORD)segment->consumer)) == NULL)
		err(1, "OpenProcess %s: the consumer died, or is not yours", name);
}

/* For the consumer: is there a segment, its producer alive, and no consumer before us? */
static inline int is_ready(HANDLE mapping, struct segment *segment)
{
	if (mapping != NULL) {
		other = OpenProcess(SYNCHRONIZE | PROCESS_DUP_HANDLE, FALSE,
				    (DWORD)segment->producer);
		if (other == NULL && GetLastError() != ERROR_INVALID_PARAMETER)
			err(1, "OpenProcess %s: the producer is not yours", name);
		if (other != NULL && !has_died() && /* NULL: it has ended, or its id is 0 */
		    InterlockedCompareExchange(&segment->consumer, (LONG)GetCurrentProcessId(),
					       0) == 0)
			return 1;
		if (other != NULL)
			CloseHandle(other);
		UnmapViewOfFile(segment);
		CloseHandle(mapping);
	}
	wait_a_moment_for(PRODUCER);
	return 0;
}

static inline HANDLE copy_of(HANDLE producers)
{
	HANDLE ours;

	if (!DuplicateHandle(other, producers, GetCurrentProcess(), &ours, 0, FALSE,
			     DUPLICATE_SAME_ACCESS))
		err(1, "DuplicateHandle %s%s", name, has_died() ? ": the producer died" : "");
	return ours;
}

/* Waits; but if the other side has died, takes what it left, then ends. */
static inline void wait_for(HANDLE semaphore, const char *side)
{
	HANDLE either[] = {semaphore, other}; /* if both are signaled: the first */
	DWORD which = WaitForMultipleObjects(2, either, FALSE, INFINITE);

	if (which == WAIT_OBJECT_0 + 1)
		errx(1, "%s: the %s died", name, side);
	if (which != WAIT_OBJECT_0)
		err(1, "WaitForMultipleObjects %s", name);
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
