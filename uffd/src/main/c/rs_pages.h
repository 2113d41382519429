/* A run of frozen pages on its way to the file: what each is, and the writes that store it. */
#ifndef RS_PAGES_H
#define RS_PAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "rs_block.h"
#include "rs_hash.h"
#include "rs_sink.h"

struct rs_pages {
    uint32_t count;
    uint32_t zero;                /* populated, all zeros */
    uint32_t unpopulated;         /* not populated at the freeze */
    uint32_t inherited;           /* as the parent has them */
    uint8_t *kind;                /* a page: enum rs_page_kind */
    uint32_t *crc;                /* a page: CRC-32C, 0 for RS_ZERO */
    struct rs_hash *hash;         /* a page: none for RS_ZERO; NULL: not wanted */
    const uint8_t *key;           /* for hashes */
    const struct rs_hash *parent; /* a page: what the parent has, or none; NULL: no parent */
};

/*
 * Looks at `count` pages from `from`, fills kinds, checksums and hashes, and copies the pages to
 * `to` unless that is NULL. `present` tells which were populated at the freeze, NULL means all; the
 * others are neither read, which could populate them, nor copied. `yielding` lets other threads
 * have the core every now and then.
 */
void rs_pages_sweep(struct rs_pages *pages, const uint8_t *from, uint8_t *to,
                    const uint8_t *present, uint64_t page_bytes, bool yielding);

/*
 * The same for pages of the guest, whose owner may keep this process from reading them. False when
 * some could not be read: what has been filled means nothing then.
 */
bool rs_pages_sweep_guest(struct rs_pages *pages, const uint8_t *from, uint8_t *to,
                          const uint8_t *present, uint64_t page_bytes, bool yielding);

/*
 * Plans how the pages at `data` get to `offset` in the file: holes for pages that are not stored,
 * unless `overwrite` says that older data may be there.
 */
void rs_pages_plan(const struct rs_pages *pages, const uint8_t *data, uint64_t page_bytes,
                   uint64_t offset, bool overwrite, struct rs_write *write);

#endif
