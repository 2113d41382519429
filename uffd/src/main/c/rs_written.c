#include "rs_written.h"

#include <errno.h>

#include "rs_scan.h"

#define REGIONS 512

/*
 * A protected page has a bit in its entry of the page table, or a marker in place of the entry (it
 * shows as swapped then). An entry that is empty has lost both: the page was written, and then
 * taken out of the page table by reclaim or MADV_DONTNEED. Linux 6.18 calls such a page written,
 * but no document promises it, so it counts as written in any case.
 */
static bool is_written(const struct rs_scan_region *region) {
    return (region->categories & RS_SCAN_WRITTEN) ||
           !(region->categories & (RS_SCAN_PRESENT | RS_SCAN_SWAPPED));
}

int rs_written_scan(int pagemap, uint64_t start, uint64_t end, bool protect, rs_written_fn fn,
                    void *context) {
    struct rs_scan_region regions[REGIONS];
    while (start < end) {
        struct rs_scan_arg arg = {
            .size = sizeof arg,
            .flags = RS_SCAN_CHECK_WPASYNC | (protect ? RS_SCAN_WP_MATCHING : 0),
            .start = start,
            .end = end,
            .vec = (uint64_t)(uintptr_t)regions,
            .vec_len = REGIONS,
            .category_inverted = RS_SCAN_PRESENT,
            .category_anyof_mask = RS_SCAN_WRITTEN | RS_SCAN_PRESENT, /* written, or not present */
            .return_mask = RS_SCAN_WRITTEN | RS_SCAN_PRESENT | RS_SCAN_SWAPPED,
        };
        int count = ioctl(pagemap, RS_SCAN_IOCTL, &arg);
        if (count < 0)
            return -errno;
        for (int i = 0; i < count; i++) {
            if (!is_written(&regions[i]))
                continue;
            int result = fn(context, regions[i].start, regions[i].end);
            if (result)
                return result;
        }
        if (arg.walk_end <= start)
            return -EIO; /* the kernel made no progress: never loop here during a freeze */
        start = arg.walk_end;
    }
    return 0;
}
