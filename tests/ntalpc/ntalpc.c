/* ntalpc.c: a stand-in for nine NtAlpc* calls, for tests under Wine, which has none of them. The
 * programs of alpc/windows run on it unmodified. That they keep to the rules in our notes (what
 * others have found out, no code of theirs) is all it can show: it proves NOTHING about Windows
 * itself, nor about speed, memory or who may open a port there.
 *
 * The process that creates a connection port plays the kernel. A client's communication port is
 * its end of a named pipe in message mode; through it go frames. A section is a file mapping,
 * of which the server's side takes a duplicate. The server's side is one thread: it reads from
 * all pipes while the program waits for a message.
 * It knows: one connection port or one client port a process, requests, datagrams, replies,
 * connection requests, views of data, the port's context, deaths. Nothing else. */
#define WIN32_NO_STATUS
#include <windows.h>
#undef WIN32_NO_STATUS
#include <ntstatus.h>
#include <winternl.h>

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define CALL __declspec(dllexport) NTSTATUS NTAPI

enum { HEADER = 0x28, LARGEST = 0xffff, CLIENTS = 60 };
enum { REQUEST = 1, REPLY = 2, DATAGRAM = 3, CLOSED = 5, CONNECTION = 10, CANCELED = 12 };
enum { KEPT = 0x2000, RELEASE = 0x10000, SYNC = 0x20000 };
enum { VIEW = 0x40000000, CONTEXT_OF_PORT = 0x20000000 };

/* The layouts, written down a second time: a wrong one in the pair shows here. */
typedef struct {
	USHORT data, total, type, info;
	HANDLE process, thread;
	ULONG id;
	ULONG_PTR callback;
} message;
_Static_assert(sizeof(message) == HEADER && offsetof(message, id) == 0x18, "PORT_MESSAGE");

typedef struct {
	ULONG flags;
	SECURITY_QUALITY_OF_SERVICE qos;
	SIZE_T longest, unchecked[5];
	ULONG types, reserved;
} limits;
_Static_assert(sizeof(limits) == 0x48 && offsetof(limits, longest) == 0x10,
	       "ALPC_PORT_ATTRIBUTES");

typedef struct {
	ULONG flags;
	HANDLE section;
	void *base;
	SIZE_T size;
} view;
_Static_assert(sizeof(view) == 0x20 && offsetof(view, base) == 0x10, "ALPC_DATA_VIEW_ATTR");

typedef struct {
	void *port, *message;
	ULONG sequence, id, callback;
} context;
_Static_assert(sizeof(context) == 0x20 && offsetof(context, id) == 0x14, "ALPC_CONTEXT_ATTR");

typedef struct {
	ULONG allocated, valid;
	char rest[];
} attributes;
_Static_assert(offsetof(attributes, rest) == 8, "ALPC_MESSAGE_ATTRIBUTES");

/* What goes through the pipe. Of the message only the bytes in use are sent. */
struct frame {
	ULONG type, process, thread;
	NTSTATUS status; /* of a connection */
	HANDLE section;  /* the client's */
	SIZE_T size;     /* of the view; 0: none */
	union {
		message header;
		char bytes[LARGEST];
	};
};

/* The server's side of a connection. */
struct connection {
	HANDLE pipe; /* the server's communication port; NULL: a free place in the table */
	enum { LISTENING, ASKING, ACCEPTED, CLOSED_BY_CLIENT } state;
	OVERLAPPED read; /* in progress, as long as the client has its end */
	int failed;
	void *context;
	ULONG unanswered; /* id of its request */
	struct frame frame;
};

static struct connection connections[CLIENTS];
static HANDLE connection_port;
static char pipe_name[400];
static HANDLE client_port;
static SIZE_T longest = LARGEST;
static struct frame out, in; /* what is sent; what the client receives */

/* An attribute's place: they stand from the highest flag down. */
static void *attribute(attributes *all, ULONG flag)
{
	ULONG offset = 0;

	if (all == NULL || !(all->allocated & flag))
		return NULL;
	for (ULONG bit = 0x80000000; bit != flag; bit >>= 1)
		if (all->allocated & bit)
			offset += bit == VIEW || bit == CONTEXT_OF_PORT ? 0x20 : 0x18;
	return all->rest + offset;
}

