/*
 * Where blocks lie, and which chunk is whose. Chunks are numbered in the caller's order; only the
 * look-up by address has an order of its own.
 */
#include "rs_place.h"

#include <errno.h>
#include <stdlib.h>

#include "rs_uffd.h"

struct rs_block *rs_snapshot_block_at(struct rs_snapshot *s, uint64_t address) {
    uint32_t low = 0, high = s->block_count;
    /* Also hands over what the freeze has written. */
    if (!atomic_load_explicit(&s->placed, memory_order_acquire))
        return NULL;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (s->by_address[middle]->end <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == s->block_count || address < s->by_address[low]->start)
        return NULL;
    return s->by_address[low];
}

struct rs_block *rs_snapshot_block_of(struct rs_snapshot *s, uint64_t chunk) {
    uint32_t low = 0, high = s->block_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (s->blocks[middle].first_chunk + s->blocks[middle].chunks <= chunk)
            low = middle + 1;
        else
            high = middle;
    }
    return &s->blocks[low];
}

static int compare(const void *a, const void *b) {
    uint64_t x = (*(struct rs_block *const *)a)->address;
    uint64_t y = (*(struct rs_block *const *)b)->address;
    return x < y ? -1 : x > y;
}

/* Numbers the chunks, and sorts the index. */
static void number(struct rs_snapshot *s) {
    uint64_t chunks = 0;
    for (uint32_t i = 0; i < s->block_count; i++) {
        struct rs_block *block = &s->blocks[i];
        block->first_chunk = chunks;
        chunks += block->chunks;
        atomic_store_explicit(&block->left, block->chunks, memory_order_relaxed);
        s->by_address[i] = block;
    }
    s->chunk_count = chunks;
    rs_figure_set(&s->figures, RS_CHUNKS, chunks);
    qsort(s->by_address, s->block_count, sizeof(struct rs_block *), compare);
}

/* A block that lies differently in its pages than its parent did has other pages. */
static void settle_parents(struct rs_snapshot *s) {
    for (uint32_t i = 0; i < s->block_count; i++) {
        struct rs_block *block = &s->blocks[i];
        if (block->address % s->page_bytes != block->parent_lead)
            block->inherits = false;
    }
}

static int register_blocks(struct rs_snapshot *s, bool on_heap, uint64_t *failed) {
    for (uint32_t i = 0; i < s->block_count; i++) {
        struct rs_block *block = &s->blocks[i];
        if (block->on_heap != on_heap || block->start == block->end)
            continue;
        int result = rs_uffd_register(s->uffd, block->start, block->end - block->start);
        if (result) {
            *failed = i;
            return result;
        }
    }
    return 0;
}

int rs_place_fixed(struct rs_snapshot *s, uint64_t *failed) {
    bool all = true;
    for (uint32_t i = 0; i < s->block_count; i++)
        all = all && !s->blocks[i].on_heap;
    number(s);
    atomic_store(&s->placed, all);
    return register_blocks(s, false, failed);
}

static void unregister(struct rs_snapshot *s, struct rs_block *block) {
    if (block->start == block->end)
        return;
    /* Fails where the block is gone: nothing to do then. */
    rs_uffd_unregister(s->uffd, block->start, block->end - block->start);
    /*
     * The kernel wakes nobody here, only when the uffd is closed; and that is late when a thread
     * that uses it is kept from its end.
     */
    rs_uffd_wake(s->uffd, block->start, block->end - block->start);
}

void rs_place_undo(struct rs_snapshot *s) {
    bool placed = atomic_load(&s->placed);
    for (uint32_t i = 0; i < s->block_count; i++)
        if (placed || !s->blocks[i].on_heap)
            unregister(s, &s->blocks[i]);
}

/* Whether two blocks share memory: an array that was given twice. */
static bool overlap(const struct rs_snapshot *s, uint64_t *failed) {
    for (uint32_t i = 1; i < s->block_count; i++) {
        const struct rs_block *before = s->by_address[i - 1], *block = s->by_address[i];
        if (before->address + before->length > block->address) {
            *failed = (uint64_t)(block - s->blocks);
            return true;
        }
    }
    return false;
}

int rs_place_arrays(struct rs_snapshot *s, const uint64_t *addresses, uint64_t *failed) {
    if (atomic_load(&s->placed)) {
        settle_parents(s);
        return 0;
    }
    for (uint32_t i = 0; i < s->block_count; i++) {
        if (!s->blocks[i].on_heap)
            continue;
        *failed = i;
        if (!addresses || !addresses[i])
            return -EINVAL;
        rs_block_place(&s->blocks[i], addresses[i], s->page_bytes);
    }
    settle_parents(s);
    number(s);
    if (overlap(s, failed))
        return -EEXIST;
    /* From here on whoever ends the snapshot unregisters the arrays as well. */
    atomic_store(&s->placed, true);
    int result = register_blocks(s, true, failed);
    if (rs_snapshot_ending(s)) {
        rs_place_undo(s); /* or he has done so before they were registered */
        return -ECANCELED;
    }
    return result;
}
