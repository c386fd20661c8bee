/* process.h: the processes of a check, what they read and what they write.
 * What can go wrong, and what handles it:
 * - A program hangs: each wait has a deadline, and ends the check by fail.
 * - A pipe is full: a thread for each stream reads all that a program writes, at any time.
 * - A process is left, even if we are closed ourselves: all are in a job, and Windows ends them
 *   with the job's last handle, which is ours.
 * - A handle reaches a child that should not have it, and its pipe never ends: a child gets a
 *   list of the three handles that are its own.
 * - A program crashes, and Windows asks the user what to do: main turns that off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include <tlhelp32.h>

enum { MOST = 12, KEPT = 1 << 22 }; /* processes of a check; bytes of a stream */
enum { KILLED = 9, NOT_HERE = 77 }; /* exit statuses: of one we kill, of one without ALPC */
enum { NO_CONSOLE = 78, CTRL_Z = 0x1a };
enum { PATIENCE = 30000, IMPATIENCE = 5000 }; /* milliseconds; after something that hung */

struct bytes {
	const char *data;
	size_t length;
};

struct stream { /* what a process writes */
	HANDLE read_end, reader;
	char *data;    /* the first KEPT bytes at most, and a NUL */
	size_t length; /* of all that came */
	size_t room;   /* in data */
	int ended;     /* nobody has a write end any more */
};

struct process {
	const char *side; /* producer, consumer, twoway */
	HANDLE handle;
	DWORD id;
	HANDLE input, feeder; /* the write end of its input, if that is a pipe; who fills it */
	HANDLE its[3];        /* standard input, output and error, until it has started */
	struct stream output, error;
};

enum input { WHOLE, TYPED, ENDLESS }; /* a file; a pipe that stays open; one always full */

static WCHAR folder[32800]; /* the pair's, with a \ at its end */
static struct process *processes[MOST];
static int started;
static HANDLE job, news;      /* news: a stream has grown or ended */
static CRITICAL_SECTION lock; /* of all streams */
static DWORD patience = PATIENCE;
static jmp_buf end_of_check;
static char reason[1200];

enum { FAILED = 1, SKIPPED, ABSENT }; /* what setjmp returns; ABSENT: skip the whole pair */

/* End the check that runs: it has failed, and this is why. */
static _Noreturn void fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, sizeof reason, format, arguments);
	va_end(arguments);
	longjmp(end_of_check, FAILED);
}

/* SKIPPED or ABSENT: nobody is to blame. */
static _Noreturn void skip(int how, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, sizeof reason, format, arguments);
	va_end(arguments);
	longjmp(end_of_check, how);
}

static _Noreturn void call_failed(const char *call)
{
	fail("check.exe: %s: error %lu", call, GetLastError());
}

/* --- streams */

static void append(struct stream *stream, const char *block, DWORD length)
{
	size_t room = stream->room * 2 + 65536;
	char *more;

	EnterCriticalSection(&lock);
	if (stream->length + length >= stream->room && stream->room < KEPT) {
		more = realloc(stream->data, room);
		if (more != NULL) {
			stream->data = more;
			stream->room = room;
		}
	}
	if (stream->length + length < stream->room) {
		memcpy(stream->data + stream->length, block, length);
		stream->data[stream->length + length] = '\0';
	}
	stream->length += length;
	LeaveCriticalSection(&lock);
	SetEvent(news);
}

static DWORD WINAPI read_stream(void *its)
{
	struct stream *stream = its;
	char block[16384];
	DWORD length;

	/* a write of 0 bytes makes a read of 0 bytes; the end is an error, ERROR_BROKEN_PIPE */
	while (ReadFile(stream->read_end, block, sizeof block, &length, NULL))
		append(stream, block, length);
	EnterCriticalSection(&lock);
	stream->ended = 1;
	LeaveCriticalSection(&lock);
	SetEvent(news);
	return 0;
}

static HANDLE write_end_of(struct stream *stream)
{
	HANDLE write_end;

	if (!CreatePipe(&stream->read_end, &write_end, NULL, 65536))
		call_failed("CreatePipe");
	stream->reader = CreateThread(NULL, 0, read_stream, stream, 0, NULL);
	if (stream->reader == NULL)
		call_failed("CreateThread");
	return write_end;
}

