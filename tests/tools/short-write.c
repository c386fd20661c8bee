/* short-write: preloaded, makes each write take at most 1000 bytes of what it is given. */
#include <dlfcn.h>
#include <unistd.h>

ssize_t write(int fd, const void *data, size_t length)
{
	ssize_t (*real)(int, const void *, size_t) =
		(ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");

	return real(fd, data, length > 1000 && fd != 2 ? 1000 : length);
}
