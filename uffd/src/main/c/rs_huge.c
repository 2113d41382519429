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

int rs_huge_collapse(int pagemap, uint64_t start, uint64_t end, _Atomic uint64_t *stop) {
    end = round_down(end);
    for (uint64_t at = round_up(start); at < end; at += RS_CHUNK_BYTES) {
        if (atomic_load_explicit(stop, memory_order_relaxed))
            return 0;
        struct small_bytes small = {0};
        int result = rs_pagemap_scan(pagemap, at, at + RS_CHUNK_BYTES, false, add_small, &small);
        if (result)
            return result;
        if (small.bytes >= WELL_POPULATED)
            madvise((void *)at, RS_CHUNK_BYTES, MADV_COLLAPSE); /* best effort */
    }
    return 0;
}
