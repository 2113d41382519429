/* The best way to write memory to a file that we know, for every contender but ramshot. */
#define _GNU_SOURCE
#include "rb_save.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "rb_clock.h"

struct save {
    int fd;
    uint64_t address;
    uint64_t bytes;
    int depth;
    char *bounce;     /* `depth` buffers to write from, or NULL to write from memory itself */
    int64_t rate;     /* bytes a second, 0: no limit */
    int64_t due;      /* when the next write may start */
    uint64_t next;    /* first byte that no write was started for */
    uint64_t written; /* bytes that are written */
};

/* Returns a descriptor or -errno. */
static int create(const char *path, int64_t *direct) {
    int flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC;
    int fd = open(path, flags | O_DIRECT, 0600);
    *direct = fd >= 0;
    if (fd < 0 && errno == EINVAL) {
        unlink(path); /* some file systems create the file first and refuse then */
        fd = open(path, flags, 0600);
    }
    return fd < 0 ? -errno : fd;
}

static uint64_t length_at(const struct save *save, uint64_t offset) {
    uint64_t left = save->bytes - offset;
    return left < RB_WRITE_BYTES ? left : RB_WRITE_BYTES;
}

static void pace(struct save *save, uint64_t bytes) {
    if (!save->rate)
        return;
    int64_t now = rb_now();
    if (save->due > now)
        rb_sleep_until(save->due);
    int64_t from = save->due > now ? save->due : now;
    save->due = from + (int64_t)((double)bytes * 1e9 / (double)save->rate);
}

/* Where a write's bytes are. */
static const char *source(struct save *save, int buffer, uint64_t length) {
    const char *memory = (const char *)(save->address + save->next);
    if (!save->bounce)
        return memory;
    return memcpy(save->bounce + (uint64_t)buffer * RB_WRITE_BYTES, memory, length);
}

/* The rest of a write of which `done` bytes are written. 0 or -errno. */
static int finish(struct save *save, const char *from, uint64_t offset, uint64_t done) {
    uint64_t length = length_at(save, offset);
    while (done < length) {
        ssize_t written = pwrite(save->fd, from + done, length - done, (off_t)(offset + done));
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return written < 0 ? -errno : -EIO;
        done += (uint64_t)written;
    }
    save->written += length;
    return 0;
}

static int write_one_by_one(struct save *save) {
    for (; save->next < save->bytes; save->next += length_at(save, save->next)) {
        uint64_t length = length_at(save, save->next);
        pace(save, length);
        int error = finish(save, source(save, 0, length), save->next, 0);
        if (error)
            return error;
    }
    return 0;
}

static int submit(struct save *save, aio_context_t aio, struct iocb *request, int buffer) {
    uint64_t length = length_at(save, save->next);
    pace(save, length);
    *request = (struct iocb){
        .aio_lio_opcode = IOCB_CMD_PWRITE,
        .aio_fildes = (uint32_t)save->fd,
        .aio_buf = (uintptr_t)source(save, buffer, length),
        .aio_nbytes = length,
        .aio_offset = (int64_t)save->next,
    };
    if (syscall(SYS_io_submit, aio, 1, &request) != 1)
        return -errno;
    save->next += length;
    return 0;
}

static int write_in_flight(struct save *save, aio_context_t aio) {
    struct iocb requests[RB_MOST_DEPTH];
    struct iocb *idle[RB_MOST_DEPTH];
    int idle_count = save->depth;
    int error = 0;
    for (int i = 0; i < save->depth; i++)
        idle[i] = &requests[i];
    while (idle_count < save->depth || (!error && save->next < save->bytes)) {
        while (!error && idle_count > 0 && save->next < save->bytes) {
            struct iocb *request = idle[idle_count - 1];
            error = submit(save, aio, request, (int)(request - requests));
            if (!error)
                idle_count--;
        }
        if (idle_count == save->depth)
            break;
        struct io_event events[RB_MOST_DEPTH];
        long count = syscall(SYS_io_getevents, aio, 1, RB_MOST_DEPTH, events, NULL);
        if (count < 0 && errno != EINTR)
            return -errno;
        for (long i = 0; i < count; i++) {
            struct iocb *request = (struct iocb *)(uintptr_t)events[i].obj;
            idle[idle_count++] = request;
            int result = events[i].res < 0
                             ? (int)events[i].res
                             : finish(save, (const char *)(uintptr_t)request->aio_buf,
                                      (uint64_t)request->aio_offset, (uint64_t)events[i].res);
            if (result && !error)
                error = result;
        }
    }
    return error;
}

static int write_all(struct save *save) {
    aio_context_t aio = 0;
    if (save->depth < 2 || syscall(SYS_io_setup, RB_MOST_DEPTH, &aio))
        return write_one_by_one(save);
    int error = write_in_flight(save, aio);
    syscall(SYS_io_destroy, aio);
    return error;
}

/* Async-signal-safe: a forked child of a JVM runs it. */
int rb_save_from(const char *path, uint64_t address, uint64_t bytes, int depth, int64_t rate,
                 char *bounce, int64_t *out) {
    int64_t start = rb_now();
    int fd = create(path, &out[RB_SAVE_DIRECT]);
    if (fd < 0)
        return fd;
    struct save save = {.fd = fd, .address = address, .bytes = bytes, .rate = rate};
    save.bounce = bounce;
    save.depth = depth < 1 ? 1 : depth > RB_MOST_DEPTH ? RB_MOST_DEPTH : depth;
    /* A write that lengthens a file waits for the one before it. */
    int error = ftruncate(fd, (off_t)bytes) ? -errno : write_all(&save);
    int64_t written = rb_now();
    struct stat stat;
    if (!error && (fsync(fd) || fstat(fd, &stat)))
        error = -errno;
    if (close(fd) && !error)
        error = -errno;
    if (error)
        return error;
    out[RB_SAVE_WRITE_NS] = written - start;
    out[RB_SAVE_SYNC_NS] = rb_now() - written;
    out[RB_SAVE_BYTES] = stat.st_size;
    out[RB_SAVE_ALLOCATED] = (int64_t)stat.st_blocks * 512;
    return 0;
}

int rb_save(const char *path, uint64_t address, uint64_t bytes, int depth, int64_t rate,
            int64_t *out) {
    return rb_save_from(path, address, bytes, depth, rate, NULL, out);
}
