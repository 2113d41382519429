/*
 * The bulk thread: one pass over RAM, every page once. Chunks that a guest thread waits for come
 * first. A chunk is written straight from guest pages and then un-protected, whether anybody asked
 * or not, so it can never fault again.
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "rs_clock.h"
#include "rs_pages.h"
#include "rs_snapshot.h"
#include "rs_uffd.h"

struct bulk {
    struct rs_snapshot *s;
    uint64_t next; /* the linear pass: next chunk */
    uint64_t left; /* chunks that are not in the file yet */
    struct rs_pages pages;
};

static uint64_t first_page(const struct rs_snapshot *s, const struct rs_block *block,
                           uint64_t index) {
    return (rs_chunk_start(block, index) - block->first_page) / s->page_bytes;
}

/* Keeps to the rate, in short sleeps so that the end is noticed. False when it has ended. */
static bool wait_until_due(struct rs_snapshot *s) {
    while (!rs_snapshot_ending(s)) {
        uint64_t now = rs_now();
        if (!s->sink.rate || now >= s->sink.due_ns)
            return true;
        uint64_t rest = s->sink.due_ns - now;
        struct timespec nap = {.tv_nsec = (long)(rest < 2000000 ? rest : 2000000)};
        nanosleep(&nap, NULL);
    }
    return false;
}

/* Looks at a chunk's frozen pages, wherever they are. False when the snapshot has ended. */
static bool examine(struct bulk *bulk, const struct rs_block *block, uint64_t index,
                    const uint8_t *data) {
    struct rs_snapshot *s = bulk->s;
    uint64_t bytes = rs_chunk_end(block, index) - rs_chunk_start(block, index);
    const uint8_t *present = s->chunks[index].population == RS_ALL_PAGES
                                 ? NULL
                                 : block->kinds + first_page(s, block, index);
    atomic_store(&s->bulk_touches, 1);
    bool go = !rs_snapshot_ending(s);
    if (go)
        rs_pages_examine(&bulk->pages, data, (uint32_t)(bytes / s->page_bytes), present,
                         s->page_bytes);
    atomic_store(&s->bulk_touches, 0);
    return go;
}

static bool store(struct bulk *bulk, const struct rs_block *block, uint64_t page,
                  const uint8_t *data, bool overwrite) {
    struct rs_snapshot *s = bulk->s;
    if (!wait_until_due(s))
        return false;
    uint64_t offset = block->file_offset + page * s->page_bytes, written = 0;
    int error =
        rs_pages_write(&bulk->pages, data, s->page_bytes, &s->sink, offset, overwrite, &written);
    rs_figure_add(&s->figures, RS_BYTES_WRITTEN, written);
    rs_figure_set(&s->figures, RS_DIRECT_IO, s->sink.direct);
    if (error)
        rs_snapshot_end(s, RS_FAILED, RS_STEP_WRITE, -error, rs_snapshot_index(s, block), offset);
    return !error;
}

/* The file holds the chunk, and `pages` is what it holds. */
static void enter(struct bulk *bulk, struct rs_block *block, uint64_t index) {
    struct rs_snapshot *s = bulk->s;
    rs_pages_enter(&bulk->pages, block, first_page(s, block, index));
    rs_figure_add(&s->figures, RS_PAGES_ZERO, bulk->pages.zero);
    rs_figure_add(&s->figures, RS_PAGES_UNPOPULATED, bulk->pages.unpopulated);
    rs_figure_add(&s->figures, RS_BYTES_DONE,
                  rs_chunk_end(block, index) - rs_chunk_start(block, index));
    bulk->left--;
    atomic_fetch_sub(&block->left, 1);
}

/* Saves a chunk from guest pages, unless the fault thread has it, or takes it meanwhile. */
static bool save_raw(struct bulk *bulk, uint64_t index, uint32_t state) {
    struct rs_snapshot *s = bulk->s;
    struct rs_chunk *chunk = &s->chunks[index];
    if (!atomic_compare_exchange_strong(&chunk->state, &state, RS_WRITING))
        return true;
    struct rs_block *block = rs_snapshot_block_of(s, index);
    uint64_t start = rs_chunk_start(block, index);
    if (!examine(bulk, block, index, (const uint8_t *)start))
        return false;
    chunk->written = 1;
    if (!store(bulk, block, first_page(s, block, index), (const uint8_t *)start, false))
        return false;
    uint32_t writing = RS_WRITING;
    if (!atomic_compare_exchange_strong(&chunk->state, &writing, RS_SAVED))
        return true; /* copied while it was written: what the file has may be newer than the copy */
    int error = rs_uffd_unprotect(s->uffd, start, rs_chunk_end(block, index) - start);
    atomic_store_explicit(&chunk->release_ns, rs_now(), memory_order_release);
    if (error) {
        rs_snapshot_end(s, RS_FAILED, RS_STEP_RELEASE, -error, rs_snapshot_index(s, block),
                        UINT64_MAX);
        return false;
    }
    rs_figure_add(&s->figures, RS_CHUNKS_SAVED, 1);
    enter(bulk, block, index);
    return true;
}

