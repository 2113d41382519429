/* Guest RAM, and getting it back into the state in which every contender finds it. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "rb_api.h"
#include "rb_clock.h"

#ifndef MADV_POPULATE_WRITE /* Linux 5.14 */
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MADV_COLLAPSE /* Linux 6.1 */
#define MADV_COLLAPSE 25
#endif

#define HUGE_BYTES ((uint64_t)2 << 20)
#define PAGE_BYTES 4096

/* No page is zero, and no two are alike: nobody gets away with less than all of it. */
static void fill(uint64_t *words, uint64_t bytes) {
    uint64_t state = 0x9e3779b97f4a7c15;
    for (uint64_t i = 0; i < bytes / sizeof *words; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        words[i] = state;
    }
    /* The byte that guest threads add to, so that RAM starts a pass. */
    for (uint64_t at = 0; at < bytes; at += PAGE_BYTES)
        ((uint8_t *)words)[at] = 1;
}

/* `advice`: what madvise is to be told. */
static int64_t map(uint64_t bytes, int advice) {
    uint64_t room = bytes + HUGE_BYTES;
    void *mapped = mmap(NULL, room, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED)
        return -errno;
    uint64_t start = (uint64_t)mapped;
    uint64_t address = (start + HUGE_BYTES - 1) & ~(HUGE_BYTES - 1);
    if (address > start)
        munmap(mapped, address - start);
    if (start + room > address + bytes)
        munmap((void *)(address + bytes), start + room - address - bytes);
    if (madvise((void *)address, bytes, advice)) {
        int error = errno;
        munmap((void *)address, bytes);
        return -error;
    }
    return (int64_t)address;
}

int64_t rb_ram_map(uint64_t bytes, int huge) {
    int64_t address = map(bytes, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
    if (address > 0)
        fill((uint64_t *)address, bytes);
    return address;
}

int64_t rb_ram_reserve(uint64_t bytes) {
    return map(bytes, MADV_HUGEPAGE);
}

/* Where the numbers of a page begin; never 0, of which xorshift makes nothing else. */
static uint64_t seed(uint64_t page) {
    uint64_t mixed = (page + 1) * 0x9e3779b97f4a7c15;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
    return (mixed ^ mixed >> 27) | 1;
}

static uint64_t next(uint64_t state) {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^ state << 17;
}

void rb_ram_fill(uint64_t address, uint64_t bytes) {
    for (uint64_t page = 0; page < bytes / PAGE_BYTES; page++) {
        uint64_t *words = (uint64_t *)(address + page * PAGE_BYTES);
        uint64_t state = seed(page);
        for (unsigned i = 0; i < PAGE_BYTES / sizeof *words; i++)
            words[i] = state = next(state);
    }
}

int64_t rb_ram_wrong(uint64_t address, uint64_t bytes, uint64_t first) {
    int64_t wrong = 0;
    for (uint64_t page = 0; page < bytes / PAGE_BYTES; page++) {
        const uint64_t *words = (const uint64_t *)(address + page * PAGE_BYTES);
        uint64_t state = next(seed(first + page));
        uint64_t differences = 0;
        for (unsigned i = 1; i < PAGE_BYTES / sizeof *words; i++) {
            state = next(state);
            differences |= words[i] ^ state;
        }
        wrong += differences != 0;
    }
    return wrong;
}

void rb_ram_look(uint64_t address, uint64_t bytes) {
    for (uint64_t at = address; at < address + bytes; at += PAGE_BYTES)
        (void)*(volatile const uint8_t *)at;
}

int64_t rb_ram_collapse(uint64_t address, uint64_t bytes) {
    int64_t left = 0;
    for (uint64_t at = address; at + HUGE_BYTES <= address + bytes; at += HUGE_BYTES)
        left += madvise((void *)at, HUGE_BYTES, MADV_COLLAPSE) != 0;
    return left;
}

int rb_ram_touch(uint64_t address, uint64_t bytes) {
    if (madvise((void *)address, bytes, MADV_POPULATE_WRITE))
        return -errno;
    /* A virtual machine's host may have taken away what nobody looked at for a while. */
    for (uint64_t at = address; at < address + bytes; at += PAGE_BYTES)
        (void)*(volatile const uint8_t *)at;
    return 0;
}

int rb_memcpy_rate(uint64_t address, uint64_t bytes, int64_t *out) {
    uint64_t target_bytes = 32 * HUGE_BYTES; /* more than any cache holds */
    int64_t target = rb_ram_map(target_bytes, 1);
    if (target < 0)
        return (int)target;
    int64_t start = rb_now();
    for (uint64_t at = 0; at + RB_WRITE_BYTES <= bytes; at += RB_WRITE_BYTES)
        memcpy((void *)((uint64_t)target + at % target_bytes), (void *)(address + at),
               RB_WRITE_BYTES);
    int64_t took = rb_now() - start;
    out[0] = (int64_t)((double)(bytes - bytes % RB_WRITE_BYTES) * 1e9 / (double)took);
    munmap((void *)(uint64_t)target, target_bytes);
    return 0;
}