static DWORD WINAPI feed(void *write_end)
{
	static const char lines[] = "a line of an endless input\n"
				    "and another one, until somebody is killed\n";
	DWORD n;

	while (WriteFile(write_end, lines, sizeof lines - 1, &n, NULL))
		continue;
	return 0;
}

/* A file with this content, which ends with its last handle. */
static HANDLE file_with(struct bytes content)
{
	static int number;
	WCHAR temporary[MAX_PATH + 1], path[MAX_PATH + 60];
	HANDLE file;
	DWORD n = GetTempPathW(MAX_PATH, temporary);

	if (n == 0 || n > MAX_PATH)
		call_failed("GetTempPath");
	swprintf(path, MAX_PATH + 60, L"%lsipc-check-%lu-%d.tmp", temporary,
		 GetCurrentProcessId(), ++number);
	/* shared: a virus scanner may look at it at any time */
	file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE,
			   FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
			   CREATE_NEW, FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE,
			   NULL);
	if (file == INVALID_HANDLE_VALUE)
		call_failed("CreateFile of a temporary file");
	if (!WriteFile(file, content.data, (DWORD)content.length, &n, NULL) ||
	    SetFilePointer(file, 0, NULL, FILE_BEGIN) != 0) {
		CloseHandle(file);
		fail("check.exe: a temporary file cannot be written");
	}
	return file;
}

/* --- processes */

/* CreateProcess with these three handles, and no others, for the child to inherit. */
static void create(struct process *process, const char *arguments, DWORD flags)
{
	STARTUPINFOEXW start = {.StartupInfo = {.cb = sizeof start}};
	PROCESS_INFORMATION child = {0};
	static WCHAR path[33000], command[33000];
	void *list[32]; /* opaque; 48 bytes are enough on 64-bit Windows */
	SIZE_T size = sizeof list;

	if (strcmp(process->side, "check") == 0)
		GetModuleFileNameW(NULL, path, 32767);
	else
		swprintf(path, 33000, L"%ls%hs.exe", folder, process->side);
	swprintf(command, 33000, L"%hs.exe %hs", process->side, arguments);
	start.lpAttributeList = (LPPROC_THREAD_ATTRIBUTE_LIST)list;
	if (!InitializeProcThreadAttributeList(start.lpAttributeList, 1, 0, &size) ||
	    !UpdateProcThreadAttribute(start.lpAttributeList, 0,
				       PROC_THREAD_ATTRIBUTE_HANDLE_LIST, process->its,
				       sizeof process->its, NULL, NULL))
		call_failed("UpdateProcThreadAttribute");
	start.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
	start.StartupInfo.hStdInput = process->its[0];
	start.StartupInfo.hStdOutput = process->its[1];
	start.StartupInfo.hStdError = process->its[2];
	/* suspended: it is in the job before it can start a child of its own */
	if (!CreateProcessW(path, command, NULL, NULL, TRUE,
			    flags | CREATE_SUSPENDED | EXTENDED_STARTUPINFO_PRESENT, NULL,
			    folder, &start.StartupInfo, &child))
		fail("check.exe: CreateProcess %s.exe: error %lu", process->side,
		     GetLastError());
	DeleteProcThreadAttributeList(start.lpAttributeList);
	process->handle = child.hProcess;
	process->id = child.dwProcessId;
	if (!AssignProcessToJobObject(job, child.hProcess)) {
		TerminateProcess(child.hProcess, KILLED);
		call_failed("AssignProcessToJobObject");
	}
	ResumeThread(child.hThread);
	CloseHandle(child.hThread);
}

static void close_handle(HANDLE *handle)
{
	if (*handle != NULL)
		CloseHandle(*handle);
	*handle = NULL;
}

static struct bytes text(const char *string)
{
	return (struct bytes){string, strlen(string)};
}

static void type(struct process *process, struct bytes what)
{
	DWORD n;

	/* if the program has ended, its status will say more than this call */
	if (!WriteFile(process->input, what.data, (DWORD)what.length, &n, NULL) &&
	    GetLastError() != ERROR_BROKEN_PIPE && GetLastError() != ERROR_NO_DATA)
		call_failed("WriteFile to a program's input");
}

static struct process *start_with(const char *side, const char *arguments, enum input kind,
				  struct bytes input, DWORD flags)
{
	struct process *process = started < MOST ? calloc(1, sizeof *process) : NULL;

