/* report.h: what check.exe says, on its standard output and in check-report.txt, and about which
 * Windows. Text is UTF-8 in here. No user's name, no computer's name, no folder is written. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#ifndef KIT /* pack says which one it is */
#define KIT "built by hand"
#endif

static WCHAR here[32768]; /* the folder of check.exe, with a \ at its end */
static HANDLE report = INVALID_HANDLE_VALUE;
static WCHAR report_path[32800];

static void write_all(HANDLE file, const char *text, size_t length)
{
	for (DWORD n; length > 0; text += n, length -= n)
		if (!WriteFile(file, text, (DWORD)length, &n, NULL) || n == 0)
			return; /* a report that cannot be written is no failure of a pair */
}

static void print(const char *format, ...)
{
	HANDLE output = GetStdHandle(STD_OUTPUT_HANDLE);
	static char line[2000], text[4000];
	static WCHAR wide[4000];
	va_list arguments;
	size_t length = 0;
	DWORD mode;
	int units;

	va_start(arguments, format);
	vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	for (const char *from = line; *from != '\0'; from++) {
		if (*from == '\n')
			text[length++] = '\r';
		text[length++] = *from;
	}
	if (GetConsoleMode(output, &mode)) {
		units = MultiByteToWideChar(CP_UTF8, 0, text, (int)length, wide, 4000);
		WriteConsoleW(output, wide, (DWORD)units, &mode, NULL);
	} else
		write_all(output, text, length);
	if (report != INVALID_HANDLE_VALUE)
		write_all(report, text, length);
}

static void open_report(const WCHAR *in)
{
	swprintf(report_path, 32800, L"%lscheck-report.txt", in);
	report = CreateFileW(report_path, GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_ALWAYS,
			     FILE_ATTRIBUTE_NORMAL, NULL);
}

static void find_here(void)
{
	GetModuleFileNameW(NULL, here, 32767);
	wcsrchr(here, L'\\')[1] = L'\0';
}

typedef void (*function)(void);

static function find(const char *module, const char *call)
{
	HMODULE its = GetModuleHandleA(module);

	return its == NULL ? NULL : (function)GetProcAddress(its, call);
}

static const char *machine_name(USHORT machine)
{
	switch (machine) {
	case 0x8664:
		return "x64";
	case 0xaa64:
		return "ARM64";
	case 0x014c:
		return "x86";
	default:
		return "another";
	}
}

/* The machine, which may be another one than we are built for. */
static USHORT native_machine(void)
{
	typedef BOOL(WINAPI * is_wow64_process2)(HANDLE, USHORT *, USHORT *);
	is_wow64_process2 call = (is_wow64_process2)find("kernel32.dll", "IsWow64Process2");
	USHORT process, native;
	SYSTEM_INFO system;

	if (call != NULL && call(GetCurrentProcess(), &process, &native))
		return native;
	GetNativeSystemInfo(&system);
	return system.wProcessorArchitecture == PROCESSOR_ARCHITECTURE_ARM64   ? 0xaa64
	       : system.wProcessorArchitecture == PROCESSOR_ARCHITECTURE_AMD64 ? 0x8664
									       : 0x014c;
}

static int is_elevated(void)
{
	TOKEN_ELEVATION elevation = {0};
	HANDLE token;
	DWORD n;

	if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
		return 0;
	if (!GetTokenInformation(token, TokenElevation, &elevation, sizeof elevation, &n))
		elevation.TokenIsElevated = 0;
	CloseHandle(token);
	return elevation.TokenIsElevated != 0;
}

typedef const char *(CDECL *wine_get_version)(void);

static wine_get_version is_wine(void)
{
	return (wine_get_version)find("ntdll.dll", "wine_get_version");
}

static void print_system(void)
{
	/* GetVersionEx gives what our manifest says, and not what runs; RtlGetVersion does */
	typedef LONG(WINAPI * rtl_get_version)(OSVERSIONINFOW *);
	rtl_get_version version_call = (rtl_get_version)find("ntdll.dll", "RtlGetVersion");
	wine_get_version wine_call = is_wine();
	OSVERSIONINFOW version = {.dwOSVersionInfoSize = sizeof version};
	DWORD session = 0;
	SYSTEMTIME now;

	GetSystemTime(&now);
	print("IPC suite for Windows, self-check. The kit: %s\n", KIT);
	print("%04d-%02d-%02d %02d:%02d UTC\n", now.wYear, now.wMonth, now.wDay, now.wHour,
	      now.wMinute);
	if (version_call != NULL && version_call(&version) == 0)
		print("Windows %lu.%lu, build %lu%s%s\n", version.dwMajorVersion,
		      version.dwMinorVersion, version.dwBuildNumber,
		      wine_call == NULL ? "" : "; in fact Wine ",
		      wine_call == NULL ? "" : wine_call());
	ProcessIdToSessionId(GetCurrentProcessId(), &session);
	print("machine %s, code pages %u (ANSI), %u (OEM), %u (console)\n",
	      machine_name(native_machine()), GetACP(), GetOEMCP(), GetConsoleOutputCP());
	print("session %lu, %s\n\n", session,
	      is_elevated() ? "as administrator" : "as an ordinary user");
}

/* Beside us, if we may write there; else with the temporary files. */
static void begin_report(void)
{
	static WCHAR temporary[MAX_PATH + 1];

	open_report(here);
	if (report == INVALID_HANDLE_VALUE && GetTempPathW(MAX_PATH, temporary) > 0)
		open_report(temporary);
	if (report != INVALID_HANDLE_VALUE)
		write_all(report, "\xef\xbb\xbf", 3); /* it is UTF-8 */
	print_system();
}

/* Where the report is, to the user alone: the folder's name may be a user's name. */
static void end_report(void)
{
	static char path[100000];

	if (report != INVALID_HANDLE_VALUE)
		CloseHandle(report);
	if (report == INVALID_HANDLE_VALUE ||
	    WideCharToMultiByte(CP_UTF8, 0, report_path, -1, path, sizeof path, NULL, NULL) ==
		    0)
		path[0] = '\0';
	report = INVALID_HANDLE_VALUE;
	print(path[0] == '\0' ? "The report could not be written%.0s.\n"
			      : "The report is in %.1800s\n",
	      path);
}

/* After a double click the window is ours, and goes with us: nobody could read what it says. */
static void wait_for_a_key(void)
{
	HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
	DWORD sharers[2], n;
	INPUT_RECORD event;

	if (GetConsoleProcessList(sharers, 2) != 1)
		return;
	print("Press a key to close this window.\n");
	FlushConsoleInputBuffer(input);
	while (ReadConsoleInputW(input, &event, 1, &n) && n == 1)
		if (event.EventType == KEY_EVENT && event.Event.KeyEvent.bKeyDown)
			return;
}
