/* How much memory the machine has left, from /proc/meminfo. */
#ifndef RB_MEMORY_H
#define RB_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/* Opens it; a descriptor or -errno. */
int rb_memory_open(void);

/*
 * What programs could still take, in bytes, or -1. The page cache counts as free.
 *
 * with_tmpfs: files in a tmpfs do, too: they are the sink
 */
int64_t rb_memory_left(int fd, bool with_tmpfs);

#endif
