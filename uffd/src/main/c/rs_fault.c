/*
 * The fault thread: a guest thread waits for every message it reads. It copies the chunk to the
 * pool and un-protects it at once; when the pool is full it asks the bulk thread to save the chunk
 * first. It never waits for the file, takes no lock, and allocates nothing.
 */
#include <errno.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "rs_clock.h"
#include "rs_snapshot.h"
#include "rs_uffd.h"

/* Waking a sleeping thread costs a fault 64 µs, one that spins 10-22 µs: spin this long first. */
#define SPIN_NS 100000
#define MESSAGES 16
/* Guest threads that may wait for the file at the same time; further ones are not timed. */
#define MOST_WAITS 4096

struct wait {
    uint64_t chunk;
    uint64_t since_ns;
};

struct fault {
    struct rs_snapshot *s;
    struct wait waits[MOST_WAITS]; /* a ring, oldest first */
    uint64_t first_wait;
    uint64_t past_wait;
};

static void unprotect(struct rs_snapshot *s, const struct rs_block *block, uint64_t index) {
    uint64_t start = rs_chunk_start(block, index);
    int error = rs_uffd_unprotect(s->uffd, start, rs_chunk_end(block, index) - start);
    if (error && !rs_snapshot_ending(s))
        rs_snapshot_end(s, RS_FAILED, RS_STEP_RELEASE, -error, rs_snapshot_index(s, block),
                        UINT64_MAX);
}

static void copy_pages(struct rs_snapshot *s, const struct rs_block *block, uint64_t index,
                       uint8_t *slot) {
    uint64_t start = rs_chunk_start(block, index);
    uint64_t bytes = rs_chunk_end(block, index) - start, page = s->page_bytes;
    if (s->chunks[index].population == RS_ALL_PAGES) {
        memcpy(slot, (const void *)start, bytes);
        return;
    }
    /* Reading a page that is not populated could populate it. */
    const uint8_t *present = block->kinds + (start - block->first_page) / page;
    for (uint64_t i = 0; i < bytes / page; i++)
        if (present[i])
            memcpy(slot + i * page, (const void *)(start + i * page), page);
}

/* Copies a chunk that is in RS_COPYING, and lets the guest have it. */
static void copy_chunk(struct rs_snapshot *s, struct rs_block *block, uint64_t index,
                       uint64_t slot) {
    atomic_store(&s->fault_touches, 1);
    if (!rs_snapshot_ending(s)) {
        copy_pages(s, block, index, s->pool + slot * RS_CHUNK_BYTES);
        /* Closed to further copies before it is un-protected. */
        atomic_store_explicit(&s->chunks[index].state, RS_COPIED, memory_order_release);
        rs_figure_add(&s->figures, RS_CHUNKS_COPIED, 1);
        unprotect(s, block, index);
        /* Last: once the bulk thread has written the copy, the block may be unmapped. */
        rs_ring_push(&s->copies, index << 20 | slot);
    }
    atomic_store(&s->fault_touches, 0);
}

/* Puts a guest thread on the list of those that wait for the bulk thread. */
static void add_wait(struct fault *fault, uint64_t chunk, uint64_t since_ns) {
    rs_figure_add(&fault->s->figures, RS_REQUESTS_WAITED, 1);
    if (fault->past_wait - fault->first_wait < MOST_WAITS)
        fault->waits[fault->past_wait++ % MOST_WAITS] = (struct wait){chunk, since_ns};
}

static void note_pool_use(struct rs_snapshot *s) {
    uint64_t used = (s->pool_slots - rs_ring_count(&s->free_slots)) * RS_CHUNK_BYTES;
    if (used > rs_figure(&s->figures, RS_POOL_PEAK_BYTES))
        rs_figure_set(&s->figures, RS_POOL_PEAK_BYTES, used);
}

/* Tries to answer by a copy; false when the chunk has moved on or there is no free slot. */
static bool try_copy(struct rs_snapshot *s, struct rs_block *block, uint64_t index,
                     uint32_t state) {
    uint64_t slot;
    if (!rs_ring_peek(&s->free_slots, &slot))
        return false;
    if (!atomic_compare_exchange_strong(&s->chunks[index].state, &state, RS_COPYING))
        return false;
    rs_ring_pop(&s->free_slots, &slot);
    note_pool_use(s);
    copy_chunk(s, block, index, slot);
    return true;
}

