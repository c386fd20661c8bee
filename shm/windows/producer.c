/* producer: puts its input into Windows shared memory, where the consumer takes it out.
 * usage: producer [NAME] <input               its partner: consumer.c
 * Shows: CreateFileMapping, MapViewOfFile, a bounded buffer with two semaphores,
 * UnmapViewOfFile, CloseHandle. */
#include "protocol.h"

static HANDLE end_of_input; /* event */
static ULONGLONG deadline;  /* for another producer's objects to go */

static int created(const void *object, const char *call, const char *object_name)
{
	if (object == NULL)
		err(1, "%s %s%s", call, object_name, if_other_kind());
	if (GetLastError() != ERROR_ALREADY_EXISTS)
		return 1;
	if (GetTickCount64() > deadline)
		err(1, "%s %s: another producer is using it", call, object_name);
	return 0;
}

/* Create the three objects. A consumer whose producer has died may still have them a moment. */
static void create(void)
{
	for (deadline = GetTickCount64() + 1000;; Sleep(1)) {
		mapping = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0,
					     sizeof *segment, name);
		if (created(mapping, "CreateFileMapping", name)) {
			empty = CreateSemaphoreA(NULL, SLOTS, SLOTS, empty_name);
			if (created(empty, "CreateSemaphore", empty_name)) {
				full = CreateSemaphoreA(NULL, 0, SLOTS, full_name);
				if (created(full, "CreateSemaphore", full_name))
					return;
				CloseHandle(full);
			}
			CloseHandle(empty);
		}
		CloseHandle(mapping);
	}
}

/* A thread that waits for the consumer's death, while main waits for input. */
static DWORD WINAPI watch(void *unused)
{
	HANDLE either[] = {end_of_input, other};

	(void)unused;
	if (WaitForMultipleObjects(2, either, FALSE, INFINITE) != WAIT_OBJECT_0)
		errx(1, "%s: the consumer died", name);
	return 0;
}

int main(int argc, char *argv[])
{
	HANDLE input = GetStdHandle(STD_INPUT_HANDLE), watcher;
	struct slot *slot;
	DWORD length = 0;

	program = "producer";
	if (argc > 2) {
		fputs("usage: producer [NAME] <input\n", stderr);
		return 2;
	}
	set_names(argv[1]);

	create();
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
	end_of_input = CreateEventA(NULL, TRUE, FALSE, NULL);
	watcher = CreateThread(NULL, 0, watch, NULL, 0, NULL);
	if (end_of_input == NULL || watcher == NULL)
		err(1, "CreateThread");

	slot = segment->slots;
	do {
		wait_for_slot(empty, "consumer");
		if (!ReadFile(input, slot->data, SLOT_SIZE, &length, NULL) &&
		    GetLastError() != ERROR_BROKEN_PIPE) /* that is the end of a pipe */
			err(1, "ReadFile standard input");
		if (length == 0) { /* once it knows that, the consumer may end */
			SetEvent(end_of_input);
			WaitForSingleObject(watcher, INFINITE);
		}
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
