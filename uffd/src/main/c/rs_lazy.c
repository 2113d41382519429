#define _GNU_SOURCE
#include "rs_lazy.h"

#include <errno.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rs_clock.h"
#include "rs_crc32c.h"
#include "rs_guard.h"
#include "rs_pagemap.h"
#include "rs_thread.h"
#include "rs_uffd.h"

#define EVENTS (UFFD_FEATURE_EVENT_REMAP | UFFD_FEATURE_EVENT_REMOVE | UFFD_FEATURE_EVENT_UNMAP)

int rs_lazy_figure_count(void) {
    return RS_LAZY_FIGURE_COUNT;
}

static void *map(uint64_t bytes) {
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static void unmap(void *memory, uint64_t bytes) {
    if (memory)
        munmap(memory, bytes);
}

int rs_lazy_new(const struct rs_lazy_options *options, struct rs_lazy **out) {
    rs_crc32c_init();
    rs_guard_open();
    struct rs_lazy *l = aligned_alloc(64, (sizeof *l + 63) & ~(size_t)63);
    if (!l)
        return -ENOMEM;
    *l = (struct rs_lazy){
        .page_bytes = (uint64_t)sysconf(_SC_PAGESIZE),
        .options = *options,
        .uffd = -1,
        .pagemap = -1,
        .poke = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
        .done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
    };
    l->source.page_bytes = l->page_bytes;
    l->reach = options->grain_bytes ? options->grain_bytes : RS_LAZY_REACH;
    pthread_mutex_init(&l->picking, NULL);
    l->slots = map(RS_LAZY_SLOTS * RS_CHUNK_BYTES);
    l->grain = map(RS_CHUNK_BYTES);
    if (l->poke < 0 || l->done < 0 || !l->slots || !l->grain ||
        rs_ring_init(&l->free_slots, RS_LAZY_SLOTS)) {
        rs_lazy_close(l);
        return -ENOMEM;
    }
    for (uint64_t slot = 0; slot < RS_LAZY_SLOTS; slot++)
        rs_ring_push(&l->free_slots, slot);
    *out = l;
    return 0;
}

int rs_lazy_add_file(struct rs_lazy *l, const char *path, const char *name) {
    return rs_source_add_file(&l->source, path, name, l->options.direct_io);
}

int rs_lazy_add_block(struct rs_lazy *l, const char *name, uint64_t address, uint64_t length,
                      const void *crcs, int eager) {
    uint64_t page = l->page_bytes, limit = address + length;
    struct rs_lazy_block block = {.first_page = address & ~(page - 1)};
    uint64_t pages = (limit - block.first_page + page - 1) / page;
    block.start = (address + page - 1) & ~(page - 1);
    block.end = limit & ~(page - 1);
    if (block.start >= block.end)
        return -ENODATA;
    if (!eager && !rs_lazy_is_private(block.start, block.end))
        return -EOPNOTSUPP;
    block.grid = block.start & ~(RS_CHUNK_BYTES - 1);
    block.chunks = (block.end - block.grid + RS_CHUNK_BYTES - 1) / RS_CHUNK_BYTES;
    block.first_chunk = l->chunk_count;
    void *blocks = reallocarray(l->blocks, l->block_count + 1, sizeof block);
    if (!blocks)
        return -ENOMEM;
    l->blocks = blocks;
    block.pages = map(pages);
    block.noted = map(pages);
    int index =
        block.pages && block.noted ? rs_source_add_block(&l->source, name, pages, crcs) : -ENOMEM;
    if (index < 0) {
        unmap((void *)block.pages, pages);
        unmap((void *)block.noted, pages);
        return index;
    }
    atomic_init(&block.left, block.chunks);
    memcpy(&l->blocks[l->block_count++], &block, sizeof block);
    l->chunk_count += block.chunks;
    return index;
}

int rs_lazy_add_level(struct rs_lazy *l, int block, int file, uint64_t offset, const void *kinds) {
    return rs_source_add_level(&l->source, (uint32_t)block, (uint32_t)file, offset, kinds);
}

struct rs_lazy_block *rs_lazy_block_at(struct rs_lazy *l, uint64_t address) {
    for (uint32_t i = 0; i < l->block_count; i++)
        if (l->blocks[i].start <= address && address < l->blocks[i].end)
            return &l->blocks[i];
    return NULL;
}

struct rs_lazy_block *rs_lazy_block_of(struct rs_lazy *l, uint64_t chunk) {
    for (uint32_t i = 0; i < l->block_count; i++)
        if (chunk < l->blocks[i].first_chunk + l->blocks[i].chunks)
            return &l->blocks[i];
    return NULL;
}

int rs_lazy_order(struct rs_lazy *l, const uint64_t *order, uint64_t count) {
    uint64_t *chunks = reallocarray(l->order, l->order_count + count, sizeof *chunks);
    if (!chunks && count)
        return -ENOMEM;
    l->order = chunks;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t index = order[i] >> 32, page = order[i] & 0xffffffffu;
        if (index >= l->block_count || page >= l->source.blocks[index].pages)
            return -EINVAL;
        struct rs_lazy_block *block = &l->blocks[index];
        uint64_t address = rs_lazy_address(l, block, page);
        address = address > block->start ? address : block->start;
        if (address < block->end)
            l->order[l->order_count++] =
                block->first_chunk + (address - block->grid) / RS_CHUNK_BYTES;
    }
    return 0;
}

