/*
 * One lazy restore: the guest runs while its RAM is still in the image. What Java calls, and what
 * the threads share.
 *
 * Several threads read and check; only the serving thread puts pages into guest RAM, and only it
 * reads what the uffd has to say. So nobody can bring a page that has just been given away.
 *
 * Nothing here needs the JVM once rs_lazy_start has been called: see rs_snapshot.h.
 */
#ifndef RS_LAZY_H
#define RS_LAZY_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "rs_block.h"
#include "rs_figures.h"
#include "rs_ring.h"
#include "rs_source.h"

#define RS_EXPORT __attribute__((visibility("default")))

/* How the JVM ends that may not run on: EX_IOERR. */
#define RS_LAZY_EXIT 74

/* What is read ahead and waits to be placed, but for what is read to its place aside. */
#define RS_LAZY_SLOTS 8

/* Faults that wait for the disk before more is brought at once: a first quantum is to come soon. */
#define RS_LAZY_PATIENCE 64

/* What a touched page brings along at least, where that is ours to choose, in bytes. */
#define RS_LAZY_REACH ((uint64_t)64 << 10)
#define RS_LAZY_FETCHERS 2

enum rs_lazy_phase {
    RS_LAZY_PREPARED, /* nothing is registered */
    RS_LAZY_SERVING,  /* pages are missing, and come when they are touched */
    RS_LAZY_TIDYING,  /* all pages are there; they are being collapsed onto huge pages */
    RS_LAZY_DONE,     /* no thread does anything any more */
};

/* What a lazy restore says of itself: as enum rs_figure. io.ramshot.uffd.LazyFigure. */
enum rs_lazy_figure {
    RS_LAZY_PHASE,
    RS_LAZY_BYTES_STORED,  /* content in the image for the blocks that are restored lazily */
    RS_LAZY_BYTES_BROUGHT, /* of these, needed no more: placed, or given away by the guest */
    RS_LAZY_BYTES_FAULTED, /* placed because a guest thread touched them or their neighbours */
    RS_LAZY_CHUNKS,
    RS_LAZY_CHUNKS_PLACED,
    RS_LAZY_CHUNKS_MOVED, /* placed as they were read, without a copy */
    RS_LAZY_FAULTS,       /* touched missing pages */
    RS_LAZY_DAMAGED,      /* pages that are zeros instead of what the image should have */
    RS_LAZY_START_NS,     /* monotonic clock */
    RS_LAZY_END_NS,       /* when all pages were there; 0: not yet */
    RS_LAZY_FIGURE_COUNT
};

struct rs_lazy_options {
    uint64_t zero_damaged;   /* 1: a damaged page becomes zeros; 0: it ends the JVM */
    uint64_t stall_limit_ns; /* the longest a guest thread waits for the disk; then the JVM ends */
    uint64_t huge_pages;     /* 1: collapse onto huge pages in the end */
    uint64_t direct_io;      /* 1: try O_DIRECT */
    uint64_t rate_bytes_s;   /* the most to read ahead a second; 0: no limit */
    uint64_t copies;         /* 1: as on a kernel that cannot move pages */
    uint64_t grain_bytes;    /* what a touched page brings along: a power of 2, to RS_CHUNK_BYTES;
                                0: as much as suits the disk */
};

/* What is known of a page. */
enum rs_lazy_page {
    RS_MISSING, /* its content is still in the image, or it is zero and was never touched */
    RS_HERE,    /* placed: the guest's own from then on */
    RS_GONE,    /* the guest gave its memory away before or after; it is zero by definition */
};

struct rs_lazy_block {
    uint64_t first_page; /* address of image page 0 */
    uint64_t start;      /* whole pages that are restored lazily: [start, end) */
    uint64_t end;
    uint64_t grid;        /* `start` rounded down to a chunk boundary */
    uint64_t first_chunk; /* its index among all blocks' */
    uint64_t chunks;
    uint64_t aside_start; /* whose memory was moved aside: [aside_start, aside_end) */
    uint64_t aside_end;
    uint64_t aside;          /* what leads from there to the place aside, modulo 2^64 */
    _Atomic uint8_t *pages;  /* per image page: enum rs_lazy_page; written by the serving thread */
    _Atomic uint8_t *noted;  /* per image page: 1 damaged, and said so */
    _Atomic uint64_t left;   /* chunks that have not been placed */
    _Atomic uint64_t wanted; /* somebody waits for all of it */
};

