#include "rs_pages.h"

#include <sched.h>
#include <string.h>

#include "rs_guard.h"
#include "rs_sweep.h"

/* A hole of fewer pages is written as zeros: one larger write beats two. */
#define SHORTEST_HOLE 16
/*
 * The same in an increment, which is to be small, unless that makes too many writes: a write of
 * 4 KiB takes 20 us, and 16 pages among which one has changed every here and there would take more
 * time than all of them.
 */
#define SHORTEST_INHERITED 4
/* Pages between two yields, 57 us: else a thread that wakes waits for the next tick, 4 ms. */
#define BITE 128
#define ZERO_BYTES ((uint64_t)64 << 10)

static const uint8_t zeros[ZERO_BYTES] __attribute__((aligned(65536)));

/* What is as the parent has it need not be stored. A zero page stays what it is. */
static void inherit(struct rs_pages *pages, uint32_t from, uint32_t to) {
    for (uint32_t i = from; i < to; i++) {
        if (pages->kind[i] == RS_STORED && rs_hash_is(&pages->hash[i], &pages->parent[i])) {
            pages->kind[i] = RS_INHERITED;
            pages->inherited++;
        }
    }
}

void rs_pages_sweep(struct rs_pages *pages, const uint8_t *from, uint8_t *to,
                    const uint8_t *present, uint64_t page_bytes, bool yielding) {
    uint32_t zero = 0, most = yielding ? BITE : pages->count;
    pages->unpopulated = 0;
    pages->inherited = 0;
    for (uint32_t at = 0; at < pages->count;) {
        uint32_t end = at;
        bool there = !present || present[at];
        while (end < pages->count && end - at < most && (!present || present[end] == there))
            end++;
        if (there) {
            rs_sweep(from + at * page_bytes, to ? to + at * page_bytes : NULL, end - at, page_bytes,
                     pages->key, pages->kind + at, pages->crc + at,
                     pages->hash ? pages->hash + at : NULL);
            if (pages->parent)
                inherit(pages, at, end);
        } else {
            memset(pages->kind + at, 0, end - at);
            memset(pages->crc + at, 0, (end - at) * sizeof *pages->crc);
            if (pages->hash)
                memset(pages->hash + at, 0, (end - at) * sizeof *pages->hash);
            pages->unpopulated += end - at;
        }
        at = end;
        if (yielding)
            sched_yield();
    }
    for (uint32_t i = 0; i < pages->count; i++)
        zero += pages->kind[i] == RS_ZERO;
    pages->zero = zero - pages->unpopulated;
}

struct sweep {
    struct rs_pages *pages;
    const uint8_t *from;
    uint8_t *to;
    const uint8_t *present;
    uint64_t page_bytes;
    bool yielding;
};

static void sweep_guest(void *context) {
    const struct sweep *sweep = context;
    rs_pages_sweep(sweep->pages, sweep->from, sweep->to, sweep->present, sweep->page_bytes,
                   sweep->yielding);
}

bool rs_pages_sweep_guest(struct rs_pages *pages, const uint8_t *from, uint8_t *to,
                          const uint8_t *present, uint64_t page_bytes, bool yielding) {
    struct sweep sweep = {pages, from, to, present, page_bytes, yielding};
    uint64_t start = (uintptr_t)from, end = start + pages->count * page_bytes;
    if (rs_guarded(start, end, sweep_guest, &sweep))
        return true;
    /* Streaming stores that it left must not come after what is stored there next. */
    atomic_thread_fence(memory_order_seq_cst);
    return false;
}

/* The end of pages that are all stored, or none of them. */
static uint32_t run_end(const struct rs_pages *pages, uint32_t from) {
    bool stored = pages->kind[from] == RS_STORED;
    while (from < pages->count && (pages->kind[from] == RS_STORED) == stored)
        from++;
    return from;
}

static void add_piece(struct rs_write *write, const void *data, uint64_t bytes) {
    struct rs_span *span = &write->span[write->spans - 1];
    write->piece[write->pieces++] = (struct iovec){.iov_base = (void *)data, .iov_len = bytes};
    span->pieces++;
    span->bytes += bytes;
}

static void add_zeros(struct rs_write *write, uint64_t bytes) {
    while (bytes) {
        uint64_t part = bytes < ZERO_BYTES ? bytes : ZERO_BYTES;
        add_piece(write, zeros, part);
        bytes -= part;
    }
}

/* False when it takes more spans than there are. */
static bool plan(const struct rs_pages *pages, const uint8_t *data, uint64_t page_bytes,
                 uint64_t offset, bool overwrite, uint32_t shortest_hole, struct rs_write *write) {
    bool open = false; /* whether the last span goes on */
    write->spans = 0;
    write->pieces = 0;
    for (uint32_t at = 0; at < pages->count;) {
        uint32_t end = run_end(pages, at);
        uint64_t bytes = (end - at) * page_bytes;
        bool stored = pages->kind[at] == RS_STORED;
        bool bridge = open && end < pages->count && end - at < shortest_hole;
        if (stored || overwrite || bridge) {
            if (!open && write->spans == RS_MOST_SPANS)
                return false;
            if (!open)
                write->span[write->spans++] = (struct rs_span){.offset = offset + at * page_bytes,
                                                               .first_piece = write->pieces};
            open = true;
            if (stored)
                add_piece(write, data + at * page_bytes, bytes);
            else
                add_zeros(write, bytes);
        } else {
            open = false;
        }
        at = end;
    }
    return true;
}

void rs_pages_plan(const struct rs_pages *pages, const uint8_t *data, uint64_t page_bytes,
                   uint64_t offset, bool overwrite, struct rs_write *write) {
    if (!pages->parent ||
        !plan(pages, data, page_bytes, offset, overwrite, SHORTEST_INHERITED, write))
        plan(pages, data, page_bytes, offset, overwrite, SHORTEST_HOLE, write);
}
