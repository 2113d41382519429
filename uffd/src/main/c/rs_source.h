/*
 * An image as its files hold it: where the content of each page stands, read and checked. Of an
 * increment, a page may stand in the parent's file, or further up. Figures and tables come from
 * Java, which has checked them, and stay valid as long as this does.
 */
#ifndef RS_SOURCE_H
#define RS_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "rs_block.h"

struct rs_source_file {
    char *path;   /* for messages */
    int buffered; /* descriptor for reads of any size and place */
    int direct;   /* descriptor for O_DIRECT, -1 where the file system refuses */
};

/* A block in one file of the chain. */
struct rs_level {
    uint32_t file;
    uint64_t offset;      /* of image page 0 in the file, in bytes */
    const uint8_t *kinds; /* per image page: enum rs_page_kind */
};

struct rs_source_block {
    char *name;
    uint64_t pages;       /* image pages */
    const uint32_t *crcs; /* per image page: CRC-32C, little-endian; those of the first level */
    struct rs_level *levels;
    uint32_t level_count;
};

struct rs_source {
    uint64_t page_bytes;
    struct rs_source_file *files;
    uint32_t file_count;
    struct rs_source_block *blocks;
    uint32_t block_count;
};

/* A page that is not what the image says. */
struct rs_damage {
    uint32_t block;
    uint64_t page;
    const char *path;
    uint64_t offset; /* in that file, in bytes */
    int error;       /* errno of the read; 0: it could be read */
    uint32_t found;  /* checksums */
    uint32_t expected;
    bool written; /* the file is right: somebody wrote to the memory that it was read to */
};

/* What to do about damage: 0 goes on with zeros in its place, else what rs_source_read returns. */
typedef int (*rs_damage_fn)(void *context, const struct rs_damage *damage);

/*
 * Opens a regular file for both ways of reading; its index, or -errno.
 * path: /proc/self/fd/N of whoever has checked the file; name: for messages.
 */
int rs_source_add_file(struct rs_source *source, const char *path, const char *name, bool direct);
/* Adds a block; its index, or -ENOMEM. */
int rs_source_add_block(struct rs_source *source, const char *name, uint64_t pages,
                        const uint32_t *crcs);
/* Says where a block is in one more file: that of the image itself first, then its parents'. */
int rs_source_add_level(struct rs_source *source, uint32_t block, uint32_t file, uint64_t offset,
                        const uint8_t *kinds);
void rs_source_close(struct rs_source *source);

/* Whether a page has content anywhere; if so, in which file it stands, and at which offset. */
bool rs_source_find(const struct rs_source *source, uint32_t block, uint64_t page, uint32_t *file,
                    uint64_t *offset);

/* Whether a page has content: rs_source_find without the place. */
static inline bool rs_source_stored(const struct rs_source *source, uint32_t block, uint64_t page) {
    return source->blocks[block].levels[0].kinds[page] != RS_ZERO;
}

/*
 * Reads pages [first, first + count) of a block to `to`, and checks each. Pages without content
 * become zeros. `direct` wants O_DIRECT: `to` must be page-aligned then. 0, or what `damaged` said,
 * or -EFAULT where the kernel could not write to `to`; guest memory must be guarded besides.
 */
int rs_source_read(const struct rs_source *source, uint32_t block, uint64_t first, uint64_t count,
                   uint8_t *to, bool direct, rs_damage_fn damaged, void *context);

#endif
