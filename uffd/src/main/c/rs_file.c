#define _GNU_SOURCE
#include "rs_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int rs_file_open(const char *path, int flags) {
    struct stat file;
    int fd = open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return -errno;
    if (fstat(fd, &file) || !S_ISREG(file.st_mode) || fcntl(fd, F_SETFL, flags)) {
        close(fd);
        return -EINVAL;
    }
    return fd;
}
