#define _GNU_SOURCE
#include "rs_source.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rs_crc32c.h"
#include "rs_file.h"

/* Makes room for one more of what an array holds; -ENOMEM leaves it as it was. */
static int grow(void **array, uint32_t count, size_t size) {
    void *more = reallocarray(*array, count + 1, size);
    if (!more)
        return -ENOMEM;
    *array = more;
    return 0;
}

int rs_source_add_file(struct rs_source *source, const char *path, const char *name, bool direct) {
    void *files = source->files;
    if (grow(&files, source->file_count, sizeof *source->files))
        return -ENOMEM;
    source->files = files;
    struct rs_source_file file = {.path = strdup(name), .direct = -1};
    if (!file.path)
        return -ENOMEM;
    file.buffered = rs_file_open(path, O_RDONLY);
    if (file.buffered < 0) {
        free(file.path);
        return file.buffered;
    }
    /* A fault wants its own pages and no others, just now. */
    posix_fadvise(file.buffered, 0, 0, POSIX_FADV_RANDOM);
    if (direct)
        file.direct = rs_file_open(path, O_RDONLY | O_DIRECT);
    source->files[source->file_count] = file;
    return (int)source->file_count++;
}

int rs_source_add_block(struct rs_source *source, const char *name, uint64_t pages,
                        const uint32_t *crcs) {
    void *blocks = source->blocks;
    if (grow(&blocks, source->block_count, sizeof *source->blocks))
        return -ENOMEM;
    source->blocks = blocks;
    struct rs_source_block block = {.name = strdup(name), .pages = pages, .crcs = crcs};
    if (!block.name)
        return -ENOMEM;
    source->blocks[source->block_count] = block;
    return (int)source->block_count++;
}

int rs_source_add_level(struct rs_source *source, uint32_t block, uint32_t file, uint64_t offset,
                        const uint8_t *kinds) {
    struct rs_source_block *to = &source->blocks[block];
    void *levels = to->levels;
    if (grow(&levels, to->level_count, sizeof *to->levels))
        return -ENOMEM;
    to->levels = levels;
    to->levels[to->level_count++] = (struct rs_level){file, offset, kinds};
    return 0;
}

void rs_source_close(struct rs_source *source) {
    for (uint32_t i = 0; i < source->file_count; i++) {
        close(source->files[i].buffered);
        if (source->files[i].direct >= 0)
            close(source->files[i].direct);
        free(source->files[i].path);
    }
    for (uint32_t i = 0; i < source->block_count; i++) {
        free(source->blocks[i].name);
        free(source->blocks[i].levels);
    }
    free(source->files);
    free(source->blocks);
    *source = (struct rs_source){.page_bytes = source->page_bytes};
}

bool rs_source_find(const struct rs_source *source, uint32_t block, uint64_t page, uint32_t *file,
                    uint64_t *offset) {
    const struct rs_source_block *of = &source->blocks[block];
    for (uint32_t i = 0; i < of->level_count; i++) {
        const struct rs_level *level = &of->levels[i];
        if (level->kinds[page] == RS_ZERO)
            return false;
        *file = level->file;
        *offset = level->offset + page * source->page_bytes;
        if (level->kinds[page] == RS_STORED)
            return true;
    }
    /* Nobody has it, which the checksum will say: Java has followed the chain, so it cannot be. */
    return of->level_count > 0;
}

/* Reads it all; 0, or -errno, where an early end is -ENODATA. */
static int read_fully(int fd, uint8_t *to, uint64_t length, uint64_t offset) {
    while (length > 0) {
        ssize_t got = pread(fd, to, length, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? -errno : -ENODATA;
        to += got;
        offset += (uint64_t)got;
        length -= (uint64_t)got;
    }
    return 0;
}

/* Some reads by O_DIRECT end within a page, or are refused; the other way takes them all. */
static int read_run(const struct rs_source_file *file, uint8_t *to, uint64_t length,
                    uint64_t offset, bool direct) {
    if (direct && file->direct >= 0 && read_fully(file->direct, to, length, offset) == 0)
        return 0;
    return read_fully(file->buffered, to, length, offset);
}

/*
 * Whether a page of a file is as it should be, read to memory that is nobody else's. By mmap, for
 * threads that serve allocate nothing.
 */
static bool is_right(const struct rs_source *source, uint32_t file, uint64_t offset,
                     uint32_t expected) {
    uint64_t bytes = source->page_bytes;
    uint8_t *own = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (own == MAP_FAILED)
        return false;
    bool right = read_fully(source->files[file].buffered, own, bytes, offset) == 0 &&
                 rs_crc32c(own, bytes) == expected;
    munmap(own, bytes);
    return right;
}

/* Checks a page; one that fails gets a second chance, by the other way of reading. */
static int check(const struct rs_source *source, uint32_t block, uint64_t page, uint8_t *at,
                 rs_damage_fn damaged, void *context, int unread) {
    uint32_t expected = le32toh(source->blocks[block].crcs[page]);
    uint32_t found = unread ? 0 : rs_crc32c(at, source->page_bytes);
    if (!unread && found == expected)
        return 0;
    uint32_t file = 0;
    uint64_t offset = 0;
    rs_source_find(source, block, page, &file, &offset);
    int error = read_fully(source->files[file].buffered, at, source->page_bytes, offset);
    if (error == -EFAULT)
        return error; /* it is memory that fails, not the file */
    if (!error) {
        found = rs_crc32c(at, source->page_bytes);
        if (found == expected)
            return 0;
    }
    struct rs_damage damage = {
        .block = block,
        .page = page,
        .path = source->files[file].path,
        .offset = offset,
        .error = -error,
        .found = found,
        .expected = expected,
        .written = !error && is_right(source, file, offset, expected),
    };
    memset(at, 0, source->page_bytes);
    return damaged(context, &damage);
}

int rs_source_read(const struct rs_source *source, uint32_t block, uint64_t first, uint64_t count,
                   uint8_t *to, bool direct, rs_damage_fn damaged, void *context) {
    uint64_t bytes = source->page_bytes, past = first + count, page = first;
    while (page < past) {
        uint32_t file, other;
        uint64_t offset, at;
        uint8_t *start = to + (page - first) * bytes;
        if (!rs_source_find(source, block, page, &file, &offset)) {
            memset(start, 0, bytes);
            page++;
            continue;
        }
        /*
         * One read as far as the same file goes on, over pages without content as well, which are
         * holes: many small reads would take longer.
         */
        uint64_t end = page + 1;
        for (uint64_t next = end; next < past; next++) {
            if (!rs_source_find(source, block, next, &other, &at))
                continue;
            if (other != file)
                break;
            end = next + 1;
        }
        int unread = read_run(&source->files[file], start, (end - page) * bytes, offset, direct);
        if (unread == -EFAULT)
            return unread;
        for (; page < end; page++, start += bytes) {
            if (!rs_source_stored(source, block, page)) {
                memset(start, 0, bytes); /* whatever the file has in its holes */
                continue;
            }
            int result = check(source, block, page, start, damaged, context, unread);
            if (result)
                return result;
        }
    }
    return 0;
}
