#include "rs_chunk.h"

#include <errno.h>
#include <sched.h>

#include "rs_clock.h"
#include "rs_fetch.h"
#include "rs_pages.h"
#include "rs_uffd.h"

bool rs_chunk_release(struct rs_snapshot *s, const struct rs_block *block, uint64_t index,
                      struct rs_inbox *inbox) {
    uint64_t start = rs_chunk_start(block, index), end = rs_chunk_end(block, index);
    int error;
    /* The next snapshot may have protected it by now, and any userfaultfd can undo that. */
    if (rs_snapshot_ending(s))
        return false;
    while ((error = rs_uffd_unprotect(s->uffd, start, end - start)) == -EAGAIN) {
        /* Until the fault thread has read which memory is taken away. */
        if (!inbox || rs_inbox_read(inbox) <= 0)
            sched_yield();
    }
    if (!error)
        atomic_store_explicit(&s->chunks[index].release_ns, rs_now(), memory_order_release);
    else if (!rs_snapshot_ending(s))
        rs_snapshot_end(s, RS_FAILED, RS_STEP_RELEASE, -error, rs_snapshot_index(s, block),
                        UINT64_MAX);
    return !error;
}

static void note_pool_use(struct rs_snapshot *s) {
    uint64_t used = (rs_snapshot_slots(s) - rs_ring_count(&s->free_slots)) * RS_CHUNK_BYTES;
    rs_figure_raise(&s->figures, RS_POOL_PEAK_BYTES, used);
}

int rs_chunk_fetch(struct rs_snapshot *s, const struct rs_block *block, uint64_t index, uint8_t *to,
                   bool yielding, uint64_t *failed) {
    if (!block->fragile) /* either thread's */
        atomic_fetch_add(&s->figures.value[RS_CHUNKS_FETCHED], 1);
    return rs_fetch_pages(s->memory, to, rs_chunk_start(block, index),
                          rs_chunk_pages(s, block, index), rs_chunk_present(s, block, index),
                          s->page_bytes, yielding, failed);
}

bool rs_chunk_copy(struct rs_snapshot *s, struct rs_block *block, uint64_t index, uint64_t slot,
                   struct rs_inbox *inbox) {
    struct rs_chunk *chunk = &s->chunks[index];
    uint64_t first = rs_chunk_first_page(s, block, index);
    struct rs_pages pages = {
        .count = rs_chunk_pages(s, block, index),
        .kind = block->kinds + first,
        .crc = block->crcs + first,
        .hash = block->hashes ? block->hashes + first : NULL,
        .key = s->key,
        .parent = rs_block_parents(block, first),
    };
    uint64_t start = rs_chunk_start(block, index);
    uint8_t *copy = s->pool + slot * RS_CHUNK_BYTES;
    const uint8_t *present = rs_chunk_present(s, block, index);
    note_pool_use(s);
    if (block->fragile || !rs_pages_sweep_guest(&pages, (const uint8_t *)start, copy, present,
                                                s->page_bytes, !inbox)) {
        uint64_t failed;
        int error = rs_chunk_fetch(s, block, index, copy, !inbox, &failed);
        if (error) {
            rs_snapshot_unreadable(s, block, failed, -error);
            return false;
        }
        rs_pages_sweep(&pages, copy, NULL, present, s->page_bytes, !inbox);
    }
    chunk->zero = (uint16_t)pages.zero;
    chunk->unpopulated = (uint16_t)pages.unpopulated;
    chunk->saver = inbox ? RS_SAVER_FAULT : RS_SAVER_AHEAD;
    chunk->inherited = (uint16_t)pages.inherited;
    /* Closed to further copies before it is un-protected. */
    atomic_store_explicit(&chunk->state, RS_COPIED, memory_order_release);
    return rs_chunk_release(s, block, index, inbox);
}