static NTSTATUS check_limits(const limits *of)
{
	if (of == NULL)
		return STATUS_SUCCESS;
	if (of->longest < HEADER || of->longest > LARGEST || of->flags & 0x100000 ||
	    of->qos.Length != sizeof of->qos)
		return STATUS_INVALID_PARAMETER;
	longest = of->longest;
	return STATUS_SUCCESS;
}

static NTSTATUS check_message(const message *sent)
{
	if (sent->total != sent->data + HEADER || sent->info != 0 ||
	    (sent->id == 0 && (sent->process || sent->thread)))
		return STATUS_INVALID_PARAMETER;
	return sent->total > longest ? STATUS_PORT_MESSAGE_TOO_LONG : STATUS_SUCCESS;
}

static NTSTATUS find_pipe(const UNICODE_STRING *path)
{
	static const WCHAR directory[] = L"\\RPC Control\\";
	int skip = (int)wcslen(directory), length = path->Length / 2 - skip;

	if (length <= 0 || wcsncmp(path->Buffer, directory, (size_t)skip) != 0)
		return STATUS_OBJECT_PATH_NOT_FOUND;
	strcpy(pipe_name, "\\\\.\\pipe\\");
	WideCharToMultiByte(CP_ACP, 0, path->Buffer + skip, length, pipe_name + 9,
			    sizeof pipe_name - 10, NULL, NULL);
	return STATUS_SUCCESS;
}

static DWORD out_size(void)
{
	return offsetof(struct frame, bytes) + out.header.total;
}

static void make_frame(const message *sent, ULONG type)
{
	memset(&out, 0, offsetof(struct frame, bytes));
	out.type = type;
	out.process = GetCurrentProcessId();
	out.thread = GetCurrentThreadId();
	memcpy(out.bytes, sent, sent->total);
}

/* --- the server's side */

static void begin_read(struct connection *from)
{
	if (ReadFile(from->pipe, &from->frame, sizeof from->frame, NULL, &from->read) ||
	    GetLastError() == ERROR_IO_PENDING)
		return;
	from->failed = 1;
	SetEvent(from->read.hEvent);
}

static void listen_for_next(void)
{
	struct connection *next = connections;

	while (next->pipe != NULL) /* the tests have no 60 clients at once */
		next++;
	memset(next, 0, sizeof *next);
	next->read.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
	next->pipe = CreateNamedPipeA(pipe_name, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
				      PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, CLIENTS,
				      sizeof(struct frame), sizeof(struct frame), 0, NULL);
	if (!ConnectNamedPipe(next->pipe, &next->read) &&
	    GetLastError() == ERROR_PIPE_CONNECTED)
		SetEvent(next->read.hEvent);
}

static void forget(struct connection *old)
{
	DWORD n;

	if (CancelIo(old->pipe))
		GetOverlappedResult(old->pipe, &old->read, &n, TRUE);
	CloseHandle(old->read.hEvent);
	old->pipe = NULL;
}

CALL NtAlpcCreatePort(HANDLE *port, OBJECT_ATTRIBUTES *object, limits *of)
{
	char event[400];
	NTSTATUS status = check_limits(of);

	if (status == STATUS_SUCCESS)
		status = find_pipe(object->ObjectName);
	if (status != STATUS_SUCCESS)
		return status;
	snprintf(event, sizeof event, "Local\\ntalpc-%s", pipe_name + 9);
	*port = CreateEventA(NULL, TRUE, FALSE, event);
	if (*port == NULL)
		return STATUS_OBJECT_NAME_INVALID;
	if (GetLastError() == ERROR_ALREADY_EXISTS) {
		CloseHandle(*port);
		return STATUS_OBJECT_NAME_COLLISION;
	}
	connection_port = *port;
	listen_for_next();
	return STATUS_SUCCESS;
}

/* Whose request has that id? It is answered now. */
static struct connection *take_unanswered(ULONG id)
{
	for (struct connection *one = connections; one < connections + CLIENTS; one++)
		if (id != 0 && one->pipe != NULL && one->unanswered == id) {
			one->unanswered = 0;
			return one;
		}
	return NULL;
}

