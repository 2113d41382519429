/*
 * edge.c - the guest behind the edge oracle: its RAM shows at any instant how far it has come.
 *
 * It adds one to the first byte of every page, page after page, pass after pass. So in any image of
 * RAM that is one instant, these bytes have at most one step, of exactly one (mod 256), and it
 * stands where the guest was. A page saved too late or too early stands out. QEMU's migration test
 * has the same idea.
 */
#include "board.h"
#include "fdt.h"
#include "power.h"
#include "progress.h"
#include "uart.h"

#define PAGE_BYTES 4096UL

/*
 * Pages between two looks at the clock: some 16 000 instructions, so that the look costs next to
 * nothing, and a machine of 1 MIPS still reports in time.
 */
#define BATCH 4096UL

#define REPORT_TICKS (CLOCK_HZ / 4)

extern uint8_t ram_start[], pattern_start[]; /* edge.ld */

void sweep(volatile uint8_t *page, uint64_t count); /* sweep.S */

static struct memory find_ram(const void *tree) {
    struct memory ram;

    if (fdt_memory(tree, &ram))
        power_fail("no memory found in the device tree at", (uint64_t)tree);
    if (ram.base != (uint64_t)ram_start)
        power_fail("linked for another board, whose RAM does not start at", ram.base);
    if (ram.size < (uint64_t)(pattern_start - ram_start) + PAGE_BYTES)
        power_fail("no room for a pattern in RAM of size", ram.size);
    return ram;
}

static void announce(const struct memory *ram, uint64_t pages) {
    uart_text("edge: ram ");
    uart_hex(ram->base);
    uart_text(" size ");
    uart_decimal(ram->size);
    uart_text(" pattern ");
    uart_hex((uint64_t)pattern_start);
    uart_text(" pages ");
    uart_decimal(pages);
    uart_text("\n");
}

static void report(uint64_t pass, uint64_t page, uint64_t time) {
    uart_text("edge: pass ");
    uart_decimal(pass);
    uart_text(" page ");
    uart_decimal(page);
    uart_text(" time ");
    uart_decimal(time);
    uart_text("\n");
}

/*
 * RAM may hold anything at the start, and does hold the device tree. Until its magic stands in
 * `progress`, an image cannot be judged.
 */
static void prepare(const struct memory *ram, uint64_t pages) {
    progress.magic = 0;
    for (uint64_t i = 0; i < pages; i++)
        *(volatile uint8_t *)(pattern_start + i * PAGE_BYTES) = 0;

    progress.ram_base = ram->base;
    progress.ram_size = ram->size;
    progress.pattern = (uint64_t)pattern_start;
    progress.pages = pages;
    progress.batch = BATCH;
    progress.steps = 0;
    progress.magic = PROGRESS_MAGIC;
    uart_text("edge: ready\n");
}

_Noreturn static void run(uint64_t pages) {
    uint64_t pass = 0, page = 0, reported = clock_ticks();

    for (;;) {
        uint64_t count = pages - page < BATCH ? pages - page : BATCH;

        sweep(pattern_start + page * PAGE_BYTES, count);
        progress.steps += count;
        page += count;
        if (page == pages) {
            page = 0;
            pass++;
        }

        /* Unsigned, so that a clock set back by a restore leads to a report at once, not to
         * silence. */
        uint64_t now = clock_ticks();
        if (now - reported >= REPORT_TICKS) {
            report(pass, page, now);
            reported = now;
        }
        if (uart_read() == 'q') {
            report(pass, page, clock_ticks());
            uart_text("edge: off\n");
            power_off();
        }
    }
}

_Noreturn void edge_main(const void *tree) {
    struct memory ram = find_ram(tree);
    uint64_t pages = (ram.size - (uint64_t)(pattern_start - ram_start)) / PAGE_BYTES;

    announce(&ram, pages);
    prepare(&ram, pages);
    run(pages);
}

_Noreturn void edge_trap(uint64_t cause, uint64_t counter, uint64_t value) {
    uart_text("edge: trap cause ");
    uart_hex(cause);
    uart_text(" value ");
    uart_hex(value);
    uart_text("\n");
    power_fail("unexpected trap at", counter);
}
