/*
 * Which pages of a range under UFFD_FEATURE_WP_ASYNC were written since they were protected.
 * Source: Documentation/admin-guide/mm/pagemap.rst, PAGEMAP_SCAN (Linux 6.7).
 */
#ifndef RS_WRITTEN_H
#define RS_WRITTEN_H

#include <stdbool.h>
#include <stdint.h>

/* Called for each run of pages, [start, end) by address; a result other than 0 ends the scan. */
typedef int (*rs_written_fn)(void *context, uint64_t start, uint64_t end);

/*
 * Finds the written pages in [start, end), page-aligned, in ascending order. `protect` protects
 * each again in the same step, before it is reported: no write gets lost between the two. Returns
 * 0, what `fn` returned, or -errno: -EPERM where the mapping is not the one that was registered.
 */
int rs_written_scan(int pagemap, uint64_t start, uint64_t end, bool protect, rs_written_fn fn,
                    void *context);

#endif
