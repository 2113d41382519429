#define _GNU_SOURCE
#include "rs_track.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "rs_backing.h"
#include "rs_clock.h"
#include "rs_crc32c.h"
#include "rs_fetch.h"
#include "rs_pagemap.h"
#include "rs_pages.h"
#include "rs_uffd.h"
#include "rs_written.h"

#ifndef UFFD_FEATURE_WP_ASYNC /* Linux 6.7 */
#define UFFD_FEATURE_WP_ASYNC (1 << 15)
#endif
#ifndef MADV_POPULATE_WRITE /* Linux 5.14 */
#define MADV_POPULATE_WRITE 23
#endif

#define NO_BLOCK UINT64_MAX
#define MOST_ROUNDS 30
/* The address-space lock is held during one call; see LOCK_STRIDE in rs_snapshot.c. */
#define STRIDE ((uint64_t)32 << 20)
/* Runs of pages that one process_vm_readv takes. */
#define MOST_RUNS 512
#define MOST_EVENTS (2 * RS_MOST_SPANS)
#define REAP_MS 100

struct track_block {
    uint64_t address;
    uint64_t length;
    uint64_t first_page;  /* address of image page 0 */
    uint64_t pages;       /* image pages */
    uint64_t file_offset; /* of image page 0 */
    uint8_t *kinds;
    uint32_t *crcs;
    _Atomic bool registered; /* whoever takes it away unregisters */
};

/* Pages of a block that lie side by side. */
struct run {
    uint32_t block;
    uint32_t count;
    uint64_t page; /* first image page */
};

/* Memory for pages on their way to the file, RS_CHUNK_BYTES of it, and their write. */
struct lot {
    uint8_t *data;
    struct rs_write write;
};

struct rs_track {
    _Atomic uint64_t figures[RS_TRACK_FIGURE_COUNT];
    _Atomic bool stop;
    struct rs_track_options options;
    uint64_t page_bytes;
    int uffd;
    int pagemap;
    int memory; /* see rs_fetch_open */
    int backing;
    struct rs_sink raw;   /* the first pass: O_DIRECT, two writes under way */
    struct rs_sink patch; /* all else: through the page cache, where small writes are cheap */
    uint32_t block_count;
    struct track_block *blocks;
    struct lot lots[2];
    struct run runs[MOST_RUNS]; /* gathered in lots[0] */
    uint32_t run_count;
    uint64_t run_pages;
    uint64_t read_bytes; /* by the reads measured last, and how long they took */
    uint64_t read_ns;
    uint8_t *staging;
    uint64_t staging_pages;
    struct run *staged; /* what is in it, in order; room for staging_pages */
    uint64_t staged_runs;
};

int rs_track_figure_count(void) {
    return RS_TRACK_FIGURE_COUNT;
}

uint64_t *rs_track_figures(struct rs_track *t) {
    return (uint64_t *)t->figures;
}

uint8_t *rs_track_kinds(struct rs_track *t, uint32_t block) {
    return t->blocks[block].kinds;
}

uint32_t *rs_track_crcs(struct rs_track *t, uint32_t block) {
    return t->blocks[block].crcs;
}

static void set(struct rs_track *t, enum rs_track_figure which, uint64_t value) {
    atomic_store_explicit(&t->figures[which], value, memory_order_relaxed);
}

static uint64_t get(struct rs_track *t, enum rs_track_figure which) {
    return atomic_load_explicit(&t->figures[which], memory_order_relaxed);
}

static void add(struct rs_track *t, enum rs_track_figure which, uint64_t more) {
    set(t, which, get(t, which) + more);
}

static int fail(uint64_t *failure, enum rs_track_step step, uint64_t block, int result) {
    failure[0] = step;
    failure[1] = block;
    return result;
}

/* --- opening and closing ------------------------------------------------------------------ */

static int try_register(uint64_t features, uint64_t address, uint64_t length) {
    uint64_t page = (uint64_t)rs_page_bytes();
    uint64_t start = address & ~(page - 1), end = (address + length + page - 1) & ~(page - 1);
    int fd = rs_uffd_open();
    if (fd < 0)
        return fd;
    int result = rs_uffd_negotiate(fd, features);
    if (!result)
        result = rs_uffd_register(fd, start, end - start);
    if (!result)
        rs_uffd_unregister(fd, start, end - start);
    close(fd);
    return result;
}

