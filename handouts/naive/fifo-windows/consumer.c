/* consumer: reads a Windows named pipe to its end, and answers, straight from the slide.
 * usage: consumer NAME >output                its partner: producer.c */
#include "protocol.h"

int main(int argc, char *argv[])
{
	static char message[LONGEST];
	const char *name = pipe_name(argc > 1 ? argv[1] : NULL);
	DWORD messages = PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, length, n;
	ULONGLONG written = 0;
	HANDLE pipe = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, messages, 1, LONGEST, LONGEST,
				       0, NULL);

	ConnectNamedPipe(pipe, NULL);
	do {
		ReadFile(pipe, message, sizeof message, &length, NULL);
		WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), message, length, &n, NULL);
		written += length;
	} while (length > 0);
	WriteFile(pipe, &written, sizeof written, &n, NULL);
	FlushFileBuffers(pipe); /* until the producer has read the answer */
	CloseHandle(pipe);
	return 0;
}
