#define _GNU_SOURCE
#include "dead_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_WRITE ((uint32_t)1 << 20)
#define MOST_FILES 16
#define FIRST_FILE 2 /* node numbers: 1 is the folder */

struct file {
    char name[256]; /* "" once it is removed */
    uint64_t size;
};

static struct file files[MOST_FILES];
static _Atomic int *writes_left;
static uint8_t request[MOST_WRITE + 4096];

static void reply(int fd, uint64_t unique, int error, const void *body, size_t bytes) {
    struct fuse_out_header header = {
        .len = (uint32_t)(sizeof header + bytes), .error = -error, .unique = unique};
    struct iovec parts[2] = {{&header, sizeof header}, {(void *)body, bytes}};
    if (writev(fd, parts, bytes ? 2 : 1) < 0) {
        /* Whoever asked has gone: nothing to do. */
    }
}

static struct fuse_attr attributes(uint64_t node) {
    bool folder = node < FIRST_FILE;
    return (struct fuse_attr){
        .ino = node,
        .size = folder ? 0 : files[node - FIRST_FILE].size,
        .mode = folder ? S_IFDIR | 0755 : S_IFREG | 0600,
        .nlink = 1,
        .blksize = 4096,
    };
}

static struct fuse_entry_out entry(uint64_t node) {
    return (struct fuse_entry_out){.nodeid = node, .attr = attributes(node)};
}

/* 0 where there is none. */
static uint64_t node_of(const char *name) {
    for (uint64_t i = 0; i < MOST_FILES; i++)
        if (*name && strcmp(files[i].name, name) == 0)
            return FIRST_FILE + i;
    return 0;
}

static uint64_t add_file(const char *name) {
    static uint64_t next;
    struct file *file = &files[next % MOST_FILES];
    *file = (struct file){.size = 0};
    strncpy(file->name, name, sizeof file->name - 1);
    return FIRST_FILE + next++ % MOST_FILES;
}

static void create(int fd, uint64_t unique, const char *name) {
    struct {
        struct fuse_entry_out entry;
        struct fuse_open_out open;
    } out = {.entry = entry(add_file(name))};
    reply(fd, unique, 0, &out, sizeof out);
}

static void set_attributes(int fd, const struct fuse_in_header *in, const void *body) {
    const struct fuse_setattr_in *wanted = body;
    if (in->nodeid >= FIRST_FILE && (wanted->valid & FATTR_SIZE))
        files[in->nodeid - FIRST_FILE].size = wanted->size;
    struct fuse_attr_out out = {.attr = attributes(in->nodeid)};
    reply(fd, in->unique, 0, &out, sizeof out);
}

static void answer(int fd, const struct fuse_in_header *in, const void *body) {
    switch (in->opcode) {
    case FUSE_INIT: {
        struct fuse_init_out out = {.major = FUSE_KERNEL_VERSION,
                                    .minor = 31,
                                    .flags = FUSE_BIG_WRITES | FUSE_MAX_PAGES,
                                    .max_pages = MOST_WRITE / 4096,
                                    .max_write = MOST_WRITE};
        return reply(fd, in->unique, 0, &out, sizeof out);
    }
    case FUSE_LOOKUP: {
        uint64_t node = node_of(body);
        struct fuse_entry_out out = entry(node ? node : 1);
        return reply(fd, in->unique, node ? 0 : ENOENT, &out, node ? sizeof out : 0);
    }
    case FUSE_GETATTR: {
        struct fuse_attr_out out = {.attr = attributes(in->nodeid)};
        return reply(fd, in->unique, 0, &out, sizeof out);
    }
    case FUSE_SETATTR:
        return set_attributes(fd, in, body);
    case FUSE_CREATE:
        return create(fd, in->unique, (const char *)body + sizeof(struct fuse_create_in));
    case FUSE_OPENDIR: {
        struct fuse_open_out out = {0};
        return reply(fd, in->unique, 0, &out, sizeof out);
    }
    case FUSE_WRITE: {
        if (atomic_fetch_sub(writes_left, 1) == 0)
            raise(SIGSTOP);
        struct fuse_write_out out = {.size = ((const struct fuse_write_in *)body)->size};
        return reply(fd, in->unique, 0, &out, sizeof out);
    }
    case FUSE_UNLINK: {
        uint64_t node = node_of(body);
        if (node)
            *files[node - FIRST_FILE].name = 0;
        return reply(fd, in->unique, node ? 0 : ENOENT, NULL, 0);
    }
    case FUSE_FLUSH:
    case FUSE_RELEASE:
    case FUSE_RELEASEDIR:
    case FUSE_FSYNC:
    case FUSE_ACCESS:
        return reply(fd, in->unique, 0, NULL, 0);
    case FUSE_FORGET: /* these want no answer */
    case FUSE_BATCH_FORGET:
    case FUSE_INTERRUPT:
        return;
    default:
        return reply(fd, in->unique, ENOSYS, NULL, 0);
    }
}

static void serve(int fd) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
        ssize_t got = read(fd, request, sizeof request);
        if (got < 0 && (errno == EINTR || errno == ENOENT || errno == EAGAIN))
            continue;
        if (got < (ssize_t)sizeof(struct fuse_in_header))
            _exit(0); /* it is unmounted */
        answer(fd, (struct fuse_in_header *)request, request + sizeof(struct fuse_in_header));
    }
}

int dead_disk_mount(struct dead_disk *disk, const char *folder) {
    char options[128];
    /* A mount of this program's own, so that none is left however it ends. */
    if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
        return -errno;
    int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    snprintf(options, sizeof options, "fd=%d,rootmode=40755,user_id=0,group_id=0", fd);
    if (mount("ramshot-test", folder, "fuse", MS_NOSUID | MS_NODEV, options)) {
        int error = errno;
        close(fd);
        return -error;
    }
    writes_left =
        mmap(NULL, sizeof *writes_left, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (writes_left == MAP_FAILED)
        return -errno;
    atomic_init(writes_left, -1);
    *disk = (struct dead_disk){.folder = folder, .server = fork(), .writes_left = writes_left};
    if (disk->server == 0)
        serve(fd);
    close(fd);
    return disk->server < 0 ? -errno : 0;
}

static void send_signal(struct dead_disk *disk, int number, int until) {
    int status;
    kill(disk->server, number);
    waitpid(disk->server, &status, until);
}

void dead_disk_stop(struct dead_disk *disk) {
    send_signal(disk, SIGSTOP, WUNTRACED);
}

void dead_disk_stop_after(struct dead_disk *disk, int writes) {
    atomic_store(disk->writes_left, writes);
}

void dead_disk_await_stop(struct dead_disk *disk) {
    int status;
    waitpid(disk->server, &status, WUNTRACED);
}

void dead_disk_resume(struct dead_disk *disk) {
    send_signal(disk, SIGCONT, WCONTINUED);
}

void dead_disk_unmount(struct dead_disk *disk) {
    umount2(disk->folder, MNT_DETACH);
    send_signal(disk, SIGKILL, 0);
}
