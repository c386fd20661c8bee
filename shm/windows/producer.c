/* producer: puts its input into Windows shared memory, where the consumer takes it out.
 * usage: producer [NAME] <input               its partner: consumer.c
 * Shows: CreateFileMapping, MapViewOfFile, a bounded buffer with two semaphores,
 * UnmapViewOfFile, CloseHandle. */
#include "care.h"

int main(int argc, char *argv[])
{
	HANDLE mapping;
	struct segment *segment;
	DWORD length;
	int i = 0;

	if (argc > 2 || (argc > 1 && argv[1][0] == '-')) {
		fputs("usage: producer [NAME] <input\n", stderr);
		return 2;
	}
	name = object_name(argv[1]);

	do
		mapping = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0,
					     sizeof *segment, name);
	while (!is_new(mapping));
	segment = MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, sizeof *segment);
	if (segment == NULL)
		err(1, "MapViewOfFile %s", name);
	segment->empty = CreateSemaphoreA(NULL, SLOTS, SLOTS, NULL);
	segment->full = CreateSemaphoreA(NULL, 0, SLOTS, NULL);
	if (segment->empty == NULL || segment->full == NULL)
		err(1, "CreateSemaphore");
	wait_for_consumer(segment);

	do {
		wait_for(segment->empty, "consumer");
		length = read_input(segment->slots[i].data, SLOT_SIZE);
		if (has_died())
			errx(1, "%s: the consumer died", name);
		segment->slots[i].length = length;
		if (!ReleaseSemaphore(segment->full, 1, NULL))
			err(1, "ReleaseSemaphore %s", name);
		i = (i + 1) % SLOTS;
	} while (length > 0);

	for (i = 0; i < SLOTS; i++) /* all slots are empty: the consumer is done */
		wait_for(segment->empty, "consumer");
	UnmapViewOfFile(segment);
	CloseHandle(mapping);
	return 0;
}
