/* The runtime: see runtime.h. */
#include "runtime.h"
#include <stdarg.h>

int main(int argc, char *argv[]);

const char *program;

/* ---- what the compiler expects of every C program ---- */

void *memcpy(void *to, const void *from, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((char *)to)[i] = ((const char *)from)[i];
	return to;
}

void *memset(void *to, int byte, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((char *)to)[i] = byte;
	return to;
}

/* ---- a kernel call is a message to a port, and a message back ---- */

struct request {
	mach_msg_header_t header;
	struct item items[5];
};

struct reply {
	mach_msg_header_t header;
	struct item result_code;
	mach_msg_type_t type; /* of what the call gives back, if it does */
	char result[64];
};

kern_return_t call(mach_port_t port, mach_msg_id_t id, const struct item items[], int count,
		   void *result, size_t size)
{
	static mach_port_t reply_port;
	static union {
		struct request request;
		struct reply reply;
	} message;
	mach_msg_header_t *header = &message.request.header;
	kern_return_t code;

	if (reply_port == MACH_PORT_NULL)
		reply_port = mach_reply_port();
	header->msgh_bits =
		MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE);
	header->msgh_remote_port = port;
	header->msgh_local_port = reply_port; /* where the kernel's answer is to go */
	header->msgh_id = id;
	for (int i = 0; i < count; i++) {
		message.request.items[i] = items[i];
		if (MACH_MSG_TYPE_PORT_ANY(items[i].type.msgt_name))
			header->msgh_bits |= MACH_MSGH_BITS_COMPLEX; /* carries rights */
	}
	code = mach_msg(header, MACH_SEND_MSG | MACH_RCV_MSG,
			sizeof *header + count * sizeof *items, sizeof message, reply_port,
			MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL);
	if (code != MACH_MSG_SUCCESS)
		return code;
	if ((code = message.reply.result_code.value) == KERN_SUCCESS && size > 0)
		memcpy(result, message.reply.result, size);
	return code;
}

static struct item item(mach_msg_type_name_t name, natural_t value)
{
	return (struct item){{.msgt_name = name,
			      .msgt_size = 8 * sizeof value,
			      .msgt_number = 1,
			      .msgt_inline = 1},
			     value};
}

#define INTEGER(value) item(MACH_MSG_TYPE_INTEGER_32, value)
#define NAME(value) item(MACH_MSG_TYPE_PORT_NAME, value)
#define ITEMS(...) (struct item[]){__VA_ARGS__}, COUNT((struct item[]){__VA_ARGS__})
#define COUNT(...) sizeof(__VA_ARGS__) / sizeof(struct item)

/* A request's number is its place in <mach/mach_port.defs>, which counts from 3200, ... */

kern_return_t mach_port_type(mach_port_t task, mach_port_t name, mach_port_type_t *type)
{
	return call(task, 3201, ITEMS(NAME(name)), type, sizeof *type);
}

kern_return_t mach_port_allocate(mach_port_t task, mach_port_right_t right, mach_port_t *name)
{
	return call(task, 3204, ITEMS(INTEGER(right)), name, sizeof *name);
}

kern_return_t mach_port_destroy(mach_port_t task, mach_port_t name)
{
	return call(task, 3205, ITEMS(NAME(name)), NULL, 0);
}

kern_return_t mach_port_deallocate(mach_port_t task, mach_port_t name)
{
	return call(task, 3206, ITEMS(NAME(name)), NULL, 0);
}

kern_return_t mach_port_get_refs(mach_port_t task, mach_port_t name, mach_port_right_t right,
				 mach_port_urefs_t *references)
{
	return call(task, 3207, ITEMS(NAME(name), INTEGER(right)), references,
		    sizeof *references);
}

kern_return_t mach_port_request_notification(mach_port_t task, mach_port_t name,
					     mach_msg_id_t id, unsigned sync,
					     mach_port_t notify, mach_port_t *previous)
{
	return call(task, 3214,
		    ITEMS(NAME(name), INTEGER(id), INTEGER(sync),
			  item(MACH_MSG_TYPE_MAKE_SEND_ONCE, notify)),
		    previous, sizeof *previous);
}

