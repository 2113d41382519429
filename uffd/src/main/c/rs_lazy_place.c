/* Putting pages into guest RAM: one that is waited for, or a chunk that has been read. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "rs_clock.h"
#include "rs_lazy.h"
#include "rs_uffd.h"

/* Copied at once of a chunk nobody waits for: somebody may come to wait. 64 KiB take 15 µs. */
#define PIECE_PAGES 16

/* A read for a fault that takes longer has waited for the disk. */
#define WAIT_NS 400000

static void mark(struct rs_lazy *l, struct rs_lazy_block *block, uint64_t page) {
    if (rs_lazy_page(block, page) != RS_MISSING)
        return;
    if (rs_source_stored(&l->source, rs_lazy_index(l, block), page))
        rs_lazy_add(l, RS_LAZY_BYTES_BROUGHT, l->page_bytes);
    atomic_store_explicit(&block->pages[page], RS_HERE, memory_order_relaxed);
}

static uint64_t mark_bytes(struct rs_lazy *l, struct rs_lazy_block *block, uint64_t page,
                           int64_t bytes) {
    uint64_t past = page + (uint64_t)bytes / l->page_bytes;
    for (; page < past; page++)
        mark(l, block, page);
    return past;
}

/*
 * Deals with what stopped an ioctl at `page`; the page to go on with. `count` is how many pages
 * the ioctl was for.
 */
static uint64_t overcome(struct rs_lazy *l, struct rs_lazy_block *block, uint64_t page,
                         uint64_t count, int error) {
    uint64_t address = rs_lazy_address(l, block, page);
    char what[128];
    switch (error) {
    case EAGAIN: /* somebody takes memory away: he waits until this thread has read of it */
        if (rs_lazy_read(l) <= 0)
            sched_yield();
        return page;
    case EEXIST:
        mark(l, block, page);
        rs_uffd_wake(l->uffd, address, l->page_bytes);
        return page + 1;
    case ENOENT:
        if (count > 1)
            return page; /* perhaps in several mappings */
        atomic_store_explicit(&block->pages[page], RS_GONE, memory_order_relaxed);
        rs_uffd_wake(l->uffd, address, l->page_bytes);
        return page + 1;
    case ENOMEM: /* as for any page of a process: until there is some, or the kernel ends one */
        usleep(1000);
        return page;
    case ESRCH: /* the process is ending */
        return page + count;
    default:
        snprintf(what, sizeof what, "cannot be put into RAM (%s)", strerror(error));
        rs_lazy_die(l, block, page, what);
    }
}

/* Whether a page has content to be placed. */
static bool is_wanted(struct rs_lazy *l, struct rs_lazy_block *block, uint64_t page) {
    return rs_lazy_page(block, page) == RS_MISSING &&
           rs_source_stored(&l->source, rs_lazy_index(l, block), page);
}

/* Copies what is wanted of [page, past); `from` is where the content of `page` stands. */
static void put(struct rs_lazy *l, struct rs_lazy_block *block, uint64_t page, uint64_t past,
                const uint8_t *from) {
    uint64_t first = page, most = past - page;
    while (page < past) {
        uint64_t end = page;
        while (end < past && end - page < most && is_wanted(l, block, end))
            end++;
        if (end == page) {
            page++;
            continue;
        }
        int64_t done =
            rs_uffd_copy(l->uffd, rs_lazy_address(l, block, page),
                         from + (page - first) * l->page_bytes, (end - page) * l->page_bytes);
        if (done > 0) {
            page = mark_bytes(l, block, page, done);
            continue;
        }
        if (done == -ENOENT)
            most = 1;
        page = overcome(l, block, page, end - page, (int)-done);
    }
}

static void put_zero(struct rs_lazy *l, struct rs_lazy_block *block, uint64_t page) {
    for (uint64_t at = page; at == page;) {
        int64_t done = rs_uffd_zero(l->uffd, rs_lazy_address(l, block, page), l->page_bytes);
        at = done > 0 ? page + 1 : overcome(l, block, page, 1, (int)-done);
        if (done > 0)
            mark(l, block, page);
    }
}

