/*
 * sweep.S - the hot loop: add one to the first byte of each page, in ascending order.
 *
 * In assembler because the guest's speed in passes/s is a benchmark figure, which should not change with the
 * compiler. Load, add, store, next page: four instructions a page, and one branch in eight pages. Byte offsets
 * reach 2 KiB at most, so each page needs its own address step.
 */

/* void sweep(uint8_t *page, uint64_t count) */
	.text
	.balign	8
	.globl	sweep
	.type	sweep, @function
sweep:
	li	a4, 4096
	andi	a3, a1, 7		/* a3: pages left over by the unrolled loop */
	slli	a1, a1, 12
	add	a1, a0, a1		/* a1: end */
	slli	a3, a3, 12
	sub	a2, a1, a3		/* a2: end of the unrolled loop */
	beq	a0, a2, 2f
1:
	.rept	8
	lbu	a5, 0(a0)
	addi	a5, a5, 1
	sb	a5, 0(a0)
	add	a0, a0, a4
	.endr
	bne	a0, a2, 1b
2:
	beq	a0, a1, 4f
3:
	lbu	a5, 0(a0)
	addi	a5, a5, 1
	sb	a5, 0(a0)
	add	a0, a0, a4
	bne	a0, a1, 3b
4:
	ret
	.size	sweep, . - sweep
