/* consumer: takes out what the producer puts into Windows shared memory, straight from the slide.
 * usage: consumer NAME >output                its partner: producer.c */
#include "protocol.h"

int main(int argc, char *argv[])
{
	const char *name = argc > 1 ? argv[1] : "naive"; /* Windows takes it for Local\NAME */
	HANDLE mapping, producer, empty, full, us = GetCurrentProcess();
	DWORD length = 1, n;

	while ((mapping = OpenFileMappingA(FILE_MAP_WRITE, FALSE, name)) == NULL)
		Sleep(1000); /* wait for the producer */
	struct segment *s = MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, sizeof *s);
	while (s->producer == 0)
		Sleep(10);
	s->consumer = (LONG)GetCurrentProcessId();
	producer = OpenProcess(PROCESS_DUP_HANDLE, FALSE, (DWORD)s->producer);
	DuplicateHandle(producer, s->empty, us, &empty, 0, FALSE, DUPLICATE_SAME_ACCESS);
	DuplicateHandle(producer, s->full, us, &full, 0, FALSE, DUPLICATE_SAME_ACCESS);
	for (int i = 0; length > 0; i = (i + 1) % SLOTS) {
		WaitForSingleObject(full, INFINITE);
		length = s->slots[i].length;
		WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), s->slots[i].data, length, &n, NULL);
		ReleaseSemaphore(empty, 1, NULL);
	}
	UnmapViewOfFile(s);
	CloseHandle(mapping);
	return 0;
}
