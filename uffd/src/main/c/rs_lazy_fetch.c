/*
 * A fetching thread: reads one chunk after the other from the image and checks it, and hands it to
 * the serving thread. First what somebody waits for, then what the guest will want next, then the
 * rest.
 */
#include <unistd.h>

#include "rs_guard.h"
#include "rs_lazy.h"

/* A chunk with fewer pages with content than this stays sparse. */
#define WELL_STORED(pages) ((pages) / 8 * 7)

#define NOTHING UINT64_MAX

static uint64_t claim(struct rs_lazy *l, uint64_t chunk) {
    if (chunk >= l->chunk_count || l->claimed[chunk])
        return NOTHING;
    l->claimed[chunk] = 1;
    return chunk;
}

static uint64_t claim_wanted(struct rs_lazy *l) {
    for (uint32_t i = 0; i < l->block_count; i++) {
        struct rs_lazy_block *block = &l->blocks[i];
        if (!atomic_load(&block->wanted))
            continue;
        for (uint64_t chunk = block->first_chunk; chunk < block->first_chunk + block->chunks;
             chunk++)
            if (claim(l, chunk) != NOTHING)
                return chunk;
    }
    return NOTHING;
}

/* A chunk that has been touched will be touched again, and so will the one after it. */
static uint64_t claim_hint(struct rs_lazy *l) {
    uint64_t touched = atomic_load_explicit(&l->hint, memory_order_relaxed);
    if (!touched)
        return NOTHING;
    uint64_t chunk = claim(l, touched - 1);
    return chunk != NOTHING ? chunk : claim(l, touched);
}

static uint64_t claim_next(struct rs_lazy *l) {
    uint64_t chunk = NOTHING;
    pthread_mutex_lock(&l->picking);
    if (atomic_load(&l->wanted))
        chunk = claim_wanted(l);
    if (chunk == NOTHING)
        chunk = claim_hint(l);
    while (chunk == NOTHING && l->order_next < l->order_count)
        chunk = claim(l, l->order[l->order_next++]);
    while (chunk == NOTHING && l->linear_next < l->chunk_count)
        chunk = claim(l, l->linear_next++);
    pthread_mutex_unlock(&l->picking);
    return chunk;
}

static uint64_t take_slot(struct rs_lazy *l) {
    uint64_t slot;
    while (!rs_ring_take(&l->free_slots, &slot))
        usleep(50);
    return slot;
}

static void hand_over(struct rs_lazy *l, uint64_t chunk, uint64_t slot) {
    pthread_mutex_lock(&l->picking);
    rs_ring_push(&l->ready, slot << 40 | chunk); /* never full: it has room for all chunks */
    pthread_mutex_unlock(&l->picking);
    if (atomic_load(&l->resting)) {
        uint64_t one = 1;
        if (write(l->poke, &one, sizeof one) < 0)
            return; /* it has been poked before */
    }
}

/* Pages to be read to the memory that was moved aside. */
struct aside {
    struct rs_lazy *lazy;
    uint32_t block;
    uint64_t page;
    uint64_t past;
    uint64_t to;
    int result;
};

static void read_to_aside(void *context) {
    struct aside *aside = context;
    struct rs_lazy *l = aside->lazy;
    aside->result =
        rs_source_read(&l->source, aside->block, aside->page, aside->past - aside->page,
                       (uint8_t *)(uintptr_t)aside->to, l->options.direct_io, rs_lazy_damaged, l);
}

/* False where it cannot be written: its protection went aside along with the host's memory. */
static bool read_aside(struct aside *aside) {
    uint64_t bytes = (aside->past - aside->page) * aside->lazy->page_bytes;
    return rs_guarded(aside->to, aside->to + bytes, read_to_aside, aside) && !aside->result;
}

/* Reads a chunk; how many bytes. */
static uint64_t fetch(struct rs_lazy *l, uint64_t chunk) {
    struct rs_lazy_block *block = rs_lazy_block_of(l, chunk);
    uint32_t index = rs_lazy_index(l, block);
    uint64_t start = rs_lazy_chunk_start(block, chunk), end = rs_lazy_chunk_end(block, chunk);
    uint64_t first = rs_lazy_page_at(l, block, start), past = rs_lazy_page_at(l, block, end);
    uint64_t stored = 0, wanted = 0;
    for (uint64_t page = first; page < past; page++) {
        bool content = rs_source_stored(&l->source, index, page);
        stored += content;
        wanted += content && rs_lazy_page(block, page) == RS_MISSING;
    }
    struct aside aside = {l, index, first, past, start + block->aside, 0};
    if (start >= block->aside_start && end <= block->aside_end && stored == wanted &&
        stored >= WELL_STORED(past - first) && read_aside(&aside)) {
        hand_over(l, chunk, 0);
        return end - start;
    }
    rs_lazy_drop_aside(block, start, end);
    if (!wanted) {
        hand_over(l, chunk, RS_LAZY_SLOTS + 1);
        return 0;
    }
    uint64_t slot = take_slot(l);
    rs_source_read(&l->source, index, first, past - first, l->slots + slot * RS_CHUNK_BYTES,
                   l->options.direct_io, rs_lazy_damaged, l);
    hand_over(l, chunk, slot + 1);
    return end - start;
}

/* Keeps to the limit, unless somebody waits for it all. */
static void pause_for(struct rs_lazy *l, uint64_t bytes) {
    if (!l->options.rate_bytes_s)
        return;
    uint64_t micros = bytes * RS_LAZY_FETCHERS * 1000000 / l->options.rate_bytes_s;
    for (; micros > 0 && !atomic_load(&l->wanted); micros -= micros < 1000 ? micros : 1000)
        usleep(micros < 1000 ? (useconds_t)micros : 1000);
}

void *rs_lazy_fetch_main(void *lazy) {
    struct rs_lazy *l = lazy;
    while (!atomic_load(&l->armed))
        usleep(50);
    if (atomic_load(&l->armed) == 2) {
        atomic_fetch_sub(&l->threads, 1);
        return NULL;
    }
    for (uint64_t chunk; (chunk = claim_next(l)) != NOTHING;)
        pause_for(l, fetch(l, chunk));
    atomic_fetch_sub(&l->threads, 1);
    return NULL;
}
