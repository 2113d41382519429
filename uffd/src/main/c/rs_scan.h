/*
 * The ioctl PAGEMAP_SCAN as in Linux 6.7's <linux/fs.h>, which older headers lack.
 * Source: Documentation/admin-guide/mm/pagemap.rst.
 */
#ifndef RS_SCAN_H
#define RS_SCAN_H

#include <stdint.h>
#include <sys/ioctl.h>

/* What a page may be. */
#define RS_SCAN_WRITTEN ((uint64_t)1 << 1)
#define RS_SCAN_PRESENT ((uint64_t)1 << 3)
#define RS_SCAN_SWAPPED ((uint64_t)1 << 4)
#define RS_SCAN_PFNZERO ((uint64_t)1 << 5)
#define RS_SCAN_HUGE ((uint64_t)1 << 6)

/* Flags. */
#define RS_SCAN_WP_MATCHING ((uint64_t)1 << 0)
#define RS_SCAN_CHECK_WPASYNC ((uint64_t)1 << 1)

struct rs_scan_region {
    uint64_t start;
    uint64_t end;
    uint64_t categories;
};

struct rs_scan_arg {
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

#define RS_SCAN_IOCTL _IOWR('f', 16, struct rs_scan_arg)

#endif