static int open_uffd(struct rs_lazy *l) {
    uint64_t features = 0;
    int result = rs_uffd_features(&features);
    if (result)
        return result;
    l->can_move = (features & RS_UFFD_MOVE) != 0 && !l->options.copies;
    l->uffd = rs_uffd_open();
    if (l->uffd < 0)
        return l->uffd;
    return rs_uffd_negotiate(l->uffd, EVENTS | (features & RS_UFFD_MOVE));
}

static int prepare(struct rs_lazy *l) {
    uint64_t stored = 0;
    for (uint32_t i = 0; i < l->block_count; i++) {
        struct rs_lazy_block *block = &l->blocks[i];
        uint64_t past = rs_lazy_page_at(l, block, block->end);
        for (uint64_t page = rs_lazy_page_at(l, block, block->start); page < past; page++)
            stored += rs_source_stored(&l->source, i, page);
    }
    atomic_store(&l->value[RS_LAZY_BYTES_STORED], stored * l->page_bytes);
    atomic_store(&l->value[RS_LAZY_CHUNKS], l->chunk_count);
    l->claimed = calloc(l->chunk_count, 1);
    l->traced = calloc(l->chunk_count, 1);
    l->trace = calloc(l->chunk_count, sizeof *l->trace);
    if (!l->claimed || !l->traced || !l->trace || rs_ring_init(&l->ready, l->chunk_count))
        return -ENOMEM;
    l->pagemap = rs_pagemap_open();
    return open_uffd(l);
}

static int register_all(struct rs_lazy *l, uint64_t *failure) {
    for (uint32_t i = 0; i < l->block_count; i++) {
        struct rs_lazy_block *block = &l->blocks[i];
        failure[0] = i;
        int result = rs_uffd_register_missing(l->uffd, block->start, block->end - block->start);
        if (result)
            return result;
    }
    for (uint32_t i = 0; i < l->block_count; i++) {
        failure[0] = i;
        int result = rs_lazy_empty(l, &l->blocks[i]);
        if (result)
            return result;
    }
    return 0;
}

int rs_lazy_start(struct rs_lazy *l, uint64_t *failure) {
    failure[0] = UINT64_MAX;
    int result = prepare(l);
    if (result)
        return result;
    atomic_store(&l->value[RS_LAZY_START_NS], rs_now());
    /* It reads from now on: whoever takes registered memory away waits for that, also here. */
    result = rs_thread_start(rs_lazy_serve_main, l, "ramshot-serve", &l->threads);
    if (result)
        return result;
    result = rs_thread_start(rs_lazy_watch_main, l, "ramshot-watch", &l->threads);
    for (int i = 0; !result && i < RS_LAZY_FETCHERS; i++)
        result = rs_thread_start(rs_lazy_fetch_main, l, "ramshot-fetch", &l->threads);
    if (!result)
        result = register_all(l, failure);
    uint64_t one = 1;
    if (!result)
        atomic_store(&l->value[RS_LAZY_PHASE], RS_LAZY_SERVING);
    atomic_store(&l->armed, result ? 2 : 1);
    if (write(l->poke, &one, sizeof one) < 0)
        return -errno;
    if (result)
        rs_lazy_wait(l, -1);
    return result;
}

int rs_lazy_wait(struct rs_lazy *l, int timeout_ms) {
    struct pollfd done = {.fd = l->done, .events = POLLIN};
    poll(&done, 1, timeout_ms);
    return (int)rs_lazy_figure(l, RS_LAZY_PHASE);
}

void rs_lazy_finish_block(struct rs_lazy *l, int index) {
    struct rs_lazy_block *block = &l->blocks[index];
    atomic_fetch_add(&block->wanted, 1);
    atomic_fetch_add(&l->wanted, 1);
    while (atomic_load(&block->left) && !atomic_load(&l->over))
        usleep(200);
    atomic_fetch_sub(&l->wanted, 1);
    atomic_fetch_sub(&block->wanted, 1);
}

const void *rs_lazy_figures(struct rs_lazy *l) {
    return l->value;
}

void rs_lazy_stalls(struct rs_lazy *l, uint64_t *out) {
    for (int i = 0; i < RS_STALL_BUCKETS; i++)
        out[i] = atomic_load_explicit(&l->stalls.stalls[i], memory_order_relaxed);
    out[RS_STALL_BUCKETS] = rs_figure(&l->stalls, RS_STALL_MAX_NS);
}

int64_t rs_lazy_trace(struct rs_lazy *l, uint64_t *out, uint64_t room) {
    uint64_t count = atomic_load_explicit(&l->trace_count, memory_order_acquire);
    for (uint64_t i = 0; i < count && i < room; i++)
        out[i] = l->trace[i];
    return (int64_t)count;
}

void rs_lazy_close(struct rs_lazy *l) {
    while (atomic_load(&l->threads))
        usleep(100);
    if (l->uffd >= 0)
        close(l->uffd);
    if (l->pagemap >= 0)
        close(l->pagemap);
    if (l->poke >= 0)
        close(l->poke);
    if (l->done >= 0)
        close(l->done);
    for (uint32_t i = 0; i < l->block_count; i++) {
        unmap((void *)l->blocks[i].pages, l->source.blocks[i].pages);
        unmap((void *)l->blocks[i].noted, l->source.blocks[i].pages);
    }
    unmap(l->slots, RS_LAZY_SLOTS * RS_CHUNK_BYTES);
    unmap(l->grain, RS_CHUNK_BYTES);
    rs_ring_free(&l->free_slots);
    rs_ring_free(&l->ready);
    rs_source_close(&l->source);
    pthread_mutex_destroy(&l->picking);
    free(l->blocks);
    free(l->claimed);
    free(l->traced);
    free(l->trace);
    free(l->order);
    free(l);
}
