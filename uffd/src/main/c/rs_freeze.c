/* The freeze, from edges to protection: vCPUs are parked all the while, so every step counts. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "rs_clock.h"
#include "rs_pagemap.h"
#include "rs_snapshot.h"
#include "rs_uffd.h"

static void copy_edge(const struct rs_block *block, const struct rs_edge *edge, uint64_t page) {
    uint64_t from = block->first_page + edge->page * page;
    uint64_t to = from + edge->pages * page;
    uint64_t limit = block->address + block->length;
    uint64_t base = from;
    if (from < block->address)
        from = block->address;
    if (to > limit)
        to = limit;
    memcpy(edge->copy + (from - base), (const void *)from, to - from);
}

static void copy_edges(struct rs_snapshot *s) {
    for (uint32_t i = 0; i < s->block_count; i++)
        for (int e = 0; e < 2; e++)
            if (s->blocks[i].edges[e].pages)
                copy_edge(&s->blocks[i], &s->blocks[i].edges[e], s->page_bytes);
}

struct marking {
    struct rs_snapshot *s;
    struct rs_block *block;
};

/*
 * Notes what is populated. A page that is not is zero by definition: it is neither protected nor
 * read, whatever the guest does to it later. So no marker is needed in empty page tables, which
 * would have to be allocated during the freeze.
 */
static int mark_run(void *context, const struct rs_run *run) {
    struct marking *marking = context;
    struct rs_snapshot *s = marking->s;
    struct rs_block *block = marking->block;
    for (uint64_t at = run->start; at < run->end;) {
        uint64_t index = rs_chunk_at(block, at);
        struct rs_chunk *chunk = &s->chunks[index];
        uint64_t start = rs_chunk_start(block, index), end = rs_chunk_end(block, index);
        uint64_t to = run->end < end ? run->end : end;
        if (at == start && to == end) {
            chunk->population = RS_ALL_PAGES;
            if (run->huge && end - start == RS_CHUNK_BYTES)
                rs_figure_add(&s->figures, RS_CHUNKS_HUGE, 1);
        } else {
            chunk->population = RS_SOME_PAGES;
            memset(block->kinds + (at - block->first_page) / s->page_bytes, 1,
                   (to - at) / s->page_bytes);
        }
        at = to;
    }
    return 0;
}

static int scan_block(struct rs_snapshot *s, struct rs_block *block) {
    struct marking marking = {.s = s, .block = block};
    return rs_pagemap_scan(s->pagemap, block->start, block->end, s->old_pagemap, mark_run,
                           &marking);
}

/* One call for each run of chunks that hold something: every call costs a TLB shoot-down. */
static int protect_block(struct rs_snapshot *s, struct rs_block *block) {
    uint64_t end = block->first_chunk + block->chunks;
    for (uint64_t at = block->first_chunk; at < end;) {
        uint64_t first = at;
        /* Released: the fault thread loads the state before it reads what the scan found. */
        for (; at < end && s->chunks[at].population != RS_NO_PAGE; at++)
            atomic_store_explicit(&s->chunks[at].state, RS_OPEN, memory_order_release);
        if (at > first) {
            uint64_t from = rs_chunk_start(block, first), to = rs_chunk_end(block, at - 1);
            int result = rs_uffd_protect(s->uffd, from, to - from);
            if (result)
                return result;
        }
        for (; at < end && s->chunks[at].population == RS_NO_PAGE; at++) {
            uint64_t bytes = rs_chunk_end(block, at) - rs_chunk_start(block, at);
            atomic_store_explicit(&s->chunks[at].state, RS_EMPTY, memory_order_relaxed);
            atomic_fetch_sub_explicit(&block->left, 1, memory_order_relaxed);
            rs_figure_add(&s->figures, RS_CHUNKS_EMPTY, 1);
            rs_figure_add(&s->figures, RS_BYTES_DONE, bytes);
            rs_figure_add(&s->figures, RS_PAGES_UNPOPULATED, bytes / s->page_bytes);
        }
    }
    return 0;
}

static int for_each_block(struct rs_snapshot *s, enum rs_step step,
                          int (*act)(struct rs_snapshot *, struct rs_block *)) {
    for (uint32_t i = 0; i < s->block_count; i++) {
        struct rs_block *block = &s->blocks[i];
        if (block->start == block->end)
            continue;
        int result = act(s, block);
        if (result) {
            rs_snapshot_end(s, RS_FAILED, step, -result, rs_snapshot_index(s, block), UINT64_MAX);
            return result;
        }
    }
    return 0;
}

static int freeze(struct rs_snapshot *s) {
    uint64_t start = rs_now();
    copy_edges(s);
    uint64_t copied = rs_now();
    int result = for_each_block(s, RS_STEP_SCAN, scan_block);
    uint64_t scanned = rs_now();
    /* The fault thread runs already: the first page may be asked for before this returns. */
    if (!result)
        result = for_each_block(s, RS_STEP_ARM, protect_block);
    uint64_t armed = rs_now();
    rs_figure_set(&s->figures, RS_EDGES_NS, copied - start);
    rs_figure_set(&s->figures, RS_SCAN_NS, scanned - copied);
    rs_figure_set(&s->figures, RS_ARM_NS, armed - scanned);
    rs_figure_set(&s->figures, RS_SAVING_START_NS, armed);
    return result;
}

int rs_snapshot_arm(struct rs_snapshot *s) {
    while (!atomic_load(&s->fault_ready) && !rs_snapshot_ending(s))
        rs_relax();
    atomic_store(&s->freeze_touches, 1);
    int result = rs_snapshot_ending(s) ? -ECANCELED : freeze(s);
    if (!result) {
        uint64_t prepared = RS_PREPARED;
        if (atomic_compare_exchange_strong(&s->figures.value[RS_PHASE], &prepared, RS_ARMED)) {
            uint64_t one = 1;
            if (write(s->go_event, &one, sizeof one) < 0)
                result = -errno;
        } else {
            result = -ECANCELED;
        }
    }
    atomic_store(&s->freeze_touches, 0);
    return result;
}
