/* protocol.h: what a producer and a consumer agree on. NAME is by default mailslot-USER.
 * A message is one line, its newline included. One that is longer than any line says: no more from
 * this producer. (One of no bytes would do on Windows, but not under Wine.)
 * Windows puts no limit to the messages in a mailslot. So a producer takes 1 from the semaphore
 * Global\NAME-room before it sends; the consumer fills it up to ROOM when all are read. It owns
 * the mutex Global\NAME-alive as long as it lives, for producers to see. */
enum { LONGEST = 8192, ROOM = 8 }; /* bytes of a line; messages that may wait */
