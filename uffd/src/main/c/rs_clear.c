/* Clearing RAM before a restore: memory that was never touched stays that way. */
#include <unistd.h>

#include "rs_pagemap.h"
#include "rs_snapshot.h"
#include "rs_store.h"

static int clear_run(void *failed, const struct rs_run *run) {
    return rs_store(run->start, NULL, run->end - run->start, failed);
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
    if (result)
        return result;
    *failed = UINT64_MAX;
    int pagemap = rs_pagemap_open();
    if (pagemap < 0)
        return pagemap;
    result = rs_pagemap_scan(pagemap, start, end, false, clear_run, failed);
    close(pagemap);
    return result;
}
