/* producer: sends each line of its input as one message to a Windows mailslot.
 * usage: producer [NAME] <input               its partner: consumer.c
 * Shows: CreateFile, WriteFile, CloseHandle. */
#include "care.h" /* what the slide leaves out; the agreement is in protocol.h */

int main(int argc, char *argv[])
{
	static char line[LONGEST + 1];
	HANDLE mailslot;
	DWORD length, sent;
	int told = 0, status = 0;

	if (argc > 2 || (argc > 1 && argv[1][0] == '-')) {
		fputs("usage: producer [NAME] <input\n", stderr);
		return 2;
	}
	set_names(argv[1]);
	while ((mailslot = CreateFileA(name, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
				       NULL, OPEN_EXISTING, 0, NULL)) == INVALID_HANDLE_VALUE) {
		if (GetLastError() != ERROR_FILE_NOT_FOUND)
			err(1, "CreateFile %s", name);
		if (!told++)
			warnx("waiting for a consumer on %s", name);
		Sleep(10);
	}
	know_consumer();

	for (int number = 1; (length = read_line(line)) > 0; number++) {
		if (length > LONGEST) {
			warnx("line %d: WriteFile %s: Message too long", number, name);
			status = 1; /* go on with the next line */
			continue;
		}
		wait_for_room();
		if (!WriteFile(mailslot, line, length, &sent, NULL))
			err(1, "WriteFile %s", name);
	}
	wait_for_room();
	if (!WriteFile(mailslot, line, LONGEST + 1, &sent, NULL)) /* no more to come */
		err(1, "WriteFile %s", name);
	CloseHandle(mailslot);
	CloseHandle(room);
	CloseHandle(alive);
	return status;
}
