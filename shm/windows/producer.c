/* producer: puts its input into Windows shared memory, where the consumer takes it out.
 * usage: producer [NAME] <input               its partner: consumer.c
 * Shows: CreateFileMapping, MapViewOfFile, a bounded buffer with two semaphores,
 * UnmapViewOfFile, CloseHandle. */
#include "protocol.h"

static int created(const void *object, const char *call, const char *object_name)
{
	if (object == NULL)
		err(1, "%s %s%s", call, object_name, if_other_kind());
	return GetLastError() != ERROR_ALREADY_EXISTS;
}

/* Create the three objects, if none of them is there. */
static int create(void)
{
	mapping = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0,
				     sizeof *segment, name);
	if (created(mapping, "CreateFileMapping", name)) {
		empty = CreateSemaphoreA(NULL, SLOTS, SLOTS, empty_name);
		if (created(empty, "CreateSemaphore", empty_name)) {
			full = CreateSemaphoreA(NULL, 0, SLOTS, full_name);
			if (created(full, "CreateSemaphore", full_name))
				return 1;
			CloseHandle(full);
		}
		CloseHandle(empty);
	}
	CloseHandle(mapping);
	return 0;
}

static void CALLBACK consumer_died(void *unused, BOOLEAN timed_out)
{
	(void)unused, (void)timed_out;
	errx(1, "%s: the consumer died", name);
}

int main(int argc, char *argv[])
{
	HANDLE input = GetStdHandle(STD_INPUT_HANDLE), watch;
	ULONGLONG start = GetTickCount64();
	struct slot *slot;
	DWORD length = 0;

	program = "producer";
	if (argc > 2) {
		fputs("usage: producer [NAME] <input\n", stderr);
		return 2;
	}
	set_names(argv[1]);

	while (!create()) { /* a consumer whose producer has died may be just ending */
		if (GetTickCount64() - start > 1000)
			errx(1, "CreateFileMapping %s: another producer is using it", name);
		Sleep(1);
	}
	segment = MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, sizeof *segment);
	if (segment == NULL)
		err(1, "MapViewOfFile %s", name);
	InterlockedExchange(&segment->producer, (LONG)GetCurrentProcessId());

	if (segment->consumer == 0)
		warnx("waiting for a consumer on %s", name);
	while (segment->consumer == 0)
		Sleep(1);
	other = OpenProcess(SYNCHRONIZE, FALSE, (DWORD)segment->consumer);
	if (other == NULL)
		err(1, "OpenProcess (the consumer) %s", name);
	/* A thread of the system's waits for the consumer's death while we wait for input. */
	if (!RegisterWaitForSingleObject(&watch, other, consumer_died, NULL, INFINITE,
					 WT_EXECUTEONLYONCE))
		err(1, "RegisterWaitForSingleObject %s", name);

	slot = segment->slots;
	do {
		wait_for_slot(empty, "consumer");
		if (!ReadFile(input, slot->data, SLOT_SIZE, &length, NULL) &&
		    GetLastError() != ERROR_BROKEN_PIPE) /* that is the end of a pipe */
			err(1, "ReadFile standard input");
		if (length == 0 && !UnregisterWaitEx(watch, INVALID_HANDLE_VALUE))
			err(1, "UnregisterWaitEx %s", name); /* from now on it may end */
		slot->length = length;
		release(full);
		if (++slot == segment->slots + SLOTS)
			slot = segment->slots;
	} while (length > 0);

	for (int i = 0; i < SLOTS; i++) /* all slots are back: the consumer is done */
		wait_for_slot(empty, "consumer");
	WaitForSingleObject(other, INFINITE); /* its handles are closed: the name is free */
	UnmapViewOfFile(segment);
	CloseHandle(other);
	CloseHandle(full);
	CloseHandle(empty);
	CloseHandle(mapping);
	return 0;
}
