/* The protocol of alpc/windows, included by both sides. ALPC's system calls are exported by
 * ntdll but declared in no header of Windows; the layouts are those of x64, as the phnt
 * headers and PythonForWindows give them. Built, but not yet run on Windows; Wine has no
 * ALPC: there both programs end with status 77.
 * Here are the declarations; the steps are in the two programs. */
#define WIN32_NO_STATUS /* ntstatus.h has them all */
#include <windows.h>
#undef WIN32_NO_STATUS
#include <ntstatus.h>
#include <winternl.h>

#include <sddl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef VERSION /* a client built with -DVERSION=2 is refused */
#define VERSION 1
#endif
enum { COPIED = 256, SECTION = 1 << 20 }; /* the longest line: in a message, in a section */

/* What the kernel puts before every message: PORT_MESSAGE. */
struct header {
	USHORT data_length;  /* of what follows the header */
	USHORT total_length; /* with the header, at most 65535 */
	USHORT type;         /* in the low byte: enum kernel_type */
	USHORT data_info_offset;
	CLIENT_ID client;        /* who sent it: process and thread */
	ULONG message_id;        /* a reply bears that of its request */
	SIZE_T client_view_size; /* or, in a request, the callback's id */
};
_Static_assert(sizeof(struct header) == 0x28, "PORT_MESSAGE");
_Static_assert(offsetof(struct header, total_length) == 2, "TotalLength");
_Static_assert(offsetof(struct header, type) == 4, "Type");
_Static_assert(offsetof(struct header, data_info_offset) == 6, "DataInfoOffset");
_Static_assert(offsetof(struct header, client) == 8, "ClientId");
_Static_assert(offsetof(struct header, message_id) == 0x18, "MessageId");
_Static_assert(offsetof(struct header, client_view_size) == 0x20, "ClientViewSize");

enum kernel_type {
	REQUEST = 1, /* waits for a reply */
	DATAGRAM = 3,
	PORT_CLOSED = 5,
	CLIENT_DIED = 6,
	CONNECTION_REQUEST = 10,
	CONTINUATION_REQUIRED = 0x2000 /* beside it: the kernel keeps the message for a reply */
};

/* Flags of a send: release its message when it is delivered; wait for the reply. */
enum { RELEASE_MESSAGE = 0x10000, SYNC_REQUEST = 0x20000 };

/* Our message. */
struct message {
	struct header header;
	enum {
		CONNECT, /* connection request: value is the client's VERSION; its answer, the same
			  * message sent back: value is the server's process */
		LINE,    /* request: data, or the view that comes with it, is one line */
		LINES, /* datagram: value is how many lines were sent */
		END    /* request: no more to come */
	} type;
	LONG value;
	ULONG length;      /* of the line: up to COPIED bytes are in data, more in the view */
	char data[COPIED]; /* only the bytes in use are sent */
};
_Static_assert(sizeof(struct message) <= 65535, "TotalLength is a USHORT");

/* ALPC_PORT_ATTRIBUTES */
struct port_attributes {
	ULONG flags;
	SECURITY_QUALITY_OF_SERVICE security;
	SIZE_T max_message_length;
	SIZE_T memory_bandwidth;
	SIZE_T max_pool_usage;
	SIZE_T max_section_size;
	SIZE_T max_view_size;
	SIZE_T max_total_section_size;
	ULONG dup_object_types;
	ULONG reserved;
};
_Static_assert(sizeof(SECURITY_QUALITY_OF_SERVICE) == 12, "SecurityQos");
_Static_assert(sizeof(struct port_attributes) == 0x48, "ALPC_PORT_ATTRIBUTES");
_Static_assert(offsetof(struct port_attributes, security) == 4, "SecurityQos");
_Static_assert(offsetof(struct port_attributes, max_message_length) == 0x10,
	       "MaxMessageLength");
_Static_assert(offsetof(struct port_attributes, memory_bandwidth) == 0x18, "MemoryBandwidth");
_Static_assert(offsetof(struct port_attributes, max_pool_usage) == 0x20, "MaxPoolUsage");
_Static_assert(offsetof(struct port_attributes, max_section_size) == 0x28, "MaxSectionSize");
_Static_assert(offsetof(struct port_attributes, max_view_size) == 0x30, "MaxViewSize");
_Static_assert(offsetof(struct port_attributes, max_total_section_size) == 0x38,
	       "MaxTotalSectionSize");
