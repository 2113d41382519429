/*
 * Who saved what, and when: what an image's history is made of. Slices are chunks as they would be
 * if a block's first and last partial page, which are copied in the freeze, were in chunks too.
 */
#include "rs_snapshot.h"

static uint32_t micros_between(uint64_t from_ns, uint64_t to_ns) {
    uint64_t micros = to_ns > from_ns ? (to_ns - from_ns) / 1000 : 0;
    return micros < UINT32_MAX ? (uint32_t)micros : UINT32_MAX - 1;
}

/* The slice that an image page is in. */
static uint64_t slice_of(const struct rs_snapshot *s, const struct rs_block *block, uint64_t page) {
    uint64_t address = block->first_page + page * s->page_bytes;
    return address / RS_CHUNK_BYTES - block->first_page / RS_CHUNK_BYTES;
}

void rs_snapshot_history(struct rs_snapshot *s, uint32_t index, uint32_t count, uint8_t *savers,
                         uint32_t *micros) {
    const struct rs_block *block = &s->blocks[index];
    uint64_t armed = rs_figure(&s->figures, RS_SAVING_START_NS);
    for (uint32_t i = 0; i < count; i++) {
        savers[i] = RS_SAVER_NONE;
        micros[i] = UINT32_MAX;
    }
    for (int e = 0; e < 2; e++) {
        const struct rs_edge *edge = &block->edges[e];
        if (!edge->pages)
            continue;
        uint64_t last = slice_of(s, block, edge->page + edge->pages - 1);
        for (uint64_t i = slice_of(s, block, edge->page); i <= last && i < count; i++) {
            savers[i] = RS_SAVER_FREEZE;
            micros[i] = 0;
        }
    }
    uint64_t first = block->grid / RS_CHUNK_BYTES - block->first_page / RS_CHUNK_BYTES;
    for (uint64_t i = 0; i < block->chunks && first + i < count; i++) {
        struct rs_chunk *chunk = &s->chunks[block->first_chunk + i];
        if (chunk->saver == RS_SAVER_NONE)
            continue;
        savers[first + i] = chunk->saver;
        micros[first + i] =
            micros_between(armed, atomic_load_explicit(&chunk->release_ns, memory_order_acquire));
    }
}