int rs_can_protect(uint64_t address, uint64_t length) {
    return try_register(UFFD_FEATURE_PAGEFAULT_FLAG_WP, address, length);
}

int rs_can_track(uint64_t address, uint64_t length) {
    return try_register(UFFD_FEATURE_WP_ASYNC, address, length);
}

static uint8_t *map(uint64_t bytes) {
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static void unmap(void *memory, uint64_t bytes) {
    if (memory)
        munmap(memory, bytes);
}

/* What the freeze writes to must be there: a page fault would have to find memory first. */
static int populate(uint8_t *memory, uint64_t bytes) {
    for (uint64_t at = 0; at < bytes; at += RS_CHUNK_BYTES) {
        uint64_t left = bytes - at;
        if (madvise(memory + at, left < RS_CHUNK_BYTES ? left : RS_CHUNK_BYTES,
                    MADV_POPULATE_WRITE))
            return -errno;
    }
    return 0;
}

static int map_memory(struct rs_track *t) {
    uint64_t pages = 0;
    for (uint32_t i = 0; i < t->block_count; i++) {
        struct track_block *block = &t->blocks[i];
        block->kinds = map(block->pages);
        block->crcs = (uint32_t *)map(block->pages * sizeof *block->crcs);
        if (!block->kinds || !block->crcs)
            return -ENOMEM;
        pages += block->pages;
    }
    set(t, RS_TRACK_PAGES, pages);
    t->staging_pages = t->options.staging_bytes / t->page_bytes;
    if (t->staging_pages > pages)
        t->staging_pages = pages;
    set(t, RS_TRACK_PAGES_STAGING, t->staging_pages);
    t->staging = map(t->staging_pages * t->page_bytes);
    t->staged = (struct run *)map(t->staging_pages * sizeof *t->staged);
    t->lots[0].data = map(RS_CHUNK_BYTES);
    t->lots[1].data = map(RS_CHUNK_BYTES);
    if (!t->staging || !t->staged || !t->lots[0].data || !t->lots[1].data)
        return -ENOMEM;
    int result = populate((uint8_t *)t->staged, t->staging_pages * sizeof *t->staged);
    return result ? result : populate(t->staging, t->staging_pages * t->page_bytes);
}

static int open_files(struct rs_track *t, const char *path) {
    t->patch = (struct rs_sink){.fd = rs_sink_reopen(path, false), .rate = t->options.rate};
    t->patch.cache.limit = t->raw.cache.limit = t->options.cache_bytes;
    if (t->patch.fd < 0)
        return t->patch.fd;
    t->raw.fd = t->options.direct_io ? rs_sink_reopen(path, true) : -1;
    t->raw.direct = t->raw.fd >= 0;
    if (t->raw.fd < 0)
        t->raw.fd = rs_sink_reopen(path, false);
    if (t->raw.fd < 0)
        return t->raw.fd;
    t->raw.rate = t->options.rate;
    if (t->raw.direct && syscall(SYS_io_setup, MOST_EVENTS, &t->raw.aio))
        t->raw.aio = 0;
    return 0;
}

static uint64_t block_end(const struct rs_track *t, const struct track_block *block) {
    return block->first_page + block->pages * t->page_bytes;
}

static int register_block(struct rs_track *t, uint32_t index, uint64_t *failure) {
    struct track_block *block = &t->blocks[index];
    uint64_t start = block->first_page, end = block_end(t, block);
    int result = rs_uffd_register(t->uffd, start, end - start);
    if (result)
        return fail(failure, RS_TRACK_REGISTER, index, result);
    block->registered = true;
    result = rs_backing_watch(t->backing, start, end);
    return result ? fail(failure, RS_TRACK_ALIAS, index, result) : 0;
}

static int open_track(struct rs_track *t, const char *path, uint64_t *failure) {
    int result = map_memory(t);
    if (result)
        return fail(failure, RS_TRACK_MEMORY, NO_BLOCK, result);
    result = open_files(t, path);
    if (result)
        return fail(failure, RS_TRACK_OPEN_FILE, NO_BLOCK, result);
    t->pagemap = rs_pagemap_open();
    if (t->pagemap < 0)
        return fail(failure, RS_TRACK_PAGEMAP, NO_BLOCK, t->pagemap);
    t->backing = rs_backing_open();
    t->uffd = rs_uffd_open();
    if (t->uffd < 0)
        return fail(failure, RS_TRACK_OPEN_UFFD, NO_BLOCK, t->uffd);
    result = rs_uffd_negotiate(t->uffd, UFFD_FEATURE_WP_ASYNC);
    if (result)
        return fail(failure, RS_TRACK_NEGOTIATE, NO_BLOCK, result);
    for (uint32_t i = 0; !result && i < t->block_count; i++)
        result = register_block(t, i, failure);
    return result;
}

int rs_track_open(const struct rs_track_options *options, uint32_t count, const uint64_t *addresses,
                  const uint64_t *lengths, const uint64_t *offsets, const char *path,
                  struct rs_track **out, uint64_t *failure) {
    rs_crc32c_init();
    rs_hash_init();
    struct rs_track *t = calloc(1, sizeof *t);
    struct track_block *blocks = calloc(count ? count : 1, sizeof *blocks);
    if (!t || !blocks) {
        free(t);
        free(blocks);
        return fail(failure, RS_TRACK_MEMORY, NO_BLOCK, -ENOMEM);
    }
    t->options = *options;
    t->page_bytes = (uint64_t)rs_page_bytes();
    t->memory = rs_fetch_open();
    t->uffd = t->pagemap = t->backing = t->raw.fd = t->patch.fd = -1;
    t->blocks = blocks;
    t->block_count = count;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t first = addresses[i] & ~(t->page_bytes - 1);
        blocks[i] = (struct track_block){
            .address = addresses[i],
            .length = lengths[i],
            .first_page = first,
            .pages = (addresses[i] + lengths[i] - first + t->page_bytes - 1) / t->page_bytes,
            .file_offset = offsets[i],
        };
    }
    int result = open_track(t, path, failure);
    if (result)
        rs_track_close(t);
    else
        *out = t;
    return result;
}

