/* consumer: reads messages from a mailslot, straight from the slide.
 * usage: consumer NAME >output                its partner: producer.c */
#include "protocol.h"

int main(int argc, char *argv[])
{
	static char message[LONGEST + 1];
	HANDLE mailslot, room;
	DWORD length, n;

	set_names(argc > 1 ? argv[1] : NULL);
	CreateMutexA(NULL, TRUE, alive_name);
	room = CreateSemaphoreA(NULL, ROOM, ROOM, room_name);
	mailslot = CreateMailslotA(name, sizeof message, MAILSLOT_WAIT_FOREVER, NULL);
	while (ReadFile(mailslot, message, sizeof message, &length, NULL) &&
	       length <= LONGEST) {
		WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), message, length, &n, NULL);
		ReleaseSemaphore(room, 1, NULL);
	}
	CloseHandle(mailslot);
	return 0;
}