	if (process == NULL)
		fail("check.exe: too many processes");
	processes[started++] = process;
	process->side = side;
	if (kind == WHOLE)
		process->its[0] = file_with(input);
	else if (!CreatePipe(&process->its[0], &process->input, NULL, 65536))
		call_failed("CreatePipe");
	process->its[1] = write_end_of(&process->output);
	process->its[2] = write_end_of(&process->error);
	for (int i = 0; i < 3; i++)
		if (!SetHandleInformation(process->its[i], HANDLE_FLAG_INHERIT,
					  HANDLE_FLAG_INHERIT))
			call_failed("SetHandleInformation");
	create(process, arguments, flags);
	for (int i = 0; i < 3; i++)
		close_handle(&process->its[i]); /* or we would never see an end, nor would it */
	if (kind == ENDLESS) {
		process->feeder = CreateThread(NULL, 0, feed, process->input, 0, NULL);
		if (process->feeder == NULL)
			call_failed("CreateThread");
	}
	if (kind == TYPED && input.length > 0) /* which is less than the pipe holds */
		type(process, input);
	return process;
}

/* In a console of its own, where Ctrl-C can reach it, and us not. */
static struct process *start_apart(const char *side, const char *arguments, enum input kind,
				   struct bytes input)
{
	return start_with(side, arguments, kind, input, CREATE_NO_WINDOW);
}

static struct process *start(const char *side, const char *arguments, enum input kind,
			     struct bytes input)
{
	return start_with(side, arguments, kind, input, 0);
}

static void end_input(struct process *process)
{
	close_handle(&process->input);
}

/* --- waiting */

static int contains(const struct stream *stream, const char *what)
{
	size_t length = strlen(what), room = stream->length;

	if (stream->data == NULL)
		return 0;
	if (room >= stream->room)
		room = stream->room - 1;
	for (size_t i = 0; i + length <= room; i++)
		if (memcmp(stream->data + i, what, length) == 0)
			return 1;
	return 0;
}

/* Has the stream what we wait for? What: a text; NULL: its end. */
static int has(struct stream *stream, const char *what)
{
	int found;

	EnterCriticalSection(&lock);
	found = what == NULL ? stream->ended : contains(stream, what);
	LeaveCriticalSection(&lock);
	return found;
}

static int comes(struct stream *stream, const char *what)
{
	ULONGLONG now, until = GetTickCount64() + patience;

	while (!has(stream, what)) {
		if (has(stream, NULL))
			return has(stream, what);
		now = GetTickCount64();
		if (now >= until) {
			patience = IMPATIENCE;
			return 0;
		}
		WaitForSingleObject(news, (DWORD)(until - now));
	}
	return 1;
}

/* The first line that a program has said of an error, for a reason. */
static const char *words_of(struct process *process)
{
	static char words[400];
	WCHAR wide[300];
	size_t length = 0;

	words[0] = '\0';
	EnterCriticalSection(&lock);
	if (process->error.data != NULL) {
		length = strcspn(process->error.data, "\r\n");
		if (length > 250)
			length = 250;
		/* Windows' own words are in the code page of its language */
		length = (size_t)MultiByteToWideChar(CP_ACP, 0, process->error.data,
						     (int)length, wide, 299);
		wide[length] = L'\0';
		WideCharToMultiByte(CP_UTF8, 0, wide, -1, words, sizeof words - 1, NULL, NULL);
	}
	LeaveCriticalSection(&lock);
	return words[0] == '\0' ? "nothing" : words;
}

static void says(struct process *process, const char *what)
{
	if (!comes(&process->error, what))
		fail("%s.exe does not say \"%s\", but: %s", process->side, what,
		     words_of(process));
}

static void writes(struct process *process, const char *what)
{
	if (!comes(&process->output, what))
		fail("what was sent does not come out of %s.exe in time; it says: %s",
		     process->side, words_of(process));
}

