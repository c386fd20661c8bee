/* consumer: takes out what the producer puts into Windows shared memory, and writes it.
 * usage: consumer [NAME] >output              its partner: producer.c
 * Shows: OpenFileMapping, MapViewOfFile, a bounded buffer with two semaphores,
 * UnmapViewOfFile, CloseHandle. */
#include "care.h"

int main(int argc, char *argv[])
{
	HANDLE mapping, empty, full, output = GetStdHandle(STD_OUTPUT_HANDLE);
	struct segment *segment;
	DWORD length;
	int i = 0;

	if (argc > 2 || (argc > 1 && argv[1][0] == '-')) {
		fputs("usage: consumer [NAME] >output\n", stderr);
		return 2;
	}
	name = object_name(argv[1]);

	for (;; wait_a_moment_for("producer")) {
		mapping = OpenFileMappingA(FILE_MAP_WRITE, FALSE, name);
		if (mapping == NULL && GetLastError() == ERROR_FILE_NOT_FOUND)
			continue;
		if (mapping == NULL)
			err(1, "OpenFileMapping %s%s", name, if_other_kind());
		segment = MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, sizeof *segment);
		if (segment == NULL)
			err(1, "MapViewOfFile %s", name);
		if (is_ready(segment))
			break;
		UnmapViewOfFile(segment);
		CloseHandle(mapping);
	}
	empty = copy_of(segment->empty);
	full = copy_of(segment->full);

	do {
		wait_for(full, "producer");
		length = segment->slots[i].length;
		for (DWORD done = 0, n; done < length; done += n)
			if (!WriteFile(output, segment->slots[i].data + done, length - done, &n,
				       NULL))
				err(1, "WriteFile standard output");
		if (!ReleaseSemaphore(empty, 1, NULL)) /* the last time: all is written */
			err(1, "ReleaseSemaphore %s", name);
		i = (i + 1) % SLOTS;
	} while (length > 0);

	UnmapViewOfFile(segment);
	CloseHandle(mapping);
	return 0;
}
