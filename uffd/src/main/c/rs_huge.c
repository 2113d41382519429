#define _GNU_SOURCE
#include "rs_huge.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rs_block.h"
#include "rs_pagemap.h"

#ifndef MADV_COLLAPSE /* Linux 6.1 */
#define MADV_COLLAPSE 25
#endif

/* A chunk with fewer populated bytes than this stays sparse: collapsing it would fill it. */
#define WELL_POPULATED (RS_CHUNK_BYTES / 8 * 7)

/*
 * What one call collapses. Each call first waits for every CPU to drain its lists of new pages,
 * several ms where a guest keeps one busy; a call for each chunk took 1 to 2.5 s a GiB.
 */
#define MOST_AT_ONCE (16 * RS_CHUNK_BYTES)

static uint64_t round_up(uint64_t value) {
    return (value + RS_CHUNK_BYTES - 1) & ~(RS_CHUNK_BYTES - 1);
}

static uint64_t round_down(uint64_t value) {
    return value & ~(RS_CHUNK_BYTES - 1);
}

int rs_huge_advise(uint64_t start, uint64_t end) {
    start = round_up(start);
    end = round_down(end);
    if (start >= end)
        return 0;
    return madvise((void *)start, end - start, MADV_HUGEPAGE) ? -errno : 0;
}

struct small_bytes {
    uint64_t bytes;
};

static int add_small(void *context, const struct rs_run *run) {
    struct small_bytes *small = context;
    if (!run->huge)
        small->bytes += run->end - run->start;
    return 0;
}

static void collapse(uint64_t start, uint64_t end) {
    if (start == end || madvise((void *)start, end - start, MADV_COLLAPSE) == 0)
        return;
    if (errno == EAGAIN) { /* some pages were in use just then; it has gone on behind them */
        madvise((void *)start, end - start, MADV_COLLAPSE);
        return;
    }
    for (; start < end;
         start += RS_CHUNK_BYTES) /* it ends at the first chunk that it cannot move */
        madvise((void *)start, RS_CHUNK_BYTES, MADV_COLLAPSE);
}

int rs_huge_collapse(int pagemap, uint64_t start, uint64_t end, _Atomic uint64_t *stop) {
    uint64_t first = round_up(start); /* chunks from here to `at` are to be moved */
    end = round_down(end);
    for (uint64_t at = first; at < end; at += RS_CHUNK_BYTES) {
        if (atomic_load_explicit(stop, memory_order_relaxed))
            return 0;
        struct small_bytes small = {0};
        int result = rs_pagemap_scan(pagemap, at, at + RS_CHUNK_BYTES, false, add_small, &small);
        if (result)
            return result;
        bool wanted = small.bytes >= WELL_POPULATED;
        if (!wanted || at - first == MOST_AT_ONCE) {
            collapse(first, at);
            first = wanted ? at : at + RS_CHUNK_BYTES;
        }
    }
    if (first < end)
        collapse(first, end);
    return 0;
}
