/* producer: sends each line of its input to a mailslot, straight from the slide.
 * usage: producer NAME <input                 its partner: consumer.c */
#include "protocol.h"
#include <string.h>

int main(int argc, char *argv[])
{
	static char line[LONGEST + 1];
	HANDLE mailslot, room;
	DWORD sent;

	set_names(argc > 1 ? argv[1] : NULL);
	while ((mailslot = CreateFileA(name, GENERIC_WRITE, FILE_SHARE_READ, NULL,
				       OPEN_EXISTING, 0, NULL)) == INVALID_HANDLE_VALUE)
		Sleep(1000); /* wait for the consumer */
	room = OpenSemaphoreA(SYNCHRONIZE, FALSE, room_name);
	while (fgets(line, sizeof line, stdin) != NULL) {
		WaitForSingleObject(room, INFINITE);
		WriteFile(mailslot, line, (DWORD)strlen(line), &sent, NULL);
	}
	WaitForSingleObject(room, INFINITE);
	WriteFile(mailslot, line, sizeof line, &sent, NULL); /* no more to come */
	CloseHandle(mailslot);
	return 0;
}
