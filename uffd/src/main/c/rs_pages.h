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
    uint8_t *kind;        /* a page: 0 not stored, 1 stored */
    uint32_t *crc;        /* a page: CRC-32C, 0 where not stored */
};

/*
 * Looks at `count` pages from `from`, fills kinds and checksums, and copies the pages to `to`
 * unless that is NULL. `present` tells which were populated at the freeze, NULL means all; the
 * others are neither read, which could populate them, nor copied. `yielding` lets other threads
 * have the core every now and then.
 */
void rs_pages_sweep(struct rs_pages *pages, const uint8_t *from, uint8_t *to,
                    const uint8_t *present, uint64_t page_bytes, bool yielding);

/*
 * Plans how the pages at `data` get to `offset` in the file: holes for zero pages, unless
 * `overwrite` says that older data may be there.
 */
void rs_pages_plan(const struct rs_pages *pages, const uint8_t *data, uint64_t page_bytes,
                   uint64_t offset, bool overwrite, struct rs_write *write);

#endif
