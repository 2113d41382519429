#ifndef RS_LOCK_H
#define RS_LOCK_H

#include <stdint.h>

#include "rs_snapshot.h"

/* A file that is longer, in bytes, is no lock. */
#define RS_LOCK_LONGEST 512

/*
 * Locks the file `path`, which is made with mode 0600 if it does not exist, and writes `text` to
 * it. Returns a descriptor, for rs_lock_release; or -errno, of which
 *   -EAGAIN  somebody else holds it, in this process or another: `owner`, of `room` bytes, gets
 *            what he has written, with a zero behind it
 *   -ELOOP   it is a symbolic link
 *   -EINVAL  it is no regular file
 *   -EPERM   it belongs to another user
 *   -EMLINK  it has other names
 *   -EFBIG   it holds something else
 * and then nothing has been written to it.
 */
RS_EXPORT int rs_lock_take(const char *path, const char *text, char *owner, uint64_t room);

/* Lets the lock go, and leaves the file. */
RS_EXPORT void rs_lock_release(int fd);

#endif
