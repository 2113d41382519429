/*
 * The bulk thread: one pass over RAM, every page once. Chunks that a guest thread waits for come
 * first. A chunk is written straight from guest pages and then un-protected, whether anybody asked
 * or not, so it can never fault again. While the disk has all it can take, and the guest is
 * faulting, this thread copies chunks to the pool before the guest comes to wait for them. Chunks
 * of fragile memory are always copied first, and written from the pool.
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rs_chunk.h"
#include "rs_clock.h"
#include "rs_pages.h"
#include "rs_snapshot.h"

/* Writes under way: enough for the disk to have the next when one is done. */
#define JOBS 4

/* The guest is faulting: a fault is no older than this. */
#define FAULTING_NS 5000000

enum job_kind { NO_JOB, RAW_JOB, COPY_JOB, EDGE_JOB };

struct job {
    enum job_kind kind;
    struct rs_block *block;
    uint64_t first; /* image page */
    uint64_t chunk;
    uint64_t slot;       /* COPY_JOB: of the pool */
    enum rs_saver saver; /* RAW_JOB: what the chunk gets, unless it is copied meanwhile */
    bool unreadable;     /* RAW_JOB: cannot be read straight, and has not been fetched yet */
    struct rs_pages pages;
    struct rs_write write;
    /* Where `pages` has its tables, unless they are the block's: COPY_JOB. */
    uint8_t kinds[RS_CHUNK_PAGES];
    uint32_t crcs[RS_CHUNK_PAGES];
    struct rs_hash hashes[RS_CHUNK_PAGES];
};

struct bulk {
    struct rs_snapshot *s;
    uint64_t next;       /* the linear pass, downwards: the last chunk it looked at */
    uint64_t passed;     /* how many it has looked at */
    bool anchored;       /* it began behind the guest */
    uint64_t left;       /* chunks that are not in the file yet */
    struct job *bounced; /* whose chunk stands in `bounce`; NULL: nobody's */
    struct job jobs[JOBS];
};

/* Whether the sink's rate lets a write start now. */
static bool is_due(const struct rs_snapshot *s) {
    return !s->sink.rate || rs_now() >= s->sink.due_ns;
}

/*
 * A guest thread may just have come free then, and want the core that this thread has taken while
 * it waited. Where it never gets one before the next tick, it has lost 4 ms.
 */
static bool guest_is_faulting(struct rs_snapshot *s) {
    uint64_t fault_ns = atomic_load_explicit(&s->fault_ns, memory_order_relaxed);
    return fault_ns && rs_now() < fault_ns + FAULTING_NS;
}

/* The file holds the pages of a job, for good. */
static void enter(struct bulk *bulk, struct job *job) {
    struct rs_figures *figures = &bulk->s->figures;
    rs_figure_add(figures, RS_PAGES_ZERO, job->pages.zero);
    rs_figure_add(figures, RS_PAGES_UNPOPULATED, job->pages.unpopulated);
    rs_figure_add(figures, RS_PAGES_INHERITED, job->pages.inherited);
    if (job->kind != COPY_JOB) {
        memcpy(job->block->kinds + job->first, job->kinds, job->pages.count);
        memcpy(job->block->crcs + job->first, job->crcs, job->pages.count * sizeof *job->crcs);
        if (job->pages.hash)
            memcpy(job->block->hashes + job->first, job->hashes,
                   job->pages.count * sizeof *job->hashes);
    }
    if (job->kind == EDGE_JOB)
        return;
    rs_figure_add(figures, RS_BYTES_DONE,
                  rs_chunk_end(job->block, job->chunk) - rs_chunk_start(job->block, job->chunk));
    bulk->left--;
    atomic_fetch_sub(&job->block->left, 1);
}

