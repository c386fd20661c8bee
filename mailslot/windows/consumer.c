/* consumer: reads messages from a Windows mailslot and writes them out.
 * usage: consumer [NAME [PRODUCERS]] >output  its partner: producer.c
 * Shows: CreateMailslot, GetMailslotInfo, ReadFile, CloseHandle. */
#include "protocol.h"

/* CreateMailslot, as its only consumer; one that has just died may have it for a moment. */
static void create_mailslot(void)
{
	ULONGLONG start = GetTickCount64();

	alive = CreateMutexA(NULL, TRUE, alive_name);
	if (alive == NULL)
		err(1, "CreateMutex %s%s", alive_name, if_other_kind());
	if (GetLastError() == ERROR_ALREADY_EXISTS &&
	    WaitForSingleObject(alive, 1000) == WAIT_TIMEOUT) {
		SetLastError(ERROR_ALREADY_EXISTS);
		err(1, "CreateMutex %s: another consumer is using it", alive_name);
	}
	while ((mailslot = CreateMailslotA(name, sizeof(struct message), MAILSLOT_WAIT_FOREVER,
					   NULL)) == INVALID_HANDLE_VALUE) {
		if (GetLastError() != ERROR_ALREADY_EXISTS || GetTickCount64() - start > 2000)
			err(1, "CreateMailslot %s", name);
		Sleep(1);
	}
}

/* Collect what is to be written: NULL: write it now. */
static void write_out(const char *line, DWORD length)
{
	static char block[LONGEST];
	static DWORD used;

	if (line == NULL || length > sizeof block - used) {
		for (DWORD done = 0, n; done < used; done += n)
			if (!WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), block + done,
				       used - done, &n, NULL))
				err(1, "WriteFile standard output");
		used = 0;
	}
	if (line != NULL) {
		memcpy(block + used, line, length);
		used += length;
	}
}

/* ReadFile: writes out what has come before it waits, and says so at the first wait. */
static DWORD receive(struct message *message)
{
	static int told;
	DWORD next, length;

	if (!GetMailslotInfo(mailslot, NULL, &next, NULL, NULL))
		err(1, "GetMailslotInfo %s", name);
	if (next == MAILSLOT_NO_MESSAGE) {
		write_out(NULL, 0);
		if (!told++)
			warnx("waiting for a producer on %s", name);
	}
	if (!ReadFile(mailslot, message, sizeof *message, &length, NULL))
		err(1, "ReadFile %s", name);
	told = 1;
	return length;
}

int main(int argc, char *argv[])
{
	static struct message message;
	char *end = NULL;
	long producers = argc > 2 ? strtol(argv[2], &end, 10) : 1;

	program = "consumer";
	if (argc > 3 || (end != NULL && *end != '\0') || producers < 1) {
		fputs("usage: consumer [NAME [PRODUCERS]] >output\n", stderr);
		return 2;
	}
	set_names(argv[1]);
	create_mailslot();

	while (producers > 0) {
		DWORD length = receive(&message);

		if (length == 1 && message.kind == END)
			producers--;
		else if (length > 1 && message.kind == LINE)
			write_out(message.line, length - 1);
		else
			errx(1, "ReadFile %s: not a message of a producer of ours", name);
	}
	write_out(NULL, 0);
	CloseHandle(mailslot);
	ReleaseMutex(alive);
	CloseHandle(alive);
	return 0;
}