/* Where the content of an open job's chunk stands. */
static uint8_t *job_memory(struct rs_lazy *l, const struct rs_lazy_block *block) {
    if (l->job.slot)
        return l->slots + (l->job.slot - 1) * RS_CHUNK_BYTES;
    return (uint8_t *)(rs_lazy_chunk_start(block, l->job.chunk) + block->aside);
}

static void note(struct rs_lazy *l, struct rs_lazy_block *block, uint64_t page, uint64_t chunk) {
    atomic_store_explicit(&l->hint, chunk + 1, memory_order_relaxed);
    if (l->traced[chunk])
        return;
    l->traced[chunk] = 1;
    uint64_t count = atomic_load_explicit(&l->trace_count, memory_order_relaxed);
    l->trace[count] = (uint64_t)rs_lazy_index(l, block) << 32 | page;
    atomic_store_explicit(&l->trace_count, count + 1, memory_order_release);
}

/*
 * A read that waits for the disk costs its latency, however little it brings: then more is brought
 * at once, up to a chunk, and less again when it comes from the page cache, at 0.6 ns a byte.
 */
static void adapt(struct rs_lazy *l, uint64_t bytes, uint64_t took_ns) {
    l->waits += took_ns > WAIT_NS;
    if (l->options.grain_bytes || l->waits < RS_LAZY_PATIENCE)
        return;
    if (took_ns > 2 * bytes && l->reach < RS_CHUNK_BYTES)
        l->reach *= 2;
    else if (took_ns < bytes && l->reach > RS_LAZY_REACH)
        l->reach /= 2;
}

/* Reads what surrounds a page, as far as it is missing, and puts it into RAM. */
static void bring(struct rs_lazy *l, struct rs_lazy_block *block, uint64_t page, uint64_t chunk) {
    uint64_t address = rs_lazy_address(l, block, page);
    uint64_t start = address & ~(l->reach - 1);
    uint64_t end = start + l->reach;
    start = start > block->start ? start : block->start;
    end = end < block->end ? end : block->end;
    uint64_t low = page, high = page + 1;
    while (rs_lazy_address(l, block, low) > start && rs_lazy_page(block, low - 1) == RS_MISSING)
        low--;
    while (rs_lazy_address(l, block, high) < end && rs_lazy_page(block, high) == RS_MISSING)
        high++;
    const uint8_t *from = l->grain;
    if (l->job.open && l->job.chunk == chunk) {
        uint64_t first = rs_lazy_page_at(l, block, rs_lazy_chunk_start(block, chunk));
        from = job_memory(l, block) + (low - first) * l->page_bytes;
    } else {
        uint32_t index = rs_lazy_index(l, block);
        atomic_store(&l->reading, (uint64_t)index << 40 | page);
        uint64_t since = rs_now();
        atomic_store(&l->reading_ns, since);
        rs_source_read(&l->source, index, low, high - low, l->grain, false, rs_lazy_damaged, l);
        atomic_store(&l->reading_ns, 0);
        adapt(l, (high - low) * l->page_bytes, rs_now() - since);
    }
    uint64_t before = rs_lazy_figure(l, RS_LAZY_BYTES_BROUGHT);
    put(l, block, page, high, from + (page - low) * l->page_bytes);
    put(l, block, low, page, from);
    rs_lazy_add(l, RS_LAZY_BYTES_FAULTED, rs_lazy_figure(l, RS_LAZY_BYTES_BROUGHT) - before);
}

