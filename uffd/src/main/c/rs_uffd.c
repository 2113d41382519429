#define _GNU_SOURCE
#include "rs_uffd.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

struct rs_uffdio_move { /* Linux 6.8 */
    uint64_t dst;
    uint64_t src;
    uint64_t len;
    uint64_t mode;
    int64_t move;
};
#define RS_UFFDIO_MOVE _IOWR(UFFDIO, 0x05, struct rs_uffdio_move)

#ifndef USERFAULTFD_IOC_NEW /* Linux 6.1 */
#define USERFAULTFD_IOC_NEW _IO(0xAA, 0x00)
#endif

int rs_uffd_open(void) {
    int flags = O_CLOEXEC | O_NONBLOCK;
    int device = open("/dev/userfaultfd", O_RDWR | O_CLOEXEC);
    if (device >= 0) {
        int fd = ioctl(device, USERFAULTFD_IOC_NEW, flags);
        int error = errno;
        close(device);
        if (fd >= 0)
            return fd;
        if (error == EMFILE || error == ENFILE || error == ENOMEM)
            return -error;
    }
    long fd = syscall(SYS_userfaultfd, flags);
    return fd < 0 ? -errno : (int)fd;
}

int rs_uffd_negotiate(int fd, uint64_t features) {
    struct uffdio_api api = {.api = UFFD_API, .features = features};
    if (ioctl(fd, UFFDIO_API, &api))
        return -errno;
    return (api.features & features) == features ? 0 : -EINVAL;
}

int rs_uffd_features(uint64_t *features) {
    int fd = rs_uffd_open();
    if (fd < 0)
        return fd;
    struct uffdio_api api = {.api = UFFD_API};
    int result = ioctl(fd, UFFDIO_API, &api) ? -errno : 0;
    *features = api.features;
    close(fd);
    return result;
}

int rs_uffd_register(int fd, uint64_t start, uint64_t length) {
    struct uffdio_register args = {
        .range = {.start = start, .len = length},
        .mode = UFFDIO_REGISTER_MODE_WP,
    };
    if (ioctl(fd, UFFDIO_REGISTER, &args))
        return -errno;
    if (args.ioctls & ((uint64_t)1 << _UFFDIO_WRITEPROTECT))
        return 0;
    rs_uffd_unregister(fd, start, length);
    return -EINVAL;
}

int rs_uffd_register_missing(int fd, uint64_t start, uint64_t length) {
    struct uffdio_register args = {
        .range = {.start = start, .len = length},
        .mode = UFFDIO_REGISTER_MODE_MISSING,
    };
    uint64_t needed = (uint64_t)1 << _UFFDIO_COPY | (uint64_t)1 << _UFFDIO_ZEROPAGE;
    if (ioctl(fd, UFFDIO_REGISTER, &args))
        return -errno;
    if ((args.ioctls & needed) == needed)
        return 0;
    rs_uffd_unregister(fd, start, length);
    return -EINVAL;
}

int rs_uffd_unregister(int fd, uint64_t start, uint64_t length) {
    struct uffdio_range range = {.start = start, .len = length};
    return ioctl(fd, UFFDIO_UNREGISTER, &range) ? -errno : 0;
}

static int write_protect(int fd, uint64_t start, uint64_t length, uint64_t mode) {
    struct uffdio_writeprotect args = {
        .range = {.start = start, .len = length},
        .mode = mode,
    };
    while (ioctl(fd, UFFDIO_WRITEPROTECT, &args)) {
        if (errno != EINTR)
            return -errno;
    }
    return 0;
}

int rs_uffd_protect(int fd, uint64_t start, uint64_t length) {
    return write_protect(fd, start, length, UFFDIO_WRITEPROTECT_MODE_WP);
}

int rs_uffd_unprotect(int fd, uint64_t start, uint64_t length) {
    return write_protect(fd, start, length, 0);
}

int rs_uffd_wake(int fd, uint64_t start, uint64_t length) {
    struct uffdio_range range = {.start = start, .len = length};
    return ioctl(fd, UFFDIO_WAKE, &range) ? -errno : 0;
}

/* What an ioctl that may stop midway has done. */
static int64_t filled(int result, int64_t bytes) {
    if (result == 0 || bytes > 0)
        return bytes;
    return errno == EINTR ? -EAGAIN : -errno;
}

int64_t rs_uffd_copy(int fd, uint64_t to, const void *from, uint64_t length) {
    struct uffdio_copy args = {.dst = to, .src = (uint64_t)from, .len = length};
    int result = ioctl(fd, UFFDIO_COPY, &args);
    return filled(result, args.copy);
}

int64_t rs_uffd_zero(int fd, uint64_t to, uint64_t length) {
    struct uffdio_zeropage args = {.range = {.start = to, .len = length}};
    int result = ioctl(fd, UFFDIO_ZEROPAGE, &args);
    return filled(result, args.zeropage);
}

int64_t rs_uffd_move(int fd, uint64_t to, uint64_t from, uint64_t length) {
    struct rs_uffdio_move args = {.dst = to, .src = from, .len = length};
    int result = ioctl(fd, RS_UFFDIO_MOVE, &args);
    return filled(result, args.move);
}