_Static_assert(offsetof(struct port_attributes, dup_object_types) == 0x40, "DupObjectTypes");
_Static_assert(offsetof(struct port_attributes, reserved) == 0x44, "Reserved");

/* What may come with a message, ALPC_MESSAGE_ATTRIBUTES: two masks, then the structures of the
 * attributes that are allocated, from the highest flag down. */
enum { VIEW_ATTRIBUTE = 0x40000000, CONTEXT_ATTRIBUTE = 0x20000000 };

struct view { /* ALPC_DATA_VIEW_ATTR: a section, mapped into the receiver's memory */
	ULONG flags;
	HANDLE section;
	void *base;
	SIZE_T size;
};
_Static_assert(sizeof(struct view) == 0x20, "ALPC_DATA_VIEW_ATTR");
_Static_assert(offsetof(struct view, section) == 8, "SectionHandle");
_Static_assert(offsetof(struct view, base) == 0x10, "ViewBase");
_Static_assert(offsetof(struct view, size) == 0x18, "ViewSize");

struct context {    /* ALPC_CONTEXT_ATTR: which communication port a message came through */
	void *port; /* what the server gave to NtAlpcAcceptConnectPort */
	void *message;
	ULONG sequence;
	ULONG message_id;
	ULONG callback_id;
};
_Static_assert(sizeof(struct context) == 0x20, "ALPC_CONTEXT_ATTR");
_Static_assert(offsetof(struct context, message) == 8, "MessageContext");
_Static_assert(offsetof(struct context, sequence) == 0x10, "Sequence");
_Static_assert(offsetof(struct context, message_id) == 0x14, "MessageId");
_Static_assert(offsetof(struct context, callback_id) == 0x18, "CallbackId");

struct attributes {
	ULONG allocated;
	ULONG valid;
	struct view view;
	struct context context;
};
_Static_assert(offsetof(struct attributes, valid) == 4, "ValidAttributes");
_Static_assert(offsetof(struct attributes, view) == 8, "ALPC_MESSAGE_ATTRIBUTES");
_Static_assert(offsetof(struct attributes, context) == 0x28, "after the view");

typedef NTSTATUS NTAPI create_port(HANDLE *port, OBJECT_ATTRIBUTES *, struct port_attributes *);
typedef NTSTATUS NTAPI connect_port(HANDLE *port, UNICODE_STRING *name, OBJECT_ATTRIBUTES *,
				    struct port_attributes *, ULONG flags, PSID server,
				    struct header *message, SIZE_T *length,
				    struct attributes *out, struct attributes *in,
				    LARGE_INTEGER *timeout);
typedef NTSTATUS NTAPI accept_connect_port(HANDLE *port, HANDLE connection_port, ULONG flags,
					   OBJECT_ATTRIBUTES *, struct port_attributes *,
					   void *context, struct header *request,
					   struct attributes *, BOOLEAN accept);
typedef NTSTATUS NTAPI send_wait_receive_port(HANDLE port, ULONG flags, struct header *send,
					      struct attributes *sent, struct header *receive,
					      SIZE_T *length, struct attributes *received,
					      LARGE_INTEGER *timeout);
typedef NTSTATUS NTAPI create_port_section(HANDLE port, ULONG flags, HANDLE section,
					   SIZE_T size, HANDLE *port_section,
					   SIZE_T *actual_size);
typedef NTSTATUS NTAPI delete_port_section(HANDLE port, ULONG flags, HANDLE port_section);
typedef NTSTATUS NTAPI create_section_view(HANDLE port, ULONG flags, struct view *);
typedef NTSTATUS NTAPI delete_section_view(HANDLE port, ULONG flags, void *base);
typedef NTSTATUS NTAPI cancel_message(HANDLE port, ULONG flags, struct context *);
typedef NTSTATUS NTAPI disconnect_port(HANDLE port, ULONG flags);

static create_port *NtAlpcCreatePort;
static connect_port *NtAlpcConnectPort;
static accept_connect_port *NtAlpcAcceptConnectPort;
static send_wait_receive_port *NtAlpcSendWaitReceivePort;
static create_port_section *NtAlpcCreatePortSection;
static delete_port_section *NtAlpcDeletePortSection;
static create_section_view *NtAlpcCreateSectionView;
static delete_section_view *NtAlpcDeleteSectionView;
static cancel_message *NtAlpcCancelMessage;
static disconnect_port *NtAlpcDisconnectPort;

