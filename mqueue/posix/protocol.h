/* protocol.h: what both sides, and programs in other languages, agree on.
 * A message is one line, its newline included. An empty message: its producer sends no more.
 * The program that comes first creates the queue. A program that uses it holds a shared lock:
 * after mq_open it calls flock(queue, LOCK_SH). If the name is gone by then (st_nlink is 0), it
 * closes the queue and opens again. A program that ends tries flock(queue, LOCK_EX | LOCK_NB):
 * only the last one gets it. If the queue is empty, it calls mq_unlink; else the messages stay. */
#include <mqueue.h>

#define DEFAULT_NAME "/mqueue-%u" /* the user's id */
enum { LONGEST = 8192 };          /* bytes: Linux allows no more, and at most 10 messages */
static struct mq_attr limits = {.mq_maxmsg = 10, .mq_msgsize = LONGEST};
