/*
 * board.h - what the guest takes for granted about QEMU's riscv64 `virt` board.
 *
 * Only RAM is looked up in the device tree, because its size is what differs between two runs.
 */
#ifndef EDGE_BOARD_H
#define EDGE_BOARD_H

#include <stdint.h>

#define UART_BASE 0x10000000UL    /* 16550, registers one byte apart */
#define MTIME_ADDRESS 0x200bff8UL /* CLINT's clock, 10 MHz */
#define FINISHER_BASE 0x100000UL  /* SiFive test finisher */

#define CLOCK_HZ 10000000UL

static inline uint64_t clock_ticks(void) {
    return *(volatile uint64_t *)MTIME_ADDRESS;
}

#endif