kern_return_t mach_port_insert_right(mach_port_t task, mach_port_t name, mach_port_t right,
				     mach_msg_type_name_t how)
{
	return call(task, 3215, ITEMS(NAME(name), item(how, right)), NULL, 0);
}

/* ... in <mach/mach.defs>, which counts from 2000, ... */

kern_return_t task_terminate(mach_port_t task)
{
	return call(task, 2008, NULL, 0, NULL, 0);
}

kern_return_t task_resume(mach_port_t task)
{
	return call(task, 2057, NULL, 0, NULL, 0);
}

kern_return_t task_get_special_port(mach_port_t task, int which, mach_port_t *port)
{
	return call(task, 2058, ITEMS(INTEGER(which)), port, sizeof *port);
}

kern_return_t task_set_special_port(mach_port_t task, int which, mach_port_t port)
{
	return call(task, 2059, ITEMS(INTEGER(which), item(MACH_MSG_TYPE_MAKE_SEND, port)),
		    NULL, 0);
}

/* ... or in <mach/mach_host.defs>, which counts from 2600. */

kern_return_t host_reboot(mach_port_t host_privileged, int options)
{
	return call(host_privileged, 2635, ITEMS(INTEGER(options)), NULL, 0);
}

unsigned milliseconds(void)
{
	time_value_t now;

	check("host_get_time", call(mach_host_self(), 2634, NULL, 0, &now, sizeof now));
	return now.seconds * 1000 + now.microseconds / 1000;
}

/* ---- printing: a line is one trap, so that the lines of two tasks do not mix ---- */

static const char digits[] = "0123456789ABCDEF";

static char *put(char *to, const char *from)
{
	while (*from != '\0')
		*to++ = *from++;
	return to;
}

static char *put_number(char *to, unsigned value, unsigned base)
{
	if (value >= base)
		to = put_number(to, value / base, base);
	*to = digits[value % base];
	return to + 1;
}

static char *put_values(char *to, const char *format, va_list values)
{
	for (; *format != '\0'; format++)
		if (*format != '%')
			*to++ = *format;
		else if (*++format == 's')
			to = put(to, va_arg(values, const char *));
		else
			to = put_number(to, va_arg(values, unsigned), *format == 'x' ? 16 : 10);
	return to;
}

void output(const char *bytes, size_t length)
{
	static char line[2 + 2 * 512 + 2];

	for (size_t done = 0; done < length;) {
		char *to = put(line, "1>");

		for (size_t end = done + 512; done < length && done < end; done++) {
			*to++ = digits[(unsigned char)bytes[done] / 16];
			*to++ = digits[(unsigned char)bytes[done] % 16];
		}
		*put(to, "\n") = '\0';
		mach_print(line);
	}
}

void print(const char *format, ...)
{
	char line[256], *end;
	va_list values;

	va_start(values, format);
	end = put(put_values(line, format, values), "\n");
	va_end(values);
	output(line, end - line);
}

void say(const char *format, ...)
{
	char line[256], *end;
	va_list values;

	va_start(values, format);
	end = put_values(put(put(put(line, "2>"), program), ": "), format, values);
	va_end(values);
	*put(end, "\n") = '\0';
	mach_print(line);
}

/* ---- return codes by name ---- */