/* The exit status of a process that ends now, its children, too: its streams have ended. */
static DWORD status_of(struct process *process)
{
	DWORD status = 0;

	if (WaitForSingleObject(process->handle, patience) != WAIT_OBJECT_0) {
		DWORD seconds = patience / 1000;

		patience = IMPATIENCE;
		fail("%s.exe still runs after %lu s; it says: %s", process->side, seconds,
		     words_of(process));
	}
	if (!GetExitCodeProcess(process->handle, &status))
		call_failed("GetExitCodeProcess");
	if (!comes(&process->output, NULL) || !comes(&process->error, NULL))
		fail("%s.exe has ended, but somebody still has its output open", process->side);
	if (status == NOT_HERE)
		skip(ABSENT, "%s", words_of(process));
	if (status == NO_CONSOLE)
		skip(SKIPPED, "no console can be opened here");
	return status;
}

static void ends(struct process *process, DWORD expected)
{
	DWORD status = status_of(process);

	if (status != expected)
		fail("%s.exe ended with status %lu (0x%lX) instead of %lu; it says: %s",
		     process->side, status, status, expected, words_of(process));
}

static void terminate(HANDLE process)
{
	/* one that has ended cannot be killed any more: ERROR_ACCESS_DENIED */
	if (!TerminateProcess(process, KILLED) &&
	    WaitForSingleObject(process, 0) != WAIT_OBJECT_0)
		call_failed("TerminateProcess");
	if (WaitForSingleObject(process, patience) != WAIT_OBJECT_0)
		fail("a killed process still runs");
}

/* Ctrl-C, as at the keyboard, for a process that has a console of its own (CREATE_NO_WINDOW) and
 * for its children. Only a process of that console can send it: another check.exe.
 * (CREATE_NEW_PROCESS_GROUP would not do: such a process ignores Ctrl-C.) */
static void interrupt(const struct process *process)
{
	STARTUPINFOW start = {.cb = sizeof start};
	PROCESS_INFORMATION helper;
	static WCHAR path[32768];
	WCHAR command[64];
	DWORD status = WAIT_TIMEOUT;

	GetModuleFileNameW(NULL, path, 32767);
	swprintf(command, 64, L"check.exe ctrl-c %lu", process->id);
	if (!CreateProcessW(path, command, NULL, NULL, FALSE, DETACHED_PROCESS, NULL, NULL,
			    &start, &helper))
		call_failed("CreateProcess check.exe");
	if (WaitForSingleObject(helper.hProcess, patience) == WAIT_OBJECT_0)
		GetExitCodeProcess(helper.hProcess, &status);
	else
		TerminateProcess(helper.hProcess, KILLED);
	CloseHandle(helper.hThread);
	CloseHandle(helper.hProcess);
	if (status != 0)
		skip(SKIPPED, "Ctrl-C cannot be sent here: error %lu", status);
}

/* The other check.exe: its exit status is the error. */
static int send_ctrl_c(const char *process)
{
	FreeConsole();
	if (!AttachConsole(strtoul(process, NULL, 10)))
		return (int)GetLastError();
	SetConsoleCtrlHandler(NULL, TRUE); /* we are in that console, too */
	if (!GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0))
		return (int)GetLastError();
	return 0;
}

/* `check.exe type producer NAME`, with a console of its own: runs that program, whose standard
 * input is this console, and types there what it reads itself. */
static void press(HANDLE console, WORD key, char character, DWORD state)
{
	INPUT_RECORD events[2] = {0};
	DWORD n;

	for (int i = 0; i < 2; i++) {
		events[i].EventType = KEY_EVENT;
		events[i].Event.KeyEvent.bKeyDown = i == 0;
		events[i].Event.KeyEvent.wRepeatCount = 1;
		events[i].Event.KeyEvent.wVirtualKeyCode = key;
		events[i].Event.KeyEvent.uChar.UnicodeChar = (WCHAR)character;
		events[i].Event.KeyEvent.dwControlKeyState = state;
	}
	WriteConsoleInputW(console, events, 2, &n);
}

static BOOL WINAPI go_on(DWORD event) /* unlike SetConsoleCtrlHandler(NULL), for us alone */
{
	return event == CTRL_C_EVENT;
}

