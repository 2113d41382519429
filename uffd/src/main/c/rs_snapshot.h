/*
 * One snapshot: what Java calls, and what the fault thread, the bulk thread and the freeze share.
 *
 * Nothing here needs the JVM once rs_snapshot_prepare has returned: a thread that faults on a
 * protected page keeps every safepoint waiting, so whoever answers it must never wait for one.
 */
#ifndef RS_SNAPSHOT_H
#define RS_SNAPSHOT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "rs_block.h"
#include "rs_figures.h"
#include "rs_ring.h"
#include "rs_sink.h"

/* What Java calls. */
#define RS_EXPORT __attribute__((visibility("default")))

enum rs_phase {
    RS_PREPARED, /* threads run, nothing is protected */
    RS_ARMED,    /* protected; pages are being saved */
    RS_DONE,     /* every page is in the file, nothing is protected */
    RS_FAILED,   /* nothing is protected */
    RS_CANCELLED /* nothing is protected */
};

/* Where a snapshot failed; io.ramshot.uffd.Step has the words. */
enum rs_step {
    RS_STEP_NONE,
    RS_STEP_MEMORY,
    RS_STEP_OPEN_FILE,
    RS_STEP_OPEN_UFFD,
    RS_STEP_NEGOTIATE,
    RS_STEP_REGISTER,
    RS_STEP_PAGEMAP,
    RS_STEP_THREADS,
    RS_STEP_SCAN,
    RS_STEP_ARM,
    RS_STEP_WRITE,
    RS_STEP_RELEASE,
    RS_STEP_READ_FAULT,
    RS_STEP_STALLED,
    RS_STEP_FREED,
    RS_STEP_PLACE, /* taking an array's address */
    RS_STEP_FETCH, /* reading fragile memory */
    RS_STEP_LOST,  /* memory was taken away before it was saved */
    RS_STEP_READ,  /* reading memory that nobody may read: RS_FAILED_OFFSET is its place in it */
};

/* Work of the freeze that two threads share, in ranges of chunks: see rs_freeze.c. */
struct rs_freeze {
    _Atomic uint64_t step;  /* RS_STEP_SCAN or RS_STEP_ARM */
    _Atomic uint64_t share; /* chunks to take at a time */
    _Atomic uint64_t next;  /* first chunk that nobody has taken; chunk_count or more: none */
    _Atomic uint64_t done;  /* chunks */
    _Atomic uint64_t huge;  /* chunks found on one huge page */
    _Atomic uint64_t empty; /* chunks found without a populated page */
};

struct rs_snapshot {
    struct rs_figures figures;
    uint64_t page_bytes;
    uint64_t stall_limit_ns;
    bool old_pagemap;
    bool collapsed; /* RAM is on huge pages, as far as could be had */

    int uffd;
    int pagemap;
    int memory;     /* of this process, to read what it may not; -1: not permitted */
    int stop_event; /* readable once the snapshot has ended: wakes the fault thread */
    int go_event;   /* readable once the freeze begins or the snapshot has ended */
    int done_event; /* readable once the snapshot has ended: wakes rs_snapshot_wait */
    struct rs_sink sink;

    uint32_t block_count;
    struct rs_block *blocks;      /* in the caller's order */
    struct rs_block **by_address; /* the same, ascending */
    uint64_t chunk_count;
    uint64_t chunk_room; /* chunk_count is at most this; arrays make it less than that */
    struct rs_chunk *chunks;
    struct rs_freeze freeze;
    uint8_t *key; /* for hashes, one page long; NULL: none are wanted */

    uint8_t *pool; /* slots of one chunk */
    uint64_t pool_slots;
    uint8_t *bounce; /* one chunk: for the bulk thread, of memory that it may not read straight */
    _Atomic uint64_t spared_slots; /* of these, given back to the system already */
    struct rs_ring free_slots;     /* bulk -> fault and bulk */
    struct rs_ring copies;         /* fault -> bulk: chunk << 20 | slot */
    struct rs_ring ahead;          /* bulk -> bulk: the same, of what it copied itself */
    struct rs_ring requests;       /* fault -> bulk: chunk */

    /* The newest fault: where the guest is, and when it was there (monotonic clock; 0: none). */
    _Atomic uint64_t fault_chunk;
    _Atomic uint64_t fault_ns;

    /* A slot that the fault thread took and did not use: slot + 1, 0: none. For whoever is next. */
    _Atomic uint64_t spare_slot;

    _Atomic uint64_t freed; /* a block that its owner waits to free: its index + 1; 0: none */

    _Atomic uint32_t ending; /* taken by whoever ends the snapshot */
    _Atomic uint64_t stop;   /* for work before the freeze: give up */
    /* Whether a thread works on guest memory just now: its block must not be unmapped then. */
    _Atomic uint32_t fault_touches;
    _Atomic uint32_t bulk_touches;
    _Atomic uint32_t freeze_touches;

