/*
 * edge.S - a boot sector that writes to every page of RAM, for ever: the guest of a PC emulator.
 *
 * It asks the BIOS which RAM there is above 1 MiB, goes to long mode (a PC's RAM beyond 3 GiB lies above 4 GiB),
 * and adds one to the first byte of each 4 KiB page, in order. With `mode` 1 it goes on to pages drawn uniformly.
 *
 * It tells nobody: how many pages it has written stands in a 64-bit counter in low memory, which the bench reads
 * through the emulator's own memory. A line on the serial port would make the guest leave its loop, and be too
 * coarse: during a snapshot by QEMU a pass can take seconds.
 *
 * QEMU keeps its translations of guest addresses in a table which grows only when the guest flushes it while it is
 * full, as operating systems do all the time. With the table's first size every page costs a walk, and the guest
 * runs at a ninth of the speed. So this guest flushes whenever the count is a power of two, up to WARM_PAGES.
 */
	.set	STACK, 0x7c00		/* downwards */
	.set	PML4, 0x1000
	.set	PDPT, 0x2000
	.set	RANGES, 0x7e00		/* entries of 20 bytes: start, length, type; the last has length 0 */
	.set	COUNTER, 0x8000		/* pages written, 64 bit */
	.set	SIGN, 0x8008		/* SIGN_VALUE once the counter counts */
	.set	SIGN_VALUE, 0x65676465	/* "edge" */
	.set	WARM_PAGES, 1 << 24
	.set	PAGE, 4096
	.set	STRIDE, 8		/* pages written between two stores to the counter */

	.code16
	.globl	start
start:
	cli
	xorw	%ax, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movw	$STACK, %sp

	inb	$0x92, %al		/* address line 20 on, reset off */
	orb	$2, %al
	andb	$0xfe, %al
	outb	%al, $0x92

	/* RAM from 1 MiB up, as the BIOS tells it (e820) */
	movw	$RANGES, %di
	xorl	%ebx, %ebx
1:	movl	$0xe820, %eax
	movl	$0x534d4150, %edx	/* "SMAP" */
	movl	$20, %ecx
	int	$0x15
	jc	3f
	cmpb	$1, 16(%di)		/* usable */
	jne	2f
	cmpw	$0, 4(%di)		/* at 4 GiB or above */
	jne	4f
	cmpl	$0x100000, (%di)
	jb	2f
4:	addw	$20, %di
2:	testl	%ebx, %ebx
	jnz	1b
3:	xorl	%eax, %eax
	movl	%eax, 8(%di)
	movl	%eax, 12(%di)

	/* the first 512 GiB where they are, in pages of 1 GiB: present, writable, large */
	movw	$PML4, %di
	movl	$PDPT + 3, (%di)
	movl	%eax, 4(%di)
	movw	$PDPT, %di
	movb	$0x83, %al
	xorl	%edx, %edx
1:	movl	%eax, (%di)
	movl	%edx, 4(%di)
	addl	$0x40000000, %eax
	adcl	$0, %edx
	addw	$8, %di
	cmpw	$PDPT + PAGE, %di
	jb	1b

	movl	$PML4, %eax
	movl	%eax, %cr3
	movl	%cr4, %eax
	orb	$0x20, %al		/* PAE */
	movl	%eax, %cr4
	movl	$0xc0000080, %ecx	/* EFER */
	rdmsr
	orw	$0x100, %ax		/* LME */
	wrmsr
	lgdt	gdt_register
	movl	%cr0, %eax
	orl	$0x80000001, %eax	/* PG, PE */
	movl	%eax, %cr0
	ljmp	$8, $long_mode

	.code64
long_mode:
	xorl	%ecx, %ecx		/* rcx: pages written */
	movq	%rcx, COUNTER
	movl	$SIGN_VALUE, SIGN
pass:
	movl	$RANGES, %esi
range:
	movq	(%rsi), %rdi		/* rdi: page */
	movq	8(%rsi), %rdx
	andq	$-STRIDE * PAGE, %rdx
	jz	passed
	addq	%rdi, %rdx		/* rdx: end */
1:
	.set	offset, 0
	.rept	STRIDE
	incb	offset(%rdi)
	.set	offset, offset + PAGE
	.endr
	addq	$STRIDE * PAGE, %rdi
	addq	$STRIDE, %rcx
	movq	%rcx, COUNTER
	cmpq	$WARM_PAGES, %rcx
	ja	2f
	leaq	-1(%rcx), %rax
	testq	%rcx, %rax
	jnz	2f
	movq	%cr3, %rax
	movq	%rax, %cr3
2:	cmpq	%rdx, %rdi
	jb	1b
	addl	$20, %esi
	jmp	range
passed:
	cmpb	$0, mode
	je	pass
	cmpq	$WARM_PAGES, %rcx
	jbe	pass

	/* One or two ranges: page i is at r9 + 4096 i if i < r8, else at r11 + 4096 i; r10 pages in all. */
	movl	$RANGES, %esi
	movq	(%rsi), %r9
	movq	8(%rsi), %r8
	movq	28(%rsi), %r10
	movq	20(%rsi), %r11
	subq	%r8, %r11
	addq	%r8, %r10
	shrq	$12, %r8
	shrq	$12, %r10
	movabsq	$6364136223846793005, %rbx	/* Knuth's MMIX */
	movq	%rcx, %rsi
1:	imulq	%rbx, %rsi
	incq	%rsi
	movq	%rsi, %rax
	mulq	%r10			/* rdx: a page number below r10, from the upper bits */
	cmpq	%r8, %rdx
	movq	%r9, %rax
	cmovaeq	%r11, %rax
	shlq	$12, %rdx
	incb	(%rax,%rdx)
	incq	%rcx
	movq	%rcx, COUNTER
	jmp	1b

	.balign	8
gdt:
	.quad	0
	.quad	0x00209a0000000000	/* 64-bit code */
gdt_register:
	.word	. - gdt - 1
	.long	gdt

	.org	509
mode:	.byte	0			/* set by who boots this: 0 in order, 1 at random */
	.word	0xaa55
