#define _GNU_SOURCE
#include "rs_cache.h"

#include <errno.h>
#include <fcntl.h>

int rs_cache_wrote(struct rs_cache *cache, int fd, uint64_t bytes) {
    cache->written += bytes;
    if (!cache->limit || cache->written < cache->limit / 2)
        return 0;
    cache->written = 0;
    /* Half of it goes to the disk while the other half fills. */
    if (sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE))
        return errno == ESPIPE || errno == EINVAL || errno == ENOSYS ? 0 : errno;
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED); /* best effort, of clean pages */
    return 0;
}
