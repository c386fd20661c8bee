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
	ULONG process;
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
	HANDLE pipe; /* the server's communication port */
	enum { LISTENING, ASKING, ACCEPTED, OVER } state;
	OVERLAPPED read; /* in progress, as long as the client has its end */
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

	if (!(all->allocated & flag))
		return NULL;
	for (ULONG bit = 0x80000000; bit != flag; bit >>= 1)
		if (all->allocated & bit)
			offset += bit == VIEW || bit == CONTEXT_OF_PORT ? 0x20 : 0x18;
	return all->rest + offset;
}

static NTSTATUS check_limits(const limits *of)
{
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

static void make_frame(const message *sent, USHORT type)
{
	memset(&out, 0, offsetof(struct frame, bytes));
	out.process = GetCurrentProcessId();
	memcpy(out.bytes, sent, sent->total);
	out.header.type = type;
}

static BOOL send_frame(HANDLE pipe)
{
	static HANDLE written;
	DWORD n, size = offsetof(struct frame, bytes) + out.header.total;
	OVERLAPPED write = {0};

	if (written == NULL)
		written = CreateEventA(NULL, TRUE, FALSE, NULL);
	write.hEvent = written;
	return WriteFile(pipe, &out, size, NULL, &write) ||
	       (GetLastError() == ERROR_IO_PENDING &&
		GetOverlappedResult(pipe, &write, &n, TRUE));
}

/* --- the server's side */

static void begin_read(struct connection *from)
{
	if (!ReadFile(from->pipe, &from->frame, sizeof from->frame, NULL, &from->read) &&
	    GetLastError() != ERROR_IO_PENDING) {
		from->read.Internal = (ULONG_PTR)STATUS_PIPE_BROKEN;
		SetEvent(from->read.hEvent);
	}
}

CALL NtAlpcCreatePort(HANDLE *port, OBJECT_ATTRIBUTES *object, limits *of)
{
	NTSTATUS status = check_limits(of);
	char event[400];

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
	for (struct connection *one = connections; one < connections + CLIENTS; one++) {
		one->read.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
		one->pipe =
			CreateNamedPipeA(pipe_name, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
					 PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, CLIENTS,
					 sizeof(struct frame), sizeof(struct frame), 0, NULL);
		if (!ConnectNamedPipe(one->pipe, &one->read) &&
		    GetLastError() == ERROR_PIPE_CONNECTED)
			SetEvent(one->read.hEvent);
	}
	return STATUS_SUCCESS;
}

/* Whose request has that id? It is answered now. */
static struct connection *take_unanswered(ULONG id)
{
	for (struct connection *one = connections; one < connections + CLIENTS; one++)
		if (id != 0 && one->unanswered == id) {
			one->unanswered = 0;
			return one;
		}
	return NULL;
}

static NTSTATUS answer(struct connection *to, const message *sent, NTSTATUS status)
{
	make_frame(sent, REPLY);
	out.status = status;
	return send_frame(to->pipe) ? STATUS_SUCCESS : STATUS_REQUEST_CANCELED;
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

	if (type == CLOSED || type == CANCELED) {
		frame->size = 0;
		frame->header = (message){.total = HEADER};
	}
	if (frame->header.total > room)
		return STATUS_BUFFER_TOO_SMALL;
	memcpy(got, frame->bytes, frame->header.total);
	got->data = (USHORT)(got->total - HEADER);
	got->type = (USHORT)(type | (type == REQUEST || type == CONNECTION ? KEPT : 0));
	got->process = (HANDLE)(ULONG_PTR)frame->process;
	got->id = last_id += 4;
	if (got->type & KEPT)
		from->unanswered = got->id;
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
	HANDLE process;
	DWORD n;
	BOOL ok = GetOverlappedResult(from->pipe, &from->read, &n, FALSE);

	if (from->state == LISTENING) {
		from->state = ASKING;
		begin_read(from);
		return 0;
	}
	if (!ok && from->state == ASKING) { /* refused, or it has not waited */
		from->state = OVER;
		CloseHandle(from->pipe);
		return 0;
	}
	if (!ok) {
		from->state = OVER; /* the program closes the pipe */
		return CLOSED;
	}
	process = OpenProcess(SYNCHRONIZE, FALSE, from->frame.process);
	ok = process != NULL && WaitForSingleObject(process, 0) == WAIT_TIMEOUT;
	CloseHandle(process);
	return ok ? from->frame.header.type : CANCELED; /* its sender is dead */
}

static NTSTATUS receive(message *got, SIZE_T *length, attributes *more)
{
	struct connection *from, *open[CLIENTS] = {0};
	HANDLE events[CLIENTS];
	NTSTATUS status;
	ULONG type;

	do {
		DWORD count = 0;

		for (from = connections; from < connections + CLIENTS; from++)
			if (from->state != OVER) {
				open[count] = from;
				events[count++] = from->read.hEvent;
			}
		from = open[WaitForMultipleObjects(count, events, FALSE, INFINITE)];
		type = take(from);
	} while (type == 0);
	status = deliver(from, type, got, *length, more);
	*length = from->frame.header.total;
	if (type != CLOSED)
		begin_read(from);
	return status;
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
	if (!send_frame(client_port))
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
	NTSTATUS status = check_limits(of);

	if (object || server || with || got || flags != SYNC || timeout->QuadPart > 0)
		return STATUS_INVALID_PARAMETER;
	if (status == STATUS_SUCCESS)
		status = check_message(sent);
	if (status == STATUS_SUCCESS)
		status = find_pipe(path);
	if (status != STATUS_SUCCESS)
		return status;
	*port = CreateFileA(pipe_name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0,
			    NULL);
	if (*port == INVALID_HANDLE_VALUE)
		return STATUS_OBJECT_NAME_NOT_FOUND;
	client_port = *port;
	status = ask(sent, length, GetTickCount64() + (ULONGLONG)-timeout->QuadPart / 10000);
	if (status != STATUS_SUCCESS)
		CloseHandle(client_port);
	return status;
}

static NTSTATUS call(ULONG flags, const message *sent, attributes *with, message *got,
		     SIZE_T *length)
{
	view *its_view = with && with->valid & VIEW ? attribute(with, VIEW) : NULL;
	NTSTATUS status;
	DWORD old;

	make_frame(sent, flags & SYNC ? REQUEST : DATAGRAM);
	if (its_view != NULL) {
		out.section = its_view->section;
		out.size = its_view->size;
		if (!VirtualProtect(its_view->base, its_view->size, PAGE_READONLY, &old))
			return STATUS_INVALID_ADDRESS; /* the right to write goes with it */
	}
	if (!send_frame(client_port))
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
			one->state = OVER;
			return STATUS_SUCCESS;
		}
	return STATUS_INVALID_HANDLE;
}
