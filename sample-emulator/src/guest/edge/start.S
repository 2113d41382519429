/*
 * start.S - from reset to C, and the way out of an unexpected trap.
 *
 * The board enters at RAM's first byte in M-mode, with a0 = hart id and a1 = address of the device tree.
 */
	.option	arch, +zicsr

	.section .text.start, "ax"
	.globl	_start
	.type	_start, @function
_start:
	bnez	a0, park		/* one hart makes the pattern, or there would be no single edge */
	la	t0, on_trap
	csrw	mtvec, t0
	la	sp, stack_top

	la	t0, bss_start
	la	t1, bss_end
1:	bgeu	t0, t1, 2f
	sd	zero, 0(t0)
	addi	t0, t0, 8
	j	1b

2:	mv	a0, a1
	call	edge_main
	/* edge_main does not return */

park:
	wfi
	j	park

	/* mtvec keeps two mode bits below the address */
	.balign	4
on_trap:
	la	sp, stack_top
	csrr	a0, mcause
	csrr	a1, mepc
	csrr	a2, mtval
	call	edge_trap
	j	park
	.size	_start, . - _start
