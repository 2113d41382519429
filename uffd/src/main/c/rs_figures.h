/*
 * What a snapshot says of itself: 64-bit numbers that native threads write and Java reads at any
 * time, without a lock. The order is that of io.ramshot.uffd.Figure; a test holds the two together.
 */
#ifndef RS_FIGURES_H
#define RS_FIGURES_H

#include <stdatomic.h>
#include <stdint.h>

enum rs_figure {
    RS_PHASE,             /* enum rs_phase */
    RS_FAILED_STEP,       /* enum rs_step */
    RS_FAILED_ERROR,      /* errno, 0 where none applies */
    RS_FAILED_BLOCK,      /* index of a block, or UINT64_MAX */
    RS_FAILED_OFFSET,     /* bytes into the file, or UINT64_MAX */
    RS_CHUNKS,            /* chunks in all */
    RS_CHUNKS_SAVED,      /* written straight from guest pages */
    RS_CHUNKS_COPIED,     /* copied to the pool: a guest thread waited */
    RS_CHUNKS_AHEAD,      /* copied to the pool by the bulk thread */
    RS_CHUNKS_EMPTY,      /* no populated page at the freeze */
    RS_CHUNKS_HUGE,       /* on one huge page at the freeze */
    RS_BYTES_DONE,        /* guest RAM that needs no more work */
    RS_BYTES_WRITTEN,     /* page data given to the file */
    RS_PAGES_ZERO,        /* populated, but all zeros */
    RS_PAGES_UNPOPULATED, /* not populated at the freeze */
    RS_PAGES_INHERITED,   /* as the parent has them */
    RS_REQUESTS,          /* write faults */
    RS_REQUESTS_WAITED,   /* of these, answered only after the chunk's write: the pool was full */
    RS_PLACE_NS,          /* parts of the pause, in ns */
    RS_EDGES_NS,
    RS_SCAN_NS,
    RS_ARM_NS,
    RS_SAVING_START_NS, /* monotonic clock; 0: not yet */
    RS_SAVING_END_NS,
    RS_POOL_BYTES,
    RS_POOL_PEAK_BYTES,
    RS_DIRECT_IO, /* 1: the file is written with O_DIRECT */
    RS_STALLS,    /* stalls in the histogram */
    RS_STALL_MAX_NS,
    RS_LOST, /* a block of which memory was taken away before it was saved: index + 1; 0: none */
    RS_CHUNKS_FETCHED, /* by the kernel, as this process may not read all of them */
    RS_FIGURE_COUNT
};

/*
 * Stall histogram: 16 buckets to a power of two, so a bucket's upper bound is at most 1/16 above
 * what is in it. The last bucket also takes what is longer than 2^44 ns, five hours.
 */
#define RS_STALL_BUCKETS 672

struct rs_figures {
    _Atomic uint64_t value[RS_FIGURE_COUNT];
    _Atomic uint64_t stalls[RS_STALL_BUCKETS];
};

static inline uint64_t rs_figure(struct rs_figures *figures, enum rs_figure which) {
    return atomic_load_explicit(&figures->value[which], memory_order_relaxed);
}

static inline void rs_figure_set(struct rs_figures *figures, enum rs_figure which, uint64_t value) {
    atomic_store_explicit(&figures->value[which], value, memory_order_relaxed);
}

/* Each other figure has one writer at a time, so a load and a store suffice. */
static inline void rs_figure_add(struct rs_figures *figures, enum rs_figure which, uint64_t more) {
    rs_figure_set(figures, which, rs_figure(figures, which) + more);
}

/* Raises a figure that several threads write. */
static inline void rs_figure_raise(struct rs_figures *figures, enum rs_figure which, uint64_t to) {
    uint64_t from = rs_figure(figures, which);
    while (from < to && !atomic_compare_exchange_weak(&figures->value[which], &from, to)) {
    }
}

/* Counts a stall of `ns`. Fault thread only. */
static inline void rs_figure_stall(struct rs_figures *figures, uint64_t ns) {
    unsigned bucket = (unsigned)ns;
    if (ns >= 16) {
        unsigned exponent = 63u - (unsigned)__builtin_clzll(ns);
        bucket = (exponent - 3) * 16 + (unsigned)((ns >> (exponent - 4)) & 15);
        if (bucket >= RS_STALL_BUCKETS)
            bucket = RS_STALL_BUCKETS - 1;
    }
    uint64_t count = atomic_load_explicit(&figures->stalls[bucket], memory_order_relaxed);
    atomic_store_explicit(&figures->stalls[bucket], count + 1, memory_order_relaxed);
    rs_figure_add(figures, RS_STALLS, 1);
    if (ns > rs_figure(figures, RS_STALL_MAX_NS))
        rs_figure_set(figures, RS_STALL_MAX_NS, ns);
}

#endif
