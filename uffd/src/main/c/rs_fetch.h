/*
 * Reads memory that may be gone: unmapped, or mapped from a file that has become shorter. To read
 * it straight would be a SIGSEGV or SIGBUS in a thread that the JVM does not know, and its end.
 */
#ifndef RS_FETCH_H
#define RS_FETCH_H

#include <stdbool.h>
#include <stdint.h>

/* Copies `bytes` from `from` to `to`. 0, or -errno: -EFAULT where the memory is gone. */
int rs_fetch(void *to, uint64_t from, uint64_t bytes);

/*
 * Copies `count` pages, but only those that were populated at the freeze: `present` tells which,
 * NULL means all. `yielding` lets other threads have the core every now and then. 0 or -errno.
 */
int rs_fetch_pages(uint8_t *to, uint64_t from, uint32_t count, const uint8_t *present,
                   uint64_t page_bytes, bool yielding);

#endif
