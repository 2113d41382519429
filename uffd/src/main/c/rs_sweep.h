/*
 * One pass over frozen pages: which are zero, what their checksums are, and, where asked, their
 * hashes and a copy.
 * Memory is read once, however much is wanted of it.
 */
#ifndef RS_SWEEP_H
#define RS_SWEEP_H

#include <stdint.h>

#include "rs_hash.h"

/* Pages that are read side by side: see rs_sweep.c. */
#define RS_SWEEP_PAGES 4

/*
 * Fills kind[i] (0: all zeros, 1: not) and crc[i] (CRC-32C, 0 for a zero page) for `count` pages
 * of `page_bytes`, and copies them to `to` unless that is NULL. Fills hash[i] (all zero for a zero
 * page) with `key`, one page long, unless `hash` is NULL. Addresses are aligned to 64 bytes.
 */
void rs_sweep(const uint8_t *from, uint8_t *to, uint32_t count, uint64_t page_bytes,
              const uint8_t *key, uint8_t *kind, uint32_t *crc, struct rs_hash *hash);

/* The same by tables and memcpy: what a processor without the instructions runs. */
void rs_sweep_plain(const uint8_t *from, uint8_t *to, uint32_t count, uint64_t page_bytes,
                    const uint8_t *key, uint8_t *kind, uint32_t *crc, struct rs_hash *hash);

#endif