void rs_lazy_serve(struct rs_lazy *l, const struct rs_lazy_fault *fault) {
    struct rs_lazy_block *block = rs_lazy_block_at(l, fault->address);
    uint64_t address = fault->address & ~(l->page_bytes - 1);
    rs_lazy_add(l, RS_LAZY_FAULTS, 1);
    if (!block) {
        /* Memory that was moved here; what stood there was all there, so the rest is zero. */
        if (rs_uffd_zero(l->uffd, address, l->page_bytes) < 0)
            rs_uffd_wake(l->uffd, address, l->page_bytes);
        return;
    }
    uint64_t page = rs_lazy_page_at(l, block, address);
    uint64_t chunk = block->first_chunk + (address - block->grid) / RS_CHUNK_BYTES;
    if (rs_lazy_page(block, page) == RS_HERE) {
        rs_uffd_wake(l->uffd, address, l->page_bytes);
    } else if (is_wanted(l, block, page)) {
        note(l, block, page, chunk);
        bring(l, block, page, chunk);
    } else {
        put_zero(l, block, page);
    }
    rs_figure_stall(&l->stalls, rs_now() - fault->since_ns);
}

static void close_job(struct rs_lazy *l, struct rs_lazy_block *block) {
    uint64_t chunk = l->job.chunk;
    if (l->job.slot)
        rs_ring_push(&l->free_slots, l->job.slot - 1);
    else
        rs_lazy_drop_aside(block, rs_lazy_chunk_start(block, chunk),
                           rs_lazy_chunk_end(block, chunk));
    l->job.open = false;
    rs_lazy_add(l, RS_LAZY_CHUNKS_PLACED, 1);
    atomic_fetch_sub(&block->left, 1);
}

/* Moves a chunk in from its place aside, as long as nobody has touched it; whether all is done. */
static bool move_in(struct rs_lazy *l, struct rs_lazy_block *block) {
    uint64_t page = l->job.page, past = l->job.past;
    while (page < past) {
        for (uint64_t i = page; i < past; i++)
            if (rs_lazy_page(block, i) != RS_MISSING)
                return false;
        uint64_t address = rs_lazy_address(l, block, page);
        int64_t done =
            rs_uffd_move(l->uffd, address, address + block->aside, (past - page) * l->page_bytes);
        if (done > 0)
            page = mark_bytes(l, block, page, done);
        else if (done == -EAGAIN)
            page = overcome(l, block, page, 1, EAGAIN);
        else
            return false;
        l->job.page = page;
    }
    rs_lazy_add(l, RS_LAZY_CHUNKS_MOVED, 1);
    return true;
}

static void open_job(struct rs_lazy *l, uint64_t ready) {
    uint64_t chunk = ready & (((uint64_t)1 << 40) - 1), slot = ready >> 40;
    struct rs_lazy_block *block = rs_lazy_block_of(l, chunk);
    l->job = (struct rs_lazy_job){
        .open = true,
        .chunk = chunk,
        .slot = slot <= RS_LAZY_SLOTS ? slot : 0,
        .page = rs_lazy_page_at(l, block, rs_lazy_chunk_start(block, chunk)),
        .past = rs_lazy_page_at(l, block, rs_lazy_chunk_end(block, chunk)),
    };
    if (slot > RS_LAZY_SLOTS || (!slot && move_in(l, block)))
        close_job(l, block);
}

bool rs_lazy_place_step(struct rs_lazy *l) {
    uint64_t ready;
    if (!l->job.open) {
        if (!rs_ring_pop(&l->ready, &ready))
            return false;
        open_job(l, ready);
        return true;
    }
    struct rs_lazy_block *block = rs_lazy_block_of(l, l->job.chunk);
    uint64_t first = rs_lazy_page_at(l, block, rs_lazy_chunk_start(block, l->job.chunk));
    uint64_t page = l->job.page, past = page + PIECE_PAGES;
    if (past > l->job.past)
        past = l->job.past;
    put(l, block, page, past, job_memory(l, block) + (page - first) * l->page_bytes);
    l->job.page = past;
    if (past == l->job.past)
        close_job(l, block);
    return true;
}
