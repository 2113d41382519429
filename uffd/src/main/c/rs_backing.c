#define _GNU_SOURCE
#include "rs_backing.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

/* One line of /proc/self/maps. */
struct mapping {
    uint64_t start;
    uint64_t end;
    uint64_t offset; /* in the file */
    uint64_t inode;  /* 0: no file */
    unsigned major;
    unsigned minor;
    bool writable;
    bool shared;
    char name[PATH_MAX];
};

int rs_backing_open(void) {
    return inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
}

static bool parse(const char *line, struct mapping *mapping) {
    char access[8];
    int name = 0;
    if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s %" SCNx64 " %x:%x %" SCNu64 " %n",
               &mapping->start, &mapping->end, access, &mapping->offset, &mapping->major,
               &mapping->minor, &mapping->inode, &name) < 7)
        return false;
    mapping->writable = access[1] == 'w';
    mapping->shared = access[3] == 's';
    snprintf(mapping->name, sizeof mapping->name, "%.*s", (int)strcspn(line + name, "\n"),
             line + name);
    return true;
}

typedef int (*mapping_fn)(void *context, const struct mapping *mapping);

/* Calls `fn` for each mapping of a file; a result other than 0 ends it and is returned. */
static int each_mapping(mapping_fn fn, void *context) {
    FILE *maps = fopen("/proc/self/maps", "re");
    if (!maps)
        return 0; /* the pagemap, without which nothing works, says that /proc is missing */
    struct mapping mapping;
    char *line = NULL;
    size_t room = 0;
    int result = 0;
    while (!result && getline(&line, &room, maps) > 0)
        if (parse(line, &mapping) && mapping.inode)
            result = fn(context, &mapping);
    free(line);
    fclose(maps);
    return result;
}

struct watch {
    int fd;
    uint64_t start;
    uint64_t end;
    const struct mapping *block; /* a mapping that lies in [start, end) */
};

static bool in_block(const struct watch *watch, const struct mapping *mapping) {
    return mapping->start < watch->end && mapping->end > watch->start;
}

/* Whether a mapping leads to the same bytes of the file from elsewhere. */
static int find_alias(void *context, const struct mapping *other) {
    const struct watch *watch = context;
    const struct mapping *block = watch->block;
    if (other->inode != block->inode || other->major != block->major ||
        other->minor != block->minor || !other->shared || !other->writable)
        return 0;
    uint64_t from = block->start > watch->start ? block->start : watch->start;
    uint64_t to = block->end < watch->end ? block->end : watch->end;
    uint64_t first = block->offset + (from - block->start);
    uint64_t past = first + (to - from);
    /* The part of a mapping that is the block itself counts for nothing. */
    if (other->start == block->start)
        return 0;
    uint64_t other_past = other->offset + (other->end - other->start);
    return other->offset < past && first < other_past ? -EADDRINUSE : 0;
}

static bool is_file(const char *name, const struct mapping *mapping) {
    struct stat file;
    /* Not the device: btrfs and overlayfs show another one in maps. */
    return stat(name, &file) == 0 && file.st_ino == mapping->inode;
}

static int watch_mapping(void *context, const struct mapping *mapping) {
    struct watch *watch = context;
    if (!in_block(watch, mapping))
        return 0;
    /* By the kernel's own link, which leads to a deleted file, too, but needs a capability. */
    char link[64];
    snprintf(link, sizeof link, "/proc/self/map_files/%" PRIx64 "-%" PRIx64, mapping->start,
             mapping->end);
    if (watch->fd >= 0 && inotify_add_watch(watch->fd, link, IN_MODIFY) < 0 &&
        is_file(mapping->name, mapping))
        inotify_add_watch(watch->fd, mapping->name, IN_MODIFY);
    struct watch alias = *watch;
    alias.block = mapping;
    return each_mapping(find_alias, &alias);
}

int rs_backing_watch(int fd, uint64_t start, uint64_t end) {
    struct watch watch = {.fd = fd, .start = start, .end = end};
    return each_mapping(watch_mapping, &watch);
}

int rs_backing_modified(int fd) {
    /* Nothing but modifications was asked for; an overflow of the queue means many of them. */
    struct inotify_event event; /* of a file: no name follows */
    while (fd >= 0 && read(fd, &event, sizeof event) > 0)
        if (event.mask & (IN_MODIFY | IN_Q_OVERFLOW))
            return 1;
    return 0;
}