static NTSTATUS answer(struct connection *to, const message *sent, NTSTATUS status)
{
	OVERLAPPED write = {.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL)};
	DWORD n;
	BOOL ok;

	make_frame(sent, REPLY);
	out.status = status;
	out.header.type = REPLY;
	ok = WriteFile(to->pipe, &out, out_size(), NULL, &write) ||
	     (GetLastError() == ERROR_IO_PENDING &&
	      GetOverlappedResult(to->pipe, &write, &n, TRUE));
	CloseHandle(write.hEvent);
	return ok ? STATUS_SUCCESS : STATUS_REQUEST_CANCELED;
}

CALL NtAlpcAcceptConnectPort(HANDLE *port, HANDLE connection, ULONG flags,
			     OBJECT_ATTRIBUTES *object, limits *of, void *its_context,
			     message *sent, attributes *more, BOOLEAN accept)
{
	struct connection *client;
	NTSTATUS status;

	(void)object;
	if (connection != connection_port || flags != 0 || more != NULL || check_limits(of) ||
	    sent->total != sent->data + HEADER)
		return STATUS_INVALID_PARAMETER;
	client = take_unanswered(sent->id);
	if (client == NULL || client->state != ASKING)
		return STATUS_REPLY_MESSAGE_MISMATCH;
	status = answer(client, sent, accept ? STATUS_SUCCESS : STATUS_PORT_CONNECTION_REFUSED);
	if (accept && status == STATUS_SUCCESS) { /* else it has not waited */
		client->state = ACCEPTED;
		client->context = its_context;
		*port = client->pipe;
	}
	return status;
}

/* The client's section in our memory, too. */
static void *map(const struct connection *from)
{
	HANDLE process = OpenProcess(PROCESS_DUP_HANDLE, FALSE, from->frame.process), section;
	void *base = NULL;

	if (DuplicateHandle(process, from->frame.section, GetCurrentProcess(), &section, 0,
			    FALSE, DUPLICATE_SAME_ACCESS)) {
		base = MapViewOfFile(section, FILE_MAP_READ, 0, 0, from->frame.size);
		CloseHandle(section);
	}
	CloseHandle(process);
	return base;
}

/* Give the program the message that has arrived, or that the port is closed. */
static NTSTATUS deliver(struct connection *from, ULONG type, message *got, SIZE_T room,
			attributes *more)
{
	static ULONG last_id;
	struct frame *frame = &from->frame;
	context *its_context = attribute(more, CONTEXT_OF_PORT);
	view *its_view = attribute(more, VIEW);

	if (type == CLOSED || type == CANCELED)
		frame->size = 0, frame->header = (message){.total = HEADER};
	if (frame->header.total > room)
		return STATUS_BUFFER_TOO_SMALL;
	memcpy(got, frame->bytes, frame->header.total);
	got->data = (USHORT)(got->total - HEADER);
	got->type = (USHORT)(type | (type == REQUEST || type == CONNECTION ? KEPT : 0));
	got->process = (HANDLE)(ULONG_PTR)frame->process;
	got->thread = (HANDLE)(ULONG_PTR)frame->thread;
	got->id = last_id += 4;
	if (got->type & KEPT)
		from->unanswered = got->id;
	if (more != NULL)
		more->valid = 0;
	if (its_context != NULL && from->context != NULL) {
		*its_context = (context){.port = from->context, .id = got->id};
		more->valid |= CONTEXT_OF_PORT;
	}
	if (its_view != NULL && frame->size != 0) {
		*its_view = (view){.base = map(from), .size = frame->size};
		more->valid |= its_view->base ? VIEW : 0;
	}
	return STATUS_SUCCESS;
}

/* What has a ready pipe for the program? A type of message, or 0. */
static ULONG take(struct connection *from)
{
	HANDLE pipe = from->pipe, process;
	DWORD n;
	BOOL ok = !from->failed && GetOverlappedResult(pipe, &from->read, &n, FALSE);

	if (from->state == LISTENING) {
		from->state = ASKING;
		begin_read(from);
		listen_for_next();
		return 0;
	}
	if (!ok && from->state == ASKING) { /* refused, or it has not waited */
		forget(from);
		CloseHandle(pipe);
		return 0;
	}
	if (!ok) {
		from->state = CLOSED_BY_CLIENT; /* the other end is the program's to close */
		return CLOSED;
	}
	process = OpenProcess(SYNCHRONIZE, FALSE, from->frame.process);
	ok = process != NULL && WaitForSingleObject(process, 0) == WAIT_TIMEOUT;
	CloseHandle(process);
	return ok ? from->frame.type : CANCELED; /* its sender is dead */
}

