/*
 * Taking guest RAM away. A host has often filled all of it with zeros, and to free gigabytes takes
 * long; so its pages are moved aside, which takes as long as moving page tables, and what is read
 * from the image later goes to them before they are moved back.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rs_lazy.h"
#include "rs_uffd.h"

#ifndef MREMAP_DONTUNMAP /* Linux 5.7 */
#define MREMAP_DONTUNMAP 4
#endif

#ifndef MADV_DONTNEED_LOCKED /* Linux 5.18 */
#define MADV_DONTNEED_LOCKED 24
#endif

/* Page tables of this much are moved as one where both places lie alike in it. */
#define TABLE_BYTES ((uint64_t)1 << 30)

/*
 * Calls `fn` for each mapping in [start, end), cut off there, until one gives false. Whether all
 * gave true, and there is no gap. What a mapping may be accessed for is no matter.
 */
static bool all_private(uint64_t start, uint64_t end, bool (*fn)(uint64_t from, uint64_t to)) {
    FILE *maps = fopen("/proc/self/maps", "re");
    char *line = NULL;
    size_t room = 0;
    if (!maps)
        return false;
    while (start < end && getline(&line, &room, maps) > 0) {
        uint64_t from, to, inode;
        char access[8];
        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s %*x %*x:%*x %" SCNu64, &from, &to, access,
                   &inode) != 4 ||
            to <= start)
            continue;
        if (from > start || inode || access[3] != 'p' || !fn(start, to < end ? to : end))
            break;
        start = to;
    }
    free(line);
    fclose(maps);
    return start >= end;
}

static bool any(uint64_t from, uint64_t to) {
    return from < to;
}

bool rs_lazy_is_private(uint64_t start, uint64_t end) {
    return all_private(start, end, any);
}

/* Whether a mapping is not locked in memory: its first page is given away, if it is not. */
static bool is_unlocked(uint64_t from, uint64_t to) {
    (void)to;
    return madvise((void *)from, (size_t)sysconf(_SC_PAGESIZE), MADV_DONTNEED) == 0;
}

static uint64_t round_up(uint64_t value, uint64_t to) {
    return (value + to - 1) & ~(to - 1);
}

/* Moves the pages of [start, end) aside; the registered range stays, and is empty. */
static int move_aside(struct rs_lazy *l, struct rs_lazy_block *block, uint64_t start,
                      uint64_t end) {
    uint64_t length = end - start, room = length + 2 * TABLE_BYTES;
    uint8_t *free_space =
        mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (free_space == MAP_FAILED)
        return -errno;
    uint64_t from = (uint64_t)free_space;
    uint64_t to = round_up(from, TABLE_BYTES) + start % TABLE_BYTES;
    int flags = MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP;
    if (mremap((void *)start, length, length, flags, (void *)to) == MAP_FAILED) {
        int error = errno;
        munmap(free_space, room);
        return -error;
    }
    munmap(free_space, to - from);
    munmap((void *)(to + length), from + room - (to + length));
    rs_uffd_unregister(l->uffd, to, length); /* the registration went along */
    block->aside_start = start;
    block->aside_end = end;
    block->aside = to - start;
    return 0;
}

/* Also of memory that is locked, and stays so: pages are locked then as they come back. */
static int discard(uint64_t start, uint64_t end) {
    if (start >= end || madvise((void *)start, end - start, MADV_DONTNEED) == 0 ||
        (errno == EINVAL && madvise((void *)start, end - start, MADV_DONTNEED_LOCKED) == 0))
        return 0;
    return -errno;
}

/*
 * The block is registered already, so that a page that somebody touches in between is not taken for
 * one of the image's.
 */
int rs_lazy_empty(struct rs_lazy *l, struct rs_lazy_block *block) {
    /* Whole chunks: huge pages can be asked for these alone, which makes them a mapping apart. */
    uint64_t start = round_up(block->start, RS_CHUNK_BYTES);
    uint64_t end = block->end & ~(RS_CHUNK_BYTES - 1);
    /* Memory that mremap leaves behind is locked no more. */
    if (!l->can_move || start >= end || !all_private(block->start, block->end, is_unlocked) ||
        move_aside(l, block, start, end))
        return discard(block->start, block->end);
    int result = discard(block->start, start);
    return result ? result : discard(end, block->end);
}

void rs_lazy_drop_aside(const struct rs_lazy_block *block, uint64_t start, uint64_t end) {
    if (start >= block->aside_start && end <= block->aside_end)
        madvise((void *)(start + block->aside), end - start, MADV_DONTNEED);
}
