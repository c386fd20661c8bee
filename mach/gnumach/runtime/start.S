/* Where a task begins, and the traps: the few calls that are not messages themselves. */
#include <mach/syscall_sw.h> /* kernel_trap(mach_msg_trap, -25, 7) and its like: our stubs */

	.globl	_start
_start:
	xorl	%ebp, %ebp
	movl	(%esp), %eax		/* the kernel left argc and argv[] on the stack */
	leal	4(%esp), %edx
	andl	$-16, %esp
	subl	$8, %esp
	pushl	%edx
	pushl	%eax
	call	start			/* runtime.c; does not return */

	.globl	mach_msg
	.set	mach_msg, mach_msg_trap

	.section .note.GNU-stack, "", @progbits
