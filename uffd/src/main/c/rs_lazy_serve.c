/*
 * The serving thread of a lazy restore: a guest thread waits for every fault that it reads. In
 * between it puts into RAM what the fetching threads have read.
 */
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rs_clock.h"
#include "rs_huge.h"
#include "rs_lazy.h"
#include "rs_running.h"
#include "rs_uffd.h"

/* As long as for the fault thread of a snapshot. */
#define SPIN_NS 100000

/* A chunk's, nearly: 0.5 ms. */
#define MANY_PIECES 32

static void rest(struct rs_lazy *l) {
    struct pollfd fds[2] = {
        {.fd = l->uffd, .events = POLLIN},
        {.fd = l->poke, .events = POLLIN},
    };
    atomic_store(&l->resting, 1);
    if (rs_ring_count(&l->ready) == 0)
        poll(fds, 2, RS_LOOK_MS);
    atomic_store(&l->resting, 0);
    uint64_t pokes;
    if (fds[1].revents && read(l->poke, &pokes, sizeof pokes) < 0)
        return; /* somebody else would have to have read it */
}

static void run(struct rs_lazy *l) {
    uint64_t busy_ns = 0;
    for (;;) {
        int got = rs_lazy_read(l);
        uint32_t armed = atomic_load(&l->armed);
        if (armed == 2)
            return;
        bool busy = got > 0;
        if (got < 0)
            rs_lazy_die(l, &l->blocks[0], 0, "may be asked for, but userfaultfd has failed");
        if (armed && l->inbox_first < l->inbox_past) {
            struct rs_lazy_fault fault = l->inbox[l->inbox_first++ % RS_LAZY_INBOX];
            rs_lazy_serve(l, &fault);
            busy = true;
        }
        /* Where each fault waits for the disk, what has been read ahead must not wait for faults.
         */
        int pieces = l->waits < RS_LAZY_PATIENCE ? 1 : MANY_PIECES;
        while (armed && pieces-- > 0 && rs_lazy_place_step(l))
            busy = true;
        if (armed && rs_lazy_figure(l, RS_LAZY_CHUNKS_PLACED) == l->chunk_count)
            return;
        if (busy)
            busy_ns = rs_now();
        else if (rs_now() - busy_ns < SPIN_NS)
            sched_yield();
        else
            rest(l);
    }
}

/*
 * Every page with content is there; what is missing is zero, and from now on the kernel's business.
 * Who waits is woken by it.
 */
static void let_go(struct rs_lazy *l) {
    for (uint32_t i = 0; i < l->block_count; i++)
        rs_uffd_unregister(l->uffd, l->blocks[i].start, l->blocks[i].end - l->blocks[i].start);
    while (rs_lazy_read(l) > 0) {
    }
    close(l->uffd);
    l->uffd = -1;
    for (uint32_t i = 0; i < l->block_count; i++) {
        struct rs_lazy_block *block = &l->blocks[i];
        if (block->aside_start < block->aside_end)
            munmap((void *)(block->aside_start + block->aside),
                   block->aside_end - block->aside_start);
        block->aside_end = block->aside_start;
    }
}

/* What was brought page by page goes onto huge pages. A block that is gone meanwhile is no harm. */
static void tidy(struct rs_lazy *l) {
    _Atomic uint64_t never = 0;
    atomic_store(&l->value[RS_LAZY_PHASE], RS_LAZY_TIDYING);
    for (uint32_t i = 0; l->options.huge_pages && l->pagemap >= 0 && i < l->block_count; i++)
        rs_huge_collapse(l->pagemap, l->blocks[i].start, l->blocks[i].end, &never);
}

void *rs_lazy_serve_main(void *lazy) {
    struct rs_lazy *l = lazy;
    run(l);
    bool given_up = atomic_load(&l->armed) == 2;
    atomic_store(&l->value[RS_LAZY_END_NS], rs_now());
    let_go(l);
    atomic_store(&l->over, 1);
    if (!given_up)
        tidy(l);
    uint64_t one = 1;
    atomic_store(&l->value[RS_LAZY_PHASE], RS_LAZY_DONE);
    ssize_t written = write(l->done, &one, sizeof one);
    (void)written;                    /* nobody else writes to it, so it cannot be full */
    atomic_fetch_sub(&l->threads, 1); /* from now on it may be freed */
    return NULL;
}
