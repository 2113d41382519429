#define _GNU_SOURCE
#include "rs_snapshot.h"

#include <errno.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rs_backing.h"
#include "rs_clock.h"
#include "rs_crc32c.h"
#include "rs_fetch.h"
#include "rs_guard.h"
#include "rs_huge.h"
#include "rs_pagemap.h"
#include "rs_place.h"
#include "rs_running.h"
#include "rs_thread.h"
#include "rs_uffd.h"

#define NO_BLOCK UINT64_MAX

int rs_page_bytes(void) {
    return (int)sysconf(_SC_PAGESIZE);
}

int64_t rs_allocated_bytes(const char *path) {
    struct stat file;
    return stat(path, &file) ? 0 : (int64_t)file.st_blocks * 512;
}

const char *rs_error_text(int error) {
    return strerror(error);
}

int rs_figure_count(void) {
    return RS_FIGURE_COUNT;
}

int rs_stall_bucket_count(void) {
    return RS_STALL_BUCKETS;
}

int rs_advise_huge(uint64_t address, uint64_t length) {
    return rs_huge_advise(address, address + length);
}

int rs_publish(const char *descriptor, const char *from, const char *to) {
    return rs_sink_publish(descriptor, from, to);
}

#ifndef MADV_POPULATE_WRITE /* Linux 5.14 */
#define MADV_POPULATE_WRITE 23
#endif

/*
 * The kernel holds the address-space lock during one call that populates or unmaps. A Java thread
 * that wants to map memory waits for it, the next safepoint for that thread, and the guest for the
 * safepoint: 1 GiB in one call has stopped a guest for 2 s. So one call is for this much.
 */
#define LOCK_STRIDE RS_CHUNK_BYTES

/* However slow memory comes, the pool has this much of what was asked for. */
#define LEAST_POOL ((uint64_t)64 << 20)

static uint64_t stride_at(uint64_t at, uint64_t bytes) {
    return bytes - at < LOCK_STRIDE ? bytes - at : LOCK_STRIDE;
}

/* Whether nobody wants the snapshot any more that is still being prepared. */
static bool given_up(uint64_t word) {
    return word && atomic_load((const _Atomic uint64_t *)(uintptr_t)word);
}

/*
 * Populates until it is done, that much time has passed, or it is given up; how many bytes, 0 on
 * failure.
 */
static uint64_t populate(uint8_t *memory, uint64_t bytes, uint64_t budget_ns, uint64_t give_up) {
    struct rs_running running = {0};
    uint64_t at = 0;
    for (; at < bytes && !given_up(give_up); at += LOCK_STRIDE) {
        if (rs_running_now(&running) >= budget_ns && at >= LEAST_POOL)
            break;
        uint64_t stride = stride_at(at, bytes);
        if (madvise(memory + at, stride, MADV_POPULATE_WRITE) == 0)
            continue;
        if (errno != EINVAL)
            return 0;
        for (uint64_t i = 0; i < stride; i += 4096) /* a kernel that cannot: touch every page */
            ((volatile uint8_t *)memory)[at + i] = 0;
    }
    return at < bytes ? at : bytes;
}

static void unmap(uint8_t *memory, uint64_t bytes) {
    for (uint64_t at = 0; memory && at < bytes; at += LOCK_STRIDE)
        munmap(memory + at, stride_at(at, bytes));
}

