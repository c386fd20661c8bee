/* producer: puts its input into Windows shared memory, where the consumer takes it out.
 * usage: producer [NAME] <input               its partner: consumer.c
 * Shows: CreateFileMapping, MapViewOfFile, two semaphores, UnmapViewOfFile, CloseHandle. */
#include "care.h" /* and protocol.h */

int main(int argc, char *argv[])
{
	HANDLE mapping;
	struct segment *segment;
	DWORD length = 1; /* 0 at the end of the input */

	name = get_name_or_exit(argc, argv, "producer [NAME] <input");
	do {
		mapping = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0,
					     sizeof *segment, name);
	} while (!is_new(mapping)); /* create again until the segment is a new one */
	segment = MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, sizeof *segment);
	if (segment == NULL)
		err(1, "MapViewOfFile %s", name);
	segment->empty = CreateSemaphoreA(NULL, SLOTS, SLOTS, NULL);
	segment->full = CreateSemaphoreA(NULL, 0, SLOTS, NULL);
	if (segment->empty == NULL || segment->full == NULL)
		err(1, "CreateSemaphore");
	wait_for_consumer(segment); /* it may come: all is set up now */

	for (int i = 0; length > 0; i = (i + 1) % SLOTS) {
		wait_for(segment->empty, CONSUMER); /* WaitForMultipleObjects */
		length = read_input(segment->slots[i].data, SLOT_SIZE);
		if (has_died())
			errx(1, "%s: the consumer died", name);
		segment->slots[i].length = length;
		if (!ReleaseSemaphore(segment->full, 1, NULL))
			err(1, "ReleaseSemaphore %s", name);
	}
	for (int i = 0; i < SLOTS; i++)             /* until all are empty: all is written; */
		wait_for(segment->empty, CONSUMER); /* the last comes after its CloseHandle */

	CloseHandle(segment->empty);
	CloseHandle(segment->full);
	CloseHandle(other);
	UnmapViewOfFile(segment);
	CloseHandle(mapping); /* the last handle: the segment and its name are gone */
	return 0;
}
