/* protocol.h: what both sides, and programs in other languages, agree on.
 * A message is one line, its newline included. An empty message: its producer sends no more.
 * The first to come creates the queue. A program that uses it holds a shared lock: after mq_open
 * flock(queue, LOCK_SH). If the queue has no name by then (st_nlink is 0), close and open again.
 * A program that leaves tries flock(queue, LOCK_EX | LOCK_NB): only the last one gets it. If the
 * queue is empty, it removes the queue (mq_unlink). If not, the messages wait for a consumer. */
#include <mqueue.h>

#define DEFAULT_NAME "/mqueue-%u" /* the user's id */
enum { LONGEST = 8192 };          /* bytes: Linux allows no more, and at most 10 messages */
static struct mq_attr limits = {.mq_maxmsg = 10, .mq_msgsize = LONGEST};