static int type_at_console(const char *side, const char *argument)
{
	SECURITY_ATTRIBUTES inherited = {.nLength = sizeof inherited, .bInheritHandle = TRUE};
	STARTUPINFOA start = {.cb = sizeof start, .dwFlags = STARTF_USESTDHANDLES};
	PROCESS_INFORMATION child;
	char command[200], key;
	DWORD n, mode, status = 1;

	start.hStdInput = CreateFileA("CONIN$", GENERIC_READ | GENERIC_WRITE,
				      FILE_SHARE_READ | FILE_SHARE_WRITE, &inherited,
				      OPEN_EXISTING, 0, NULL);
	if (!GetConsoleMode(start.hStdInput, &mode)) /* nor if that failed */
		return NO_CONSOLE;
	start.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
	start.hStdError = GetStdHandle(STD_ERROR_HANDLE);
	SetConsoleCtrlHandler(go_on, TRUE);
	snprintf(command, sizeof command, "%s.exe %s", side, argument);
	if (!CreateProcessA(NULL, command, NULL, NULL, TRUE, 0, NULL, NULL, &start, &child))
		return 1;
	while (ReadFile(GetStdHandle(STD_INPUT_HANDLE), &key, 1, &n, NULL) && n == 1)
		if (key == '\n')
			press(start.hStdInput, VK_RETURN, '\r', 0);
		else if (key == CTRL_Z)
			press(start.hStdInput, 'Z', CTRL_Z, LEFT_CTRL_PRESSED);
		else
			press(start.hStdInput, 0, key, 0);
	WaitForSingleObject(child.hProcess, INFINITE);
	GetExitCodeProcess(child.hProcess, &status);
	return (int)status;
}

/* The process that our process has started: an ordinary pipe's consumer. */
static HANDLE child_of(const struct process *parent)
{
	HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0), child = NULL;
	PROCESSENTRY32W entry = {.dwSize = sizeof entry};

	if (all == INVALID_HANDLE_VALUE)
		call_failed("CreateToolhelp32Snapshot");
	for (BOOL more = Process32FirstW(all, &entry); more; more = Process32NextW(all, &entry))
		if (entry.th32ParentProcessID == parent->id &&
		    _wcsicmp(entry.szExeFile, L"consumer.exe") == 0)
			child = OpenProcess(PROCESS_TERMINATE | SYNCHRONIZE, FALSE,
					    entry.th32ProcessID);
	CloseHandle(all);
	if (child == NULL)
		fail("%s.exe has no child consumer.exe", parent->side);
	return child;
}

/* --- the beginning and the end of a check */

static void make_job(void)
{
	JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {
		.BasicLimitInformation = {.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE}};

	job = CreateJobObjectW(NULL, NULL);
	if (job == NULL || !SetInformationJobObject(job, JobObjectExtendedLimitInformation,
						    &limits, sizeof limits))
		call_failed("CreateJobObject");
}

static int processes_left(void)
{
	JOBOBJECT_BASIC_ACCOUNTING_INFORMATION now;

	if (!QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &now,
				       sizeof now, NULL))
		call_failed("QueryInformationJobObject");
	return (int)now.ActiveProcesses;
}

/* Windows' objects end with the last handle: where no process is left, none of them is. */
static void no_process_is_left(void)
{
	ULONGLONG until = GetTickCount64() + patience;

	while (processes_left() > 0) {
		if (GetTickCount64() >= until)
			fail("%d processes are left", processes_left());
		Sleep(5); /* a job has no event for it that one can simply wait for */
	}
}

static int join(HANDLE *thread)
{
	if (*thread == NULL)
		return 1;
	if (WaitForSingleObject(*thread, IMPATIENCE) != WAIT_OBJECT_0) {
		CancelSynchronousIo(*thread);
		if (WaitForSingleObject(*thread, IMPATIENCE) != WAIT_OBJECT_0)
			return 0;
	}
	close_handle(thread);
	return 1;
}

static void clean_up(void)
{
	if (job != NULL)
		TerminateJobObject(job, KILLED);
	while (started > 0) {
		struct process *process = processes[--started];

		for (int i = 0; i < 3; i++)
			close_handle(&process->its[i]);
		if (process->handle != NULL)
			WaitForSingleObject(process->handle, IMPATIENCE);
		close_handle(&process->handle);
		/* a thread that cannot be ended keeps what it uses */
		if (!join(&process->feeder) || !join(&process->output.reader) ||
		    !join(&process->error.reader))
			continue;
		close_handle(&process->input);
		close_handle(&process->output.read_end);
		close_handle(&process->error.read_end);
		free(process->output.data);
		free(process->error.data);
		free(process);
	}
	close_handle(&job);
}