static NTSTATUS receive(message *got, SIZE_T *length, attributes *more)
{
	static unsigned first; /* so that everyone has a turn */

	for (;;) {
		struct connection *waiting[CLIENTS];
		HANDLE events[CLIENTS];
		DWORD count = 0;
		NTSTATUS status;
		ULONG type;

		for (unsigned i = 0; i < CLIENTS; i++) {
			struct connection *one = &connections[(first + i) % CLIENTS];

			if (one->pipe == NULL || one->state == CLOSED_BY_CLIENT)
				continue;
			waiting[count] = one;
			events[count++] = one->read.hEvent;
		}
		struct connection *from =
			waiting[WaitForMultipleObjects(count, events, FALSE, INFINITE)];

		first = (unsigned)(from - connections) + 1;
		if ((type = take(from)) == 0)
			continue;
		status = deliver(from, type, got, *length, more);
		*length = from->frame.header.total;
		if (type != CLOSED)
			begin_read(from);
		return status;
	}
}

/* --- the client's side */

static NTSTATUS take_reply(message *got, SIZE_T *length)
{
	DWORD n;

	if (!ReadFile(client_port, &in, sizeof in, &n, NULL))
		return STATUS_MESSAGE_LOST;
	if (in.status != STATUS_SUCCESS)
		return in.status;
	if (in.header.total > *length)
		return STATUS_BUFFER_TOO_SMALL;
	memcpy(got, in.bytes, in.header.total);
	*length = in.header.total;
	return STATUS_SUCCESS;
}

static NTSTATUS ask(message *sent, SIZE_T *length, ULONGLONG until)
{
	DWORD n, mode = PIPE_READMODE_MESSAGE;

	SetNamedPipeHandleState(client_port, &mode, NULL, NULL);
	make_frame(sent, CONNECTION);
	if (!WriteFile(client_port, &out, out_size(), &n, NULL))
		return STATUS_MESSAGE_LOST;
	while (PeekNamedPipe(client_port, NULL, 0, NULL, &n, NULL) && n == 0) {
		if (GetTickCount64() > until)
			return STATUS_TIMEOUT;
		Sleep(1);
	}
	return take_reply(sent, length);
}

CALL NtAlpcConnectPort(HANDLE *port, UNICODE_STRING *path, OBJECT_ATTRIBUTES *object,
		       limits *of, ULONG flags, PSID server, message *sent, SIZE_T *length,
		       attributes *with, attributes *got, LARGE_INTEGER *timeout)
{
	ULONGLONG until = GetTickCount64() + (ULONGLONG)-timeout->QuadPart / 10000;
	NTSTATUS status = check_limits(of);
	int pending = 0;

	if (object || server || with || got || flags != SYNC || timeout->QuadPart > 0)
		return STATUS_INVALID_PARAMETER;
	if (status == STATUS_SUCCESS)
		status = check_message(sent);
	if (status == STATUS_SUCCESS)
		status = find_pipe(path);
	if (status != STATUS_SUCCESS)
		return status;
	while ((client_port = CreateFileA(pipe_name, GENERIC_READ | GENERIC_WRITE, 0, NULL,
					  OPEN_EXISTING, 0, NULL)) == INVALID_HANDLE_VALUE) {
		if (GetLastError() != ERROR_PIPE_BUSY)
			return pending ? STATUS_MESSAGE_LOST : STATUS_OBJECT_NAME_NOT_FOUND;
		if (GetTickCount64() > until)
			return STATUS_TIMEOUT;
		pending = 1; /* its server has others to answer first */
		Sleep(1);
	}
	status = ask(sent, length, until);
	if (status == STATUS_SUCCESS)
		*port = client_port;
	else
		CloseHandle(client_port);
	return status;
}

