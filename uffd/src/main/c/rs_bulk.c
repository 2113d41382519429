/*
 * The bulk thread: one pass over RAM, every page once. Chunks that a guest thread waits for come
 * first. A chunk is written straight from guest pages and then un-protected, whether anybody asked
 * or not, so it can never fault again.
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "rs_clock.h"
#include "rs_pages.h"
#include "rs_snapshot.h"
#include "rs_uffd.h"

/* Writes under way: while the disk has one chunk, the next is looked at and checksummed. */
#define JOBS 2

enum job_kind { NO_JOB, RAW_JOB, COPY_JOB, EDGE_JOB };

struct job {
    enum job_kind kind;
    struct rs_block *block;
    uint64_t first; /* image page */
    uint64_t chunk;
    uint64_t slot; /* COPY_JOB: of the pool */
    struct rs_pages pages;
    struct rs_write write;
};

struct bulk {
    struct rs_snapshot *s;
    uint64_t next; /* the linear pass: next chunk */
    uint64_t left; /* chunks that are not in the file yet */
    struct job jobs[JOBS];
};

static uint64_t first_page(const struct rs_snapshot *s, const struct rs_block *block,
                           uint64_t index) {
    return (rs_chunk_start(block, index) - block->first_page) / s->page_bytes;
}

/* Keeps to the rate, in short sleeps so that the end is noticed. False when it has ended. */
static bool wait_until_due(struct rs_snapshot *s) {
    while (!rs_snapshot_ending(s)) {
        uint64_t now = rs_now();
        if (!s->sink.rate || now >= s->sink.due_ns)
            return true;
        uint64_t rest = s->sink.due_ns - now;
        struct timespec nap = {.tv_nsec = (long)(rest < 2000000 ? rest : 2000000)};
        nanosleep(&nap, NULL);
    }
    return false;
}

/* The file holds the pages of a job, for good. */
static void enter(struct bulk *bulk, struct job *job) {
    struct rs_figures *figures = &bulk->s->figures;
    rs_pages_enter(&job->pages, job->block, job->first);
    rs_figure_add(figures, RS_PAGES_ZERO, job->pages.zero);
    rs_figure_add(figures, RS_PAGES_UNPOPULATED, job->pages.unpopulated);
    if (job->kind == EDGE_JOB)
        return;
    rs_figure_add(figures, RS_BYTES_DONE,
                  rs_chunk_end(job->block, job->chunk) - rs_chunk_start(job->block, job->chunk));
    bulk->left--;
    atomic_fetch_sub(&job->block->left, 1);
}

/* Un-protects a chunk that is in the file; false when that failed. */
static bool release(struct rs_snapshot *s, const struct rs_block *block, uint64_t index) {
    uint64_t start = rs_chunk_start(block, index);
    int error = rs_uffd_unprotect(s->uffd, start, rs_chunk_end(block, index) - start);
    atomic_store_explicit(&s->chunks[index].release_ns, rs_now(), memory_order_release);
    if (error)
        rs_snapshot_end(s, RS_FAILED, RS_STEP_RELEASE, -error, rs_snapshot_index(s, block),
                        UINT64_MAX);
    return !error;
}

