/* care.h: what the slide leaves out. What can go wrong, and the function that cares for it:
 * - The other side is gone, or a call fails: is_gone, check.
 * - A name may be too long, or not given: set_up.
 * - Files, pipes and consoles end differently, and Windows has no getline: read_line.
 * Nothing has to be removed: ports and sections end with their last handle. */
#include "protocol.h"

static char name[300];       /* of the connection port, without its directory */
static WCHAR full_name[400]; /* with it */
static UNICODE_STRING port_name;
static struct port_attributes limits = {/* of every port */
					.security = {sizeof limits.security,
						     SecurityIdentification,
						     SECURITY_STATIC_TRACKING, TRUE},
					.max_message_length = sizeof(struct message),
					.max_pool_usage = 0xffffffff,
					.max_section_size = 0xffffffff,
					.max_view_size = 0xffffffff,
					.max_total_section_size = 0xffffffff};

/* The other side's port was closed: before our call, or in the middle of it. */
static inline int is_gone(NTSTATUS status)
{
	return status == STATUS_PORT_DISCONNECTED || status == STATUS_MESSAGE_LOST ||
	       status == STATUS_PORT_CLOSED;
}

static inline _Noreturn void fail(NTSTATUS status, const char *call, const char *reason)
{
	errx(1, "%s %s: %s: status %08lX", call, name, reason, (ULONG)status);
}

static inline void check(NTSTATUS status, const char *call)
{
	if (is_gone(status))
		fail(status, call, "the other side died");
	if (!NT_SUCCESS(status) || status == STATUS_TIMEOUT) /* 0x102 is no success for us */
		fail(status, call, "failed");
}

/* Find ALPC's calls, and make the port's name. */
static inline void set_up(const char *given) /* NULL: the default name */
{
	char own[300] = "alpc-";

	find_calls();
	GetUserNameA(own + 5, &(DWORD){sizeof own - 5});
	if (snprintf(name, sizeof name, "%s", given ? given : own) >= (int)sizeof name ||
	    name[0] == '\0')
		errx(1, "%.40s: a name has 1 to %d bytes", name, (int)sizeof name - 1);
	wcscpy(full_name, L"\\RPC Control\\");
	MultiByteToWideChar(CP_ACP, 0, name, -1, full_name + wcslen(full_name), sizeof name);
	port_name.Buffer = full_name;
	port_name.Length = (USHORT)(wcslen(full_name) * sizeof(WCHAR));
	port_name.MaximumLength = sizeof full_name;
}

/* A line, its newline included: its length, 0 at the end. A longer one is not stored whole. */
static inline ULONG read_line(char line[LONGEST])
{
	static char block[65536];
	static DWORD next, end;
	HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
	ULONG length = 0;
	DWORD mode;
	BOOL ok = TRUE;

	do {
		for (; ok && next == end; next = 0) {
			ok = ReadFile(input, block, sizeof block, &end, NULL);
			if (!ok && GetLastError() != ERROR_BROKEN_PIPE) /* a pipe's end */
				err(1, "ReadFile standard input");
			if (ok && end == 0) /* 0 bytes written into a pipe are not its end */
				ok = PeekNamedPipe(input, NULL, 0, NULL, NULL, NULL);
		}
		if (end == 0 && GetConsoleMode(input, &mode))
			Sleep(500); /* Ctrl-C looks like the end, until its handler ends us */
		if (end == 0)
			return length;
		if (length < LONGEST)
			line[length] = block[next];
		if (length <= LONGEST) /* it may have more bytes than a ULONG can count */
			length++;
	} while (block[next++] != '\n');
	return length;
}