static uint8_t *map(uint64_t bytes) {
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

/* Populated at once: nothing may be allocated, not even by a page fault, once RAM is armed. */
static void *map_populated(uint64_t bytes) {
    uint8_t *memory = map(bytes);
    if (memory && !populate(memory, bytes, UINT64_MAX, 0)) {
        unmap(memory, bytes);
        return NULL;
    }
    return memory;
}

static int take_key(struct rs_snapshot *s, uint64_t key) {
    if (!key)
        return 0;
    s->key = map_populated(s->page_bytes);
    if (!s->key)
        return -ENOMEM;
    memcpy(s->key, (const void *)(uintptr_t)key, s->page_bytes);
    return 0;
}

static int map_tables(struct rs_snapshot *s) {
    for (uint32_t i = 0; i < s->block_count; i++) {
        struct rs_block *block = &s->blocks[i];
        s->chunk_room += block->chunk_room;
        block->present = map_populated(block->room);
        block->kinds = map_populated(block->room);
        block->crcs = map_populated(block->room * sizeof *block->crcs);
        if (s->key)
            block->hashes = map_populated(block->room * sizeof *block->hashes);
        if (!block->present || !block->kinds || !block->crcs || (s->key && !block->hashes))
            return -ENOMEM;
        for (int e = 0; e < 2; e++) {
            struct rs_edge *edge = &block->edges[e];
            if (edge->room && !(edge->copy = map_populated(edge->room * s->page_bytes)))
                return -ENOMEM;
        }
    }
    atomic_store(&s->freeze.next, s->chunk_room);
    s->chunks = map_populated((s->chunk_room + 1) * sizeof *s->chunks);
    return s->chunks ? 0 : -ENOMEM;
}

/*
 * A virtual machine's memory may have to come from its host first, at less than the speed of a
 * disk. Then a smaller pool sooner beats a larger one later.
 */
static int map_pool(struct rs_snapshot *s, const struct rs_options *options) {
    uint64_t slots = options->pool_bytes / RS_CHUNK_BYTES;
    if (slots > s->chunk_room)
        slots = s->chunk_room ? s->chunk_room : 1;
    uint64_t wanted = slots * RS_CHUNK_BYTES;
    s->pool = map(wanted);
    if (!s->pool)
        return -ENOMEM;
    madvise(s->pool, wanted, MADV_HUGEPAGE);
    uint64_t budget = options->pool_budget_ns ? options->pool_budget_ns : UINT64_MAX;
    uint64_t got = populate(s->pool, wanted, budget, options->give_up);
    unmap(s->pool + got, wanted - got);
    s->pool_slots = got / RS_CHUNK_BYTES;
    if (!got || rs_ring_init(&s->free_slots, s->pool_slots) ||
        rs_ring_init(&s->copies, s->pool_slots) || rs_ring_init(&s->ahead, s->pool_slots) ||
        rs_ring_init(&s->requests, s->chunk_room))
        return -ENOMEM;
    for (uint64_t slot = 0; slot < s->pool_slots; slot++)
        rs_ring_push(&s->free_slots, slot);
    rs_figure_set(&s->figures, RS_POOL_BYTES, s->pool_slots * RS_CHUNK_BYTES);
    return 0;
}

static int open_uffd(struct rs_snapshot *s, uint64_t *step) {
    *step = RS_STEP_OPEN_UFFD;
    uint64_t offered;
    int result = rs_uffd_features(&offered);
    if (result)
        return result;
    s->uffd = rs_uffd_open();
    if (s->uffd < 0)
        return s->uffd;
    *step = RS_STEP_NEGOTIATE;
    uint64_t wanted = UFFD_FEATURE_PAGEFAULT_FLAG_WP;
    if (!(offered & wanted))
        return -EOPNOTSUPP;
    /* Memory that is taken away must not be missed; every kernel that can protect has these. */
    wanted |=
        offered & (UFFD_FEATURE_EVENT_REMOVE | UFFD_FEATURE_EVENT_UNMAP | UFFD_FEATURE_EVENT_REMAP);
#ifdef UFFD_FEATURE_WP_HUGETLBFS_SHMEM /* shared memory as well, where the kernel can */
    wanted |= offered & UFFD_FEATURE_WP_HUGETLBFS_SHMEM;
#endif
    return rs_uffd_negotiate(s->uffd, wanted);
}

static int start_threads(struct rs_snapshot *s) {
    int result = rs_thread_start(rs_fault_main, s, "ramshot-fault", &s->references);
    if (result) {
        atomic_store(&s->fault_over, 1);
        atomic_store(&s->bulk_over, 1);
        return result;
    }
    result = rs_thread_start(rs_bulk_main, s, "ramshot-bulk", &s->references);
    if (result)
        atomic_store(&s->bulk_over, 1);
    return result;
}

static void free_snapshot(struct rs_snapshot *s) {
    if (s->uffd >= 0)
        close(s->uffd);
    if (s->pagemap >= 0)
        close(s->pagemap);
    if (s->memory >= 0)
        close(s->memory);
    close(s->stop_event);
    close(s->go_event);
    close(s->done_event);
    rs_sink_close(&s->sink);
    for (uint32_t i = 0; s->blocks && i < s->block_count; i++) {
        struct rs_block *block = &s->blocks[i];
        unmap(block->present, block->room);
        unmap(block->kinds, block->room);
        unmap((uint8_t *)block->crcs, block->room * sizeof *block->crcs);
        unmap((uint8_t *)block->hashes, block->room * sizeof *block->hashes);
        unmap((uint8_t *)block->parents, block->room * sizeof *block->parents);
        for (int e = 0; e < 2; e++)
            unmap(block->edges[e].copy, block->edges[e].room * s->page_bytes);
    }
    unmap((uint8_t *)s->chunks, (s->chunk_room + 1) * sizeof *s->chunks);
    unmap(s->pool, s->pool_slots * RS_CHUNK_BYTES);
    unmap(s->bounce, RS_CHUNK_BYTES);
    unmap(s->key, s->page_bytes);
    rs_ring_free(&s->free_slots);
    rs_ring_free(&s->copies);
    rs_ring_free(&s->ahead);
    rs_ring_free(&s->requests);
    free(s->blocks);
    free(s->by_address);
    free(s);
}

void rs_snapshot_unref(struct rs_snapshot *s) {
    if (atomic_fetch_sub(&s->references, 1) == 1)
        free_snapshot(s);
}

static int take_blocks(struct rs_snapshot *s, uint32_t count, const uint64_t *addresses,
                       const uint64_t *lengths, const uint64_t *offsets, const uint64_t *fragile) {
    s->blocks = calloc(count, sizeof *s->blocks);
    s->by_address = calloc(count, sizeof(struct rs_block *));
    if (!s->blocks || !s->by_address)
        return -ENOMEM;
    s->block_count = count;
    for (uint32_t i = 0; i < count; i++) {
        struct rs_block *block = &s->blocks[i];
        block->length = lengths[i];
        block->file_offset = offsets[i];
        block->on_heap = !addresses[i];
        block->fragile = block->on_heap || (fragile && fragile[i]);
        if (!block->on_heap)
            rs_block_place(block, addresses[i], s->page_bytes);
        rs_block_size(block, s->page_bytes);
    }
    return 0;
}

static void mark_shared(void *context, uint64_t start, uint64_t end) {
    struct rs_snapshot *s = context;
    for (uint32_t i = 0; i < s->block_count; i++) {
        struct rs_block *block = &s->blocks[i];
        if (!block->on_heap && block->start < end && start < block->end)
            block->shared = true;
    }
}

/* Containers may forbid what fragile memory is read by. */
static int try_fetch(const struct rs_snapshot *s) {
    int result = 0;
    for (uint32_t i = 0; i < s->block_count && !result; i++) {
        uint64_t word, failed;
        if (s->blocks[i].fragile)
            result = rs_fetch(-1, &word, (uintptr_t)&s->page_bytes, sizeof word, &failed);
    }
    return result;
}

static uint64_t file_bytes(const struct rs_snapshot *s) {
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < s->block_count; i++) {
        const struct rs_block *block = &s->blocks[i];
        uint64_t end = block->file_offset + block->room * s->page_bytes;
        bytes = end > bytes ? end : bytes;
    }
    return bytes;
}

