/* rs_pages: what is looked at, and that a plan writes every page that it must and no other. */
#include <string.h>

#include "check.h"
#include "rs_crc32c.h"
#include "rs_pages.h"

#define PAGE ((uint64_t)4096)
#define OFFSET (7 * PAGE)

static _Alignas(4096) uint8_t data[RS_CHUNK_PAGES * PAGE];
static uint8_t present[RS_CHUNK_PAGES];
static uint8_t file[OFFSET + sizeof data];

/* What page i is: 'd' data, 'z' zeros, '-' not populated. */
static uint32_t set(const char *pattern, uint32_t count) {
    size_t length = strlen(pattern);
    for (uint32_t i = 0; i < count; i++) {
        char kind = pattern[i % length];
        memset(data + i * PAGE, 0, PAGE);
        present[i] = kind != '-';
        if (kind == 'd') /* one byte, in turn the first, the last and one between */
            data[i * PAGE + (i % 3 == 0 ? 0 : i % 3 == 1 ? PAGE - 1 : i * 37 % PAGE)] = 1;
        if (kind == '-') /* nobody may look at it */
            memset(data + i * PAGE, 0xee, PAGE);
    }
    return count;
}

static void examine(const char *pattern, uint32_t count, struct rs_pages *pages) {
    size_t length = strlen(pattern);
    uint32_t zero = 0, unpopulated = 0;
    static _Alignas(4096) uint8_t copy[sizeof data];
    static uint8_t kind_of[RS_CHUNK_PAGES];
    static uint32_t crc_of[RS_CHUNK_PAGES];
    *pages = (struct rs_pages){.count = set(pattern, count), .kind = kind_of, .crc = crc_of};
    memset(copy, 0x55, sizeof copy);
    rs_pages_sweep(pages, data, copy, present, PAGE, count % 2);
    for (uint32_t i = 0; i < count; i++) {
        char kind = pattern[i % length];
        zero += kind == 'z';
        unpopulated += kind == '-';
        CHECK(pages->kind[i] == (kind == 'd'), "%s: page %d", pattern, (int)i);
        CHECK(kind == '-' ? copy[i * PAGE] == 0x55
                          : memcmp(copy + i * PAGE, data + i * PAGE, PAGE) == 0,
              "%s: copy of page %d", pattern, (int)i);
        CHECK(pages->crc[i] == (kind == 'd' ? rs_crc32c_by_table(data + i * PAGE, PAGE) : 0),
              "%s: page %d", pattern, (int)i);
    }
    CHECK(pages->count == count && pages->zero == zero && pages->unpopulated == unpopulated,
          "%s: %d pages, %d zero, %d unpopulated", pattern, (int)pages->count, (int)pages->zero,
          (int)pages->unpopulated);
}

/* Does what the sink would do. Returns the bytes written. */
static uint64_t carry_out(const struct rs_write *write) {
    uint64_t bytes = 0;
    CHECK(write->spans <= RS_MOST_SPANS && write->pieces <= RS_MOST_PIECES, "%d spans, %d pieces",
          (int)write->spans, (int)write->pieces);
    for (uint32_t i = 0; i < write->spans; i++) {
        const struct rs_span *span = &write->span[i];
        uint64_t at = span->offset;
        for (uint32_t p = span->first_piece; p < span->first_piece + span->pieces; p++) {
            memcpy(file + at, write->piece[p].iov_base, write->piece[p].iov_len);
            at += write->piece[p].iov_len;
        }
        CHECK(at - span->offset == span->bytes, "span %d: %d bytes", (int)i, (int)span->bytes);
        bytes += span->bytes;
    }
    return bytes;
}

static void plan(const char *pattern, uint32_t count, bool overwrite) {
    static struct rs_write write;
    struct rs_pages pages;
    examine(pattern, count, &pages);
    memset(file, overwrite ? 0x77 : 0, sizeof file);
    rs_pages_plan(&pages, data, PAGE, OFFSET, overwrite, &write);
    uint64_t bytes = carry_out(&write);
    for (uint32_t i = 0; i < count; i++) {
        static const uint8_t zeros[PAGE];
        const uint8_t *expected = pages.kind[i] ? data + i * PAGE : zeros;
        CHECK(memcmp(file + OFFSET + i * PAGE, expected, PAGE) == 0, "%s: page %d", pattern,
              (int)i);
    }
    CHECK(!overwrite || bytes == count * PAGE, "%s: %d bytes", pattern, (int)bytes);
    bool any = memchr(pages.kind, 1, count) != NULL;
    CHECK(overwrite || any == (bytes > 0), "%s: %d bytes", pattern, (int)bytes);
}

int main(void) {
    /* Among them the most spans: a page after each hole that is just too long to bridge. */
    static const char *const patterns[] = {
        "d",
        "z",
        "-",
        "dz",
        "zd",
        "d-",
        "-zd",
        "dddzz-d",
        "zzzzzzzzzzzzzzzzd",
        "zzzzzzzzzzzzzzzd",
        "d-----------------------------------------------------------------------",
    };
    rs_crc32c_init();
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        TRY(60, "pages like %s", patterns[i]);
        for (uint32_t count = 1; count <= RS_CHUNK_PAGES; count = count * 3 + 1) {
            plan(patterns[i], count, false);
            plan(patterns[i], count, true);
        }
        plan(patterns[i], RS_CHUNK_PAGES, false);
        plan(patterns[i], RS_CHUNK_PAGES, true);
    }
    return 0;
}
