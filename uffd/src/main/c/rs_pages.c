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

static int add_zeros(struct iovec *iov, int count, uint64_t bytes) {
    while (bytes) {
        uint64_t part = bytes < ZERO_BYTES ? bytes : ZERO_BYTES;
        iov[count++] = (struct iovec){.iov_base = (void *)zeros, .iov_len = part};
        bytes -= part;
    }
    return count;
}

int rs_pages_write(const struct rs_pages *pages, const uint8_t *data, uint64_t page_bytes,
                   struct rs_sink *sink, uint64_t offset, bool overwrite, uint64_t *written) {
    struct iovec iov[RS_CHUNK_PAGES + RS_CHUNK_PAGES * 65536 / ZERO_BYTES];
    int count = 0;
    uint32_t first = 0; /* page at which the pending write starts */
    for (uint32_t at = 0; at < pages->count;) {
        uint32_t end = run_end(pages, at);
        uint64_t bytes = (uint64_t)(end - at) * page_bytes;
        bool last = end == pages->count;
        bool stored = pages->kind[at] == 1;
        if (stored) {
            if (count == 0)
                first = at;
            iov[count++] =
                (struct iovec){.iov_base = (void *)(data + at * page_bytes), .iov_len = bytes};
        } else if (overwrite || (count && !last && end - at < SHORTEST_HOLE)) {
            if (count == 0)
                first = at;
            count = add_zeros(iov, count, bytes);
        }
        bool hole = !stored && !overwrite && (last || end - at >= SHORTEST_HOLE);
        if (count && (last || hole)) {
            uint64_t total = 0;
            for (int i = 0; i < count; i++)
                total += iov[i].iov_len;
            int result = rs_sink_write(sink, iov, count, offset + first * page_bytes);
            if (result)
                return result;
            *written += total;
            count = 0;
        }
        at = end;
    }
    return 0;
}

void rs_pages_enter(const struct rs_pages *pages, struct rs_block *block, uint64_t first) {
    memcpy(block->kinds + first, pages->kind, pages->count);
    memcpy(block->crcs + first, pages->crc, pages->count * sizeof *pages->crc);
}
