/* rs_hash: both ways alike, against products worked out bit by bit, and every bit counts. */
#include <string.h>

#include "check.h"
#include "rs_hash.h"

#define PAGE ((uint64_t)4096)

static _Alignas(64) uint8_t key[16 * PAGE], page[16 * PAGE];
static uint64_t state = 1;

static uint64_t next(void) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state >> 16;
}

/* The definition, a bit at a time. */
static struct rs_hash by_bits(uint64_t bytes) {
    struct rs_hash sum = {0};
    for (uint64_t i = 0; i < bytes; i += 16) {
        uint64_t a, b, k, l;
        memcpy(&a, page + i, 8);
        memcpy(&b, page + i + 8, 8);
        memcpy(&k, key + i, 8);
        memcpy(&l, key + i + 8, 8);
        for (int bit = 0; bit < 64; bit++) {
            if (!((b ^ l) >> bit & 1))
                continue;
            sum.low ^= (a ^ k) << bit;
            sum.high ^= bit ? (a ^ k) >> (64 - bit) : 0;
        }
    }
    return sum;
}

static bool equal(struct rs_hash a, struct rs_hash b) {
    return a.low == b.low && a.high == b.high;
}

int main(void) {
    rs_hash_init();
    for (uint64_t i = 0; i < sizeof key; i++) {
        key[i] = (uint8_t)next();
        page[i] = (uint8_t)next();
    }
    TRY(60, "all ways alike, by instruction: %d", rs_hash_by_instruction());
    for (uint64_t bytes = PAGE; bytes <= sizeof page; bytes *= 2) {
        struct rs_hash wanted = by_bits(bytes);
        CHECK(equal(rs_hash_page(key, page, bytes), wanted), "%d bytes", (int)bytes);
        CHECK(equal(rs_hash_page_plain(key, page, bytes), wanted), "%d bytes, plain", (int)bytes);
    }
    TRY(60, "every bit counts");
    struct rs_hash before = rs_hash_page(key, page, PAGE);
    for (uint64_t bit = 0; bit < PAGE * 8; bit++) {
        page[bit / 8] ^= (uint8_t)(1 << bit % 8);
        CHECK(!equal(rs_hash_page(key, page, PAGE), before), "bit %d", (int)bit);
        page[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    TRY(60, "two signs that change, which XXH3 takes for nothing where it is unlucky");
    for (int i = 0; i < 1000; i++) {
        uint64_t one = next() % (PAGE / 8), two = next() % (PAGE / 8);
        page[one * 8 + 7] ^= 0x80;
        page[two * 8 + 7] ^= 0x80;
        CHECK(one == two || !equal(rs_hash_page(key, page, PAGE), before), "words %d and %d",
              (int)one, (int)two);
        page[one * 8 + 7] ^= 0x80;
        page[two * 8 + 7] ^= 0x80;
    }
    TRY(60, "no hash is no hash of anything");
    struct rs_hash none = {0};
    CHECK(!rs_hash_is(&none, &none) && rs_hash_is(&before, &before), "what is none");
    return 0;
}