static void finish_raw(struct bulk *bulk, struct job *job) {
    struct rs_snapshot *s = bulk->s;
    struct rs_chunk *chunk = &s->chunks[job->chunk];
    chunk->raw = RS_RAW_WRITTEN;
    /* Closed to copies before it is un-protected. */
    uint32_t writing = RS_WRITING;
    if (!atomic_compare_exchange_strong(&chunk->state, &writing, RS_SAVED))
        return; /* copied while it was written: what the file has may be newer than the copy */
    if (rs_chunk_release(s, job->block, job->chunk, NULL)) {
        chunk->saver = (uint8_t)job->saver;
        rs_figure_add(&s->figures, RS_CHUNKS_SAVED, 1);
        enter(bulk, job);
    }
}

/* A write has completed. */
static void complete(struct bulk *bulk, struct job *job) {
    struct rs_snapshot *s = bulk->s;
    rs_figure_set(&s->figures, RS_DIRECT_IO, s->sink.direct);
    if (job->write.error) {
        rs_snapshot_end(s, RS_FAILED, RS_STEP_WRITE, job->write.error,
                        rs_snapshot_index(s, job->block),
                        job->block->file_offset + job->first * s->page_bytes);
        return;
    }
    for (uint32_t i = 0; i < job->write.spans; i++)
        rs_figure_add(&s->figures, RS_BYTES_WRITTEN, job->write.span[i].bytes);
    if (job->kind == RAW_JOB) {
        finish_raw(bulk, job);
        return;
    }
    enter(bulk, job);
    if (job->kind == COPY_JOB)
        rs_ring_push(&s->free_slots, job->slot);
}

/* Plans and starts to write swept pages, which are at `data`. */
static void write_pages(struct bulk *bulk, struct job *job, const uint8_t *data, bool overwrite) {
    struct rs_snapshot *s = bulk->s;
    uint64_t offset = job->block->file_offset + job->first * s->page_bytes;
    rs_pages_plan(&job->pages, data, s->page_bytes, offset, overwrite, &job->write);
    rs_sink_start(&s->sink, &job->write);
}

/* Whether a raw job's chunk is still its own: else the file gets a copy, whatever this one does. */
static bool is_writing(const struct bulk *bulk, const struct job *job) {
    return atomic_load(&bulk->s->chunks[job->chunk].state) == RS_WRITING;
}

/*
 * A raw job whose chunk this process may not read, or not any more: its owner has protected it. The
 * kernel may, and it cannot have changed; so it is fetched to `bounce` and written from there. One
 * such job at a time: others come to it whenever this thread looks after what is done. Whether the
 * job has no more to do.
 */
static bool write_fetched(struct bulk *bulk, struct job *job) {
    struct rs_snapshot *s = bulk->s;
    bool yielding = guest_is_faulting(s);
    uint64_t failed = 0;
    job->unreadable = is_writing(bulk, job);
    if (job->unreadable && bulk->bounced)
        return false;
    int error = job->unreadable
                    ? rs_chunk_fetch(s, job->block, job->chunk, s->bounce, yielding, &failed)
                    : -ECANCELED;
    job->unreadable = false;
    job->write.spans = 0;
    job->write.error = 0;
    if (error && is_writing(bulk, job))
        rs_snapshot_unreadable(s, job->block, failed, -error);
    if (error)
        return true;
    bulk->bounced = job;
    rs_pages_sweep(&job->pages, s->bounce, NULL, rs_chunk_present(s, job->block, job->chunk),
                   s->page_bytes, yielding);
    /* The disk may keep this thread for ever, which touches no guest memory for that. */
    atomic_store(&s->bulk_touches, 0);
    write_pages(bulk, job, s->bounce, false);
    atomic_store(&s->bulk_touches, 1);
    return !job->write.pending;
}

/* Guest pages may have been protected after they were swept: no failure of the file's. */
static bool cannot_read(const struct bulk *bulk, const struct job *job) {
    return job->unreadable ||
           (job->kind == RAW_JOB && job->write.error == EFAULT && bulk->bounced != job);
}

/*
 * A write that a dead disk gave back long after the snapshot has ended must do nothing any more:
 * any userfaultfd can remove the protection that another one has set, that of the next snapshot.
 */
