#define _GNU_SOURCE
#include "rs_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "rs_clock.h"

int rs_sink_create(struct rs_sink *sink, const char *path, bool direct, uint64_t rate) {
    int flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
    int fd = direct ? open(path, flags | O_DIRECT, 0600) : -1;
    if (fd < 0 && direct && errno == EINVAL)
        unlink(path); /* some file systems create the file first and refuse O_DIRECT then */
    if (fd < 0 && (!direct || errno == EINVAL)) {
        direct = false;
        fd = open(path, flags, 0600);
    }
    if (fd < 0)
        return -errno;
    *sink = (struct rs_sink){.fd = fd, .direct = direct, .rate = rate};
    return 0;
}

static int leave_direct(struct rs_sink *sink) {
    int flags = fcntl(sink->fd, F_GETFL);
    if (flags < 0 || fcntl(sink->fd, F_SETFL, flags & ~O_DIRECT))
        return -errno;
    sink->direct = false;
    return 0;
}

/* Drops `bytes` from the front. */
static void advance(struct iovec **iov, int *count, size_t bytes) {
    while (*count > 0 && bytes >= (*iov)->iov_len) {
        bytes -= (*iov)->iov_len;
        ++*iov;
        --*count;
    }
    if (bytes) {
        (*iov)->iov_base = (char *)(*iov)->iov_base + bytes;
        (*iov)->iov_len -= bytes;
    }
}

int rs_sink_write(struct rs_sink *sink, struct iovec *iov, int count, uint64_t offset) {
    while (count > 0) {
        ssize_t written = pwritev(sink->fd, iov, count < IOV_MAX ? count : IOV_MAX, (off_t)offset);
        if (written < 0) {
            if (errno == EINTR)
                continue;
            if (errno == EINVAL && sink->direct && leave_direct(sink) == 0)
                continue;
            return -errno;
        }
        if (written == 0)
            return -EIO;
        if (sink->rate) {
            uint64_t now = rs_now();
            uint64_t from = sink->due_ns > now ? sink->due_ns : now;
            sink->due_ns = from + (uint64_t)written * 1000000000u / sink->rate;
        }
        offset += (uint64_t)written;
        advance(&iov, &count, (size_t)written);
    }
    return 0;
}

void rs_sink_close(struct rs_sink *sink) {
    if (sink->fd >= 0)
        close(sink->fd);
    sink->fd = -1;
}

int rs_sink_publish(const char *from, const char *to) {
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -errno;
    /* A file system without RENAME_NOREPLACE (NFS): a hard link refuses a taken name as well. */
    if (link(from, to))
        return -errno;
    return unlink(from) ? -errno : 0;
}