/* By strides, so that a page fault of the guest never waits for long; fails where it is gone. */
static void unregister_blocks(struct rs_track *t) {
    for (uint32_t i = 0; i < t->block_count; i++) {
        struct track_block *block = &t->blocks[i];
        uint64_t end = block_end(t, block);
        bool registered = atomic_exchange(&block->registered, false);
        for (uint64_t at = block->first_page; registered && at < end; at += STRIDE)
            rs_uffd_unregister(t->uffd, at, end - at < STRIDE ? end - at : STRIDE);
    }
}

void rs_track_stop(struct rs_track *t) {
    atomic_store(&t->stop, true);
    unregister_blocks(t);
}

static void close_fd(int fd) {
    if (fd >= 0)
        close(fd);
}

void rs_track_close(struct rs_track *t) {
    unregister_blocks(t);
    close_fd(t->uffd);
    close_fd(t->pagemap);
    close_fd(t->memory);
    close_fd(t->backing);
    rs_sink_close(&t->raw);
    rs_sink_close(&t->patch);
    for (uint32_t i = 0; i < t->block_count; i++) {
        unmap(t->blocks[i].kinds, t->blocks[i].pages);
        unmap(t->blocks[i].crcs, t->blocks[i].pages * sizeof *t->blocks[i].crcs);
    }
    unmap(t->lots[0].data, RS_CHUNK_BYTES);
    unmap(t->lots[1].data, RS_CHUNK_BYTES);
    unmap(t->staging, t->staging_pages * t->page_bytes);
    unmap(t->staged, t->staging_pages * sizeof *t->staged);
    free(t->blocks);
    free(t);
}

/* --- reading guest memory ----------------------------------------------------------------- */

/*
 * Reads runs to memory where they stand side by side, never by this thread's own loads: memory
 * whose file was truncated would kill the JVM by SIGBUS. Bytes of the first and last page that lie
 * outside of the block become zero. At most MOST_RUNS runs.
 */
