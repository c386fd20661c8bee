/* consumer: takes out what the producer puts into Windows shared memory, and writes it.
 * usage: consumer [NAME] >output              its partner: producer.c
 * Shows: OpenFileMapping, MapViewOfFile, two semaphores, UnmapViewOfFile, CloseHandle. */
#include "care.h" /* and protocol.h */

int main(int argc, char *argv[])
{
	HANDLE mapping, empty, full, output = GetStdHandle(STD_OUTPUT_HANDLE);
	struct segment *segment;

	name = get_name_or_exit(argc, argv, "consumer [NAME] >output");
	do {
		segment = NULL;
		mapping = OpenFileMappingA(FILE_MAP_WRITE, FALSE, name);
		if (mapping == NULL && GetLastError() != ERROR_FILE_NOT_FOUND)
			err(1, "OpenFileMapping %s%s", name, if_other_kind());
		if (mapping &&
		    !(segment = MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, sizeof *segment)))
			err(1, "MapViewOfFile %s", name);
	} while (!is_ready(mapping, segment)); /* open again until a producer has set it up */
	empty = copy_of(segment->empty);
	full = copy_of(segment->full);

	for (int i = 0;; i = (i + 1) % SLOTS) {
		struct slot *slot = &segment->slots[i];

		wait_for(full, PRODUCER); /* WaitForMultipleObjects */
		if (slot->length == 0)    /* end of data */
			break;
		for (DWORD done = 0, n; done < slot->length; done += n)
			if (!WriteFile(output, slot->data + done, slot->length - done, &n,
				       NULL))
				err(1, "WriteFile");
		if (!ReleaseSemaphore(empty, 1, NULL))
			err(1, "ReleaseSemaphore %s", name);
	}

	UnmapViewOfFile(segment);
	CloseHandle(mapping);
	if (!ReleaseSemaphore(empty, 1, NULL)) /* the producer may end: all is written */
		err(1, "ReleaseSemaphore %s", name);
	CloseHandle(empty);
	CloseHandle(full);
	CloseHandle(other);
	return 0;
}
