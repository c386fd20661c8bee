/* err.h: <err.h>, which Windows does not have. The four functions print what they print on
 * POSIX, "program: call object: reason"; the reason is GetLastError's number and its words.
 * The file is the same in each pair. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#ifdef __GNUC__ /* gcc and clang then check the arguments */
#define PRINTF_LIKE(format_at, arguments_at)                                                   \
	__attribute__((format(__MINGW_PRINTF_FORMAT, format_at, arguments_at)))
#else
#define PRINTF_LIKE(format_at, arguments_at)
#endif

/* A line is one WriteFile: the lines of two processes do not mix. Nothing is static: several
 * threads may come at once. error 0: none to report. */
PRINTF_LIKE(2, 0)
static inline void print_line(DWORD error, const char *format, va_list arguments)
{
	char path[32768] = "", what[600], reason[300] = "", line[1400], *name, *dot;
	DWORD length = 0;

	GetModuleFileNameA(NULL, path, sizeof path);
	name = strrchr(path, '\\'); /* the program's name is without folder and .exe */
	name = name == NULL ? path : name + 1;
	dot = strrchr(name, '.');
	if (dot != NULL)
		*dot = '\0';
	vsnprintf(what, sizeof what, format, arguments);
	if (error != 0)
		length = FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM |
						FORMAT_MESSAGE_IGNORE_INSERTS |
						FORMAT_MESSAGE_MAX_WIDTH_MASK,
					NULL, error, 0, reason, sizeof reason, NULL);
	if (length > 0 && reason[length - 1] == ' ')
		reason[length - 1] = '\0';
	if (error == 0)
		snprintf(line, sizeof line, "%.300s: %s\n", name, what);
	else
		snprintf(line, sizeof line, "%.300s: %s: error %lu: %s\n", name, what, error,
			 reason);
	WriteFile(GetStdHandle(STD_ERROR_HANDLE), line, (DWORD)strlen(line), &length, NULL);
}

PRINTF_LIKE(1, 2)
static inline void warn(const char *format, ...)
{
	DWORD error = GetLastError();
	va_list arguments;

	va_start(arguments, format);
	print_line(error, format, arguments);
	va_end(arguments);
}

PRINTF_LIKE(1, 2)
static inline void warnx(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_line(0, format, arguments);
	va_end(arguments);
}

PRINTF_LIKE(2, 3)
static inline _Noreturn void err(int status, const char *format, ...)
{
	DWORD error = GetLastError();
	va_list arguments;

	va_start(arguments, format);
	print_line(error, format, arguments);
	va_end(arguments);
	exit(status);
}

PRINTF_LIKE(2, 3)
static inline _Noreturn void errx(int status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_line(0, format, arguments);
	va_end(arguments);
	exit(status);
}