static int read_runs(struct rs_track *t, const struct run *runs, uint32_t count, uint8_t *to) {
    struct iovec local[MOST_RUNS], remote[MOST_RUNS];
    uint64_t bytes = 0, failed, began = rs_now();
    for (uint32_t i = 0; i < count; i++) {
        const struct track_block *block = &t->blocks[runs[i].block];
        uint64_t from = block->first_page + runs[i].page * t->page_bytes;
        uint64_t past = from + runs[i].count * t->page_bytes;
        uint64_t limit = block->address + block->length;
        uint64_t first = from < block->address ? block->address : from;
        uint64_t last = past > limit ? limit : past;
        memset(to, 0, first - from);
        memset(to + (last - from), 0, past - last);
        local[i] = (struct iovec){.iov_base = to + (first - from), .iov_len = last - first};
        remote[i] = (struct iovec){.iov_base = (void *)first, .iov_len = last - first};
        to += past - from;
        bytes += last - first;
    }
    ssize_t got = process_vm_readv(getpid(), local, count, remote, count, 0);
    t->read_ns += rs_now() - began;
    t->read_bytes += bytes;
    add(t, RS_TRACK_BYTES_MOVED, bytes);
    if (got < 0 && errno != EFAULT)
        return -errno;
    if ((uint64_t)got == bytes)
        return 0;
    /* Some of it may not be read, or is gone: one by one, and by another way. */
    int result = 0;
    for (uint32_t i = 0; i < count && !result; i++)
        result = rs_fetch(t->memory, local[i].iov_base, (uintptr_t)remote[i].iov_base,
                          remote[i].iov_len, &failed);
    return result;
}

/* --- writing to the file ------------------------------------------------------------------ */

/* Waits until a limited rate allows the next write. */
static int await_rate(struct rs_track *t, const struct rs_sink *sink) {
    for (;;) {
        if (atomic_load(&t->stop))
            return -ECANCELED;
        uint64_t now = rs_now();
        if (!sink->rate || sink->due_ns <= now)
            return 0;
        uint64_t left = sink->due_ns - now;
        struct timespec nap = {.tv_nsec = (long)(left < 10000000 ? left : 10000000)};
        nanosleep(&nap, NULL);
    }
}

/* Finds out what the pages of a run are, which stand at `data`, and plans their write. */
static void plan_run(struct rs_track *t, const struct run *run, const uint8_t *data,
                     struct rs_write *write) {
    struct track_block *block = &t->blocks[run->block];
    struct rs_pages pages = {
        .count = run->count,
        .kind = block->kinds + run->page,
        .crc = block->crcs + run->page,
    };
    /* A page that was stored before and is zero now must not keep its old bytes in the file. */
    bool overwrite = memchr(pages.kind, 1, run->count) != NULL;
    rs_pages_sweep(&pages, data, NULL, NULL, t->page_bytes, false);
    rs_pages_plan(&pages, data, t->page_bytes, block->file_offset + run->page * t->page_bytes,
                  overwrite, write);
}

static void count_write(struct rs_track *t, const struct rs_write *write) {
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < write->spans; i++)
        bytes += write->span[i].bytes;
    add(t, RS_TRACK_BYTES_FILE, bytes);
    add(t, RS_TRACK_BYTES_MOVED, bytes);
}

/* Writes runs that stand side by side at `data`, at most RS_CHUNK_PAGES pages each. */
static int write_runs(struct rs_track *t, const struct run *runs, uint64_t count,
                      const uint8_t *data) {
    struct rs_write *write = &t->lots[1].write;
    for (uint64_t i = 0; i < count; i++) {
        int result = await_rate(t, &t->patch);
        if (result)
            return result;
        plan_run(t, &runs[i], data, write);
        rs_sink_start(&t->patch, write);
        if (write->error)
            return -write->error;
        count_write(t, write);
        data += runs[i].count * t->page_bytes;
    }
    return 0;
}

/* --- copying while the guest runs --------------------------------------------------------- */

static enum rs_track_step step_of(int result, enum rs_track_step step) {
    return result == -ECANCELED ? RS_TRACK_STOPPED : step;
}

static int await_lot(struct rs_track *t, struct lot *lot) {
    while (lot->write.pending)
        rs_sink_reap(&t->raw, REAP_MS);
    return -lot->write.error;
}

/*
 * Protects a run just before it is read, not all runs at the start: what the guest writes to until
 * then costs it nothing. A write to a protected page of ext4 costs it 10 us (in its page_mkwrite,
 * which goes through the whole large folio), of tmpfs 0.75 us.
 */
static int protect_run(struct rs_track *t, const struct run *run) {
    return rs_uffd_protect(t->uffd, t->blocks[run->block].first_page + run->page * t->page_bytes,
                           run->count * t->page_bytes);
}

