/*
 * Writes memory that may be read-only or gone: what a restore gives a guest. A protection stays as
 * it is; private memory that may not be written is written by the kernel, as for a debugger.
 */
#ifndef RS_STORE_H
#define RS_STORE_H

#include <stdint.h>

#define RS_EXPORT __attribute__((visibility("default")))

/*
 * Copies `bytes` to `to`; zeros where `from` is NULL. 0, or -errno, with the address that could not
 * be written in `*failed`: -EFAULT where there is no memory, -EACCES where there is, but it may not
 * be written by anybody, as it is shared and mapped for reading only.
 */
RS_EXPORT int rs_store(uint64_t to, const void *from, uint64_t bytes, uint64_t *failed);

#endif
