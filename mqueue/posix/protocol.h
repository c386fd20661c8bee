/* protocol.h: what both sides, and programs in other languages, agree on.
 * A message is one line, its newline included. An empty message: its producer sends no more.
 * The first to come creates the queue. Who uses it holds a shared lock on it: after mq_open
 * flock(queue, LOCK_SH). If the queue has no name by then (st_nlink is 0), close and open again.
 * Who leaves tries flock(queue, LOCK_EX | LOCK_NB), which only the last one gets. If the queue is
 * empty, the last one removes it (mq_unlink). If not, the messages wait for the next consumer. */
#include <mqueue.h>

#define DEFAULT_NAME "/mqueue-%u" /* the user's id */
enum { LONGEST = 8192 }; /* bytes of a message. Linux allows no more, and 10 messages: */
static struct mq_attr limits = {.mq_maxmsg = 10, .mq_msgsize = LONGEST};