/* The oldest message that nobody has dealt with yet; serving thread only. */
#define RS_LAZY_INBOX 256
struct rs_lazy_fault {
    uint64_t address;
    uint64_t since_ns;
};

/* A chunk that is being placed, piece by piece; serving thread only. */
struct rs_lazy_job {
    bool open;
    uint64_t chunk;
    uint64_t slot; /* index + 1; 0: read to its place aside, or nothing was read */
    uint64_t page; /* image page to go on with */
    uint64_t past; /* image page after the last */
};

struct rs_lazy {
    uint64_t page_bytes;
    struct rs_lazy_options options;
    struct rs_source source;
    struct rs_lazy_block *blocks;
    uint32_t block_count;
    uint64_t chunk_count;
    int uffd;
    int pagemap;
    int poke;       /* eventfd: wakes the serving thread */
    int done;       /* eventfd: readable once nothing is left to do */
    bool can_move;  /* RS_UFFD_MOVE */
    uint8_t *grain; /* what a fault is served from */
    uint64_t reach; /* what a touched page brings along just now, in bytes; serving thread only */
    uint64_t waits; /* faults whose read waited for the disk; serving thread only */
    uint8_t *slots; /* RS_LAZY_SLOTS chunks */
    struct rs_ring free_slots;
    struct rs_ring ready;   /* slot << 40 | chunk, read and checked */
    _Atomic uint32_t armed; /* 1: pages are missing, faults are served; 2: given up */
    _Atomic uint32_t resting;
    _Atomic uint32_t over; /* all is placed */
    _Atomic uint32_t threads;
    pthread_mutex_t picking; /* fetchers only: all below */
    uint8_t *claimed;        /* per chunk */
    uint64_t *order;         /* chunks to begin with */
    uint64_t order_count;
    uint64_t order_next;
    uint64_t linear_next;
    _Atomic uint64_t hint;       /* chunk that was touched last, + 1 */
    _Atomic uint32_t wanted;     /* somebody waits for a block */
    _Atomic uint64_t reading_ns; /* since when the serving thread reads the file; 0: it does not */
    _Atomic uint64_t reading;    /* block << 40 | page that it reads for */
    uint64_t *trace; /* block << 32 | image page: of each chunk, the one touched first */
    _Atomic uint64_t trace_count;
    uint8_t *traced; /* per chunk */
    struct rs_lazy_fault inbox[RS_LAZY_INBOX];
    uint64_t inbox_first;
    uint64_t inbox_past;
    struct rs_lazy_job job;
    _Atomic uint64_t value[RS_LAZY_FIGURE_COUNT];
    struct rs_figures stalls; /* the histogram only */
};

/* What Java calls; results are 0, an index, or -errno. */

RS_EXPORT int rs_lazy_figure_count(void);
RS_EXPORT int rs_lazy_new(const struct rs_lazy_options *options, struct rs_lazy **out);
RS_EXPORT int rs_lazy_add_file(struct rs_lazy *lazy, const char *path, const char *name);
/*
 * Adds a block that lies in its pages as it does in the image. -EOPNOTSUPP where pages cannot be
 * missing there: memory that is shared, or a file's, unless it is `eager`, for rs_lazy_fill alone;
 * -ENODATA where it has no whole page.
 */
RS_EXPORT int rs_lazy_add_block(struct rs_lazy *lazy, const char *name, uint64_t address,
                                uint64_t length, const void *crcs, int eager);
RS_EXPORT int rs_lazy_add_level(struct rs_lazy *lazy, int block, int file, uint64_t offset,
                                const void *kinds);
/* Where to begin: block << 32 | image page, for the chunk that this page lies in. */
RS_EXPORT int rs_lazy_order(struct rs_lazy *lazy, const uint64_t *order, uint64_t count);
/*
 * Takes the memory of all blocks away, and has it come back when it is touched. A failure leaves
 * the blocks usable but with any content; `failure` tells the block then. Frees nothing.
 */
RS_EXPORT int rs_lazy_start(struct rs_lazy *lazy, uint64_t *failure);
/*
 * Instead of starting: fills all blocks now, whatever memory they are. -EIO for a damaged page,
 * -ESTALE for one that is right in the file, but that somebody wrote to meanwhile; `failure` is
 * then its block, page, file, offset, errno (0: it could be read), and its checksum as it is and as
 * it should be. Else as rs_store, with block and page; UINT64_MAX: none in particular.
 */
