/*
 * Guest RAM and the threads that write to it.
 *
 * guest.c is built without sanitizers. What keeps the engine's reading of a chunk apart from the
 * guest's writing to it is the chunk's protection, which no sanitizer knows of: ThreadSanitizer
 * would call every one of them a race. It sees all that the engine does, and none of the guest.
 */
#ifndef GUEST_H
#define GUEST_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define GUEST_PAGE ((uint64_t)4096)
#define GUEST_MIB ((uint64_t)1 << 20)
#define GUEST_MOST_THREADS 4

enum guest_order { GUEST_SEQUENTIAL, GUEST_RANDOM };

struct guest {
    uint8_t *ram; /* starts at a chunk */
    uint64_t bytes;
    uint32_t threads;
    enum guest_order order;
    pthread_t thread[GUEST_MOST_THREADS];
    _Atomic uint32_t next;
    _Atomic bool stopped;
    _Atomic bool frozen;
    _Atomic uint32_t parked;
    _Atomic uint64_t writes[GUEST_MOST_THREADS];
};

/* Maps RAM that holds nothing. */
void guest_map(struct guest *guest, uint64_t bytes);
void guest_unmap(struct guest *guest);

/* What a program finds that touches the RAM: no engine may, once it has been told so. */
void guest_forbid(struct guest *guest);

/* Fills every page, none of them with zeros. */
void guest_fill(struct guest *guest, uint64_t seed);

/* Fills some pages, writes zeros to others and leaves the rest alone, in runs and one by one. */
void guest_fill_some(struct guest *guest, uint64_t seed);

/* Starts threads that write one byte of a page after the other, for ever. */
void guest_start(struct guest *guest, uint32_t threads, enum guest_order order);
void guest_stop(struct guest *guest);

/* Parks the threads, and lets them go. */
void guest_freeze(struct guest *guest);
void guest_thaw(struct guest *guest);

/* Waits until each thread has written so many bytes more: nobody hangs. */
void guest_await_writes(struct guest *guest, uint64_t more);

void guest_copy(const struct guest *guest, uint8_t *to);

/* Hangs if a page is protected and nobody answers. */
void guest_write_every_page(struct guest *guest);

/* The same for one page only, of the last chunk. */
void guest_write_last_page(struct guest *guest);

#endif