    _Atomic bool placed;          /* arrays have their addresses, and all blocks are registered */
    _Atomic bool freezing;        /* the freeze has begun: what is taken away is missed */
    _Atomic uint32_t fault_ready; /* the fault thread serves: pages may be protected */
    _Atomic uint32_t fault_over;
    _Atomic uint32_t bulk_over;
    _Atomic uint32_t references; /* Java, fault thread, bulk thread: the last one frees */
};

/* --- called by Java ----------------------------------------------------------------------- */

/* The size of a page. */
RS_EXPORT int rs_page_bytes(void);

/* What a file takes on disk, in bytes; 0 where it cannot be told. */
RS_EXPORT int64_t rs_allocated_bytes(const char *path);

/* What an errno means, in words. */
RS_EXPORT const char *rs_error_text(int error);

/* How many figures and stall buckets there are: Java checks that it counts alike. */
RS_EXPORT int rs_figure_count(void);
RS_EXPORT int rs_stall_bucket_count(void);

/* See rs_huge_advise. */
RS_EXPORT int rs_advise_huge(uint64_t address, uint64_t length);

/* How much of some memory is populated, in bytes, by whole pages. Or -errno. */
RS_EXPORT int64_t rs_populated_bytes(uint64_t address, uint64_t length);

/*
 * Clears memory without populating what is not populated. As rs_store; `*failed` is UINT64_MAX
 * where it cannot be told what is populated.
 */
RS_EXPORT int rs_clear(uint64_t address, uint64_t length, uint64_t *failed);

/* See rs_sink_publish. */
RS_EXPORT int rs_publish(const char *descriptor, const char *from, const char *to);

struct rs_options {
    uint64_t pool_bytes;
    uint64_t pool_budget_ns; /* a pool that takes longer to get stays smaller; 0: no limit */
    uint64_t rate;           /* bytes/s, 0: no limit */
    uint64_t stall_limit_ns; /* a longer wait of a guest thread fails the snapshot */
    uint64_t direct_io;      /* 1: try O_DIRECT */
    uint64_t old_pagemap;    /* 1: as on a kernel without PAGEMAP_SCAN (tests) */
    uint64_t hash_key;       /* address of a page of random bytes; 0: pages are not hashed */
    uint64_t cache_bytes;    /* most of the page cache that a buffered file takes; 0: no limit */
    uint64_t give_up;        /* address of a word that is set once nobody wants it; 0: none */
};

/*
 * Makes everything ready while the guest runs: the file `path` (which exists and is empty), the
 * pool, the uffd with all blocks registered, huge pages collapsed, both threads running.
 *
 * addresses, lengths: of the blocks, in bytes; must not overlap. An address of 0 is an array on the
 * Java heap, which is fragile and lies nowhere yet. offsets: where each block's image page 0 goes
 * in the file, whole pages; the file has room for an array wherever it will lie. fragile: 1 for
 * blocks whose memory may go any time; NULL: none. A result other than 0 is -errno; failure[0] is
 * then an enum rs_step and failure[1] the block concerned or UINT64_MAX, and nothing is left
 * behind.
 */
RS_EXPORT int rs_snapshot_prepare(const struct rs_options *options, uint32_t count,
                                  const uint64_t *addresses, const uint64_t *lengths,
                                  const uint64_t *offsets, const uint64_t *fragile,
                                  const char *path, struct rs_snapshot **out, uint64_t *failure);

/*
 * Collapses well-populated chunks onto huge pages while the guest runs. Ends early when asked.
 * addresses: where arrays are, or were a moment ago; no harm is done if they are gone. May be NULL.
 */
RS_EXPORT int rs_snapshot_collapse(struct rs_snapshot *s, const uint64_t *addresses);

/*
 * Before the freeze: the block has a parent, in which it lay `lead` bytes into its first page.
 * Fills in where the caller puts the hashes of the parent's pages, made with the same key; 16 bytes
 * an image page, all zero for what is not to be inherited. 0 or -errno.
 */
RS_EXPORT int rs_snapshot_inherit(struct rs_snapshot *s, uint32_t block, uint64_t lead,
                                  struct rs_hash **parents);

/* In the freeze, before arming: the block has turned out not to be the parent's. */
RS_EXPORT void rs_snapshot_disinherit(struct rs_snapshot *s, uint32_t block);

/* Whether hashing takes no time beside reading. */
RS_EXPORT int rs_hashes_fast(void);

/* Hashes pages that lie one after the other, aligned to 64 bytes: see rs_hash_page. */
RS_EXPORT void rs_hash_pages(const uint8_t *key, const uint8_t *pages, uint64_t count,
                             uint64_t page_bytes, struct rs_hash *hashes);

/*
 * The freeze: copies edges, finds populated pages, protects. vCPUs must be parked. 0 or -errno.
 * addresses: of the arrays, which must not move until this returns; NULL where there are none.
 */
RS_EXPORT int rs_snapshot_arm(struct rs_snapshot *s, const uint64_t *addresses);

