/* calls.h: what calls.c notes of a call. Read by kernel.c, follow.c, tests/stage/replay.py. */
#include <stdint.h>

enum { FRAMES = 3, ARGUMENTS = 5, TEXT = 96, MOST = 1000000 };

struct record {
	uint64_t start, end;     /* ns; 0: has not returned */
	uint64_t frames[FRAMES]; /* return addresses in the program, the innermost first */
	int64_t arguments[ARGUMENTS];
	int64_t result;
	int32_t error;     /* errno, if the result says that the call failed */
	uint32_t switches; /* how often it gave up the processor: it waited */
	uint32_t length;   /* of text */
	uint32_t thread;
	char name[16];
	char text[TEXT]; /* a name, or the first bytes of what was moved */
};
