/* producer: writes its input into a named pipe, and reads the consumer's answer from it.
 * usage: producer [NAME] <input               its partner: consumer.c
 * Shows: CreateFile, WaitNamedPipe, WriteFile, ReadFile, CloseHandle. */
#include "care.h"

int main(int argc, char *argv[])
{
	static char block[LONGEST];
	HANDLE pipe;
	DWORD messages = PIPE_READMODE_MESSAGE, length, n;
	ULONGLONG sent = 0, written;

	if (argc > 2 || (argc > 1 && argv[1][0] == '-')) {
		fputs("usage: producer [NAME] <input\n", stderr);
		return 2;
	}
	name = pipe_name(argv[1]);

	/* SECURITY_...: a server that is not ours may ask who we are, but not act for us */
	while ((pipe = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
				   SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, NULL)) ==
	       INVALID_HANDLE_VALUE)
		wait_for_consumer();
	refuse_stranger(pipe);
	/* the answer is a message, too; this fails on a pipe of bytes, which is not ours */
	if (!SetNamedPipeHandleState(pipe, &messages, NULL, NULL))
		err(1, "SetNamedPipeHandleState %s", name);

	do {
		length = read_input(block, sizeof block);
		if (!WriteFile(pipe, block, length, &n, NULL)) /* of 0 bytes: no more to come */
			err(1, "WriteFile %s", name);
		sent += length;
	} while (length > 0);

	if (!ReadFile(pipe, &written, sizeof written, &n, NULL))
		err(1, "ReadFile %s", name);
	if (n != sizeof written || written != sent)
		errx(1, "ReadFile %s: not the answer to our messages", name);
	CloseHandle(pipe);
	return 0;
}
