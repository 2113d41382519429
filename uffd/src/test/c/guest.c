#define _GNU_SOURCE
#include "guest.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rs_block.h"

/* Every access is volatile: memset and memcpy would be the sanitizers' own. */
typedef volatile uint64_t word;

static uint64_t mix(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

void guest_map(struct guest *guest, uint64_t bytes) {
    uint8_t *raw = mmap(NULL, bytes + RS_CHUNK_BYTES, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (raw == MAP_FAILED)
        abort();
    uint8_t *ram =
        (uint8_t *)(((uintptr_t)raw + RS_CHUNK_BYTES - 1) & ~(uintptr_t)(RS_CHUNK_BYTES - 1));
    if (ram > raw)
        munmap(raw, (uintptr_t)(ram - raw));
    munmap(ram + bytes, (uintptr_t)(raw + RS_CHUNK_BYTES - ram));
    *guest = (struct guest){.ram = ram, .bytes = bytes};
}

void guest_unmap(struct guest *guest) {
    munmap(guest->ram, guest->bytes);
}

void guest_forbid(struct guest *guest) {
    void *same = mmap(guest->ram, guest->bytes, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    if (same != guest->ram)
        abort();
}

static void fill_page(uint8_t *page, uint64_t value) {
    for (uint64_t i = 0; i < GUEST_PAGE; i += 8)
        *(word *)(page + i) = value ? mix(&value) | 1 : 0;
}

void guest_fill(struct guest *guest, uint64_t seed) {
    for (uint64_t at = 0; at < guest->bytes; at += GUEST_PAGE)
        fill_page(guest->ram + at, mix(&seed) | 1);
}

void guest_fill_some(struct guest *guest, uint64_t seed) {
    madvise(guest->ram, guest->bytes, MADV_NOHUGEPAGE);
    for (uint64_t at = 0; at < guest->bytes;) {
        uint64_t kind = mix(&seed) % 3, pages = mix(&seed) % 2 ? 1 : mix(&seed) % 700;
        for (; pages && at < guest->bytes; pages--, at += GUEST_PAGE)
            if (kind)
                fill_page(guest->ram + at, kind == 1 ? 0 : mix(&seed) | 1);
    }
}

static void park(struct guest *guest) {
    atomic_fetch_add(&guest->parked, 1);
    while (atomic_load(&guest->frozen))
        sched_yield();
    atomic_fetch_sub(&guest->parked, 1);
}

static void *run(void *argument) {
    struct guest *guest = argument;
    uint32_t me = atomic_fetch_add(&guest->next, 1);
    uint64_t pages = guest->bytes / GUEST_PAGE, state = me, at = pages / guest->threads * me;
    while (!atomic_load(&guest->stopped)) {
        if (atomic_load(&guest->frozen))
            park(guest);
        at = guest->order == GUEST_RANDOM ? mix(&state) % pages : (at + 1) % pages;
        /* Each thread has its own byte of a page, so that no write is lost. */
        volatile uint8_t *byte = guest->ram + at * GUEST_PAGE + 640 * (me + 1);
        *byte = (uint8_t)(*byte + 1);
        atomic_fetch_add(&guest->writes[me], 1);
    }
    return NULL;
}

void guest_start(struct guest *guest, uint32_t threads, enum guest_order order) {
    guest->threads = threads;
    guest->order = order;
    atomic_store(&guest->next, 0);
    atomic_store(&guest->stopped, false);
    for (uint32_t i = 0; i < threads; i++)
        if (pthread_create(&guest->thread[i], NULL, run, guest))
            abort();
}

void guest_stop(struct guest *guest) {
    atomic_store(&guest->stopped, true);
    for (uint32_t i = 0; i < guest->threads; i++)
        pthread_join(guest->thread[i], NULL);
    guest->threads = 0;
}

void guest_freeze(struct guest *guest) {
    atomic_store(&guest->frozen, true);
    while (atomic_load(&guest->parked) < guest->threads)
        sched_yield();
}

void guest_thaw(struct guest *guest) {
    atomic_store(&guest->frozen, false);
    while (atomic_load(&guest->parked))
        sched_yield();
}

void guest_await_writes(struct guest *guest, uint64_t more) {
    for (uint32_t i = 0; i < guest->threads; i++) {
        uint64_t goal = atomic_load(&guest->writes[i]) + more;
        while (atomic_load(&guest->writes[i]) < goal)
            usleep(100);
    }
}

void guest_copy(const struct guest *guest, uint8_t *to) {
    for (uint64_t at = 0; at < guest->bytes; at += 8)
        *(word *)(to + at) = *(word *)(guest->ram + at);
}

void guest_write_every_page(struct guest *guest) {
    for (uint64_t at = 0; at < guest->bytes; at += GUEST_PAGE) {
        volatile uint8_t *byte = guest->ram + at;
        *byte = (uint8_t)(*byte + 1);
    }
}

void guest_write_last_page(struct guest *guest) {
    volatile uint8_t *byte = guest->ram + guest->bytes - RS_CHUNK_BYTES / 2;
    *byte = (uint8_t)(*byte + 1);
}
