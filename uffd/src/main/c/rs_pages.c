#include "rs_pages.h"

#include <sched.h>
#include <string.h>

#include "rs_sweep.h"

/* A hole of fewer pages is written as zeros: one larger write beats two. */
#define SHORTEST_HOLE 16
/* Pages between two yields, 57 us: else a thread that wakes waits for the next tick, 4 ms. */
#define BITE 128
#define ZERO_BYTES ((uint64_t)64 << 10)

static const uint8_t zeros[ZERO_BYTES] __attribute__((aligned(65536)));

void rs_pages_sweep(struct rs_pages *pages, const uint8_t *from, uint8_t *to,
                    const uint8_t *present, uint64_t page_bytes, bool yielding) {
    uint32_t stored = 0, most = yielding ? BITE : pages->count;
    pages->unpopulated = 0;
    for (uint32_t at = 0; at < pages->count;) {
        uint32_t end = at;
        bool there = !present || present[at];
        while (end < pages->count && end - at < most && (!present || present[end] == there))
            end++;
        if (there) {
            rs_sweep(from + at * page_bytes, to ? to + at * page_bytes : NULL, end - at, page_bytes,
                     pages->kind + at, pages->crc + at);
        } else {
            memset(pages->kind + at, 0, end - at);
            memset(pages->crc + at, 0, (end - at) * sizeof *pages->crc);
            pages->unpopulated += end - at;
        }
        at = end;
        if (yielding)
            sched_yield();
    }
    for (uint32_t i = 0; i < pages->count; i++)
        stored += pages->kind[i];
    pages->zero = pages->count - stored - pages->unpopulated;
}

static uint32_t run_end(const struct rs_pages *pages, uint32_t from) {
    uint8_t kind = pages->kind[from];
    while (from < pages->count && pages->kind[from] == kind)
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

void rs_pages_plan(const struct rs_pages *pages, const uint8_t *data, uint64_t page_bytes,
                   uint64_t offset, bool overwrite, struct rs_write *write) {
    bool open = false; /* whether the last span goes on */
    write->spans = 0;
    write->pieces = 0;
    for (uint32_t at = 0; at < pages->count;) {
        uint32_t end = run_end(pages, at);
        uint64_t bytes = (end - at) * page_bytes;
        bool stored = pages->kind[at] == 1;
        bool bridge = open && end < pages->count && end - at < SHORTEST_HOLE;
        if (stored || overwrite || bridge) {
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
}
