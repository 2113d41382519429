/*
 * Reads memory that may be gone or may not be read: unmapped, mapped from a file that has become
 * shorter, or protected by its owner. To read it straight would be a SIGSEGV or SIGBUS; the kernel
 * has an error for it instead, and for memory that is only protected, it has the content.
 */
#ifndef RS_FETCH_H
#define RS_FETCH_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Opens this process's memory, for rs_fetch to read what this process itself may not. -1 where
 * that is not permitted: such memory cannot be read then.
 */
int rs_fetch_open(void);

/*
 * Copies `bytes` from `from` to `to`; `memory` is from rs_fetch_open. 0, or -errno, with the
 * address that could not be read in `*failed`: -EFAULT where there is no memory any more, -EACCES
 * where there is, but nobody may read it.
 */
int rs_fetch(int memory, void *to, uint64_t from, uint64_t bytes, uint64_t *failed);

/*
 * Copies `count` pages, but only those that were populated at the freeze: `present` tells which,
 * NULL means all. `yielding` lets other threads have the core every now and then. As rs_fetch.
 */
int rs_fetch_pages(int memory, uint8_t *to, uint64_t from, uint32_t count, const uint8_t *present,
                   uint64_t page_bytes, bool yielding, uint64_t *failed);

/*
 * Why an access to an address failed: -EACCES where there is memory with a protection that forbids
 * it, else -EFAULT, as nothing is mapped there, or a file that has become shorter.
 */
int rs_refusal(uint64_t address, bool write);

#endif