static void finish(struct bulk *bulk, struct job *job) {
    struct rs_snapshot *s = bulk->s;
    bool over = true;
    atomic_store(&s->bulk_touches, 1);
    if (!rs_snapshot_ending(s) && cannot_read(bulk, job))
        over = write_fetched(bulk, job);
    if (over && !rs_snapshot_ending(s))
        complete(bulk, job);
    atomic_store(&s->bulk_touches, 0);
    if (!over)
        return;
    if (bulk->bounced == job)
        bulk->bounced = NULL;
    job->kind = NO_JOB;
}

/* Waits up to `timeout_ms` for the disk, and finishes what it has done. */
static void reap(struct bulk *bulk, int timeout_ms) {
    rs_sink_reap(&bulk->s->sink, timeout_ms);
    for (int i = 0; i < JOBS; i++)
        if (bulk->jobs[i].kind != NO_JOB && !bulk->jobs[i].write.pending)
            finish(bulk, &bulk->jobs[i]);
}

static bool under_way(const struct bulk *bulk) {
    for (int i = 0; i < JOBS; i++)
        if (bulk->jobs[i].kind != NO_JOB)
            return true;
    return false;
}

/* A job that is free and due; NULL when the disk has all it can take. */
static struct job *idle_job(struct bulk *bulk) {
    for (int i = 0; i < JOBS; i++)
        if (bulk->jobs[i].kind == NO_JOB && is_due(bulk->s))
            return &bulk->jobs[i];
    return NULL;
}

static void start(struct bulk *bulk, struct job *job, const uint8_t *data, bool overwrite) {
    write_pages(bulk, job, data, overwrite);
    if (!job->write.pending)
        finish(bulk, job);
}

/* What cannot be swept straight: its turn comes at once, or later. */
static void put_off(struct bulk *bulk, struct job *job) {
    job->unreadable = true;
    job->write.pending = 0;
    job->write.error = 0;
    finish(bulk, job);
}

/* Looks at frozen pages and starts to write them. Nothing when the snapshot has ended. */
static void sweep_and_start(struct bulk *bulk, struct job *job, const uint8_t *data, uint32_t count,
                            const uint8_t *present) {
    struct rs_snapshot *s = bulk->s;
    job->pages = (struct rs_pages){
        .count = count,
        .kind = job->kinds,
        .crc = job->crcs,
        .hash = job->block->hashes ? job->hashes : NULL,
        .key = s->key,
        .parent = rs_block_parents(job->block, job->first),
    };
    atomic_store(&s->bulk_touches, 1);
    bool go = !rs_snapshot_ending(s);
    bool swept = go && rs_pages_sweep_guest(&job->pages, data, NULL, present, s->page_bytes,
                                            guest_is_faulting(s));
    atomic_store(&s->bulk_touches, 0);
    if (swept)
        start(bulk, job, data, false);
    else if (go)
        put_off(bulk, job);
    else
        job->kind = NO_JOB;
}

static void set_chunk(struct bulk *bulk, struct job *job, enum job_kind kind, uint64_t index) {
    job->kind = kind;
    job->chunk = index;
    job->block = rs_snapshot_block_of(bulk->s, index);
    job->first = rs_chunk_first_page(bulk->s, job->block, index);
}

/* Whose work a chunk is that was seen in `state`. */
static enum rs_saver saver_of(uint32_t state) {
    return state == RS_REQUESTED ? RS_SAVER_FAULT : RS_SAVER_BULK;
}

/* Saves a chunk from guest pages, unless the fault thread has it, or takes it meanwhile. */
static void save_raw(struct bulk *bulk, struct job *job, uint64_t index, uint32_t state) {
    struct rs_snapshot *s = bulk->s;
    struct rs_chunk *chunk = &s->chunks[index];
    job->saver = saver_of(state);
    if (!atomic_compare_exchange_strong(&chunk->state, &state, RS_WRITING))
        return;
    chunk->raw = RS_RAW_UNDER_WAY;
    set_chunk(bulk, job, RAW_JOB, index);
    sweep_and_start(bulk, job, (const uint8_t *)rs_chunk_start(job->block, index),
                    rs_chunk_pages(s, job->block, index), rs_chunk_present(s, job->block, index));
}

