#include "rs_crc32c.h"

#include <pthread.h>
#include <string.h>

#define POLYNOMIAL 0x82f63b78u /* reflected */

/*
 * The instruction has a latency of three cycles and a throughput of one, so three lanes run side by
 * side; their checksums are joined by "append LANE zero bytes", which is linear and so a table.
 */
#define LANE 1360
#define LANES (3 * LANE)

static uint32_t table[8][256];
static uint32_t lane_shift[4][256];
static bool by_instruction;

#if defined(__x86_64__)
#include <immintrin.h>
#define CRC_TARGET __attribute__((target("sse4.2")))
#define CRC_STEP(crc, word) (uint32_t) _mm_crc32_u64(crc, word)
static bool has_instruction(void) {
    return __builtin_cpu_supports("sse4.2");
}
#elif defined(__aarch64__)
#include <arm_acle.h>
#include <asm/hwcap.h>
#include <sys/auxv.h>
#define CRC_TARGET __attribute__((target("+crc")))
#define CRC_STEP(crc, word) __crc32cd(crc, word)
static bool has_instruction(void) {
    return (getauxval(AT_HWCAP) & HWCAP_CRC32) != 0;
}
#else
#define CRC_TARGET
#define CRC_STEP(crc, word) step_by_table(crc, word)
static bool has_instruction(void) {
    return false;
}
#endif

static uint64_t word_at(const uint8_t *data) {
    uint64_t word;
    memcpy(&word, data, sizeof word);
    return word;
}

static uint32_t step_by_table(uint32_t crc, uint64_t word) {
    word ^= crc;
    uint32_t next = 0;
    for (int i = 0; i < 8; i++)
        next ^= table[7 - i][(word >> (8 * i)) & 0xff];
    return next;
}

static uint32_t shift_by_lane(uint32_t crc) {
    return lane_shift[0][crc & 0xff] ^ lane_shift[1][(crc >> 8) & 0xff] ^
           lane_shift[2][(crc >> 16) & 0xff] ^ lane_shift[3][crc >> 24];
}

CRC_TARGET static uint32_t run_by_instruction(const uint8_t *data, size_t length) {
    uint32_t crc = 0xffffffffu;
    for (; length >= LANES; data += LANES, length -= LANES) {
        uint32_t a = crc, b = 0, c = 0;
        for (size_t i = 0; i < LANE; i += 8) {
            a = CRC_STEP(a, word_at(data + i));
            b = CRC_STEP(b, word_at(data + LANE + i));
            c = CRC_STEP(c, word_at(data + 2 * LANE + i));
        }
        crc = shift_by_lane(shift_by_lane(a) ^ b) ^ c;
    }
    for (; length >= 8; data += 8, length -= 8)
        crc = CRC_STEP(crc, word_at(data));
    return ~crc;
}

uint32_t rs_crc32c_by_table(const void *data, size_t length) {
    const uint8_t *bytes = data;
    uint32_t crc = 0xffffffffu;
    for (; length >= 8; bytes += 8, length -= 8)
        crc = step_by_table(crc, word_at(bytes));
    return ~crc;
}

static void fill_tables(void) {
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
        table[0][i] = crc;
    }
    for (uint32_t i = 0; i < 256; i++)
        for (int k = 1; k < 8; k++)
            table[k][i] = (table[k - 1][i] >> 8) ^ table[0][table[k - 1][i] & 0xff];
    for (int k = 0; k < 4; k++) {
        for (uint32_t i = 0; i < 256; i++) {
            uint32_t crc = i << (8 * k);
            for (int zeros = 0; zeros < LANE; zeros += 8)
                crc = step_by_table(crc, 0);
            lane_shift[k][i] = crc;
        }
    }
    by_instruction = has_instruction();
}

bool rs_crc32c_by_instruction(void) {
    return by_instruction;
}

void rs_crc32c_init(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, fill_tables);
}

uint32_t rs_crc32c(const void *data, size_t length) {
    return by_instruction ? run_by_instruction(data, length) : rs_crc32c_by_table(data, length);
}