/* Where a block was at the freeze, and how many image pages it has: 0 for an array before that. */
RS_EXPORT uint64_t rs_snapshot_address(struct rs_snapshot *s, uint32_t block);
RS_EXPORT uint64_t rs_snapshot_pages(struct rs_snapshot *s, uint32_t block);

/* Waits up to `timeout_ms` for the end; the phase it is in. */
RS_EXPORT int rs_snapshot_wait(struct rs_snapshot *s, int timeout_ms);

/* Ends it now, from any thread: nothing is protected when this returns. */
RS_EXPORT void rs_snapshot_cancel(struct rs_snapshot *s);

/* Whether no thread will touch this block again, so that it may be unmapped. */
RS_EXPORT int rs_snapshot_may_free(struct rs_snapshot *s, uint32_t block);

RS_EXPORT struct rs_figures *rs_snapshot_figures(struct rs_snapshot *s);

/* A block's page kinds and checksums, one entry an image page. Valid until rs_snapshot_close. */
RS_EXPORT uint8_t *rs_snapshot_kinds(struct rs_snapshot *s, uint32_t block);
RS_EXPORT uint32_t *rs_snapshot_crcs(struct rs_snapshot *s, uint32_t block);
/* The same for hashes; NULL where none were wanted. */
RS_EXPORT struct rs_hash *rs_snapshot_hashes(struct rs_snapshot *s, uint32_t block);

/*
 * After RS_DONE: who saved the block's pages and when, one entry a slice of RS_CHUNK_BYTES, cut by
 * address. savers: enum rs_saver. micros: when the guest had the pages again, in us after RAM was
 * protected; UINT32_MAX where nothing was saved, one less for what is too long. See rs_history.c.
 */
RS_EXPORT void rs_snapshot_history(struct rs_snapshot *s, uint32_t block, uint32_t count,
                                   uint8_t *savers, uint32_t *micros);

/*
 * After the end: waits until the figures are final and no thread of this snapshot will change any
 * page's protection again. Neither takes long, even when the bulk thread hangs in a dead disk.
 */
RS_EXPORT void rs_snapshot_settle(struct rs_snapshot *s);

/*
 * Lets go of an ended snapshot; the pointer is not valid after it. A thread that hangs in a dead
 * disk keeps its share until it returns.
 */
RS_EXPORT void rs_snapshot_close(struct rs_snapshot *s);

/* --- between the threads ------------------------------------------------------------------ */

/*
 * Ends the snapshot once and for all: removes all protection, then makes `phase` visible. Only the
 * first caller's reason counts. Never blocks on anything but the kernel's address-space lock.
 */
void rs_snapshot_end(struct rs_snapshot *s, enum rs_phase phase, enum rs_step step, int error,
                     uint64_t block, uint64_t offset);

/*
 * Ends the snapshot because rs_fetch could not read a block at `address`, for `error`, an errno.
 */
void rs_snapshot_unreadable(struct rs_snapshot *s, const struct rs_block *block, uint64_t address,
                            int error);

/* Wakes the bulk thread. */
void rs_snapshot_go(struct rs_snapshot *s);

/* Takes a share of the freeze's work until RAM is armed or the snapshot has ended. */
void rs_freeze_help(struct rs_snapshot *s);

static inline enum rs_phase rs_snapshot_phase(struct rs_snapshot *s) {
    return (enum rs_phase)atomic_load(&s->figures.value[RS_PHASE]);
}

static inline bool rs_snapshot_ending(struct rs_snapshot *s) {
    return atomic_load(&s->ending) != 0;
}

/* Slots of the pool that are still in service. */
static inline uint64_t rs_snapshot_slots(struct rs_snapshot *s) {
    return s->pool_slots - atomic_load_explicit(&s->spared_slots, memory_order_relaxed);
}

/* The block whose protected interior holds this address, or NULL; see rs_place.c. */
struct rs_block *rs_snapshot_block_at(struct rs_snapshot *s, uint64_t address);
/* The block that this chunk belongs to. */
struct rs_block *rs_snapshot_block_of(struct rs_snapshot *s, uint64_t chunk);

/* The caller's index of a block. */
static inline uint64_t rs_snapshot_index(const struct rs_snapshot *s,
                                         const struct rs_block *block) {
    return (uint64_t)(block - s->blocks);
}

/* A slot of the pool; false when it is full. Fault and bulk thread. */
static inline bool rs_snapshot_take_slot(struct rs_snapshot *s, uint64_t *slot) {
    uint64_t spare = atomic_load_explicit(&s->spare_slot, memory_order_relaxed)
                         ? atomic_exchange(&s->spare_slot, 0)
                         : 0;
    if (!spare)
        return rs_ring_take(&s->free_slots, slot);
    *slot = spare - 1;
    return true;
}

/* Drops one reference; the last one frees. */
void rs_snapshot_unref(struct rs_snapshot *s);

void *rs_fault_main(void *snapshot);
void *rs_bulk_main(void *snapshot);

#endif
