/* What the fault thread and the bulk thread both do to a chunk. */
#ifndef RS_CHUNK_H
#define RS_CHUNK_H

#include <stdbool.h>
#include <stdint.h>

#include "rs_inbox.h"
#include "rs_snapshot.h"

/*
 * Copies a chunk, which the caller has brought to RS_COPYING, to a slot of the pool, enters its
 * pages in the block's tables, and lets the guest have it. `inbox` is the fault thread's, NULL for
 * the bulk thread, which yields to others meanwhile. False when that failed; the snapshot has ended
 * then.
 */
bool rs_chunk_copy(struct rs_snapshot *s, struct rs_block *block, uint64_t index, uint64_t slot,
                   struct rs_inbox *inbox);

/*
 * Has the kernel copy a chunk to `to`: of memory that may be gone, or that this process may not
 * read. `yielding` as for rs_pages_sweep. As rs_fetch.
 */
int rs_chunk_fetch(struct rs_snapshot *s, const struct rs_block *block, uint64_t index, uint8_t *to,
                   bool yielding, uint64_t *failed);

/*
 * Un-protects a chunk that is copied or in the file, and wakes who waits for it. `inbox` as above.
 * False when that failed; the snapshot has ended then.
 */
bool rs_chunk_release(struct rs_snapshot *s, const struct rs_block *block, uint64_t index,
                      struct rs_inbox *inbox);

/* Image page where a chunk begins. */
static inline uint64_t rs_chunk_first_page(const struct rs_snapshot *s,
                                           const struct rs_block *block, uint64_t index) {
    return (rs_chunk_start(block, index) - block->first_page) / s->page_bytes;
}

/* Which of a chunk's pages were populated at the freeze; NULL: all. */
static inline const uint8_t *rs_chunk_present(const struct rs_snapshot *s,
                                              const struct rs_block *block, uint64_t index) {
    return s->chunks[index].population == RS_ALL_PAGES
               ? NULL
               : block->present + rs_chunk_first_page(s, block, index);
}

/* What the parent has of a block's pages from `first` on; NULL: nothing that could be inherited. */
static inline const struct rs_hash *rs_block_parents(const struct rs_block *block, uint64_t first) {
    return block->inherits ? block->parents + first : NULL;
}

static inline uint32_t rs_chunk_pages(const struct rs_snapshot *s, const struct rs_block *block,
                                      uint64_t index) {
    return (uint32_t)((rs_chunk_end(block, index) - rs_chunk_start(block, index)) / s->page_bytes);
}

#endif
