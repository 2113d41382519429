/*
 * A disk that a test can stop dead: a FUSE file system of one process that forgets what is written
 * to it. Once stopped it answers nothing at all, and whoever writes to it hangs in the kernel.
 */
#ifndef DEAD_DISK_H
#define DEAD_DISK_H

#include <stdatomic.h>
#include <sys/types.h>

struct dead_disk {
    const char *folder;
    pid_t server;
    _Atomic int *writes_left; /* shared with the server: it stops instead of answering the last */
};

/* Mounts it on `folder`, which must be there. 0, or -errno where FUSE cannot be had. */
int dead_disk_mount(struct dead_disk *disk, const char *folder);

void dead_disk_stop(struct dead_disk *disk);

/* It will stop by itself instead of answering a write, after so many that it answers. */
void dead_disk_stop_after(struct dead_disk *disk, int writes);
void dead_disk_await_stop(struct dead_disk *disk);

void dead_disk_resume(struct dead_disk *disk);
void dead_disk_unmount(struct dead_disk *disk);

#endif
