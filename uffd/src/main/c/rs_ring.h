/*
 * A bounded ring of numbers from exactly one producer thread, without a lock: a fault thread must
 * never wait for a thread that waits for the disk. Either one thread consumes (peek, pop), or
 * several do (take).
 */
#ifndef RS_RING_H
#define RS_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

struct rs_ring {
    _Atomic uint64_t head; /* next to take; written by the consumer */
    char pad[56];          /* keeps the two ends off each other's cache line */
    _Atomic uint64_t tail; /* next to fill; written by the producer */
    uint64_t mask;
    _Atomic uint64_t *slots;
};

/* Room for at least `capacity` numbers. 0 or -1. */
static inline int rs_ring_init(struct rs_ring *ring, uint64_t capacity) {
    uint64_t size = 1;
    while (size < capacity)
        size *= 2;
    ring->slots = calloc(size, sizeof *ring->slots);
    ring->mask = size - 1;
    atomic_init(&ring->head, 0);
    atomic_init(&ring->tail, 0);
    return ring->slots ? 0 : -1;
}

static inline void rs_ring_free(struct rs_ring *ring) {
    free(ring->slots);
    ring->slots = NULL;
}

static inline uint64_t rs_ring_count(struct rs_ring *ring) {
    return atomic_load_explicit(&ring->tail, memory_order_acquire) -
           atomic_load_explicit(&ring->head, memory_order_acquire);
}

/* False when full. Producer only. */
static inline bool rs_ring_push(struct rs_ring *ring, uint64_t value) {
    uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    if (tail - atomic_load_explicit(&ring->head, memory_order_acquire) > ring->mask)
        return false;
    atomic_store_explicit(&ring->slots[tail & ring->mask], value, memory_order_relaxed);
    atomic_store_explicit(&ring->tail, tail + 1, memory_order_release);
    return true;
}

/* Looks at the oldest without taking it; false when empty. The one consumer only. */
static inline bool rs_ring_peek(struct rs_ring *ring, uint64_t *value) {
    uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    if (head == atomic_load_explicit(&ring->tail, memory_order_acquire))
        return false;
    *value = atomic_load_explicit(&ring->slots[head & ring->mask], memory_order_relaxed);
    return true;
}

/* Takes the oldest; false when empty. The one consumer only. */
static inline bool rs_ring_pop(struct rs_ring *ring, uint64_t *value) {
    if (!rs_ring_peek(ring, value))
        return false;
    uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    atomic_store_explicit(&ring->head, head + 1, memory_order_release);
    return true;
}

/* Takes the oldest; false when empty. Any of several consumers. */
static inline bool rs_ring_take(struct rs_ring *ring, uint64_t *value) {
    uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    do {
        if (head == atomic_load_explicit(&ring->tail, memory_order_acquire))
            return false;
        *value = atomic_load_explicit(&ring->slots[head & ring->mask], memory_order_relaxed);
        /* What was read may be newer than `head` says; then `head` has moved, and this fails. */
    } while (!atomic_compare_exchange_weak(&ring->head, &head, head + 1));
    return true;
}

#endif
