/*
 * A page's hash, by which an increment knows that a page is what its parent has.
 *
 * It is CLNH (Lemire and Kaser, 2015): over each 16 bytes of the page, with words of 64 bits, low
 * half of the page xor low half of the key, times the same of the high halves, without carries; all
 * of these, xored. For two different pages, whoever chose them and however alike they are, at most
 * one key in 2^64 gives the same hash. That needs a key that is random and that the guest does not
 * know. Why not XXH3: docs/INCREMENTS.md.
 */
#ifndef RS_HASH_H
#define RS_HASH_H

#include <stdbool.h>
#include <stdint.h>

/* All zero: none. */
struct rs_hash {
    uint64_t low;
    uint64_t high;
};

/* Finds out what the processor has. Call once before the rest. */
void rs_hash_init(void);

/* Whether this processor multiplies without carries by an instruction. */
bool rs_hash_by_instruction(void);

/* The hash of one page. The key is as long as the page; both are aligned to 16 bytes. */
struct rs_hash rs_hash_page(const uint8_t *key, const uint8_t *page, uint64_t page_bytes);

/* The same without that instruction. */
struct rs_hash rs_hash_page_plain(const uint8_t *key, const uint8_t *page, uint64_t page_bytes);

static inline bool rs_hash_is(const struct rs_hash *a, const struct rs_hash *b) {
    return a->low == b->low && a->high == b->high && (a->low | a->high);
}

#endif
