/* ntalpc.h: ALPC's system calls. ntdll exports them, but no header of Windows declares them. The
 * layouts are those of x64, as the phnt headers and PythonForWindows give them. Wine has no
 * ALPC: there both programs end with status 77. */
#define WIN32_NO_STATUS /* ntstatus.h has them all */
#include <windows.h>
#undef WIN32_NO_STATUS
#include <ntstatus.h>
#include <winternl.h>

#include <stddef.h>

#include "err.h"

/* What the kernel puts before every message: PORT_MESSAGE. */
struct header {
	USHORT data_length;  /* of what follows the header */
	USHORT total_length; /* with the header, at most 65535 */
	USHORT type;         /* in the low byte: enum kernel_type */
	USHORT data_info_offset;
	HANDLE process, thread;  /* who sent it */
	ULONG message_id;        /* a reply bears that of its request */
	SIZE_T client_view_size; /* or, in a request, the callback's id */
};
_Static_assert(sizeof(struct header) == 0x28, "PORT_MESSAGE");
_Static_assert(offsetof(struct header, total_length) == 2, "TotalLength");
_Static_assert(offsetof(struct header, type) == 4, "Type");
_Static_assert(offsetof(struct header, data_info_offset) == 6, "DataInfoOffset");
_Static_assert(offsetof(struct header, process) == 8, "ClientId");
_Static_assert(offsetof(struct header, message_id) == 0x18, "MessageId");
_Static_assert(offsetof(struct header, client_view_size) == 0x20, "ClientViewSize");

enum kernel_type {
	REQUEST = 1, /* waits for a reply */
	DATAGRAM = 3,
	PORT_CLOSED = 5,
	CLIENT_DIED = 6,
	CONNECTION_REQUEST = 10
};

/* Flags of a send: release its message when it is delivered; wait for the reply. */
enum { RELEASE_MESSAGE = 0x10000, SYNC_REQUEST = 0x20000 };

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
typedef NTSTATUS NTAPI disconnect_port(HANDLE port, ULONG flags);

static create_port *NtAlpcCreatePort;
static connect_port *NtAlpcConnectPort;
static accept_connect_port *NtAlpcAcceptConnectPort;
static send_wait_receive_port *NtAlpcSendWaitReceivePort;
static create_port_section *NtAlpcCreatePortSection;
static delete_port_section *NtAlpcDeletePortSection;
static create_section_view *NtAlpcCreateSectionView;
static delete_section_view *NtAlpcDeleteSectionView;
static disconnect_port *NtAlpcDisconnectPort;

typedef void (*function)(void);

static inline function find(const char *call)
{
	function found = (function)GetProcAddress(GetModuleHandleA("ntdll.dll"), call);

	if (found == NULL)
		errx(77,
		     "GetProcAddress %s: error %lu: no ALPC here, as under Wine: "
		     "run this on Windows",
		     call, GetLastError());
	return found;
}

static inline void find_calls(void)
{
	NtAlpcCreatePort = (create_port *)find("NtAlpcCreatePort");
	NtAlpcConnectPort = (connect_port *)find("NtAlpcConnectPort");
	NtAlpcAcceptConnectPort = (accept_connect_port *)find("NtAlpcAcceptConnectPort");
	NtAlpcSendWaitReceivePort = (send_wait_receive_port *)find("NtAlpcSendWaitReceivePort");
	NtAlpcCreatePortSection = (create_port_section *)find("NtAlpcCreatePortSection");
	NtAlpcDeletePortSection = (delete_port_section *)find("NtAlpcDeletePortSection");
	NtAlpcCreateSectionView = (create_section_view *)find("NtAlpcCreateSectionView");
	NtAlpcDeleteSectionView = (delete_section_view *)find("NtAlpcDeleteSectionView");
	NtAlpcDisconnectPort = (disconnect_port *)find("NtAlpcDisconnectPort");
}