/* The first pass, one chunk after the other; a lot is written while the next one is read. */
static int copy_all(struct rs_track *t, uint64_t *failure) {
    uint64_t most = RS_CHUNK_BYTES / t->page_bytes;
    int result = 0;
    unsigned turn = 0;
    for (uint32_t b = 0; !result && b < t->block_count; b++) {
        for (uint64_t at = 0; !result && at < t->blocks[b].pages; at += most) {
            struct lot *lot = &t->lots[turn++ % 2];
            uint64_t left = t->blocks[b].pages - at;
            struct run run = {
                .block = b, .page = at, .count = (uint32_t)(left < most ? left : most)};
            result = await_rate(t, &t->raw);
            if (!result)
                result = await_lot(t, lot);
            if (result) {
                fail(failure, step_of(result, RS_TRACK_WRITE), b, result);
                break;
            }
            result = protect_run(t, &run);
            if (result) {
                fail(failure, RS_TRACK_PROTECT, b, result);
                break;
            }
            result = read_runs(t, &run, 1, lot->data);
            if (result) {
                fail(failure, RS_TRACK_READ, b, result);
                break;
            }
            plan_run(t, &run, lot->data, &lot->write);
            rs_sink_start(&t->raw, &lot->write);
            count_write(t, &lot->write);
            add(t, RS_TRACK_PAGES_COPIED, run.count);
        }
    }
    /* Also after a failure: the kernel still reads from the lots. */
    for (int i = 0; i < 2; i++) {
        int late = await_lot(t, &t->lots[i]);
        if (late && !result)
            result = fail(failure, RS_TRACK_WRITE, NO_BLOCK, late);
    }
    return result;
}

/* What a round works on. */
struct round {
    struct rs_track *t;
    uint32_t block;
    uint64_t pages;
    uint64_t *failure;
};

/* Copies what was gathered. */
static int flush(struct round *round) {
    struct rs_track *t = round->t;
    int result = read_runs(t, t->runs, t->run_count, t->lots[0].data);
    if (result)
        return fail(round->failure, RS_TRACK_READ, round->block, result);
    result = write_runs(t, t->runs, t->run_count, t->lots[0].data);
    if (result)
        return fail(round->failure, step_of(result, RS_TRACK_WRITE), round->block, result);
    add(t, RS_TRACK_PAGES_COPIED, t->run_pages);
    t->run_count = 0;
    t->run_pages = 0;
    return 0;
}

/* Gathers written pages, and copies them whenever there is a lot of them. */
static int gather(void *context, uint64_t start, uint64_t end) {
    struct round *round = context;
    struct rs_track *t = round->t;
    uint64_t most = RS_CHUNK_BYTES / t->page_bytes;
    uint64_t page = (start - t->blocks[round->block].first_page) / t->page_bytes;
    uint64_t left = (end - start) / t->page_bytes;
    round->pages += left;
    while (left) {
        uint64_t room = most - t->run_pages, count = left < room ? left : room;
        t->runs[t->run_count++] =
            (struct run){.block = round->block, .page = page, .count = (uint32_t)count};
        t->run_pages += count;
        page += count;
        left -= count;
        int result = t->run_count == MOST_RUNS || t->run_pages == most ? flush(round) : 0;
        if (result)
            return result;
    }
    return 0;
}

static int scan_block(struct rs_track *t, uint32_t block, bool protect, rs_written_fn fn,
                      void *context, uint64_t *failure) {
    failure[0] = RS_TRACK_NONE;
    if (atomic_load(&t->stop)) /* another may track these blocks by now */
        return fail(failure, RS_TRACK_STOPPED, block, -ECANCELED);
    int result = rs_written_scan(t->pagemap, t->blocks[block].first_page,
                                 block_end(t, &t->blocks[block]), protect, fn, context);
    /* Whatever `fn` failed in, it has said so. */
    return result && failure[0] == RS_TRACK_NONE ? fail(failure, RS_TRACK_SCAN, block, result)
                                                 : result;
}

/* Whether memory is still what is mapped there, and its pages the only way to change it. */
static int check_backing(struct rs_track *t, uint64_t *failure) {
    if (rs_backing_modified(t->backing))
        return fail(failure, RS_TRACK_MODIFIED, NO_BLOCK, -ESTALE);
    for (uint32_t i = 0; i < t->block_count; i++) {
        /* A truncated file's pages show nothing in the page table; the last one goes first. */
        uint8_t byte;
        uint64_t last = t->blocks[i].address + t->blocks[i].length - 1, failed;
        int result = rs_fetch(t->memory, &byte, last, 1, &failed);
        if (result)
            return fail(failure, RS_TRACK_READ, i, result);
    }
    return 0;
}