/* Writes the oldest copy, over whatever a raw write of the chunk left: that has completed. */
static bool save_copy(struct bulk *bulk) {
    struct rs_snapshot *s = bulk->s;
    uint64_t copy;
    if (!rs_ring_pop(&s->copies, &copy))
        return true;
    uint64_t index = copy >> 20, slot = copy & ((1u << 20) - 1);
    struct rs_block *block = rs_snapshot_block_of(s, index);
    const uint8_t *data = s->pool + slot * RS_CHUNK_BYTES;
    if (!examine(bulk, block, index, data) ||
        !store(bulk, block, first_page(s, block, index), data, s->chunks[index].written))
        return false;
    enter(bulk, block, index);
    rs_ring_push(&s->free_slots, slot);
    return true;
}

/* The next chunk of the linear pass that nobody has; false when the pass is over. */
static bool next_open(struct bulk *bulk, uint64_t *index) {
    struct rs_snapshot *s = bulk->s;
    for (; bulk->next < s->chunk_count; bulk->next++) {
        if (atomic_load_explicit(&s->chunks[bulk->next].state, memory_order_relaxed) == RS_OPEN) {
            *index = bulk->next++;
            return true;
        }
    }
    return false;
}

static bool pool_is_low(struct rs_snapshot *s) {
    return rs_ring_count(&s->free_slots) * 4 <= s->pool_slots;
}

/* One piece of work, the most urgent first. False when the snapshot has ended. */
static bool step(struct bulk *bulk) {
    struct rs_snapshot *s = bulk->s;
    uint64_t index;
    if (rs_ring_peek(&s->requests, &index)) {
        bool go = save_raw(bulk, index, RS_REQUESTED);
        rs_ring_pop(&s->requests, &index);
        return go;
    }
    if (rs_ring_count(&s->copies) && pool_is_low(s))
        return save_copy(bulk);
    if (next_open(bulk, &index))
        return save_raw(bulk, index, RS_OPEN);
    if (rs_ring_count(&s->copies))
        return save_copy(bulk);
    sched_yield(); /* the fault thread is copying one just now */
    return true;
}

static bool save_edges(struct bulk *bulk) {
    struct rs_snapshot *s = bulk->s;
    for (uint32_t i = 0; i < s->block_count; i++) {
        struct rs_block *block = &s->blocks[i];
        for (int e = 0; e < 2; e++) {
            struct rs_edge *edge = &block->edges[e];
            for (uint64_t done = 0; done < edge->pages;) {
                uint64_t count = edge->pages - done;
                if (count > RS_CHUNK_PAGES)
                    count = RS_CHUNK_PAGES;
                const uint8_t *data = edge->copy + done * s->page_bytes;
                rs_pages_examine(&bulk->pages, data, (uint32_t)count, NULL, s->page_bytes);
                if (!store(bulk, block, edge->page + done, data, false))
                    return false;
                rs_pages_enter(&bulk->pages, block, edge->page + done);
                rs_figure_add(&s->figures, RS_PAGES_ZERO, bulk->pages.zero);
                done += count;
            }
        }
        rs_figure_add(&s->figures, RS_BYTES_DONE, block->length - (block->end - block->start));
    }
    return true;
}

static void run(struct bulk *bulk) {
    struct rs_snapshot *s = bulk->s;
    struct pollfd go = {.fd = s->go_event, .events = POLLIN};
    while (poll(&go, 1, -1) < 0 && errno == EINTR) {
    }
    for (uint32_t i = 0; i < s->block_count; i++)
        bulk->left += atomic_load(&s->blocks[i].left);
    if (rs_snapshot_ending(s) || !save_edges(bulk))
        return;
    while (bulk->left) {
        if (rs_snapshot_ending(s) || !step(bulk))
            return;
    }
    rs_snapshot_end(s, RS_DONE, RS_STEP_NONE, 0, UINT64_MAX, UINT64_MAX);
}

void *rs_bulk_main(void *snapshot) {
    struct rs_snapshot *s = snapshot;
    struct bulk bulk = {.s = s};
    run(&bulk);
    atomic_store(&s->bulk_over, 1);
    rs_snapshot_unref(s);
    return NULL;
}
