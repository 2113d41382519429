/* How much of guest RAM is populated: what is not may still be wanted while a snapshot runs. */
#include <unistd.h>

#include "rs_pagemap.h"
#include "rs_snapshot.h"

static int add(void *context, const struct rs_run *run) {
    *(int64_t *)context += (int64_t)(run->end - run->start);
    return 0;
}

int64_t rs_populated_bytes(uint64_t address, uint64_t length) {
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    int64_t bytes = 0;
    int pagemap = rs_pagemap_open();
    if (pagemap < 0)
        return pagemap;
    uint64_t end = (address + length + page - 1) & ~(page - 1);
    int result = rs_pagemap_scan(pagemap, address & ~(page - 1), end, false, add, &bytes);
    close(pagemap);
    return result ? result : bytes;
}
