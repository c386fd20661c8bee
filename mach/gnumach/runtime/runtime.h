/* What a task needs to live without a C library. A task on bare Mach has no files, no
 * standard output and no exit(): it has ports. Everything below is made of them.
 *
 * The console carries it all to the runner, ../run. How a line begins says whose it is:
 * "1>" standard output, in hexadecimal digits, as it may be any bytes; "2>" standard error;
 * "$?=" the status of the whole run, init's last word; all other lines are the kernel's. */
#include <mach/exception.h>
#include <mach/message.h>
#include <mach/notify.h>
#include <mach/port.h>
#include <mach/task_special_ports.h>
#include <mach/time_value.h>
#include <stddef.h>

extern const char *program; /* our name, for messages */

void output(const char *bytes, size_t length);      /* standard output: any bytes */
void print(const char *format, ...);                /* a line of it: %s, %d, %x */
void say(const char *format, ...);                  /* a line to standard error */
void check(const char *what, kern_return_t result); /* says what failed, and why, and exits */
const char *name_of(kern_return_t result);          /* "KERN_SUCCESS" */
_Noreturn void exit(int status);
unsigned number(const char *decimal);
unsigned milliseconds(void); /* since the kernel started its clock; a tick is 10 ms */

/* The next line of an input in hexadecimal digits; cut to the room, but its whole length. */
size_t next_line(const char **input, char *line, size_t room);

/* Traps, in start.S. */
mach_port_t mach_task_self(void);
mach_port_t mach_host_self(void);
mach_port_t mach_reply_port(void);
void mach_print(const char *text);

/* Even system calls are messages: a request to a port of the kernel's, and its reply. */
struct item {
	mach_msg_type_t type;
	natural_t value;
};
kern_return_t call(mach_port_t port, mach_msg_id_t id, const struct item items[], int count,
		   void *result, size_t size);

/* These are such messages; names and arguments are those of <mach/mach_port.defs> and others.
 */
kern_return_t mach_port_type(mach_port_t task, mach_port_t name, mach_port_type_t *type);
kern_return_t mach_port_allocate(mach_port_t task, mach_port_right_t right, mach_port_t *name);
kern_return_t mach_port_destroy(mach_port_t task, mach_port_t name);
kern_return_t mach_port_deallocate(mach_port_t task, mach_port_t name);
kern_return_t mach_port_get_refs(mach_port_t task, mach_port_t name, mach_port_right_t right,
				 mach_port_urefs_t *references);
kern_return_t mach_port_insert_right(mach_port_t task, mach_port_t name, mach_port_t right,
				     mach_msg_type_name_t how);
kern_return_t mach_port_request_notification(mach_port_t task, mach_port_t name,
					     mach_msg_id_t id, unsigned sync,
					     mach_port_t notify, mach_port_t *previous);
kern_return_t task_terminate(mach_port_t task);
kern_return_t task_resume(mach_port_t task);
kern_return_t task_get_special_port(mach_port_t task, int which, mach_port_t *port);
kern_return_t task_set_special_port(mach_port_t task, int which, mach_port_t port);
kern_return_t host_reboot(mach_port_t host_privileged, int options);
