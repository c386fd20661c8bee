/* consumer: reads its standard input, the read end of a pipe, to the end, and writes it out.
 * usage: consumer >output                     its partner: producer.c, which starts it
 * Shows: ReadFile until the end, which comes when the last write end is closed; WriteFile. */
#include "care.h"

int main(int argc, char *argv[])
{
	static char block[32768];
	HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
	HANDLE output = GetStdHandle(STD_OUTPUT_HANDLE);
	DWORD length;

	(void)argv;
	if (argc > 1) {
		fputs("usage: consumer >output\n", stderr);
		return 2;
	}
	while (got_data(ReadFile(input, block, sizeof block, &length, NULL), input, &length))
		for (DWORD done = 0, n; done < length; done += n)
			if (!WriteFile(output, block + done, length - done, &n, NULL))
				err(1, "WriteFile");
	return 0;
}
