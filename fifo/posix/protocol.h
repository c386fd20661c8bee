/* protocol.h: what both sides must agree on: the FIFO's path. Nothing has to be agreed for the
 * end of the data: when no producer has the FIFO open any more, the consumer's read returns 0. */
#define DEFAULT_PATH "/tmp/fifo-%u" /* with the user's id: each user's own */
