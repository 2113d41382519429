#define _GNU_SOURCE
#include "rs_pagemap.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

#include "rs_scan.h"

#define REGIONS 256

int rs_pagemap_open(void) {
    int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static int scan_by_ioctl(int fd, uint64_t start, uint64_t end, rs_run_fn fn, void *context) {
    struct rs_scan_region regions[REGIONS];
    while (start < end) {
        struct rs_scan_arg arg = {
            .size = sizeof arg,
            .start = start,
            .end = end,
            .vec = (uint64_t)(uintptr_t)regions,
            .vec_len = REGIONS,
            .category_inverted = RS_SCAN_PFNZERO,
            .category_mask = RS_SCAN_PFNZERO,
            .category_anyof_mask = RS_SCAN_PRESENT | RS_SCAN_SWAPPED,
            .return_mask = RS_SCAN_HUGE,
        };
        int count = ioctl(fd, RS_SCAN_IOCTL, &arg);
        if (count < 0)
            return -errno;
        for (int i = 0; i < count; i++) {
            struct rs_run run = {
                .start = regions[i].start,
                .end = regions[i].end,
                .huge = (regions[i].categories & RS_SCAN_HUGE) != 0,
            };
            int result = fn(context, &run);
            if (result)
                return result;
        }
        if (arg.walk_end <= start)
            return -EIO; /* the kernel made no progress: never loop here during a freeze */
        start = arg.walk_end;
    }
    return 0;
}

/* Bits of one table entry. */
#define ENTRY_PRESENT ((uint64_t)1 << 63)
#define ENTRY_SWAPPED ((uint64_t)1 << 62)
#define ENTRIES 512

static int scan_by_table(int fd, uint64_t start, uint64_t end, rs_run_fn fn, void *context) {
    uint64_t entries[ENTRIES];
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    struct rs_run run = {0};
    while (start < end) {
        uint64_t want = (end - start) / page;
        if (want > ENTRIES)
            want = ENTRIES;
        ssize_t got = pread(fd, entries, want * 8, (off_t)(start / page * 8));
        if (got < 0)
            return -errno;
        if (got < 8)
            return -EIO;
        for (ssize_t i = 0; i < got / 8; i++, start += page) {
            if (entries[i] & (ENTRY_PRESENT | ENTRY_SWAPPED)) {
                if (run.end != start) {
                    int result = run.end ? fn(context, &run) : 0;
                    if (result)
                        return result;
                    run.start = start;
                }
                run.end = start + page;
            }
        }
    }
    return run.end ? fn(context, &run) : 0;
}

int rs_pagemap_scan(int fd, uint64_t start, uint64_t end, bool old_way, rs_run_fn fn,
                    void *context) {
    if (!old_way) {
        int result = scan_by_ioctl(fd, start, end, fn, context);
        if (result != -ENOTTY && result != -EINVAL)
            return result;
    }
    return scan_by_table(fd, start, end, fn, context);
}