static void finish_raw(struct bulk *bulk, struct job *job) {
    struct rs_snapshot *s = bulk->s;
    struct rs_chunk *chunk = &s->chunks[job->chunk];
    chunk->raw = RS_RAW_WRITTEN;
    /* Closed to copies before it is un-protected. */
    uint32_t writing = RS_WRITING;
    if (!atomic_compare_exchange_strong(&chunk->state, &writing, RS_SAVED))
        return; /* copied while it was written: what the file has may be newer than the copy */
    if (release(s, job->block, job->chunk)) {
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

/*
 * A write that a dead disk gave back long after the snapshot has ended must do nothing any more:
 * any userfaultfd can remove the protection that another one has set, that of the next snapshot.
 */
static void finish(struct bulk *bulk, struct job *job) {
    struct rs_snapshot *s = bulk->s;
    atomic_store(&s->bulk_touches, 1);
    if (!rs_snapshot_ending(s))
        complete(bulk, job);
    atomic_store(&s->bulk_touches, 0);
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

/* A free job; waits for one. NULL when the snapshot has ended. */
static struct job *free_job(struct bulk *bulk) {
    while (!rs_snapshot_ending(bulk->s)) {
        for (int i = 0; i < JOBS; i++)
            if (bulk->jobs[i].kind == NO_JOB)
                return &bulk->jobs[i];
        reap(bulk, 50);
    }
    return NULL;
}

/*
 * Looks at `count` frozen pages at `data`, wherever they are, and starts to write them. False when
 * the snapshot has ended.
 */
static bool start(struct bulk *bulk, struct job *job, const uint8_t *data, uint32_t count,
                  const uint8_t *present, bool overwrite) {
    struct rs_snapshot *s = bulk->s;
    uint64_t offset = job->block->file_offset + job->first * s->page_bytes;
    atomic_store(&s->bulk_touches, 1);
    bool go = !rs_snapshot_ending(s);
    if (go)
        rs_pages_examine(&job->pages, data, count, present, s->page_bytes);
    atomic_store(&s->bulk_touches, 0);
    if (!go || !wait_until_due(s)) {
        job->kind = NO_JOB;
        return false;
    }
    rs_pages_plan(&job->pages, data, s->page_bytes, offset, overwrite, &job->write);
    rs_sink_start(&s->sink, &job->write);
    if (!job->write.pending)
        finish(bulk, job);
    return true;
}

static bool start_chunk(struct bulk *bulk, struct job *job, enum job_kind kind, uint64_t index,
                        const uint8_t *data, bool overwrite) {
    struct rs_snapshot *s = bulk->s;
    struct rs_block *block = rs_snapshot_block_of(s, index);
    uint64_t bytes = rs_chunk_end(block, index) - rs_chunk_start(block, index);
    job->kind = kind;
    job->block = block;
    job->chunk = index;
    job->first = first_page(s, block, index);
    const uint8_t *present =
        s->chunks[index].population == RS_ALL_PAGES ? NULL : block->kinds + job->first;
    return start(bulk, job, data, (uint32_t)(bytes / s->page_bytes), present, overwrite);
}

/* Saves a chunk from guest pages, unless the fault thread has it, or takes it meanwhile. */
static bool save_raw(struct bulk *bulk, uint64_t index, uint32_t state) {
    struct rs_snapshot *s = bulk->s;
    struct rs_chunk *chunk = &s->chunks[index];
    struct job *job = free_job(bulk);
    if (!job)
        return false;
    if (!atomic_compare_exchange_strong(&chunk->state, &state, RS_WRITING))
        return true;
    chunk->raw = RS_RAW_UNDER_WAY;
    uint64_t at = rs_chunk_start(rs_snapshot_block_of(s, index), index);
    return start_chunk(bulk, job, RAW_JOB, index, (const uint8_t *)at, false);
}

/* Writes the oldest copy, over whatever a raw write of the chunk left: after that has completed. */
static bool save_copy(struct bulk *bulk) {
    struct rs_snapshot *s = bulk->s;
    uint64_t copy;
    struct job *job = free_job(bulk);
    if (!job)
        return false;
    if (!rs_ring_peek(&s->copies, &copy))
        return true;
    uint64_t index = copy >> 20, slot = copy & ((1u << 20) - 1);
    while (s->chunks[index].raw == RS_RAW_UNDER_WAY && !rs_snapshot_ending(s))
        reap(bulk, 50);
    if (rs_snapshot_ending(s))
        return false;
    rs_ring_pop(&s->copies, &copy);
    job->slot = slot;
    return start_chunk(bulk, job, COPY_JOB, index, s->pool + slot * RS_CHUNK_BYTES,
                       s->chunks[index].raw == RS_RAW_WRITTEN);
}

/* The next chunk of the linear pass that nobody has; false when the pass is over. */
static bool next_open(struct bulk *bulk, uint64_t *index) {
    struct rs_snapshot *s = bulk->s;
    for (; bulk->next < s->chunk_count; bulk->next++) {
        if (atomic_load_explicit(&s->chunks[bulk->next].state, memory_order_relaxed) == RS_OPEN) {
            *index = bulk->next++;
            return true;
        }
    }
    return false;
}

static bool pool_is_low(struct rs_snapshot *s) {
    return rs_ring_count(&s->free_slots) * 4 <= s->pool_slots;
}

/* One piece of work, the most urgent first. False when the snapshot has ended. */
static bool step(struct bulk *bulk) {
    struct rs_snapshot *s = bulk->s;
    uint64_t index;
    if (rs_ring_pop(&s->requests, &index))
        return save_raw(bulk, index, RS_REQUESTED);
    if (rs_ring_count(&s->copies) && pool_is_low(s))
        return save_copy(bulk);
    if (next_open(bulk, &index))
        return save_raw(bulk, index, RS_OPEN);
    if (rs_ring_count(&s->copies))
        return save_copy(bulk);
    if (under_way(bulk))
        reap(bulk, 1);
    else
        sched_yield(); /* the fault thread is copying one just now */
    return true;
}

static bool save_edge(struct bulk *bulk, struct rs_block *block, struct rs_edge *edge) {
    for (uint64_t done = 0; done < edge->pages;) {
        uint64_t count = edge->pages - done;
        if (count > RS_CHUNK_PAGES)
            count = RS_CHUNK_PAGES;
        struct job *job = free_job(bulk);
        if (!job)
            return false;
        job->kind = EDGE_JOB;
        job->block = block;
        job->first = edge->page + done;
        const uint8_t *data = edge->copy + done * bulk->s->page_bytes;
        if (!start(bulk, job, data, (uint32_t)count, NULL, false))
            return false;
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

static void run(struct bulk *bulk) {
    struct rs_snapshot *s = bulk->s;
    struct pollfd go = {.fd = s->go_event, .events = POLLIN};
    while (poll(&go, 1, -1) < 0 && errno == EINTR) {
    }
    /* The phase is also what hands over all that the freeze wrote: poll promises no such thing. */
    if (rs_snapshot_phase(s) != RS_ARMED)
        return;
    for (uint32_t i = 0; i < s->block_count; i++)
        bulk->left += atomic_load(&s->blocks[i].left);
    if (!save_edges(bulk))
        return;
    while (bulk->left || under_way(bulk)) {
        if (rs_snapshot_ending(s) || !step(bulk))
            return;
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
    atomic_store(&s->bulk_over, 1);
    rs_snapshot_unref(s);
    return NULL;
}
