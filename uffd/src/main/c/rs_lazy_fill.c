/*
 * Filling RAM before the guest runs: several threads read straight into it, one chunk each, so that
 * the disk always has something to do while checksums are computed.
 */
#include <errno.h>
#include <sys/mman.h>

#include "rs_guard.h"
#include "rs_lazy.h"
#include "rs_snapshot.h"
#include "rs_store.h"

#define FILLERS 4

/* More runs of pages with and without content in a chunk than are worth a read each. */
#define MANY_RUNS 8

struct fill {
    struct rs_lazy *lazy;
    _Atomic uint64_t next;   /* chunk */
    _Atomic int result;      /* 0, or why it ended early */
    struct rs_damage damage; /* that made it so, for -EIO and -ESTALE */
    uint64_t refused[2];     /* block and page that could not be written, else */
};

static int note_damage(void *context, const struct rs_damage *damage) {
    struct fill *fill = context;
    int none = 0, result = damage->written ? -ESTALE : -EIO;
    if (fill->lazy->options.zero_damaged && !damage->written)
        return rs_lazy_damaged(fill->lazy, damage);
    if (atomic_compare_exchange_strong(&fill->result, &none, result))
        fill->damage = *damage;
    return result;
}

static uint64_t run_end(struct rs_lazy *l, uint32_t index, uint64_t page, uint64_t past) {
    bool stored = rs_source_stored(&l->source, index, page);
    uint64_t end = page + 1;
    while (end < past && rs_source_stored(&l->source, index, end) == stored)
        end++;
    return end;
}

/* Pages [page, past) of a block, and where they are to be read to. */
struct read {
    struct fill *fill;
    uint32_t block;
    uint64_t page;
    uint64_t past;
    uint8_t *to;
    int result;
};

static void read_pages(void *context) {
    struct read *read = context;
    struct rs_lazy *l = read->fill->lazy;
    read->result = rs_source_read(&l->source, read->block, read->page, read->past - read->page,
                                  read->to, l->options.direct_io, note_damage, read->fill);
}

/* Reads to guest memory; -EFAULT where that cannot be written just so. */
static int read_straight(struct read *read) {
    uint64_t start = (uintptr_t)read->to;
    uint64_t bytes = (read->past - read->page) * read->fill->lazy->page_bytes;
    return rs_guarded(start, start + bytes, read_pages, read) ? read->result : -EFAULT;
}

/* Clears pages [page, past) of a block. */
static int clear(struct fill *fill, uint32_t index, uint64_t page, uint64_t past,
                 uint64_t *failed) {
    struct rs_lazy *l = fill->lazy;
    return rs_clear(rs_lazy_address(l, &l->blocks[index], page), (past - page) * l->page_bytes,
                    failed);
}

/*
 * Pages with content are read, straight or, where there are many small runs, all at once to
 * `bounce`; that is also the way to memory that its owner has protected. Those without are cleared,
 * and populated by nobody. `failed` is the address that could not be written.
 */
static int fill_chunk(struct fill *fill, uint64_t chunk, uint8_t *bounce, uint64_t *failed) {
    struct rs_lazy *l = fill->lazy;
    struct rs_lazy_block *block = rs_lazy_block_of(l, chunk);
    uint32_t index = rs_lazy_index(l, block);
    uint64_t first = rs_lazy_page_at(l, block, rs_lazy_chunk_start(block, chunk));
    uint64_t past = rs_lazy_page_at(l, block, rs_lazy_chunk_end(block, chunk));
    uint64_t runs = 0;
    for (uint64_t page = first; page < past; page = run_end(l, index, page, past))
        runs++;
    int result = runs > MANY_RUNS ? -EFAULT : 0;
    for (uint64_t page = first, end; page < past && !result; page = end) {
        end = run_end(l, index, page, past);
        struct read read = {fill, index, page, end, (void *)rs_lazy_address(l, block, page), 0};
        result = rs_source_stored(&l->source, index, page) ? read_straight(&read)
                                                           : clear(fill, index, page, end, failed);
    }
    if (result != -EFAULT)
        return result;
    struct read all = {fill, index, first, past, bounce, 0};
    read_pages(&all);
    for (uint64_t page = first, end; page < past && !all.result; page = end) {
        end = run_end(l, index, page, past);
        all.result =
            rs_source_stored(&l->source, index, page)
                ? rs_store(rs_lazy_address(l, block, page), bounce + (page - first) * l->page_bytes,
                           (end - page) * l->page_bytes, failed)
                : clear(fill, index, page, end, failed);
    }
    return all.result;
}

/* The first failure counts. */
static void note_failure(struct fill *fill, uint64_t chunk, int result, uint64_t failed) {
    struct rs_lazy *l = fill->lazy;
    struct rs_lazy_block *block = rs_lazy_block_of(l, chunk);
    int none = 0;
    if (!atomic_compare_exchange_strong(&fill->result, &none, result))
        return;
    fill->refused[0] = rs_lazy_index(l, block);
    fill->refused[1] = failed == UINT64_MAX ? failed : rs_lazy_page_at(l, block, failed);
}

static void *fill_main(void *context) {
    struct fill *fill = context;
    uint64_t chunk;
    uint8_t *bounce = mmap(NULL, RS_CHUNK_BYTES, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (bounce == MAP_FAILED) {
        atomic_store(&fill->result, -ENOMEM);
        return NULL;
    }
    while (!atomic_load(&fill->result) &&
           (chunk = atomic_fetch_add(&fill->next, 1)) < fill->lazy->chunk_count) {
        uint64_t failed = UINT64_MAX;
        int result = fill_chunk(fill, chunk, bounce, &failed);
        if (result)
            note_failure(fill, chunk, result, failed);
    }
    munmap(bounce, RS_CHUNK_BYTES);
    return NULL;
}

int rs_lazy_fill(struct rs_lazy *l, uint64_t *failure) {
    struct fill fill = {.lazy = l};
    pthread_t threads[FILLERS - 1];
    int count = 0;
    while (count < FILLERS - 1 && pthread_create(&threads[count], NULL, fill_main, &fill) == 0)
        count++;
    fill_main(&fill);
    while (count > 0)
        pthread_join(threads[--count], NULL);
    int result = atomic_load(&fill.result);
    if (result == -EIO || result == -ESTALE) {
        uint32_t file = 0;
        while (file + 1 < l->source.file_count && l->source.files[file].path != fill.damage.path)
            file++;
        failure[0] = fill.damage.block;
        failure[1] = fill.damage.page;
        failure[2] = file;
        failure[3] = fill.damage.offset;
        failure[4] = (uint64_t)fill.damage.error;
        failure[5] = fill.damage.found;
        failure[6] = fill.damage.expected;
    } else {
        failure[0] = fill.refused[0];
        failure[1] = fill.refused[1];
    }
    return result;
}
