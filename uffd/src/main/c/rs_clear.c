/* Clearing RAM before a restore: memory that was never touched stays that way. */
#include <string.h>
#include <unistd.h>

#include "rs_pagemap.h"
#include "rs_snapshot.h"

static int clear_run(void *context, const struct rs_run *run) {
    (void)context;
    memset((void *)run->start, 0, run->end - run->start);
    return 0;
}

int rs_clear(uint64_t address, uint64_t length) {
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t limit = address + length;
    uint64_t start = (address + page - 1) & ~(page - 1), end = limit & ~(page - 1);
    if (start >= end) {
        memset((void *)address, 0, length);
        return 0;
    }
    memset((void *)address, 0, start - address);
    memset((void *)end, 0, limit - end);
    int pagemap = rs_pagemap_open();
    if (pagemap < 0)
        return pagemap;
    int result = rs_pagemap_scan(pagemap, start, end, false, clear_run, NULL);
    close(pagemap);
    return result;
}
