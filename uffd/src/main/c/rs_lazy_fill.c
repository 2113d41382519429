/*
 * Filling RAM before the guest runs: several threads read straight into it, one chunk each, so that
 * the disk always has something to do while checksums are computed.
 */
#include <errno.h>
#include <stdlib.h>

#include "rs_lazy.h"
#include "rs_snapshot.h"

#define FILLERS 4

/* A run of pages without content that is cleared rather than written: it may not be populated. */
#define LONG_RUN 16

struct fill {
    struct rs_lazy *lazy;
    _Atomic uint64_t next;   /* chunk */
    _Atomic int result;      /* 0, or why it ended early */
    struct rs_damage damage; /* that made it so */
};

static int note_damage(void *context, const struct rs_damage *damage) {
    struct fill *fill = context;
    int none = 0;
    if (fill->lazy->options.zero_damaged)
        return rs_lazy_damaged(fill->lazy, damage);
    if (atomic_compare_exchange_strong(&fill->result, &none, -EIO))
        fill->damage = *damage;
    return -EIO;
}

static uint64_t run_end(struct rs_lazy *l, uint32_t index, uint64_t page, uint64_t past) {
    bool stored = rs_source_stored(&l->source, index, page);
    uint64_t end = page + 1;
    while (end < past && rs_source_stored(&l->source, index, end) == stored)
        end++;
    return end;
}

static int fill_chunk(struct fill *fill, uint64_t chunk) {
    struct rs_lazy *l = fill->lazy;
    struct rs_lazy_block *block = rs_lazy_block_of(l, chunk);
    uint32_t index = rs_lazy_index(l, block);
    uint64_t page = rs_lazy_page_at(l, block, rs_lazy_chunk_start(block, chunk));
    uint64_t past = rs_lazy_page_at(l, block, rs_lazy_chunk_end(block, chunk));
    int result = 0;
    while (page < past && !result) {
        uint64_t end = run_end(l, index, page, past);
        if (!rs_source_stored(&l->source, index, page) && end - page >= LONG_RUN) {
            result = rs_clear(rs_lazy_address(l, block, page), (end - page) * l->page_bytes);
            page = end;
            continue;
        }
        while (end < past) {
            uint64_t next = run_end(l, index, end, past);
            if (!rs_source_stored(&l->source, index, end) && next - end >= LONG_RUN)
                break;
            end = next;
        }
        result = rs_source_read(&l->source, index, page, end - page,
                                (uint8_t *)rs_lazy_address(l, block, page), l->options.direct_io,
                                note_damage, fill);
        page = end;
    }
    return result;
}

static void *fill_main(void *context) {
    struct fill *fill = context;
    uint64_t chunk;
    while (!atomic_load(&fill->result) &&
           (chunk = atomic_fetch_add(&fill->next, 1)) < fill->lazy->chunk_count) {
        int none = 0, result = fill_chunk(fill, chunk);
        if (result)
            atomic_compare_exchange_strong(&fill->result, &none, result);
    }
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
    if (atomic_load(&fill.result) == -EIO) {
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
    }
    return atomic_load(&fill.result);
}