static const char *program;
static char name[300];                  /* of the connection port, without its directory */
static WCHAR full_name[400];            /* with it */
static UNICODE_STRING port_name;        /* the same, as the kernel wants it */
static struct port_attributes limits = {/* of every port */
					.security = {sizeof limits.security,
						     SecurityIdentification,
						     SECURITY_STATIC_TRACKING, TRUE},
					.max_message_length = sizeof(struct message),
					.max_pool_usage = 0xffffffff,
					.max_section_size = 0xffffffff,
					.max_view_size = 0xffffffff,
					.max_total_section_size = 0xffffffff};

static inline _Noreturn void fail(const char *call, NTSTATUS status, const char *reason)
{
	fprintf(stderr, "%s: %s %s: status %08lX: %s\n", program, call, name, (ULONG)status,
		reason);
	ExitProcess(1);
}

/* The same for a call that is not ALPC's: Windows has words for its error's number. */
static inline _Noreturn void fail_windows(const char *call)
{
	DWORD error = GetLastError();
	char reason[200] = "";

	FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, error,
		       0, reason, sizeof reason, NULL);
	reason[strcspn(reason, "\r\n")] = '\0';
	fprintf(stderr, "%s: %s: error %lu: %s\n", program, call, error, reason);
	ExitProcess(1);
}

static inline void check(NTSTATUS status, const char *call)
{
	if (status == STATUS_PORT_DISCONNECTED)
		fail(call, status, "the other side died");
	if (!NT_SUCCESS(status) || status == STATUS_TIMEOUT) /* 0x102 is no success for us */
		fail(call, status, "failed");
}

static inline BOOL WINAPI stop(DWORD event)
{
	(void)event;
	ExitProcess(130); /* as after SIGINT: the port vanishes with its last handle */
	return TRUE;
}

typedef void (*function)(void);

static inline function find(const char *call)
{
	function found = (function)GetProcAddress(GetModuleHandleA("ntdll.dll"), call);

	if (found == NULL) {
		fprintf(stderr,
			"%s: GetProcAddress %s: error %lu: no ALPC here, as under Wine: "
			"run this on Windows\n",
			program, call, GetLastError());
		ExitProcess(77);
	}
	return found;
}

/* Find ALPC in ntdll, and make the port's name. */
static inline void set_up(const char *who, const char *argument)
{
	char user[257] = "";
	DWORD room = sizeof user;
	int length;

	program = who;
	SetConsoleCtrlHandler(stop, TRUE);
	NtAlpcCreatePort = (create_port *)find("NtAlpcCreatePort");
	NtAlpcConnectPort = (connect_port *)find("NtAlpcConnectPort");
	NtAlpcAcceptConnectPort = (accept_connect_port *)find("NtAlpcAcceptConnectPort");
	NtAlpcSendWaitReceivePort = (send_wait_receive_port *)find("NtAlpcSendWaitReceivePort");
	NtAlpcCreatePortSection = (create_port_section *)find("NtAlpcCreatePortSection");
	NtAlpcDeletePortSection = (delete_port_section *)find("NtAlpcDeletePortSection");
	NtAlpcCreateSectionView = (create_section_view *)find("NtAlpcCreateSectionView");
	NtAlpcDeleteSectionView = (delete_section_view *)find("NtAlpcDeleteSectionView");
	NtAlpcCancelMessage = (cancel_message *)find("NtAlpcCancelMessage");
	NtAlpcDisconnectPort = (disconnect_port *)find("NtAlpcDisconnectPort");

	GetUserNameA(user, &room);
	length = snprintf(name, sizeof name, argument ? "%s" : "alpc-%s",
			  argument ? argument : user);
	if (length <= 0 || length >= (int)sizeof name)
		fail("the name", STATUS_OBJECT_NAME_INVALID, "empty or too long");
	port_name.Buffer = wcscpy(full_name, L"\\RPC Control\\");
	MultiByteToWideChar(CP_ACP, 0, name, -1, full_name + wcslen(full_name), sizeof name);
	port_name.Length = (USHORT)(wcslen(full_name) * sizeof(WCHAR));
	port_name.MaximumLength = sizeof full_name;
}

static inline USHORT size_of(const struct message *message) /* as it is sent */
{
	size_t data = message->length > COPIED ? 0 : message->length;

	return (USHORT)(offsetof(struct message, data) + data);
}

static inline void set_length(struct message *message)
{
	message->header.total_length = size_of(message);
	message->header.data_length = (USHORT)(size_of(message) - sizeof message->header);
}
