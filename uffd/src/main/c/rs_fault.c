/*
 * The fault thread: a guest thread waits for every message it reads. It copies the chunk to the
 * pool and un-protects it at once; when the pool is full it asks the bulk thread to save the chunk
 * first. It never waits for the file, takes no lock, and allocates nothing.
 */
#include <poll.h>
#include <sched.h>
#include <unistd.h>

#include "rs_chunk.h"
#include "rs_clock.h"
#include "rs_running.h"
#include "rs_snapshot.h"
#include "rs_uffd.h"

/* Waking a sleeping thread costs a fault 64 µs, one that spins 10-22 µs: spin this long first. */
#define SPIN_NS 100000
/* Guest threads that may wait for the file at the same time; further ones are not timed. */
#define MOST_WAITS 4096

struct wait {
    uint64_t chunk;
    uint64_t since_ns;
    uint64_t began_ns; /* by `running` */
};

struct fault {
    struct rs_snapshot *s;
    struct wait waits[MOST_WAITS]; /* a ring, oldest first */
    uint64_t first_wait;
    uint64_t past_wait;
    struct rs_running running; /* what the stall limit is measured by */
    struct rs_inbox inbox;
};

/* Copies a chunk that is in RS_COPYING, and lets the guest have it. */
static void copy_chunk(struct fault *fault, struct rs_block *block, uint64_t index, uint64_t slot) {
    struct rs_snapshot *s = fault->s;
    atomic_store(&s->fault_touches, 1);
    if (!rs_snapshot_ending(s) && rs_chunk_copy(s, block, index, slot, &fault->inbox)) {
        rs_figure_add(&s->figures, RS_CHUNKS_COPIED, 1);
        /* Last: once the bulk thread has written the copy, the block may be unmapped. */
        rs_ring_push(&s->copies, index << 20 | slot);
    }
    atomic_store(&s->fault_touches, 0);
}

/* Puts a guest thread on the list of those that wait for the bulk thread. */
static void add_wait(struct fault *fault, uint64_t chunk, uint64_t since_ns) {
    if (fault->past_wait - fault->first_wait < MOST_WAITS)
        fault->waits[fault->past_wait++ % MOST_WAITS] =
            (struct wait){chunk, since_ns, rs_running_now(&fault->running)};
}

static void serve(struct fault *fault, uint64_t address, uint64_t since_ns) {
    struct rs_snapshot *s = fault->s;
    struct rs_block *block = rs_snapshot_block_at(s, address);
    uint64_t page = address & ~(s->page_bytes - 1);
    rs_figure_add(&s->figures, RS_REQUESTS, 1);
    if (!block) {
        /* Memory that was moved here just now: its new place is none of ours. */
        if (rs_uffd_unprotect(s->uffd, page, s->page_bytes))
            rs_uffd_wake(s->uffd, page, s->page_bytes);
        return;
    }
    uint64_t index = rs_chunk_at(block, address), slot;
    atomic_store_explicit(&s->fault_chunk, index, memory_order_relaxed);
    atomic_store_explicit(&s->fault_ns, since_ns, memory_order_relaxed);
    for (;;) {
        uint32_t state = atomic_load_explicit(&s->chunks[index].state, memory_order_acquire);
        switch (state) {
        case RS_OPEN:
        case RS_REQUESTED:
        case RS_WRITING:
            if (rs_snapshot_take_slot(s, &slot)) {
                if (!atomic_compare_exchange_strong(&s->chunks[index].state, &state, RS_COPYING)) {
                    atomic_store(&s->spare_slot, slot + 1); /* empty, or it had been taken */
                    continue;                               /* the chunk moved on */
                }
                copy_chunk(fault, block, index, slot);
                rs_figure_stall(&s->figures, rs_now() - since_ns);
                return;
            }
            if (state == RS_OPEN) {
                if (!atomic_compare_exchange_strong(&s->chunks[index].state, &state, RS_REQUESTED))
                    continue;
                rs_ring_push(&s->requests, index); /* never full: a chunk asks once */
            }
            rs_figure_add(&s->figures, RS_REQUESTS_WAITED, 1);
            add_wait(fault, index, since_ns);
            return;
        case RS_COPYING: /* by the bulk thread, which un-protects it, and so wakes, after this */
            add_wait(fault, index, since_ns);
            return;
        default:
            /* The thread faulted before the chunk was un-protected, or retries too early. */
            rs_uffd_wake(s->uffd, page, s->page_bytes);
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
        if (!released)
            return rs_running_now(&fault->running) - wait->began_ns <= s->stall_limit_ns;
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
    poll(fds, 2, RS_LOOK_MS);
}

static void run(struct fault *fault) {
    struct rs_snapshot *s = fault->s;
    struct rs_fault_message message;
    uint64_t busy_ns = 0;
    while (!rs_snapshot_ending(s)) {
        int got = rs_inbox_read(&fault->inbox);
        if (got < 0) {
            rs_snapshot_end(s, RS_FAILED, RS_STEP_READ_FAULT, -got, UINT64_MAX, UINT64_MAX);
            return;
        }
        while (rs_inbox_take(&fault->inbox, &message))
            serve(fault, message.address, message.since_ns);
        if (!settle_waits(fault)) {
            fail_stalled(fault);
            return;
        }
        if (got > 0) {
            busy_ns = rs_now();
        } else if (rs_now() - busy_ns < SPIN_NS) {
            sched_yield(); /* who wants this core may well be the guest */
        } else {
            rest(s);
        }
    }
    settle_waits(fault);
}

/*
 * A thread that takes registered memory away waits until this one has read of it, or the uffd is
 * closed; so it is closed here, where a dead disk keeps nobody from it, once nobody uses it.
 */
static void close_uffd(struct fault *fault) {
    struct rs_snapshot *s = fault->s;
    while (rs_snapshot_phase(s) <= RS_ARMED || atomic_load(&s->bulk_touches) ||
           atomic_load(&s->freeze_touches))
        if (rs_inbox_read(&fault->inbox) <= 0)
            sched_yield();
    while (rs_inbox_read(&fault->inbox) > 0) {
    }
    if (s->uffd >= 0)
        close(s->uffd);
    s->uffd = -1;
}

void *rs_fault_main(void *snapshot) {
    struct rs_snapshot *s = snapshot;
    struct fault fault = {.s = s, .inbox = {.s = s}};
    atomic_store(&s->fault_ready, 1);
    run(&fault);
    close_uffd(&fault);
    atomic_store(&s->fault_over, 1);
    rs_snapshot_unref(s);
    return NULL;
}