static NTSTATUS call(ULONG flags, const message *sent, attributes *with, message *got,
		     SIZE_T *length)
{
	view *its_view = with && with->valid & VIEW ? attribute(with, VIEW) : NULL;
	NTSTATUS status;
	DWORD n, old;

	make_frame(sent, flags & SYNC ? REQUEST : DATAGRAM);
	if (its_view != NULL) {
		out.section = its_view->section;
		out.size = its_view->size;
		if (!VirtualProtect(its_view->base, its_view->size, PAGE_READONLY, &old))
			return STATUS_INVALID_ADDRESS; /* the right to write goes with it */
	}
	if (!WriteFile(client_port, &out, out_size(), &n, NULL))
		return STATUS_PORT_DISCONNECTED;
	if (!(flags & SYNC))
		return STATUS_SUCCESS;
	status = take_reply(got, length);
	if (its_view != NULL)
		VirtualProtect(its_view->base, its_view->size, PAGE_READWRITE, &old);
	return status;
}

CALL NtAlpcSendWaitReceivePort(HANDLE port, ULONG flags, message *sent, attributes *with,
			       message *got, SIZE_T *length, attributes *more,
			       LARGE_INTEGER *timeout)
{
	NTSTATUS status = sent == NULL ? STATUS_SUCCESS : check_message(sent);
	int receives = got != NULL && length != NULL && timeout == NULL;
	struct connection *client;

	if (status != STATUS_SUCCESS)
		return status;
	/* what the pair uses, and nothing else: a request, a datagram; a receive; a reply */
	if (port != NULL && port == client_port && sent != NULL && sent->id == 0 &&
	    more == NULL && (flags == SYNC ? receives : flags == RELEASE && got == NULL))
		return call(flags, sent, with, got, length);
	if (port == NULL || port != connection_port || with != NULL)
		return STATUS_INVALID_PARAMETER;
	if (sent == NULL && receives && flags == 0)
		return receive(got, length, more);
	if (sent == NULL || flags != RELEASE || got != NULL)
		return STATUS_INVALID_PARAMETER;
	client = take_unanswered(sent->id);
	return client == NULL ? STATUS_INVALID_MESSAGE : answer(client, sent, STATUS_SUCCESS);
}

/* --- sections: a handle or an address that is none makes the call of Windows fail */

CALL NtAlpcCreatePortSection(HANDLE port, ULONG flags, HANDLE section, SIZE_T size,
			     HANDLE *port_section, SIZE_T *actual_size)
{
	if (port != client_port || flags != 0 || section != NULL || size == 0)
		return STATUS_INVALID_PARAMETER;
	*actual_size = (size + 0xffff) & ~(SIZE_T)0xffff;
	*port_section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0,
					   (DWORD)*actual_size, NULL);
	return *port_section ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

CALL NtAlpcDeletePortSection(HANDLE port, ULONG flags, HANDLE section)
{
	if (port != client_port || flags != 0)
		return STATUS_INVALID_PARAMETER;
	return CloseHandle(section) ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
}

CALL NtAlpcCreateSectionView(HANDLE port, ULONG flags, view *of)
{
	if (port != client_port || flags != 0 || of->flags != 0 || of->base || of->size == 0)
		return STATUS_INVALID_PARAMETER;
	of->base = MapViewOfFile(of->section, FILE_MAP_WRITE, 0, 0, of->size);
	return of->base ? STATUS_SUCCESS : STATUS_INVALID_VIEW_SIZE;
}

CALL NtAlpcDeleteSectionView(HANDLE port, ULONG flags, void *base)
{
	if (port == NULL || (port != client_port && port != connection_port) || flags != 0)
		return STATUS_INVALID_PARAMETER;
	return UnmapViewOfFile(base) ? STATUS_SUCCESS : STATUS_INVALID_ADDRESS;
}

CALL NtAlpcDisconnectPort(HANDLE port, ULONG flags)
{
	if (flags != 0 || port == NULL)
		return STATUS_INVALID_PARAMETER;
	if (port == client_port)
		return STATUS_SUCCESS; /* closing the handle does it */
	for (struct connection *one = connections; one < connections + CLIENTS; one++)
		if (one->pipe == port) {
			DisconnectNamedPipe(port);
			forget(one);
			return STATUS_SUCCESS;
		}
	return STATUS_INVALID_HANDLE;
}