RS_EXPORT int rs_lazy_fill(struct rs_lazy *lazy, uint64_t *failure);
/* Waits for the end; the phase. */
RS_EXPORT int rs_lazy_wait(struct rs_lazy *lazy, int timeout_ms);
/* Has a block brought before all others; returns when it is there. */
RS_EXPORT void rs_lazy_finish_block(struct rs_lazy *lazy, int block);
RS_EXPORT const void *rs_lazy_figures(struct rs_lazy *lazy);
/* RS_STALL_BUCKETS counts, then the longest stall in ns. */
RS_EXPORT void rs_lazy_stalls(struct rs_lazy *lazy, uint64_t *out);
/* Copies the first `room` entries of the trace; how many there are. */
RS_EXPORT int64_t rs_lazy_trace(struct rs_lazy *lazy, uint64_t *out, uint64_t room);
/* Frees it all: before rs_lazy_start, after it has failed, or after RS_LAZY_DONE. */
RS_EXPORT void rs_lazy_close(struct rs_lazy *lazy);

static inline uint64_t rs_lazy_figure(struct rs_lazy *l, enum rs_lazy_figure which) {
    return atomic_load_explicit(&l->value[which], memory_order_relaxed);
}

/* One writer each, but RS_LAZY_DAMAGED. */
static inline void rs_lazy_add(struct rs_lazy *l, enum rs_lazy_figure which, uint64_t more) {
    atomic_fetch_add_explicit(&l->value[which], more, memory_order_relaxed);
}

static inline uint64_t rs_lazy_chunk_start(const struct rs_lazy_block *block, uint64_t chunk) {
    uint64_t at = block->grid + (chunk - block->first_chunk) * RS_CHUNK_BYTES;
    return at > block->start ? at : block->start;
}

static inline uint64_t rs_lazy_chunk_end(const struct rs_lazy_block *block, uint64_t chunk) {
    uint64_t at = block->grid + (chunk - block->first_chunk + 1) * RS_CHUNK_BYTES;
    return at < block->end ? at : block->end;
}

static inline uint64_t rs_lazy_page_at(const struct rs_lazy *l, const struct rs_lazy_block *block,
                                       uint64_t address) {
    return (address - block->first_page) / l->page_bytes;
}

static inline uint64_t rs_lazy_address(const struct rs_lazy *l, const struct rs_lazy_block *block,
                                       uint64_t page) {
    return block->first_page + page * l->page_bytes;
}

static inline enum rs_lazy_page rs_lazy_page(const struct rs_lazy_block *block, uint64_t page) {
    return (enum rs_lazy_page)atomic_load_explicit(&block->pages[page], memory_order_relaxed);
}

static inline uint32_t rs_lazy_index(const struct rs_lazy *l, const struct rs_lazy_block *block) {
    return (uint32_t)(block - l->blocks);
}

/* The block that has this address, or NULL; the one that has this chunk. */
struct rs_lazy_block *rs_lazy_block_at(struct rs_lazy *l, uint64_t address);
struct rs_lazy_block *rs_lazy_block_of(struct rs_lazy *l, uint64_t chunk);

/* rs_lazy_aside: whether memory can be taken away; taking it, all content with it. */
bool rs_lazy_is_private(uint64_t start, uint64_t end);
int rs_lazy_empty(struct rs_lazy *l, struct rs_lazy_block *block);
/* Gives back what is left aside in [start, end) of the block. */
void rs_lazy_drop_aside(const struct rs_lazy_block *block, uint64_t start, uint64_t end);

/* rs_lazy_inbox: reads what the uffd has; how many messages, or -errno. */
int rs_lazy_read(struct rs_lazy *l);

/* rs_lazy_place, serving thread only. Whether there was something to do. */
bool rs_lazy_place_step(struct rs_lazy *l);
/* Puts a page that a guest thread waits for into RAM, and its neighbours. */
void rs_lazy_serve(struct rs_lazy *l, const struct rs_lazy_fault *fault);

/* rs_lazy_words: what is said before the JVM ends, and a damage that may not. */
int rs_lazy_damaged(void *lazy, const struct rs_damage *damage);
void rs_lazy_die(struct rs_lazy *l, struct rs_lazy_block *block, uint64_t page, const char *what)
    __attribute__((noreturn));

void *rs_lazy_serve_main(void *lazy);
void *rs_lazy_fetch_main(void *lazy);
void *rs_lazy_watch_main(void *lazy);

#endif
