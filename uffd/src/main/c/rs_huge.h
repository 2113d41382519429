/* Transparent huge pages: they decide the pause. */
#ifndef RS_HUGE_H
#define RS_HUGE_H

#include <stdatomic.h>
#include <stdint.h>

/* Asks for huge pages in [start, end). 0 or -errno. */
int rs_huge_advise(uint64_t start, uint64_t end);

/*
 * Moves the well-populated chunks of [start, end) onto huge pages while the guest runs. A chunk
 * that cannot be moved stays as it is; `stop` is looked at between pieces of work. 0 or -errno.
 */
int rs_huge_collapse(int pagemap, uint64_t start, uint64_t end, _Atomic uint64_t *stop);

#endif
