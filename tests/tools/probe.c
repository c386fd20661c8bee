/* probe: says which kernel objects of the Windows pairs exist under the names given.
 * usage: probe NAME...                        exit status: 0 none, 1 some, 2 wrong usage
 * It opens without creating or connecting anything, so that what it looks at stays as it is. */
#include <stdio.h>
#include <windows.h>

static int found;

static void tell(int exists, const char *kind, const char *name)
{
	if (exists)
		printf("%s %s\n", kind, name);
	else if (GetLastError() != ERROR_FILE_NOT_FOUND)
		printf("%s %s: error %lu\n", kind, name, GetLastError());
	else
		return;
	found = 1;
}

static int opened(HANDLE object)
{
	if (object == NULL || object == INVALID_HANDLE_VALUE)
		return 0;
	CloseHandle(object);
	return 1;
}

int main(int argc, char *argv[])
{
	static const char *const pipes[] = {"", "lrpc\\"}; /* Wine's endpoints of ncalrpc */
	static char name[32800];

	if (argc < 2) {
		fputs("usage: probe NAME...\n", stderr);
		return 2;
	}
	for (int i = 1; i < argc; i++) {
		snprintf(name, sizeof name, "Local\\%s", argv[i]);
		tell(opened(OpenFileMappingA(FILE_MAP_READ, FALSE, name)), "mapping", name);
		snprintf(name, sizeof name, "Local\\%s-empty", argv[i]);
		tell(opened(OpenSemaphoreA(SYNCHRONIZE, FALSE, name)), "semaphore", name);
		snprintf(name, sizeof name, "Local\\%s-full", argv[i]);
		tell(opened(OpenSemaphoreA(SYNCHRONIZE, FALSE, name)), "semaphore", name);
		snprintf(name, sizeof name, "Global\\%s-alive", argv[i]);
		tell(opened(OpenMutexA(SYNCHRONIZE, FALSE, name)), "mutex", name);
		snprintf(name, sizeof name, "\\\\.\\mailslot\\%s", argv[i]);
		tell(opened(CreateFileA(name, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
					NULL, OPEN_EXISTING, 0, NULL)),
		     "mailslot", name);
		for (int j = 0; j < 2; j++) {
			snprintf(name, sizeof name, "\\\\.\\pipe\\%s%s", pipes[j], argv[i]);
			tell(WaitNamedPipeA(name, 1) || GetLastError() == ERROR_SEM_TIMEOUT,
			     "pipe", name);
		}
	}
	return found;
}
