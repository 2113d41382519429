/* What else there is to get a file into memory, and the page cache that decides how long it takes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "rb_api.h"
#include "rb_clock.h"

#define PLAIN_BYTES ((uint64_t)1 << 20)
#define PAGE_BYTES 4096

struct load {
    int fd;
    uint64_t offset;
    uint64_t bytes;
    uint64_t address;
    uint64_t next; /* first byte that no read was started for */
    int again;     /* memory is `depth` reads long, and used again and again */
};

/* Reads what stands at `at` of the part that is loaded; 0 or -errno. */
static int finish(const struct load *load, char *to, uint64_t at, uint64_t length) {
    while (length > 0) {
        ssize_t got = pread(load->fd, to, length, (off_t)(load->offset + at));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? -errno : -EIO;
        to += got;
        at += (uint64_t)got;
        length -= (uint64_t)got;
    }
    return 0;
}

static int read_plain(const struct load *load) {
    for (uint64_t at = 0; at < load->bytes; at += PLAIN_BYTES) {
        uint64_t left = load->bytes - at;
        int error =
            finish(load, (char *)(load->address + at), at, left < PLAIN_BYTES ? left : PLAIN_BYTES);
        if (error)
            return error;
    }
    return 0;
}

static int submit(struct load *load, aio_context_t aio, struct iocb *request, int slot) {
    uint64_t left = load->bytes - load->next;
    uint64_t to = load->again ? (uint64_t)slot * RB_WRITE_BYTES : load->next;
    *request = (struct iocb){
        .aio_lio_opcode = IOCB_CMD_PREAD,
        .aio_fildes = (uint32_t)load->fd,
        .aio_buf = load->address + to,
        .aio_nbytes = left < RB_WRITE_BYTES ? left : RB_WRITE_BYTES,
        .aio_offset = (int64_t)(load->offset + load->next),
    };
    if (syscall(SYS_io_submit, aio, 1, &request) != 1)
        return -errno;
    load->next += request->aio_nbytes;
    return 0;
}

/* What a read left over, which is rare. 0 or -errno. */
static int complete(const struct load *load, const struct io_event *event) {
    const struct iocb *request = (const struct iocb *)(uintptr_t)event->obj;
    if (event->res < 0)
        return (int)event->res;
    uint64_t got = (uint64_t)event->res;
    return finish(load, (char *)(uintptr_t)request->aio_buf + got,
                  (uint64_t)request->aio_offset - load->offset + got, request->aio_nbytes - got);
}

static int read_in_flight(struct load *load, aio_context_t aio, int depth) {
    struct iocb requests[RB_MOST_DEPTH];
    int idle[RB_MOST_DEPTH];
    int idle_count = 0;
    int error = 0;
    while (idle_count < depth) {
        idle[idle_count] = idle_count;
        idle_count++;
    }
    while (idle_count < depth || (!error && load->next < load->bytes)) {
        while (!error && idle_count > 0 && load->next < load->bytes) {
            int slot = idle[idle_count - 1];
            error = submit(load, aio, &requests[slot], slot);
            if (!error)
                idle_count--;
        }
        if (idle_count == depth)
            break;
        struct io_event events[RB_MOST_DEPTH];
        long count = syscall(SYS_io_getevents, aio, 1, RB_MOST_DEPTH, events, NULL);
        if (count < 0 && errno != EINTR)
            return -errno;
        for (long i = 0; i < count; i++) {
            idle[idle_count++] = (int)((struct iocb *)(uintptr_t)events[i].obj - requests);
            int result = complete(load, &events[i]);
            if (result && !error)
                error = result;
        }
    }
    return error;
}

static int read_direct(struct load *load, int depth) {
    aio_context_t aio = 0;
    if (syscall(SYS_io_setup, RB_MOST_DEPTH, &aio))
        return -errno;
    int error = read_in_flight(load, aio, depth);
    syscall(SYS_io_destroy, aio);
    return error;
}

int rb_load(const char *path, uint64_t offset, uint64_t address, uint64_t bytes, int way, int depth,
            int64_t *out) {
    int64_t start = rb_now();
    int fd = open(path, O_RDONLY | O_CLOEXEC | (way == RB_LOAD_PLAIN ? 0 : O_DIRECT));
    if (fd < 0)
        return -errno;
    struct load load = {.fd = fd, .offset = offset, .bytes = bytes, .address = address};
    load.again = way == RB_LOAD_DISK;
    if (depth < 1 || depth > RB_MOST_DEPTH)
        depth = depth < 1 ? 1 : RB_MOST_DEPTH;
    int error = way == RB_LOAD_PLAIN ? read_plain(&load) : read_direct(&load, depth);
    close(fd);
    out[0] = rb_now() - start;
    return error;
}

int64_t rb_load_map(const char *path, uint64_t offset, uint64_t bytes) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    void *mapped =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, fd, (off_t)offset);
    int error = errno;
    close(fd);
    return mapped == MAP_FAILED ? -error : (int64_t)(uintptr_t)mapped;
}

int rb_cache_drop(const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int error = fsync(fd) ? errno : posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    close(fd);
    return -error;
}

int rb_cache_fill(const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *buffer = malloc(PLAIN_BYTES);
    ssize_t got = buffer ? 1 : -1;
    while (fd >= 0 && got > 0)
        got = read(fd, buffer, PLAIN_BYTES);
    int error = fd < 0 || got < 0 ? errno : 0;
    free(buffer);
    if (fd >= 0)
        close(fd);
    return -error;
}

static int64_t held(int fd, size_t length) {
    size_t pages = (length + PAGE_BYTES - 1) / PAGE_BYTES;
    void *mapped = mmap(NULL, length, PROT_READ, MAP_SHARED, fd, 0);
    if (mapped == MAP_FAILED)
        return -errno;
    int64_t result = -ENOMEM;
    unsigned char *map = malloc(pages);
    if (map) {
        result = mincore(mapped, length, map) ? -errno : 0;
        for (size_t i = 0; result >= 0 && i < pages; i++)
            result += map[i] & 1 ? PAGE_BYTES : 0;
    }
    free(map);
    munmap(mapped, length);
    return result;
}

int64_t rb_cache_held(const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    struct stat stat;
    int64_t result = fstat(fd, &stat) ? -errno : 0;
    if (!result && stat.st_size > 0)
        result = held(fd, (size_t)stat.st_size);
    close(fd);
    return result;
}
