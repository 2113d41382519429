/*
 * The freeze, from edges to protection: vCPUs are parked all the while, so every step counts. The
 * bulk thread, which has nothing to do yet, takes a share of the scan and of the arming.
 */
#include <errno.h>
#include <sched.h>
#include <string.h>

#include "rs_clock.h"
#include "rs_fetch.h"
#include "rs_guard.h"
#include "rs_pagemap.h"
#include "rs_place.h"
#include "rs_snapshot.h"
#include "rs_uffd.h"

/* What a thread that loads it itself has been told to copy. */
struct load {
    uint8_t *to;
    uint64_t from;
    uint64_t bytes;
};

static void load(void *context) {
    const struct load *load = context;
    memcpy(load->to, (const void *)(uintptr_t)load->from, load->bytes);
}

static int copy_edge(const struct rs_snapshot *s, const struct rs_block *block,
                     const struct rs_edge *edge, uint64_t *failed) {
    uint64_t page = s->page_bytes;
    uint64_t from = block->first_page + edge->page * page;
    uint64_t to = from + edge->pages * page;
    uint64_t limit = block->address + block->length;
    uint64_t base = from;
    if (from < block->address)
        from = block->address;
    if (to > limit)
        to = limit;
    struct load all = {edge->copy + (from - base), from, to - from};
    if (!block->fragile && rs_guarded(from, to, load, &all))
        return 0;
    return rs_fetch(s->memory, all.to, from, all.bytes, failed);
}

static int copy_edges(struct rs_snapshot *s) {
    for (uint32_t i = 0; i < s->block_count; i++) {
        for (int e = 0; e < 2; e++) {
            struct rs_block *block = &s->blocks[i];
            uint64_t failed = block->address;
            int result = block->edges[e].pages ? copy_edge(s, block, &block->edges[e], &failed) : 0;
            if (result) {
                rs_snapshot_unreadable(s, block, failed, -result);
                return result;
            }
        }
    }
    return 0;
}

/* A share is a range of chunks, by their index among all blocks': [from, to). */
struct share {
    struct rs_snapshot *s;
    uint64_t from;
    uint64_t to;
    uint64_t huge;  /* chunks on one huge page */
    uint64_t empty; /* chunks without a populated page */
    struct rs_block *block;
};

/* The part of a share that lies in its block. */
static uint64_t first_in_block(const struct share *share) {
    uint64_t first = share->block->first_chunk;
    return share->from > first ? share->from : first;
}

static uint64_t past_in_block(const struct share *share) {
    uint64_t past = share->block->first_chunk + share->block->chunks;
    return share->to < past ? share->to : past;
}

/*
 * Notes what is populated. A page that is not is zero by definition: it is neither protected nor
 * read, whatever the guest does to it later. So no marker is needed in empty page tables, which
 * would have to be allocated during the freeze.
 */
static int mark_run(void *context, const struct rs_run *run) {
    struct share *share = context;
    struct rs_snapshot *s = share->s;
    struct rs_block *block = share->block;
    for (uint64_t at = run->start; at < run->end;) {
        uint64_t index = rs_chunk_at(block, at);
        struct rs_chunk *chunk = &s->chunks[index];
        uint64_t start = rs_chunk_start(block, index), end = rs_chunk_end(block, index);
        uint64_t to = run->end < end ? run->end : end;
        if (at == start && to == end) {
            chunk->population = RS_ALL_PAGES;
            share->huge += run->huge && end - start == RS_CHUNK_BYTES;
        } else {
            chunk->population = RS_SOME_PAGES;
            memset(block->present + (at - block->first_page) / s->page_bytes, 1,
                   (to - at) / s->page_bytes);
        }
        at = to;
    }
    return 0;
}

/*
 * What this process has not mapped of shared memory may hold data all the same: somebody else wrote
 * it, or the kernel took it out of the page table. It can be protected, too.
 */
static void mark_all(struct share *share) {
    for (uint64_t i = first_in_block(share); i < past_in_block(share); i++)
        share->s->chunks[i].population = RS_ALL_PAGES;
}

static int scan_share(struct share *share) {
    struct rs_snapshot *s = share->s;
    if (share->block->shared) {
        mark_all(share);
        return 0;
    }
    uint64_t start = rs_chunk_start(share->block, first_in_block(share));
    uint64_t end = rs_chunk_end(share->block, past_in_block(share) - 1);
    return rs_pagemap_scan(s->pagemap, start, end, s->old_pagemap, mark_run, share);
}

/* The fault thread, which is none of those that freeze, reads what keeps the kernel from it. */
static int protect(const struct rs_snapshot *s, uint64_t start, uint64_t end) {
    int result;
    while ((result = rs_uffd_protect(s->uffd, start, end - start)) == -EAGAIN)
        sched_yield();
    return result;
}

/* One call for each run of chunks that hold something: every call costs a TLB shoot-down. */
static int protect_share(struct share *share) {
    struct rs_snapshot *s = share->s;
    struct rs_block *block = share->block;
    uint64_t end = past_in_block(share);
    for (uint64_t at = first_in_block(share); at < end;) {
        uint64_t first = at;
        /* Released: the fault thread loads the state before it reads what the scan found. */
        for (; at < end && s->chunks[at].population != RS_NO_PAGE; at++)
            atomic_store_explicit(&s->chunks[at].state, RS_OPEN, memory_order_release);
        if (at > first) {
            int result = protect(s, rs_chunk_start(block, first), rs_chunk_end(block, at - 1));
            if (result)
                return result;
        }
        for (; at < end && s->chunks[at].population == RS_NO_PAGE; at++) {
            atomic_store_explicit(&s->chunks[at].state, RS_EMPTY, memory_order_relaxed);
            atomic_fetch_sub_explicit(&block->left, 1, memory_order_relaxed);
            share->empty++;
        }
    }
    return 0;
}

