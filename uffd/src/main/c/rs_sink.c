#define _GNU_SOURCE
#include "rs_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "rs_clock.h"
#include "rs_file.h"

/* Spans of four chunks; more are not seen at a time. */
#define MOST_EVENTS (4 * RS_MOST_SPANS)

int rs_sink_reopen(const char *path, bool direct) {
    return rs_file_open(path, direct ? O_WRONLY | O_DIRECT : O_WRONLY);
}

int rs_sink_open(struct rs_sink *sink, const char *path, uint64_t length, bool direct,
                 uint64_t rate) {
    int fd = direct ? rs_file_open(path, O_RDWR | O_DIRECT) : -EINVAL;
    if (fd == -EINVAL) {
        direct = false;
        fd = rs_file_open(path, O_RDWR);
    }
    if (fd < 0)
        return fd;
    /* A write that lengthens a file waits for the one before it. */
    if (ftruncate(fd, (off_t)length)) {
        int error = errno;
        close(fd);
        return -error;
    }
    *sink = (struct rs_sink){.fd = fd, .direct = direct, .rate = rate};
    if (direct && syscall(SYS_io_setup, MOST_EVENTS, &sink->aio))
        sink->aio = 0; /* the system's limit is used up: one by one does it as well */
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
static void advance(struct iovec **iov, uint32_t *count, uint64_t bytes) {
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

/* Writes a span, of which `done` bytes are written, to the end. 0 or errno. */
static int complete(struct rs_sink *sink, struct rs_write *write, struct rs_span *span,
                    uint64_t done) {
    struct iovec *iov = &write->piece[span->first_piece];
    uint32_t count = span->pieces;
    advance(&iov, &count, done);
    while (count > 0) {
        ssize_t written = pwritev(sink->fd, iov, (int)count, (off_t)(span->offset + done));
        if (written < 0) {
            if (errno == EINTR)
                continue;
            if (errno == EINVAL && sink->direct && leave_direct(sink) == 0)
                continue;
            return errno;
        }
        if (written == 0)
            return EIO;
        done += (uint64_t)written;
        int error = sink->direct ? 0 : rs_cache_wrote(&sink->cache, sink->fd, (uint64_t)written);
        if (error)
            return error;
        advance(&iov, &count, (uint64_t)written);
    }
    return 0;
}

static bool start_async(struct rs_sink *sink, struct rs_write *write, struct rs_span *span) {
    if (!sink->aio || !sink->direct)
        return false;
    span->request = (struct iocb){
        .aio_data = (uint64_t)(uintptr_t)write,
        .aio_lio_opcode = IOCB_CMD_PWRITEV,
        .aio_fildes = (uint32_t)sink->fd,
        .aio_buf = (uint64_t)(uintptr_t)&write->piece[span->first_piece],
        .aio_nbytes = span->pieces,
        .aio_offset = (int64_t)span->offset,
    };
    struct iocb *request = &span->request;
    return syscall(SYS_io_submit, sink->aio, 1, &request) == 1;
}

static void charge(struct rs_sink *sink, uint64_t bytes) {
    if (!sink->rate)
        return;
    uint64_t now = rs_now();
    uint64_t from = sink->due_ns > now ? sink->due_ns : now;
    sink->due_ns = from + (uint64_t)((double)bytes * 1e9 / (double)sink->rate);
}

void rs_sink_start(struct rs_sink *sink, struct rs_write *write) {
    write->pending = 0;
    write->error = 0;
    for (uint32_t i = 0; i < write->spans && !write->error; i++) {
        struct rs_span *span = &write->span[i];
        if (start_async(sink, write, span))
            write->pending++;
        else
            write->error = complete(sink, write, span, 0);
        charge(sink, span->bytes);
    }
}

void rs_sink_reap(struct rs_sink *sink, int timeout_ms) {
    struct io_event events[MOST_EVENTS];
    struct timespec timeout = {.tv_sec = timeout_ms / 1000,
                               .tv_nsec = (long)(timeout_ms % 1000) * 1000000};
    if (!sink->aio) {
        nanosleep(&timeout, NULL); /* nothing is under way: the caller has nothing to do */
        return;
    }
    long count = syscall(SYS_io_getevents, sink->aio, 1, MOST_EVENTS, events, &timeout);
    for (long i = 0; i < count; i++) {
        struct rs_write *write = (struct rs_write *)(uintptr_t)events[i].data;
        struct rs_span *span = (struct rs_span *)((uintptr_t)events[i].obj -
                                                  __builtin_offsetof(struct rs_span, request));
        int64_t result = events[i].res;
        if (result == -EINVAL || (result >= 0 && (uint64_t)result < span->bytes))
            result = -complete(sink, write, span, result < 0 ? 0 : (uint64_t)result);
        if (result < 0 && !write->error)
            write->error = (int)-result;
        write->pending--;
    }
}

aio_context_t rs_sink_detach(struct rs_sink *sink) {
    aio_context_t aio = sink->aio;
    sink->aio = 0;
    return aio;
}

void rs_sink_destroy(aio_context_t aio) {
    if (aio)
        syscall(SYS_io_destroy, aio);
}

void rs_sink_close(struct rs_sink *sink) {
    rs_sink_destroy(rs_sink_detach(sink));
    if (sink->fd >= 0)
        close(sink->fd);
    sink->fd = -1;
}

int rs_sink_publish(const char *descriptor, const char *from, const char *to) {
    if (linkat(AT_FDCWD, descriptor, AT_FDCWD, to, AT_SYMLINK_FOLLOW) == 0)
        return 0;
    if (errno == EEXIST)
        return -EEXIST;
    /* A file system without hard links. */
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) ? -errno : 0;
}