static void serve(struct fault *fault, uint64_t address, uint64_t since_ns) {
    struct rs_snapshot *s = fault->s;
    struct rs_block *block = rs_snapshot_block_at(s, address);
    rs_figure_add(&s->figures, RS_REQUESTS, 1);
    if (!block)
        return;
    uint64_t index = rs_chunk_at(block, address);
    for (;;) {
        uint32_t state = atomic_load_explicit(&s->chunks[index].state, memory_order_acquire);
        switch (state) {
        case RS_OPEN:
        case RS_REQUESTED:
        case RS_WRITING:
            if (try_copy(s, block, index, state)) {
                rs_figure_stall(&s->figures, rs_now() - since_ns);
                return;
            }
            uint64_t slot;
            if (rs_ring_peek(&s->free_slots, &slot))
                continue; /* a slot is free, so it was the chunk that moved on */
            if (state == RS_OPEN) {
                if (!atomic_compare_exchange_strong(&s->chunks[index].state, &state, RS_REQUESTED))
                    continue;
                rs_ring_push(&s->requests, index); /* never full: a chunk asks once */
            }
            add_wait(fault, index, since_ns);
            return;
        default:
            /* The thread faulted before the chunk was un-protected, or retries too early. */
            rs_uffd_wake(s->uffd, address & ~(s->page_bytes - 1), s->page_bytes);
            rs_figure_stall(&s->figures, rs_now() - since_ns);
            return;
        }
    }
}

/* Times the waits that are over; false when the oldest has lasted longer than the limit. */
static bool settle_waits(struct fault *fault) {
    struct rs_snapshot *s = fault->s;
    while (fault->first_wait < fault->past_wait) {
        struct wait *wait = &fault->waits[fault->first_wait % MOST_WAITS];
        uint64_t released =
            atomic_load_explicit(&s->chunks[wait->chunk].release_ns, memory_order_acquire);
        uint32_t state = atomic_load_explicit(&s->chunks[wait->chunk].state, memory_order_relaxed);
        uint64_t now = rs_now();
        if (!released && state == RS_COPIED) /* another fault found a free slot for it since */
            released = now;
        if (!released)
            return now - wait->since_ns <= s->stall_limit_ns;
        rs_figure_stall(&s->figures, released > wait->since_ns ? released - wait->since_ns : 0);
        fault->first_wait++;
    }
    return true;
}

static void fail_stalled(struct fault *fault) {
    uint64_t chunk = fault->waits[fault->first_wait % MOST_WAITS].chunk;
    struct rs_block *block = rs_snapshot_block_of(fault->s, chunk);
    rs_snapshot_end(fault->s, RS_FAILED, RS_STEP_STALLED, 0, rs_snapshot_index(fault->s, block),
                    UINT64_MAX);
}

/* Waits for a message, the end, or the time to look after those that wait. */
static void rest(struct rs_snapshot *s) {
    struct pollfd fds[2] = {
        {.fd = s->uffd, .events = POLLIN},
        {.fd = s->stop_event, .events = POLLIN},
    };
    poll(fds, 2, 20);
}

static void run(struct fault *fault) {
    struct rs_snapshot *s = fault->s;
    struct uffd_msg messages[MESSAGES];
    uint64_t busy_ns = 0;
    while (!rs_snapshot_ending(s)) {
        /* A fault that is read now came after the read before this one: an upper bound. */
        uint64_t since = rs_now();
        ssize_t got = read(s->uffd, messages, sizeof messages);
        if (got < 0 && errno != EAGAIN && errno != EINTR) {
            rs_snapshot_end(s, RS_FAILED, RS_STEP_READ_FAULT, errno, UINT64_MAX, UINT64_MAX);
            return;
        }
        for (ssize_t i = 0; i < got / (ssize_t)sizeof *messages; i++)
            if (messages[i].event == UFFD_EVENT_PAGEFAULT)
                serve(fault, messages[i].arg.pagefault.address, since);
        if (!settle_waits(fault)) {
            fail_stalled(fault);
            return;
        }
        if (got > 0) {
            busy_ns = rs_now();
        } else if (rs_now() - busy_ns < SPIN_NS) {
            rs_relax();
        } else {
            rest(s);
        }
    }
    settle_waits(fault);
}

void *rs_fault_main(void *snapshot) {
    struct rs_snapshot *s = snapshot;
    struct fault fault = {.s = s};
    atomic_store(&s->fault_ready, 1);
    run(&fault);
    atomic_store(&s->fault_over, 1);
    rs_snapshot_unref(s);
    return NULL;
}