static int prepare(struct rs_snapshot *s, const struct rs_options *options, const char *path,
                   uint64_t *failure) {
    failure[0] = RS_STEP_MEMORY;
    int result = take_key(s, options->hash_key);
    if (!result)
        result = map_tables(s);
    rs_backing_each_shared(mark_shared, s);
    if (!result)
        result = map_pool(s, options);
    if (!result && !(s->bounce = map_populated(RS_CHUNK_BYTES)))
        result = -ENOMEM;
    if (result)
        return result;
    rs_guard_open();
    s->memory = rs_fetch_open();
    failure[0] = RS_STEP_PAGEMAP;
    s->pagemap = rs_pagemap_open();
    if (s->pagemap < 0)
        return s->pagemap;
    if (s->block_count) /* state alone has nothing to protect, and needs no right to */
        result = open_uffd(s, &failure[0]);
    if (result)
        return result;
    failure[0] = RS_STEP_FETCH;
    result = try_fetch(s);
    if (result)
        return result;
    failure[0] = RS_STEP_OPEN_FILE;
    result = rs_sink_open(&s->sink, path, file_bytes(s), options->direct_io, options->rate);
    if (result)
        return result;
    s->sink.cache.limit = options->cache_bytes;
    rs_figure_set(&s->figures, RS_DIRECT_IO, s->sink.direct);
    failure[0] = RS_STEP_REGISTER;
    /* The disk may have kept it for long: by now another snapshot may have the RAM. */
    result = given_up(options->give_up) ? -ECANCELED : rs_place_fixed(s, &failure[1]);
    if (!result) {
        failure[0] = RS_STEP_THREADS;
        result = start_threads(s);
    }
    return result;
}