/* One round; how many pages had been written in `*pages`. */
static int copy_written(struct rs_track *t, uint64_t *pages, uint64_t *failure) {
    struct round round = {.t = t, .failure = failure};
    uint64_t began = rs_now();
    t->read_ns = t->read_bytes = 0;
    int result = check_backing(t, failure);
    for (uint32_t b = 0; !result && b < t->block_count; b++) {
        round.block = b;
        result = scan_block(t, b, true, gather, &round, failure);
        if (!result && t->run_count)
            result = flush(&round);
    }
    *pages = round.pages;
    add(t, RS_TRACK_ROUNDS, 1);
    set(t, RS_TRACK_ROUND_NS, rs_now() - began);
    set(t, RS_TRACK_PAGES_WRITTEN, round.pages);
    return result;
}

/* Whether so many pages take little enough time during the freeze, at the speed measured last. */
static bool is_settled(const struct rs_track *t, uint64_t pages) {
    return (double)pages * (double)t->page_bytes * (double)t->read_ns <=
           (double)t->options.settled_ns * (double)t->read_bytes;
}

int rs_track_copy(struct rs_track *t, uint64_t *failure) {
    uint64_t began = rs_now();
    uint64_t before = get(t, RS_TRACK_PAGES), pages = 0;
    int result = copy_all(t, failure);
    bool settled = false;
    int stuck = 0;
    for (int i = 0; i < MOST_ROUNDS && !result && !settled; i++) {
        result = copy_written(t, &pages, failure);
        settled = is_settled(t, pages);
        if (pages > before - before / 8 && ++stuck == 2)
            break; /* as many are written as are copied, and not only because the disk paused */
        before = pages;
    }
    set(t, RS_TRACK_COPY_NS, rs_now() - began);
    if (!result && !settled && pages > t->staging_pages)
        result = fail(failure, RS_TRACK_DIVERGES, NO_BLOCK, -EAGAIN);
    return result;
}

/* --- the freeze, and after ---------------------------------------------------------------- */

/* Keeps a run in the staging memory, or only counts it where there is no room. */
static int stage(void *context, uint64_t start, uint64_t end) {
    struct round *round = context;
    struct rs_track *t = round->t;
    uint64_t most = RS_CHUNK_BYTES / t->page_bytes;
    uint64_t page = (start - t->blocks[round->block].first_page) / t->page_bytes;
    uint64_t left = (end - start) / t->page_bytes;
    round->pages += left;
    if (round->pages > t->staging_pages)
        return 0;
    while (left) {
        uint64_t count = left < most ? left : most;
        t->staged[t->staged_runs++] =
            (struct run){.block = round->block, .page = page, .count = (uint32_t)count};
        page += count;
        left -= count;
    }
    return 0;
}

/* Copies what was found. */
static int read_staged(struct rs_track *t, uint64_t *failure) {
    uint8_t *to = t->staging;
    for (uint64_t at = 0; at < t->staged_runs;) {
        uint64_t left = t->staged_runs - at;
        uint32_t count = (uint32_t)(left < MOST_RUNS ? left : MOST_RUNS);
        int result = read_runs(t, &t->staged[at], count, to);
        if (result)
            return fail(failure, RS_TRACK_READ, t->staged[at].block, result);
        for (uint32_t i = 0; i < count; i++)
            to += t->staged[at + i].count * t->page_bytes;
        at += count;
    }
    return 0;
}

int rs_track_freeze(struct rs_track *t, uint64_t *failure) {
    struct round round = {.t = t, .failure = failure};
    uint64_t began = rs_now();
    int result = check_backing(t, failure);
    for (uint32_t b = 0; !result && b < t->block_count; b++) {
        round.block = b;
        result = scan_block(t, b, false, stage, &round, failure);
    }
    set(t, RS_TRACK_PAGES_FROZEN, round.pages);
    if (!result && round.pages > t->staging_pages)
        result = fail(failure, RS_TRACK_TOO_MUCH, NO_BLOCK, -ENOBUFS);
    if (!result)
        result = read_staged(t, failure);
    set(t, RS_TRACK_FREEZE_NS, rs_now() - began);
    return result;
}

int rs_track_finish(struct rs_track *t, uint64_t *failure) {
    unregister_blocks(t);
    int result = write_runs(t, t->staged, t->staged_runs, t->staging);
    return result ? fail(failure, step_of(result, RS_TRACK_WRITE), NO_BLOCK, result) : 0;
}
