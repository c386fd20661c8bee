/* consumer: takes out what the producer puts into Windows shared memory, and writes it.
 * usage: consumer [NAME] >output              its partner: producer.c
 * Shows: OpenFileMapping, MapViewOfFile, a bounded buffer with two semaphores,
 * UnmapViewOfFile, CloseHandle. */
#include "protocol.h"

/* Is the segment set up, with a producer that lives and no consumer yet? */
static int take(void)
{
	if (segment->producer == 0)
		return 0;
	other = OpenProcess(SYNCHRONIZE, FALSE, (DWORD)segment->producer);
	if (other == NULL) {
		if (GetLastError() == ERROR_INVALID_PARAMETER) /* no such process */
			return 0;
		err(1, "OpenProcess (the producer) %s", name);
	}
	if (WaitForSingleObject(other, 0) == WAIT_TIMEOUT &&
	    InterlockedCompareExchange(&segment->consumer, (LONG)GetCurrentProcessId(), 0) == 0)
		return 1;
	CloseHandle(other);
	return 0;
}

/* Open the segment, if it is there, is set up, and has a producer and no consumer yet. */
static int attach(void)
{
	MEMORY_BASIC_INFORMATION view;

	mapping = OpenFileMappingA(FILE_MAP_WRITE, FALSE, name);
	if (mapping == NULL) {
		if (GetLastError() == ERROR_FILE_NOT_FOUND)
			return 0;
		err(1, "OpenFileMapping %s%s", name, if_other_kind());
	}
	segment = MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 0); /* 0: all of it */
	if (segment == NULL)
		err(1, "MapViewOfFile %s", name);
	if (VirtualQuery(segment, &view, sizeof view) == 0)
		err(1, "VirtualQuery %s", name);
	if (view.RegionSize / PAGE != (sizeof *segment + PAGE - 1) / PAGE)
		errx(1, "OpenFileMapping %s: exists, but is not a segment of ours", name);
	if (take())
		return 1;
	UnmapViewOfFile(segment);
	CloseHandle(mapping);
	return 0;
}

int main(int argc, char *argv[])
{
	HANDLE output = GetStdHandle(STD_OUTPUT_HANDLE);
	struct slot *slot;

	program = "consumer";
	if (argc > 2) {
		fputs("usage: consumer [NAME] >output\n", stderr);
		return 2;
	}
	set_names(argv[1]);

	if (!attach()) {
		warnx("waiting for a producer on %s", name);
		while (!attach())
			Sleep(1);
	}
	empty = OpenSemaphoreA(SEMAPHORE_MODIFY_STATE, FALSE, empty_name);
	if (empty == NULL)
		err(1, "OpenSemaphore %s", empty_name);
	full = OpenSemaphoreA(SYNCHRONIZE, FALSE, full_name);
	if (full == NULL)
		err(1, "OpenSemaphore %s", full_name);

	slot = segment->slots;
	for (;;) {
		wait_for_slot(full, "producer");
		if (slot->length == 0)
			break;
		for (DWORD done = 0, n; done < slot->length; done += n)
			if (!WriteFile(output, slot->data + done, slot->length - done, &n,
				       NULL))
				err(1, "WriteFile standard output");
		release(empty);
		if (++slot == segment->slots + SLOTS)
			slot = segment->slots;
	}

	release(empty); /* the producer may end: all is written */
	UnmapViewOfFile(segment);
	CloseHandle(other);
	CloseHandle(full);
	CloseHandle(empty);
	CloseHandle(mapping);
	return 0;
}
