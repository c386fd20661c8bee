/* short-write: preloaded, makes each write take at most 1000 bytes of what it is given. With
 * SHORT_WRITE=program in the environment: only in that program, not in its partner. */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

ssize_t write(int fd, const void *data, size_t length)
{
	ssize_t (*real)(int, const void *, size_t) =
		(ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");

	const char *only = getenv("SHORT_WRITE");
	int is_short = fd != 2 && (!only || strcmp(only, program_invocation_short_name) == 0);

	return real(fd, data, length > 1000 && is_short ? 1000 : length);
}