/* Writes a copy, over whatever a raw write of the chunk left: after that has completed. */
static void write_copy(struct bulk *bulk, struct job *job, uint64_t index, uint64_t slot) {
    struct rs_snapshot *s = bulk->s;
    struct rs_chunk *chunk = &s->chunks[index];
    while (chunk->raw == RS_RAW_UNDER_WAY && !rs_snapshot_ending(s))
        reap(bulk, 50);
    if (rs_snapshot_ending(s))
        return;
    set_chunk(bulk, job, COPY_JOB, index);
    job->slot = slot;
    job->pages = (struct rs_pages){
        .count = rs_chunk_pages(s, job->block, index),
        .kind = job->block->kinds + job->first,
        .crc = job->block->crcs + job->first,
        .zero = chunk->zero,
        .unpopulated = chunk->unpopulated,
        .inherited = chunk->inherited,
        .parent = rs_block_parents(job->block, job->first),
    };
    start(bulk, job, s->pool + slot * RS_CHUNK_BYTES, chunk->raw == RS_RAW_WRITTEN);
}

static void save_copy(struct bulk *bulk, struct job *job, struct rs_ring *copies) {
    uint64_t copy;
    if (rs_ring_pop(copies, &copy))
        write_copy(bulk, job, copy >> 20, copy & ((1u << 20) - 1));
}

/* Copies a chunk, unless the fault thread has taken it meanwhile. Whether there is a copy now. */
static bool copy_chunk(struct bulk *bulk, uint64_t index, uint32_t state, uint64_t slot) {
    struct rs_snapshot *s = bulk->s;
    bool copied = false;
    if (!atomic_compare_exchange_strong(&s->chunks[index].state, &state, RS_COPYING)) {
        rs_ring_push(&s->free_slots, slot);
        return false;
    }
    atomic_store(&s->bulk_touches, 1);
    if (!rs_snapshot_ending(s) &&
        rs_chunk_copy(s, rs_snapshot_block_of(s, index), index, slot, NULL)) {
        rs_figure_add(&s->figures, RS_CHUNKS_AHEAD, 1);
        copied = true;
    }
    atomic_store(&s->bulk_touches, 0);
    return copied;
}

/*
 * Saves a chunk that was seen in `state`. False when it needs a slot and there is none: all are
 * with copies then, which this thread is writing, or will write next.
 */
static bool save_chunk(struct bulk *bulk, struct job *job, uint64_t index, uint32_t state) {
    uint64_t slot;
    if (!rs_snapshot_block_of(bulk->s, index)->fragile) {
        save_raw(bulk, job, index, state);
        return true;
    }
    if (!rs_snapshot_take_slot(bulk->s, &slot))
        return false;
    if (copy_chunk(bulk, index, state, slot)) {
        bulk->s->chunks[index].saver = (uint8_t)saver_of(state);
        write_copy(bulk, job, index, slot);
    }
    return true;
}

/* A guest thread waits for this one; false when there is none, or it has to wait for a slot. */
static bool save_requested(struct bulk *bulk, struct job *job) {
    struct rs_ring *requests = &bulk->s->requests;
    uint64_t index;
    return rs_ring_peek(requests, &index) && save_chunk(bulk, job, index, RS_REQUESTED) &&
           rs_ring_pop(requests, &index);
}

/* A chunk that nobody has of a block that somebody waits to free; false when there is none. */
static bool next_freed(struct rs_snapshot *s, uint64_t *index) {
    uint64_t freed = atomic_load_explicit(&s->freed, memory_order_relaxed);
    if (!freed)
        return false;
    const struct rs_block *block = &s->blocks[freed - 1];
    for (uint64_t i = 0; i < block->chunks; i++) {
        *index = block->first_chunk + i;
        if (atomic_load_explicit(&s->chunks[*index].state, memory_order_relaxed) == RS_OPEN)
            return true;
    }
    atomic_compare_exchange_strong(&s->freed, &freed, 0);
    return false;
}

/*
 * The next chunk of the linear pass that nobody has; false when the pass is over. It goes down from
 * where the guest was first seen: RAM is mostly written upwards, so the guest comes there last.
 */