int rs_snapshot_prepare(const struct rs_options *options, uint32_t count, const uint64_t *addresses,
                        const uint64_t *lengths, const uint64_t *offsets, const uint64_t *fragile,
                        const char *path, struct rs_snapshot **out, uint64_t *failure) {
    rs_crc32c_init();
    rs_hash_init();
    failure[0] = RS_STEP_MEMORY;
    failure[1] = NO_BLOCK;
    struct rs_snapshot *s = aligned_alloc(64, (sizeof *s + 63) & ~(size_t)63);
    if (!s)
        return -ENOMEM;
    *s = (struct rs_snapshot){
        .page_bytes = (uint64_t)sysconf(_SC_PAGESIZE),
        .stall_limit_ns = options->stall_limit_ns,
        .old_pagemap = options->old_pagemap,
        .uffd = -1,
        .pagemap = -1,
        .memory = -1,
        .sink = {.fd = -1},
        .stop_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
        .go_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
        .done_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
        .references = 1,
    };
    int result = take_blocks(s, count, addresses, lengths, offsets, fragile);
    if (!result && (s->stop_event < 0 || s->go_event < 0 || s->done_event < 0))
        result = -EMFILE;
    if (!result)
        result = prepare(s, options, path, failure);
    if (result) {
        rs_snapshot_end(s, RS_FAILED, (enum rs_step)failure[0], -result, failure[1], UINT64_MAX);
        rs_snapshot_unref(s);
        return result;
    }
    *out = s;
    return 0;
}

int rs_snapshot_collapse(struct rs_snapshot *s, const uint64_t *addresses) {
    for (uint32_t i = 0; i < s->block_count; i++) {
        struct rs_block *block = &s->blocks[i];
        uint64_t start = block->start, end = block->end;
        if (block->shared)
            continue; /* its pages would be taken out of the page table, to no avail */
        if (block->on_heap) {
            if (!addresses || !addresses[i] || block->length < RS_SMALL_BLOCK)
                continue;
            start = addresses[i];
            end = start + block->length;
            rs_huge_advise(start, end);
        }
        int result = rs_huge_collapse(s->pagemap, start, end, &s->stop);
        if (result)
            return result;
    }
    s->collapsed = true;
    return 0;
}

int rs_snapshot_inherit(struct rs_snapshot *s, uint32_t index, uint64_t lead,
                        struct rs_hash **parents) {
    struct rs_block *block = &s->blocks[index];
    if (!block->hashes)
        return -EINVAL;
    if (!block->parents)
        block->parents = map_populated(block->room * sizeof *block->parents);
    if (!block->parents)
        return -ENOMEM;
    block->parent_lead = lead;
    block->inherits = true;
    *parents = block->parents;
    return 0;
}

void rs_snapshot_disinherit(struct rs_snapshot *s, uint32_t index) {
    s->blocks[index].inherits = false;
}

