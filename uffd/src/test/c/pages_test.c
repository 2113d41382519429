/* rs_pages: what is looked at, and that a plan writes every page that it must and no other. */
#include <string.h>

#include "check.h"
#include "rs_crc32c.h"
#include "rs_pages.h"

#define PAGE ((uint64_t)4096)
#define OFFSET (7 * PAGE)

static _Alignas(4096) uint8_t data[RS_CHUNK_PAGES * PAGE];
static uint8_t present[RS_CHUNK_PAGES];
static _Alignas(64) uint8_t key[PAGE];
static struct rs_hash parent[RS_CHUNK_PAGES];
static uint8_t file[OFFSET + sizeof data];

/* What page i is: 'd' data, 'i' data that the parent has, 'z' zeros, '-' not populated. */
static uint32_t set(const char *pattern, uint32_t count) {
    size_t length = strlen(pattern);
    for (uint32_t i = 0; i < count; i++) {
        char kind = pattern[i % length];
        memset(data + i * PAGE, 0, PAGE);
        present[i] = kind != '-';
        if (kind == 'd' || kind == 'i') /* one byte, in turn the first, the last and one between */
            data[i * PAGE + (i % 3 == 0 ? 0 : i % 3 == 1 ? PAGE - 1 : i * 37 % PAGE)] = 1;
        if (kind == '-') /* nobody may look at it */
            memset(data + i * PAGE, 0xee, PAGE);
        parent[i] = rs_hash_page_plain(key, data + i * PAGE, PAGE);
        if (kind == 'd') /* another page, by one bit, or none */
            parent[i] =
                i % 2 ? (struct rs_hash){0} : (struct rs_hash){parent[i].low ^ 1, parent[i].high};
    }
    return count;
}

static enum rs_page_kind wanted(char kind) {
    return kind == 'd' ? RS_STORED : kind == 'i' ? RS_INHERITED : RS_ZERO;
}

static void examine(const char *pattern, uint32_t count, struct rs_pages *pages) {
    size_t length = strlen(pattern);
    uint32_t zero = 0, unpopulated = 0, inherited = 0;
    static struct rs_hash hash_of[RS_CHUNK_PAGES];
    static const struct rs_hash none;
    static _Alignas(4096) uint8_t copy[sizeof data];
    static uint8_t kind_of[RS_CHUNK_PAGES];
    static uint32_t crc_of[RS_CHUNK_PAGES];
    *pages = (struct rs_pages){.count = set(pattern, count), .kind = kind_of, .crc = crc_of};
    if (strchr(pattern, 'i')) {
        pages->hash = hash_of;
        pages->key = key;
        pages->parent = parent;
    }
    memset(copy, 0x55, sizeof copy);
    rs_pages_sweep(pages, data, copy, present, PAGE, count % 2);
    for (uint32_t i = 0; i < count; i++) {
        char kind = pattern[i % length];
        zero += kind == 'z';
        unpopulated += kind == '-';
        inherited += kind == 'i';
        CHECK(pages->kind[i] == wanted(kind), "%s: page %d", pattern, (int)i);
        CHECK(kind == '-' ? copy[i * PAGE] == 0x55
                          : memcmp(copy + i * PAGE, data + i * PAGE, PAGE) == 0,
              "%s: copy of page %d", pattern, (int)i);
        bool zeros = wanted(kind) == RS_ZERO;
        CHECK(pages->crc[i] == (zeros ? 0 : rs_crc32c_by_table(data + i * PAGE, PAGE)),
              "%s: page %d", pattern, (int)i);
        struct rs_hash hash = zeros ? none : rs_hash_page_plain(key, data + i * PAGE, PAGE);
        CHECK(!pages->hash || memcmp(&hash, &pages->hash[i], sizeof hash) == 0,
              "%s: hash of page %d", pattern, (int)i);
    }
    CHECK(pages->count == count && pages->zero == zero && pages->unpopulated == unpopulated &&
              pages->inherited == inherited,
          "%s: %d pages, %d zero, %d unpopulated, %d inherited", pattern, (int)pages->count,
          (int)pages->zero, (int)pages->unpopulated, (int)pages->inherited);
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
        const uint8_t *expected = pages.kind[i] == RS_STORED ? data + i * PAGE : zeros;
        CHECK(memcmp(file + OFFSET + i * PAGE, expected, PAGE) == 0, "%s: page %d", pattern,
              (int)i);
    }
    CHECK(!overwrite || bytes == count * PAGE, "%s: %d bytes", pattern, (int)bytes);
    bool any = memchr(pages.kind, RS_STORED, count) != NULL;
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
        "i",
        "di",
        "id",
        "diiz-iidzi",
        /* The most spans of an increment, and more than there are. */
        "diiiiiiiiiiiiiii",
        "diiii",
        "iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiid",
    };
    rs_crc32c_init();
    rs_hash_init();
    for (uint64_t i = 0; i < PAGE; i++)
        key[i] = (uint8_t)(i * 167 + i / 256 * 3 + 1);
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
