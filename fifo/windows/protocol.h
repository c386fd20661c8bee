/* protocol.h: what a producer and a consumer agree on. An instance of the pipe connects the two,
 * both ways. The producer sends messages, each what one ReadFile returned; one of no bytes says:
 * no more to come. Then the consumer answers with a ULONGLONG: so many bytes it has written.
 * The pipe's name is \\.\pipe\NAME, by default \\.\pipe\fifo- and the user's name. */
enum { LONGEST = 65536 }; /* bytes of a message */
