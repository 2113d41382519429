/*
 * Which pages of this process are populated, without touching them.
 * Source: Documentation/admin-guide/mm/pagemap.rst.
 */
#ifndef RS_PAGEMAP_H
#define RS_PAGEMAP_H

#include <stdbool.h>
#include <stdint.h>

/* A run of populated pages that does not only map the zero page: [start, end), by address. */
struct rs_run {
    uint64_t start;
    uint64_t end;
    bool huge; /* on transparent huge pages */
};

/* Called for each run in ascending order; a result other than 0 ends the scan and is returned. */
typedef int (*rs_run_fn)(void *context, const struct rs_run *run);

/* Opens this process's pagemap: a descriptor or -errno. */
int rs_pagemap_open(void);

/*
 * Finds the runs in [start, end), both page-aligned. By PAGEMAP_SCAN (Linux 6.7), else, or where
 * `old_way` asks for it, by reading the table itself, which knows nothing of huge pages.
 * Returns 0, what `fn` returned, or -errno.
 */
int rs_pagemap_scan(int fd, uint64_t start, uint64_t end, bool old_way, rs_run_fn fn,
                    void *context);

#endif
