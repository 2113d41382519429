/*
 * Clearing RAM before a restore: memory that was never touched stays that way. What this process
 * has not populated is zero only where no file is behind it, which also another process may have
 * written.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rs_guard.h"
#include "rs_pagemap.h"
#include "rs_snapshot.h"
#include "rs_store.h"

/* Pages that are asked for at once. */
#define BATCH ((uint64_t)1024)

static int clear_run(void *failed, const struct rs_run *run) {
    return rs_store(run->start, NULL, run->end - run->start, failed);
}

struct look {
    const uint8_t *at;
    uint64_t bytes;
    bool zero;
};

static void look(void *context) {
    struct look *look = context;
    look->zero = !look->at[0] && !memcmp(look->at, look->at + 1, look->bytes - 1);
}

/* Does not populate a page that need not be: most are zero already. */
static int clear_page(uint64_t at, uint64_t page, uint64_t *failed) {
    struct look it = {.at = (const uint8_t *)(uintptr_t)at, .bytes = page};
    if (rs_guarded(at, at + page, look, &it) && it.zero)
        return 0;
    return rs_store(at, NULL, page, failed);
}

/* Clears by content: all of [start, end), or what is in memory already, whoever has it there. */
static int clear_content(uint64_t start, uint64_t end, uint64_t page, bool all, uint64_t *failed) {
    unsigned char resident[BATCH];
    for (uint64_t at = start; at < end;) {
        uint64_t pages = (end - at) / page < BATCH ? (end - at) / page : BATCH;
        if (all || mincore((void *)(uintptr_t)at, pages * page, resident))
            memset(resident, 1, pages);
        for (uint64_t i = 0; i < pages; i++) {
            int result = resident[i] & 1 ? clear_page(at + i * page, page, failed) : 0;
            if (result)
                return result;
        }
        at += pages * page;
    }
    return 0;
}

static int clear_populated(uint64_t start, uint64_t end, uint64_t *failed) {
    *failed = UINT64_MAX;
    int pagemap = rs_pagemap_open();
    if (pagemap < 0)
        return pagemap;
    int result = rs_pagemap_scan(pagemap, start, end, false, clear_run, failed);
    close(pagemap);
    return result;
}

/*
 * Clears whole pages. The kernel drops the pages of a file that is mapped shared; its answer tells
 * what other memory is: EINVAL where it has no file, or is locked. What is locked is in memory.
 */
static int clear_pages(uint64_t start, uint64_t end, uint64_t page, uint64_t *failed) {
    if (madvise((void *)(uintptr_t)start, end - start, MADV_REMOVE) == 0)
        return 0;
    bool file = errno != EINVAL;
    int result = clear_populated(start, end, failed);
    return result ? result : clear_content(start, end, page, file, failed);
}

int rs_clear(uint64_t address, uint64_t length, uint64_t *failed) {
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t limit = address + length;
    uint64_t start = (address + page - 1) & ~(page - 1), end = limit & ~(page - 1);
    if (start >= end)
        return rs_store(address, NULL, length, failed);
    int result = rs_store(address, NULL, start - address, failed);
    if (!result)
        result = rs_store(end, NULL, limit - end, failed);
    return result ? result : clear_pages(start, end, page, failed);
}
