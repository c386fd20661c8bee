/* What both sides of alpc/rpc share beside their protocol, the interface in lines.idl: the
 * endpoint's name, their ends, and what the run-time wants of every program. On Windows local
 * RPC (ncalrpc) goes over ALPC; Wine makes a named pipe of it. Either is gone with the server:
 * there is nothing to clean up, not even after Ctrl-C. */
#include "lines.h"
#include <stdio.h>
#include <stdlib.h>

static const char *program; /* which side we are */
static char endpoint[200];

/* End at once. ExitProcess, or a return from main, would end the other threads first and then
 * run the end of the RPC run-time, which may wait forever for what one of them has locked:
 * seen under Wine. */
static inline _Noreturn void quit(UINT status)
{
	TerminateProcess(GetCurrentProcess(), status);
	abort(); /* never reached */
}

static inline BOOL WINAPI stop(DWORD event)
{
	(void)event;
	quit(130); /* as after SIGINT */
}

/* What <err.h> has on POSIX, with the error's number: an RPC status or one of Windows' own.
 * One thread alone may fail: ending, it ends the others. */
static inline _Noreturn void fail(RPC_STATUS error, const char *call, const char *object)
{
	static volatile LONG ending;
	char reason[200] = "";

	if (InterlockedExchange(&ending, 1))
		Sleep(INFINITE);
	FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL,
		       (DWORD)error, 0, reason, sizeof reason, NULL);
	reason[strcspn(reason, "\r\n")] = '\0';
	fprintf(stderr, "%s: %s %s: error %ld: %s\n", program, call, object, error, reason);
	quit(1);
}

static inline void set_endpoint(const char *given)
{
	char user[257] = "";
	DWORD size = sizeof user;
	int length;

	GetUserNameA(user, &size);
	length = snprintf(endpoint, sizeof endpoint, given ? "%s" : "alpc-rpc-%s",
			  given ? given : user);
	/* "" would be any free endpoint. Windows refuses such names to a server, but not to its
	 * client, which would wait forever. */
	if (length <= 0 || length >= (int)sizeof endpoint || strchr(endpoint, '\\') != NULL)
		fail(ERROR_INVALID_NAME, "the name", given);
}

/* The stubs get their memory by these. */
void *__RPC_USER MIDL_user_allocate(SIZE_T size)
{
	return malloc(size);
}

void __RPC_USER MIDL_user_free(void *memory)
{
	free(memory);
}
