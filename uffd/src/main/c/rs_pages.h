/* A run of frozen pages on its way to the file: what each is, and the writes that store it. */
#ifndef RS_PAGES_H
#define RS_PAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "rs_block.h"
#include "rs_sink.h"

struct rs_pages {
    uint32_t count;
    uint32_t zero;        /* populated, all zeros */
    uint32_t unpopulated; /* not populated at the freeze */
    uint8_t kind[RS_CHUNK_PAGES];
    uint8_t present[RS_CHUNK_PAGES];
    uint32_t crc[RS_CHUNK_PAGES];
};

/*
 * Looks at `count` pages from `data`. `present` tells which were populated at the freeze, NULL
 * means all; the others are not touched.
 */
void rs_pages_examine(struct rs_pages *pages, const uint8_t *data, uint32_t count,
                      const uint8_t *present, uint64_t page_bytes);

/*
 * Plans how the pages get to `offset` in the file: holes for zero pages, unless `overwrite` says
 * that older data may be there.
 */
void rs_pages_plan(const struct rs_pages *pages, const uint8_t *data, uint64_t page_bytes,
                   uint64_t offset, bool overwrite, struct rs_write *write);

/* Enters kinds and checksums into a block's tables, from image page `first` on. */
void rs_pages_enter(const struct rs_pages *pages, struct rs_block *block, uint64_t first);

#endif