/* Does a share, block by block. */
static void do_share(struct rs_freeze *freeze, struct share *share) {
    struct rs_snapshot *s = share->s;
    uint64_t step = atomic_load_explicit(&freeze->step, memory_order_relaxed);
    share->block = rs_snapshot_block_of(s, share->from);
    for (; share->block < s->blocks + s->block_count; share->block++) {
        if (share->block->first_chunk >= share->to)
            break;
        if (!share->block->chunks)
            continue;
        int result = step == RS_STEP_SCAN ? scan_share(share) : protect_share(share);
        if (result) {
            rs_snapshot_end(s, RS_FAILED, (enum rs_step)step, -result,
                            rs_snapshot_index(s, share->block), UINT64_MAX);
            break;
        }
    }
    atomic_fetch_add(&freeze->huge, share->huge);
    atomic_fetch_add(&freeze->empty, share->empty);
}

/* Takes shares until none is left. A share taken is a share done, even when the snapshot ends. */
static void take_shares(struct rs_snapshot *s) {
    struct rs_freeze *freeze = &s->freeze;
    for (;;) {
        uint64_t size = atomic_load(&freeze->share);
        uint64_t from = atomic_fetch_add(&freeze->next, size);
        if (from >= s->chunk_count)
            return;
        uint64_t to = from + size < s->chunk_count ? from + size : s->chunk_count;
        struct share share = {.s = s, .from = from, .to = to};
        if (!rs_snapshot_ending(s))
            do_share(freeze, &share);
        atomic_fetch_add(&freeze->done, to - from);
    }
}

void rs_freeze_help(struct rs_snapshot *s) {
    while (rs_snapshot_phase(s) == RS_PREPARED && !rs_snapshot_ending(s)) {
        /* The step hands over what the arming thread has found out of arrays before. */
        if (atomic_load(&s->freeze.step) && atomic_load(&s->freeze.next) < s->chunk_count) {
            atomic_store(&s->bulk_touches, 1);
            take_shares(s);
            atomic_store(&s->bulk_touches, 0);
        }
        sched_yield(); /* it may have been woken onto the core of the thread that it helps */
    }
}

/* Has all shares done, by whoever is there. */
static int share_out(struct rs_snapshot *s, enum rs_step step, uint64_t chunks) {
    struct rs_freeze *freeze = &s->freeze;
    atomic_store(&freeze->step, step);
    atomic_store(&freeze->share, chunks);
    atomic_store(&freeze->done, 0);
    atomic_store(&freeze->next, 0);
    take_shares(s);
    while (atomic_load(&freeze->done) < s->chunk_count)
        sched_yield();
    return rs_snapshot_ending(s) ? -ECANCELED : 0;
}

/*
 * Protecting costs 0.12 us a huge page, but 18 us for 512 small ones, and each call a TLB
 * shoot-down of 10-30 us.
 */
static uint64_t arm_share(struct rs_snapshot *s) {
    return atomic_load(&s->freeze.huge) * 10 >= s->chunk_count * 9 ? 512 : 32;
}

/* To wake a second thread costs about as much as 1 GiB of huge pages, or 5 MiB of small ones. */
static bool worth_sharing(const struct rs_snapshot *s) {
    return s->chunk_count > 1024 || (!s->collapsed && s->chunk_count > 32);
}

static int place(struct rs_snapshot *s, const uint64_t *addresses) {
    uint64_t failed = UINT64_MAX;
    int result = rs_place_arrays(s, addresses, &failed);
    if (result && result != -ECANCELED)
        rs_snapshot_end(s, RS_FAILED, RS_STEP_PLACE, -result, failed, UINT64_MAX);
    return result;
}

static int freeze(struct rs_snapshot *s, const uint64_t *addresses) {
    uint64_t began = rs_now();
    int result = place(s, addresses);
    if (result)
        return result;
    uint64_t start = rs_now();
    if (worth_sharing(s))
        rs_snapshot_go(s);
    result = copy_edges(s);
    uint64_t copied = rs_now();
    if (!result)
        result = share_out(s, RS_STEP_SCAN, 128);
    uint64_t scanned = rs_now();
    /* The fault thread runs already: the first page may be asked for before this returns. */
    if (!result)
        result = share_out(s, RS_STEP_ARM, arm_share(s));
    uint64_t armed = rs_now();
    rs_figure_set(&s->figures, RS_CHUNKS_HUGE, atomic_load(&s->freeze.huge));
    rs_figure_set(&s->figures, RS_CHUNKS_EMPTY, atomic_load(&s->freeze.empty));
    rs_figure_add(&s->figures, RS_PLACE_NS, start - began);
    rs_figure_set(&s->figures, RS_EDGES_NS, copied - start);
    rs_figure_set(&s->figures, RS_SCAN_NS, scanned - copied);
    rs_figure_set(&s->figures, RS_ARM_NS, armed - scanned);
    rs_figure_set(&s->figures, RS_SAVING_START_NS, armed);
    return result;
}

int rs_snapshot_arm(struct rs_snapshot *s, const uint64_t *addresses) {
    while (!atomic_load(&s->fault_ready) && !rs_snapshot_ending(s))
        rs_relax();
    atomic_store(&s->freeze_touches, 1);
    atomic_store(&s->freezing, true);
    int result = rs_snapshot_ending(s) ? -ECANCELED : freeze(s, addresses);
    uint64_t prepared = RS_PREPARED;
    if (!result &&
        !atomic_compare_exchange_strong(&s->figures.value[RS_PHASE], &prepared, RS_ARMED))
        result = -ECANCELED;
    rs_snapshot_go(s);
    atomic_store(&s->freeze_touches, 0);
    return result;
}