static bool next_open(struct bulk *bulk, uint64_t *index) {
    struct rs_snapshot *s = bulk->s;
    if (!bulk->anchored && atomic_load_explicit(&s->fault_ns, memory_order_relaxed)) {
        bulk->next = atomic_load_explicit(&s->fault_chunk, memory_order_relaxed);
        bulk->passed = 0;
        bulk->anchored = true;
    }
    for (; bulk->passed < s->chunk_count; bulk->passed++) {
        bulk->next = (bulk->next ? bulk->next : s->chunk_count) - 1;
        if (atomic_load_explicit(&s->chunks[bulk->next].state, memory_order_relaxed) == RS_OPEN) {
            *index = bulk->next;
            return true;
        }
    }
    return false;
}

static bool pool_is_low(struct rs_snapshot *s) {
    return rs_ring_count(&s->free_slots) * 4 <= rs_snapshot_slots(s);
}

/* Starts the most urgent write. False when there is nothing to write just now. */
static bool write_next(struct bulk *bulk, struct job *job) {
    struct rs_snapshot *s = bulk->s;
    struct rs_ring *copies = rs_ring_count(&s->copies) ? &s->copies : &s->ahead;
    bool copied = rs_ring_count(copies) != 0;
    uint64_t index;
    if (save_requested(bulk, job))
        return true;
    if (copied && pool_is_low(s)) {
        save_copy(bulk, job, copies);
        return true;
    }
    if (next_freed(s, &index) && save_chunk(bulk, job, index, RS_OPEN))
        return true;
    if (next_open(bulk, &index)) {
        if (save_chunk(bulk, job, index, RS_OPEN))
            return true;
        bulk->next = index + 1; /* its turn has not been */
    }
    if (copied)
        save_copy(bulk, job, copies);
    return copied;
}

/*
 * Whether copying ahead pays: the guest is faulting, and there is a slot for every chunk that could
 * still want one, so that no guest thread finds the pool full on account of it. While the pool
 * fills, the disk takes about a fifth of the chunks.
 */
static bool may_copy_ahead(struct bulk *bulk) {
    return bulk->left * 4 <= bulk->s->pool_slots * 5 && guest_is_faulting(bulk->s);
}

/*
 * Copies the first chunk ahead of the guest that nobody has; false when there is none. The very
 * next one is left to the fault thread, so that two threads copy for a guest that goes straight on.
 */
static bool copy_ahead(struct bulk *bulk) {
    struct rs_snapshot *s = bulk->s;
    uint64_t slot, index = atomic_load_explicit(&s->fault_chunk, memory_order_relaxed) + 1;
    uint64_t looked = 0;
    for (; looked < s->chunk_count; looked++) {
        index = index + 1 < s->chunk_count ? index + 1 : 0;
        if (atomic_load_explicit(&s->chunks[index].state, memory_order_relaxed) == RS_OPEN)
            break;
    }
    if (looked == s->chunk_count || !rs_snapshot_take_slot(s, &slot))
        return false;
    if (copy_chunk(bulk, index, RS_OPEN, slot))
        rs_ring_push(&s->ahead, index << 20 | slot);
    return true;
}

static uint64_t copies_to_save(const struct bulk *bulk) {
    uint64_t copies = rs_ring_count(&bulk->s->copies) + rs_ring_count(&bulk->s->ahead);
    for (int i = 0; i < JOBS; i++)
        copies += bulk->jobs[i].kind == COPY_JOB;
    return copies;
}

/*
 * Gives a slot back to the system that no chunk can want any more; false when there is none. Done
 * at the end instead, for all of the pool, it would keep a finished file from being told of.
 */
static bool spare_slot(struct bulk *bulk) {
    struct rs_snapshot *s = bulk->s;
    uint64_t slot, wanting = bulk->left - copies_to_save(bulk);
    if (rs_ring_count(&s->free_slots) <= wanting || !rs_ring_take(&s->free_slots, &slot))
        return false;
    madvise(s->pool + slot * RS_CHUNK_BYTES, RS_CHUNK_BYTES, MADV_DONTNEED);
    atomic_fetch_add_explicit(&s->spared_slots, 1, memory_order_relaxed);
    return true;
}

