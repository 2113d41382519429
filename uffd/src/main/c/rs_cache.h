/* What a file takes of the page cache while it is written with buffers, kept within a bound. */
#ifndef RS_CACHE_H
#define RS_CACHE_H

#include <stdint.h>

struct rs_cache {
    uint64_t limit;   /* bytes, 0: none */
    uint64_t written; /* since pages were last given back, in bytes */
};

/*
 * `bytes` more have been written. May wait for the disk; so whoever has little memory waits here,
 * and not wherever the next thread of the process wants a page. 0 or errno.
 */
int rs_cache_wrote(struct rs_cache *cache, int fd, uint64_t bytes);

#endif
