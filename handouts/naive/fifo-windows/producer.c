/* producer: writes its input into a Windows named pipe, straight from the slide.
 * usage: producer NAME <input                 its partner: consumer.c */
#include "protocol.h"

int main(int argc, char *argv[])
{
	static char block[LONGEST];
	const char *name = pipe_name(argc > 1 ? argv[1] : NULL);
	DWORD length, n;
	ULONGLONG written;
	HANDLE pipe;

	while ((pipe = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
				   0, NULL)) == INVALID_HANDLE_VALUE)
		Sleep(1000); /* wait for the consumer */
	do {
		ReadFile(GetStdHandle(STD_INPUT_HANDLE), block, sizeof block, &length, NULL);
		WriteFile(pipe, block, length, &n, NULL); /* of 0 bytes: no more to come */
	} while (length > 0);
	ReadFile(pipe, &written, sizeof written, &n, NULL); /* the consumer's answer */
	CloseHandle(pipe);
	return 0;
}
