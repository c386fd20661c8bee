/* producer: sends each line of its input as one message to a Windows mailslot.
 * usage: producer [NAME] <input               its partner: consumer.c
 * Shows: CreateFile, WriteFile, CloseHandle. */
#include "protocol.h"

static HANDLE all_sent; /* event */
static volatile LONG is_sending_last;

/* CreateFile, when there is a consumer that has made the mailslot. The mutex first: should one
 * consumer follow another just now, we may miss the new one, but not the old one's end. */
static void open_mailslot(void)
{
	int told = 0;

	for (;;) {
		alive = OpenMutexA(SYNCHRONIZE | MUTEX_MODIFY_STATE, FALSE, alive_name);
		if (alive == NULL && GetLastError() != ERROR_FILE_NOT_FOUND)
			err(1, "OpenMutex %s%s", alive_name, if_other_kind());
		if (alive != NULL) {
			mailslot = CreateFileA(name, GENERIC_WRITE,
					       FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
					       OPEN_EXISTING, 0, NULL);
			if (mailslot != INVALID_HANDLE_VALUE)
				return;
			if (GetLastError() != ERROR_FILE_NOT_FOUND)
				err(1, "CreateFile %s", name);
			CloseHandle(alive);
		}
		if (!told++)
			warnx("waiting for a consumer on %s", name);
		Sleep(1);
	}
}

/* A thread that waits for the consumer's end, while main may wait for input or for room. */
static DWORD WINAPI watch(void *unused)
{
	HANDLE either[] = {all_sent, alive};

	(void)unused;
	if (WaitForMultipleObjects(2, either, FALSE, INFINITE) == WAIT_OBJECT_0)
		return 0;
	ReleaseMutex(alive); /* for the next that waits */
	/* After the last message it may end, and main is about to. */
	if (!is_sending_last || WaitForSingleObject(all_sent, 700) == WAIT_TIMEOUT)
		errx(1, "%s: the consumer has gone", name);
	return 0;
}

/* Read the next line. Returns its length; of one that is longer than LONGEST the rest is
 * read, but not stored. 0: end of input. */
static size_t read_line(char *line)
{
	static char block[65536];
	static DWORD next, length;
	size_t i = 0;

	do {
		if (next == length) {
			next = 0;
			if (!ReadFile(GetStdHandle(STD_INPUT_HANDLE), block, sizeof block,
				      &length, NULL) &&
			    GetLastError() != ERROR_BROKEN_PIPE) /* the end of a pipe */
				err(1, "ReadFile standard input");
			if (length == 0)
				break;
		}
		if (i < LONGEST)
			line[i] = block[next];
		i++;
	} while (block[next++] != '\n');
	return i;
}

int main(int argc, char *argv[])
{
	static struct message message = {.kind = LINE};
	HANDLE watcher;
	size_t length;
	DWORD done;
	int status = 0;

	program = "producer";
	if (argc > 2) {
		fputs("usage: producer [NAME] <input\n", stderr);
		return 2;
	}
	set_names(argv[1]);
	open_mailslot();
	all_sent = CreateEventA(NULL, TRUE, FALSE, NULL);
	watcher = CreateThread(NULL, 0, watch, NULL, 0, NULL);
	if (all_sent == NULL || watcher == NULL)
		err(1, "CreateThread");

	for (int number = 1; (length = read_line(message.line)) > 0; number++)
		if (length > LONGEST) {
			warnx("line %d: WriteFile %s: Message too long", number, name);
			status = 1; /* go on with the next line */
		} else if (!WriteFile(mailslot, &message, (DWORD)(1 + length), &done, NULL)) {
			err(1, "WriteFile %s", name);
		}
	InterlockedExchange(&is_sending_last, 1);
	message.kind = END;
	if (!WriteFile(mailslot, &message, 1, &done, NULL))
		err(1, "WriteFile %s", name);
	SetEvent(all_sent);
	WaitForSingleObject(watcher, INFINITE);
	CloseHandle(mailslot);
	return status;
}
