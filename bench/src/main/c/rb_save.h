/* rb_save, and the way that suits a forked child. */
#ifndef RB_SAVE_H
#define RB_SAVE_H

#include "rb_api.h"

/*
 * Like rb_save, but writes from `bounce` where that is not NULL: RB_MOST_DEPTH buffers of
 * RB_WRITE_BYTES, into which it copies. O_DIRECT pins what it writes from, and newer kernels first
 * copy a page that is pinned and shared with another process: a forked child that writes from
 * shared memory copies all of it, page by page, and keeps the copies.
 */
int rb_save_from(const char *path, uint64_t address, uint64_t bytes, int depth, int64_t rate,
                 char *bounce, int64_t *out);

#endif
