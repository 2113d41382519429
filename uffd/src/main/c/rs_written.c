#include "rs_written.h"

#include <errno.h>
#include <sys/ioctl.h>

/* PAGEMAP_SCAN as in Linux 6.7's <linux/fs.h>, which older headers lack. */
#define IS_WRITTEN ((uint64_t)1 << 1)
#define IS_PRESENT ((uint64_t)1 << 3)
#define IS_SWAPPED ((uint64_t)1 << 4)
#define WP_MATCHING ((uint64_t)1 << 0)
#define CHECK_WPASYNC ((uint64_t)1 << 1)
#define REGIONS 512

struct scan_region {
    uint64_t start;
    uint64_t end;
    uint64_t categories;
};

struct scan_arg {
    uint64_t size;
    uint64_t flags;
    uint64_t start;
    uint64_t end;
    uint64_t walk_end;
    uint64_t vec;
    uint64_t vec_len;
    uint64_t max_pages;
    uint64_t category_inverted;
    uint64_t category_mask;
    uint64_t category_anyof_mask;
    uint64_t return_mask;
};

#define SCAN_IOCTL _IOWR('f', 16, struct scan_arg)

/*
 * A protected page has a bit in its entry of the page table, or a marker in place of the entry (it
 * shows as swapped then). An entry that is empty has lost both: the page was written, and then
 * taken out of the page table by reclaim or MADV_DONTNEED. Linux 6.18 calls such a page written,
 * but no document promises it, so it counts as written in any case.
 */
static bool is_written(const struct scan_region *region) {
    return (region->categories & IS_WRITTEN) || !(region->categories & (IS_PRESENT | IS_SWAPPED));
}

int rs_written_scan(int pagemap, uint64_t start, uint64_t end, bool protect, rs_written_fn fn,
                    void *context) {
    struct scan_region regions[REGIONS];
    while (start < end) {
        struct scan_arg arg = {
            .size = sizeof arg,
            .flags = CHECK_WPASYNC | (protect ? WP_MATCHING : 0),
            .start = start,
            .end = end,
            .vec = (uint64_t)(uintptr_t)regions,
            .vec_len = REGIONS,
            .category_inverted = IS_PRESENT,
            .category_anyof_mask = IS_WRITTEN | IS_PRESENT, /* written, or not present */
            .return_mask = IS_WRITTEN | IS_PRESENT | IS_SWAPPED,
        };
        int count = ioctl(pagemap, SCAN_IOCTL, &arg);
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
