/* The files behind mapped blocks, and whether they change by other means than the block's pages. */
#ifndef RS_BACKING_H
#define RS_BACKING_H

#include <stdint.h>

/* A descriptor that collects what happens to watched files; -1 where there is none. */
int rs_backing_open(void);

/*
 * Watches the files mapped in [start, end), as far as their names lead to them. 0, or -EADDRINUSE
 * where a part of such a file is mapped a second time in this process, shared and writable: what is
 * written there changes the block without any trace in its page table.
 */
int rs_backing_watch(int fd, uint64_t start, uint64_t end);

/* Whether a watched file was written, truncated or punched by a system call; never blocks. */
int rs_backing_modified(int fd);

#endif