const char *name_of(kern_return_t result)
{
#define CODE(name) name, #name
	static const struct {
		kern_return_t value;
		const char *name;
	} codes[] = {
		{CODE(KERN_SUCCESS)}, /* or MACH_MSG_SUCCESS */
		{CODE(KERN_INVALID_ADDRESS)},
		{CODE(KERN_PROTECTION_FAILURE)},
		{CODE(KERN_NO_SPACE)},
		{CODE(KERN_INVALID_ARGUMENT)},
		{CODE(KERN_FAILURE)},
		{CODE(KERN_RESOURCE_SHORTAGE)},
		{CODE(KERN_NAME_EXISTS)},
		{CODE(KERN_INVALID_NAME)},
		{CODE(KERN_INVALID_TASK)},
		{CODE(KERN_INVALID_RIGHT)},
		{CODE(KERN_INVALID_VALUE)},
		{CODE(KERN_UREFS_OVERFLOW)},
		{CODE(KERN_INVALID_CAPABILITY)},
		{CODE(KERN_RIGHT_EXISTS)},
		{CODE(KERN_INVALID_HOST)},
		{CODE(MACH_SEND_INVALID_DATA)},
		{CODE(MACH_SEND_INVALID_DEST)},
		{CODE(MACH_SEND_TIMED_OUT)},
		{CODE(MACH_SEND_WILL_NOTIFY)},
		{CODE(MACH_SEND_NOTIFY_IN_PROGRESS)},
		{CODE(MACH_SEND_INTERRUPTED)},
		{CODE(MACH_SEND_MSG_TOO_SMALL)},
		{CODE(MACH_SEND_INVALID_REPLY)},
		{CODE(MACH_SEND_INVALID_RIGHT)},
		{CODE(MACH_SEND_INVALID_NOTIFY)},
		{CODE(MACH_SEND_INVALID_MEMORY)},
		{CODE(MACH_SEND_NO_BUFFER)},
		{CODE(MACH_SEND_NO_NOTIFY)},
		{CODE(MACH_SEND_INVALID_TYPE)},
		{CODE(MACH_SEND_INVALID_HEADER)},
		{CODE(MACH_RCV_INVALID_NAME)},
		{CODE(MACH_RCV_TIMED_OUT)},
		{CODE(MACH_RCV_TOO_LARGE)},
		{CODE(MACH_RCV_INTERRUPTED)},
		{CODE(MACH_RCV_PORT_CHANGED)},
		{CODE(MACH_RCV_INVALID_NOTIFY)},
		{CODE(MACH_RCV_INVALID_DATA)},
		{CODE(MACH_RCV_PORT_DIED)},
		{CODE(MACH_RCV_IN_SET)},
		{CODE(MACH_RCV_HEADER_ERROR)},
		{CODE(MACH_RCV_BODY_ERROR)},
	};
	static char other[16];

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (codes[i].value == result)
			return codes[i].name;
	*put_number(put(other, "0x"), result, 16) = '\0';
	return other;
}

void check(const char *what, kern_return_t result)
{
	if (result == KERN_SUCCESS)
		return;
	say("%s: %s", what, name_of(result));
	exit(1);
}

/* ---- input ---- */

unsigned number(const char *decimal)
{
	unsigned value = 0;

	while (*decimal >= '0' && *decimal <= '9')
		value = 10 * value + *decimal++ - '0';
	return value;
}

size_t next_line(const char **input, char *line, size_t room)
{
	size_t length = 0;
	char byte = 0;

	while (**input != '\0' && byte != '\n') {
		byte = 0;
		for (int i = 0; i < 2; i++, ++*input)
			byte = byte * 16 + **input - (**input < 'A' ? '0' : 'A' - 10);
		if (length++ < room)
			line[length - 1] = byte;
	}
	return length;
}

/* ---- a task's beginning and end ---- */

/* exit() is a message as well: it goes to the port that init gave us for such purposes, carries
 * the status as its id, and is signed with our task port, so that init can end us. */
void exit(int status)
{
	mach_msg_header_t message = {
		.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_COPY_SEND),
		.msgh_local_port = mach_task_self(),
		.msgh_id = status,
	};
	mach_port_t never = mach_reply_port(); /* nobody sends to it */

	task_get_special_port(mach_task_self(), TASK_BOOTSTRAP_PORT, &message.msgh_remote_port);
	mach_msg(&message, MACH_SEND_MSG | MACH_RCV_MSG, sizeof message, sizeof message, never,
		 MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL);
	for (;;) /* there was no init to tell */
		task_terminate(mach_task_self());
}

_Noreturn void start(int argc, char *argv[])
{
	program = argv[0];
	for (const char *c = argv[0]; *c != '\0'; c++)
		if (*c == '/')
			program = c + 1;
	mach_print("\n"); /* ends the kernel's line "start ...: " */
	exit(main(argc, argv));
}
