/* protocol.h: what both sides must agree on: the FIFO's path. The end of the data, or a producer's
 * death: when no producer has the FIFO open any more, the consumer's read returns 0. */
#define DEFAULT_PATH "/tmp/fifo-%u" /* with the user's id: each user's own */