/* One piece of work, the most urgent first. */
static void step(struct bulk *bulk) {
    if (guest_is_faulting(bulk->s))
        sched_yield();
    struct job *job = idle_job(bulk);
    if (job && write_next(bulk, job)) {
        reap(bulk, 0);
    } else if (may_copy_ahead(bulk) && copy_ahead(bulk)) {
        reap(bulk, 0);
    } else if (spare_slot(bulk)) {
        reap(bulk, 0);
    } else if (under_way(bulk) || !is_due(bulk->s)) {
        reap(bulk, 1);
    } else {
        sched_yield(); /* the fault thread is copying one just now */
    }
}

static bool save_edge(struct bulk *bulk, struct rs_block *block, struct rs_edge *edge) {
    struct rs_snapshot *s = bulk->s;
    for (uint64_t done = 0; done < edge->pages;) {
        uint64_t count = edge->pages - done;
        if (count > RS_CHUNK_PAGES)
            count = RS_CHUNK_PAGES;
        struct job *job = idle_job(bulk);
        if (rs_snapshot_ending(s))
            return false;
        if (!job) {
            reap(bulk, 1);
            continue;
        }
        job->kind = EDGE_JOB;
        job->block = block;
        job->first = edge->page + done;
        sweep_and_start(bulk, job, edge->copy + done * s->page_bytes, (uint32_t)count, NULL);
        done += count;
    }
    return true;
}

static bool save_edges(struct bulk *bulk) {
    struct rs_snapshot *s = bulk->s;
    for (uint32_t i = 0; i < s->block_count; i++) {
        struct rs_block *block = &s->blocks[i];
        for (int e = 0; e < 2; e++)
            if (!save_edge(bulk, block, &block->edges[e]))
                return false;
        rs_figure_add(&s->figures, RS_BYTES_DONE, block->length - (block->end - block->start));
    }
    return true;
}

/* What was never populated needs no work. */
static void count_empty(struct rs_snapshot *s) {
    for (uint64_t index = 0; index < s->chunk_count; index++) {
        if (atomic_load_explicit(&s->chunks[index].state, memory_order_relaxed) != RS_EMPTY)
            continue;
        const struct rs_block *block = rs_snapshot_block_of(s, index);
        uint64_t pages = rs_chunk_pages(s, block, index);
        rs_figure_add(&s->figures, RS_BYTES_DONE, pages * s->page_bytes);
        rs_figure_add(&s->figures, RS_PAGES_UNPOPULATED, pages);
    }
}

static void run(struct bulk *bulk) {
    struct rs_snapshot *s = bulk->s;
    struct pollfd go = {.fd = s->go_event, .events = POLLIN};
    while (poll(&go, 1, -1) < 0 && errno == EINTR) {
    }
    rs_freeze_help(s);
    /* The phase is also what hands over all that the freeze wrote: poll promises no such thing. */
    if (rs_snapshot_phase(s) != RS_ARMED)
        return;
    for (uint32_t i = 0; i < s->block_count; i++)
        bulk->left += atomic_load(&s->blocks[i].left);
    if (!save_edges(bulk))
        return;
    count_empty(s);
    while (bulk->left || under_way(bulk)) {
        if (rs_snapshot_ending(s))
            return;
        step(bulk);
    }
    rs_snapshot_end(s, RS_DONE, RS_STEP_NONE, 0, UINT64_MAX, UINT64_MAX);
}

void *rs_bulk_main(void *snapshot) {
    struct rs_snapshot *s = snapshot;
    struct bulk bulk = {.s = s};
    run(&bulk);
    /* The kernel still reads from guest pages and writes to the jobs until all have completed. */
    while (under_way(&bulk))
        reap(&bulk, 1000);
    aio_context_t aio = rs_sink_detach(&s->sink);
    atomic_store(&s->bulk_over, 1);
    rs_snapshot_unref(s);
    rs_sink_destroy(aio);
    return NULL;
}
