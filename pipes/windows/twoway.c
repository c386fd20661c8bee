/* twoway: two-way communication takes two anonymous pipes. The parent sends what it reads, the
 * child sends it back in upper case, the parent prints the answer.
 * usage: twoway <input >output                the child: the same program, `twoway child`
 * Shows: CreatePipe (twice), SetHandleInformation, CreateProcess, ReadFile, WriteFile,
 * CloseHandle, WaitForSingleObject. */
#include <ctype.h>

#include "care.h"

static char block[4096]; /* no more than a pipe holds, so that no write waits: two that both
			  * wait in WriteFile would wait forever */

static void write_all(HANDLE sink, DWORD length)
{
	for (DWORD done = 0, n; done < length; done += n)
		if (!WriteFile(sink, block + done, length - done, &n, NULL))
			err(1, "WriteFile");
}

static void answer(HANDLE questions, HANDLE answers)
{
	DWORD length;

	while (got_data(ReadFile(questions, block, sizeof block, &length, NULL), questions,
			&length)) {
		for (DWORD i = 0; i < length; i++)
			block[i] = (char)toupper((unsigned char)block[i]);
		write_all(answers, length);
	}
}

static void ask(HANDLE questions, HANDLE answers)
{
	HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
	DWORD asked, length;

	while (got_data(ReadFile(input, block, sizeof block, &asked, NULL), input, &asked)) {
		write_all(questions, asked);
		for (; asked > 0; asked -= length) { /* the whole answer before asking again */
			if (!ReadFile(answers, block, sizeof block, &length, NULL))
				err(1, "ReadFile: the child has died");
			write_all(GetStdHandle(STD_OUTPUT_HANDLE), length);
		}
	}
}

/* Creates a pipe, one end of which the child inherits. */
static void make_pipe(HANDLE *read_end, HANDLE *write_end, HANDLE *inherited)
{
	if (!CreatePipe(read_end, write_end, NULL, sizeof block))
		err(1, "CreatePipe");
	if (!SetHandleInformation(*inherited, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT))
		err(1, "SetHandleInformation");
}

int main(int argc, char *argv[])
{
	HANDLE questions_in, questions_out, answers_in, answers_out;
	STARTUPINFOA its = {.cb = sizeof its, .dwFlags = STARTF_USESTDHANDLES};
	PROCESS_INFORMATION child;
	char command[] = "twoway.exe child"; /* beside this one: in the same folder */
	DWORD status;

	if (argc == 2 && strcmp(argv[1], "child") == 0) {
		answer(GetStdHandle(STD_INPUT_HANDLE), GetStdHandle(STD_OUTPUT_HANDLE));
		return 0;
	}
	if (argc > 1) {
		fputs("usage: twoway <input >output\n", stderr);
		return 2;
	}
	make_pipe(&questions_out, &questions_in, &questions_out);
	make_pipe(&answers_out, &answers_in, &answers_in);
	its.hStdInput = questions_out;
	its.hStdOutput = answers_in;
	its.hStdError = GetStdHandle(STD_ERROR_HANDLE);
	if (!CreateProcessA(NULL, command, NULL, NULL, TRUE, 0, NULL, NULL, &its, &child))
		err(1, "CreateProcess twoway.exe");
	CloseHandle(questions_out);
	CloseHandle(answers_in); /* while we have a write end open, we see no end of file */
	ask(questions_in, answers_out);
	CloseHandle(questions_in); /* the child sees end of file */
	CloseHandle(answers_out);
	if (WaitForSingleObject(child.hProcess, INFINITE) == WAIT_FAILED)
		err(1, "WaitForSingleObject");
	if (!GetExitCodeProcess(child.hProcess, &status))
		err(1, "GetExitCodeProcess");
	CloseHandle(child.hProcess);
	CloseHandle(child.hThread);
	if (status != 0)
		errx(1, "the child ended with status %lu", status);
	return 0;
}
