#include "rs_pages.h"

#include <string.h>

#include "rs_crc32c.h"

/* A hole of fewer pages is written as zeros: one larger write beats two. */
#define SHORTEST_HOLE 16
#define ZERO_BYTES ((uint64_t)64 << 10)

static const uint8_t zeros[ZERO_BYTES] __attribute__((aligned(65536)));

static bool is_zero(const uint8_t *page, uint64_t bytes) {
    /* Most pages show a bit within the first words; the rest goes 64 bytes at a time. */
    for (uint64_t i = 0; i < bytes; i += 64) {
        uint64_t words[8];
        memcpy(words, page + i, sizeof words);
        if (words[0] | words[1] | words[2] | words[3] | words[4] | words[5] | words[6] | words[7])
            return false;
    }
    return true;
}

void rs_pages_examine(struct rs_pages *pages, const uint8_t *data, uint32_t count,
                      const uint8_t *present, uint64_t page_bytes) {
    pages->count = count;
    pages->zero = 0;
    pages->unpopulated = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *page = data + i * page_bytes;
        pages->kind[i] = 0;
        pages->crc[i] = 0;
        pages->present[i] = !present || present[i];
        if (!pages->present[i]) {
            pages->unpopulated++;
        } else if (is_zero(page, page_bytes)) {
            pages->zero++;
        } else {
            pages->kind[i] = 1;
            pages->crc[i] = rs_crc32c(page, page_bytes);
        }
    }
}

static uint32_t run_end(const struct rs_pages *pages, uint32_t from) {
    uint8_t kind = pages->kind[from];
    while (from < pages->count && pages->kind[from] == kind)
        from++;
    return from;
}

static void add_piece(struct rs_write *write, const void *data, uint64_t bytes) {
    struct rs_span *span = &write->span[write->spans - 1];
    write->piece[write->pieces++] = (struct iovec){.iov_base = (void *)data, .iov_len = bytes};
    span->pieces++;
    span->bytes += bytes;
}

static void add_zeros(struct rs_write *write, uint64_t bytes) {
    while (bytes) {
        uint64_t part = bytes < ZERO_BYTES ? bytes : ZERO_BYTES;
        add_piece(write, zeros, part);
        bytes -= part;
    }
}

void rs_pages_plan(const struct rs_pages *pages, const uint8_t *data, uint64_t page_bytes,
                   uint64_t offset, bool overwrite, struct rs_write *write) {
    bool open = false; /* whether the last span goes on */
    write->spans = 0;
    write->pieces = 0;
    for (uint32_t at = 0; at < pages->count;) {
        uint32_t end = run_end(pages, at);
        uint64_t bytes = (end - at) * page_bytes;
        bool stored = pages->kind[at] == 1;
        bool bridge = open && end < pages->count && end - at < SHORTEST_HOLE;
        if (stored || overwrite || bridge) {
            if (!open)
                write->span[write->spans++] = (struct rs_span){.offset = offset + at * page_bytes,
                                                               .first_piece = write->pieces};
            open = true;
            if (stored)
                add_piece(write, data + at * page_bytes, bytes);
            else
                add_zeros(write, bytes);
        } else {
            open = false;
        }
        at = end;
    }
}

void rs_pages_enter(const struct rs_pages *pages, struct rs_block *block, uint64_t first) {
    memcpy(block->kinds + first, pages->kind, pages->count);
    memcpy(block->crcs + first, pages->crc, pages->count * sizeof *pages->crc);
}
