/*
 * A file that one process at a time holds locked. The lock is one of the open file description
 * (F_OFD_SETLK): POSIX's own are dropped whenever the process closes any descriptor of the file,
 * and do not keep the process itself out.
 */
#define _GNU_SOURCE
#include "rs_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whoever can write to the folder can put another file there: none that is not ours is touched. */
static int check(int fd) {
    struct stat file;
    if (fstat(fd, &file))
        return -errno;
    if (!S_ISREG(file.st_mode))
        return -EINVAL;
    if (file.st_uid != geteuid())
        return -EPERM;
    if (file.st_nlink != 1)
        return -EMLINK;
    return file.st_size > RS_LOCK_LONGEST ? -EFBIG : 0;
}

static int lock(int fd) {
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(fd, F_OFD_SETLK, &whole))
        return errno == EACCES ? -EAGAIN : -errno;
    return 0;
}

/* Only tells others who it is: a full disk must keep nobody from the lock. */
static void note(int fd, const char *text) {
    ssize_t length = pwrite(fd, text, strlen(text), 0);
    if (length >= 0 && ftruncate(fd, length))
        return;
}

int rs_lock_take(const char *path, const char *text, char *owner, uint64_t room) {
    /* Not blocking: it may be a FIFO. */
    int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
    int fd = open(path, flags, 0600);
    if (fd < 0)
        return -errno;
    int result = check(fd);
    if (!result)
        result = lock(fd);
    if (!result) {
        note(fd, text);
        return fd;
    }
    if (result == -EAGAIN) {
        ssize_t length = pread(fd, owner, room - 1, 0);
        owner[length < 0 ? 0 : length] = 0;
    }
    close(fd);
    return result;
}

void rs_lock_release(int fd) {
    close(fd);
}
