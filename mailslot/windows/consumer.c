/* consumer: reads messages from a Windows mailslot and writes them out.
 * usage: consumer [NAME [PRODUCERS]] >output  its partner: producer.c
 * Shows: CreateMailslot, ReadFile, CloseHandle. */
#include "care.h" /* what the slide leaves out; the agreement is in protocol.h */

int main(int argc, char *argv[])
{
	static char message[LONGEST + 1];
	HANDLE mailslot;
	DWORD length, left;
	int tries = 0;
	char *end = NULL;
	long producers = argc > 2 ? strtol(argv[2], &end, 10) : 1;

	if (argc > 3 || (argc > 1 && argv[1][0] == '-') || (end && *end) || producers < 1) {
		fputs("usage: consumer [NAME [PRODUCERS]] >output\n", stderr);
		return 2;
	}
	set_names(argv[1]);
	_setmode(_fileno(stdout), _O_BINARY); /* no carriage returns of its own */
	own_name();
	while ((mailslot = CreateMailslotA(name, sizeof message, MAILSLOT_WAIT_FOREVER,
					   NULL)) == INVALID_HANDLE_VALUE) {
		if (GetLastError() != ERROR_ALREADY_EXISTS || ++tries > 100)
			err(1, "CreateMailslot %s", name);
		Sleep(10); /* a consumer that has just died may have it for a moment */
	}

	while (producers > 0) {
		before_read(mailslot);
		if (!ReadFile(mailslot, message, sizeof message, &length, NULL))
			err(1, "ReadFile %s", name);
		if (length > LONGEST) /* no more from one of the producers */
			producers--;
		else if (fwrite(message, 1, length, stdout) != length)
			err(1, "write");
	}
	if (fflush(stdout) == EOF)
		err(1, "write");
	if (GetMailslotInfo(mailslot, NULL, NULL, &left, NULL) && left > 0)
		warnx("messages of other producers lost with %s: %lu", name, left);
	CloseHandle(mailslot);
	CloseHandle(room);
	CloseHandle(alive);
	return 0;
}
