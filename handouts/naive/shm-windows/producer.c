/* producer: puts its input into Windows shared memory, straight from the slide.
 * usage: producer NAME <input                 its partner: consumer.c */
#include "protocol.h"

int main(int argc, char *argv[])
{
	const char *name = argc > 1 ? argv[1] : "naive"; /* Windows takes it for Local\NAME */
	HANDLE mapping = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0,
					    sizeof(struct segment), name);
	struct segment *s = MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, sizeof *s);
	DWORD length = 1;

	s->empty = CreateSemaphoreA(NULL, SLOTS, SLOTS, NULL);
	s->full = CreateSemaphoreA(NULL, 0, SLOTS, NULL);
	s->producer = (LONG)GetCurrentProcessId(); /* all is set up */
	for (int i = 0; length > 0; i = (i + 1) % SLOTS) {
		WaitForSingleObject(s->empty, INFINITE);
		ReadFile(GetStdHandle(STD_INPUT_HANDLE), s->slots[i].data, SLOT_SIZE, &length,
			 NULL);
		s->slots[i].length = length;
		ReleaseSemaphore(s->full, 1, NULL);
	}
	for (int i = 0; i < SLOTS; i++)
		WaitForSingleObject(s->empty, INFINITE); /* until the consumer has taken all */
	UnmapViewOfFile(s);
	CloseHandle(mapping);
	return 0;
}
