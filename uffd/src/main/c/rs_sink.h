/* The file that a snapshot is written to. */
#ifndef RS_SINK_H
#define RS_SINK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

struct rs_sink {
    int fd;
    bool direct;     /* O_DIRECT */
    uint64_t rate;   /* bytes/s, 0: no limit */
    uint64_t due_ns; /* when the next write may start */
};

/* Creates a file that must not exist, mode 0600. 0 or -errno. */
int rs_sink_create(struct rs_sink *sink, const char *path, bool direct, uint64_t rate);

/* Writes all of it; addresses, lengths and offset are whole pages. `iov` is used up. 0 or -errno.
 */
int rs_sink_write(struct rs_sink *sink, struct iovec *iov, int count, uint64_t offset);

void rs_sink_close(struct rs_sink *sink);

/* Gives a finished file its name, unless that is taken: -EEXIST. 0 or -errno. */
int rs_sink_publish(const char *from, const char *to);

#endif
