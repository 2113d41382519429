#include "rs_hash.h"

#include <pthread.h>
#include <string.h>

#include "rs_snapshot.h"

static bool by_instruction;

static uint64_t word_at(const uint8_t *data) {
    uint64_t word;
    memcpy(&word, data, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* Adds the product of two words to a sum, four bits of one of them at a time. */
static void add_product(struct rs_hash *sum, uint64_t a, uint64_t b) {
    unsigned __int128 multiple[16] = {0, a}, product = 0;
    for (int i = 2; i < 16; i += 2) {
        multiple[i] = multiple[i / 2] << 1;
        multiple[i + 1] = multiple[i] ^ a;
    }
    for (int shift = 60; shift >= 0; shift -= 4)
        product = product << 4 ^ multiple[b >> shift & 15];
    sum->low ^= (uint64_t)product;
    sum->high ^= (uint64_t)(product >> 64);
}

struct rs_hash rs_hash_page_plain(const uint8_t *key, const uint8_t *page, uint64_t page_bytes) {
    struct rs_hash sum = {0};
    for (uint64_t i = 0; i < page_bytes; i += 16)
        add_product(&sum, word_at(page + i) ^ word_at(key + i),
                    word_at(page + i + 8) ^ word_at(key + i + 8));
    return sum;
}

#if defined(__x86_64__)
#include <immintrin.h>
static bool has_instruction(void) {
    return __builtin_cpu_supports("pclmul");
}

__attribute__((target("pclmul"))) static struct rs_hash
hash_by_instruction(const uint8_t *key, const uint8_t *page, uint64_t page_bytes) {
    __m128i sums[4] = {{0}};
    struct rs_hash hash;
    for (uint64_t i = 0; i < page_bytes; i += 64) {
        _Pragma("GCC unroll 4") for (uint64_t k = 0; k < 4; k++) {
            __m128i mixed = _mm_xor_si128(_mm_load_si128((const __m128i *)(key + i + 16 * k)),
                                          _mm_load_si128((const __m128i *)(page + i + 16 * k)));
            sums[k] = _mm_xor_si128(sums[k], _mm_clmulepi64_si128(mixed, mixed, 0x10));
        }
    }
    sums[0] = _mm_xor_si128(_mm_xor_si128(sums[0], sums[1]), _mm_xor_si128(sums[2], sums[3]));
    memcpy(&hash, &sums[0], sizeof hash);
    return hash;
}
#elif defined(__aarch64__)
#include <arm_neon.h>
#include <asm/hwcap.h>
#include <sys/auxv.h>
static bool has_instruction(void) {
    return (getauxval(AT_HWCAP) & HWCAP_PMULL) != 0;
}

__attribute__((target("+crypto"))) static struct rs_hash
hash_by_instruction(const uint8_t *key, const uint8_t *page, uint64_t page_bytes) {
    uint64x2_t sum = vdupq_n_u64(0);
    struct rs_hash hash;
    for (uint64_t i = 0; i < page_bytes; i += 16) {
        uint64x2_t mixed = veorq_u64(vreinterpretq_u64_u8(vld1q_u8(page + i)),
                                     vreinterpretq_u64_u8(vld1q_u8(key + i)));
        poly128_t product = vmull_p64(vgetq_lane_u64(mixed, 0), vgetq_lane_u64(mixed, 1));
        sum = veorq_u64(sum, vreinterpretq_u64_p128(product));
    }
    vst1q_u64(&hash.low, sum);
    return hash;
}
#else
static bool has_instruction(void) {
    return false;
}
#define hash_by_instruction rs_hash_page_plain
#endif

static void look(void) {
    by_instruction = has_instruction();
}

void rs_hash_init(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, look);
}

bool rs_hash_by_instruction(void) {
    return by_instruction;
}

struct rs_hash rs_hash_page(const uint8_t *key, const uint8_t *page, uint64_t page_bytes) {
    return by_instruction ? hash_by_instruction(key, page, page_bytes)
                          : rs_hash_page_plain(key, page, page_bytes);
}

int rs_hashes_fast(void) {
    rs_hash_init();
    return by_instruction;
}

void rs_hash_pages(const uint8_t *key, const uint8_t *pages, uint64_t count, uint64_t page_bytes,
                   struct rs_hash *hashes) {
    rs_hash_init();
    for (uint64_t i = 0; i < count; i++)
        hashes[i] = rs_hash_page(key, pages + i * page_bytes, page_bytes);
}