static void raise_event(int event) {
    uint64_t one = 1;
    if (write(event, &one, sizeof one) < 0) {
        /* Only a full counter can refuse, and a full counter is readable: nothing is lost. */
    }
}

void rs_snapshot_go(struct rs_snapshot *s) {
    raise_event(s->go_event);
}

void rs_snapshot_end(struct rs_snapshot *s, enum rs_phase phase, enum rs_step step, int error,
                     uint64_t block, uint64_t offset) {
    if (atomic_exchange(&s->ending, 1))
        return;
    atomic_store(&s->stop, 1);
    rs_figure_set(&s->figures, RS_FAILED_STEP, step);
    rs_figure_set(&s->figures, RS_FAILED_ERROR, (uint64_t)error);
    rs_figure_set(&s->figures, RS_FAILED_BLOCK, block);
    rs_figure_set(&s->figures, RS_FAILED_OFFSET, offset);
    rs_figure_set(&s->figures, RS_SAVING_END_NS, rs_now());
    if (s->uffd >= 0)
        rs_place_undo(s);
    atomic_store(&s->figures.value[RS_PHASE], phase);
    raise_event(s->stop_event);
    rs_snapshot_go(s);
    raise_event(s->done_event);
}

void rs_snapshot_unreadable(struct rs_snapshot *s, const struct rs_block *block, uint64_t address,
                            int error) {
    enum rs_step step = error == EACCES ? RS_STEP_READ : RS_STEP_FETCH;
    rs_snapshot_end(s, RS_FAILED, step, error, rs_snapshot_index(s, block),
                    address - block->address);
}

int rs_snapshot_wait(struct rs_snapshot *s, int timeout_ms) {
    struct pollfd done = {.fd = s->done_event, .events = POLLIN};
    poll(&done, 1, timeout_ms);
    return (int)rs_snapshot_phase(s);
}

void rs_snapshot_cancel(struct rs_snapshot *s) {
    rs_snapshot_end(s, RS_CANCELLED, RS_STEP_NONE, 0, NO_BLOCK, UINT64_MAX);
    /* Another thread may be ending it just now: nothing is protected once that has a phase. */
    while (rs_snapshot_phase(s) <= RS_ARMED)
        rs_relax();
}

int rs_snapshot_may_free(struct rs_snapshot *s, uint32_t index) {
    struct rs_block *block = &s->blocks[index];
    if (rs_snapshot_phase(s) == RS_PREPARED)
        rs_snapshot_end(s, RS_FAILED, RS_STEP_FREED, 0, index, UINT64_MAX);
    if (rs_snapshot_phase(s) == RS_ARMED) {
        if (atomic_load(&block->left) == 0 && !atomic_load(&s->freeze_touches)) {
            atomic_store(&block->let_go, true);
            return true;
        }
        atomic_store(&s->freed, index + 1);
        return false;
    }
    return !atomic_load(&s->freeze_touches) && !atomic_load(&s->fault_touches) &&
           !atomic_load(&s->bulk_touches);
}

struct rs_figures *rs_snapshot_figures(struct rs_snapshot *s) {
    return &s->figures;
}

uint64_t rs_snapshot_address(struct rs_snapshot *s, uint32_t block) {
    return s->blocks[block].address;
}

uint64_t rs_snapshot_pages(struct rs_snapshot *s, uint32_t block) {
    return s->blocks[block].pages;
}

uint8_t *rs_snapshot_kinds(struct rs_snapshot *s, uint32_t block) {
    return s->blocks[block].kinds;
}

uint32_t *rs_snapshot_crcs(struct rs_snapshot *s, uint32_t block) {
    return s->blocks[block].crcs;
}

struct rs_hash *rs_snapshot_hashes(struct rs_snapshot *s, uint32_t block) {
    return s->blocks[block].hashes;
}

void rs_snapshot_settle(struct rs_snapshot *s) {
    while (!atomic_load(&s->fault_over) || atomic_load(&s->bulk_touches))
        usleep(100);
}

void rs_snapshot_close(struct rs_snapshot *s) {
    rs_snapshot_cancel(s);
    rs_snapshot_unref(s);
}
