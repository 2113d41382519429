/* The file that a snapshot is written to: several writes under way at a time, where it can. */
#ifndef RS_SINK_H
#define RS_SINK_H

#include <linux/aio_abi.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "rs_cache.h"

/* Spans and pieces that one chunk can fall into; see rs_pages_plan. */
#define RS_MOST_SPANS 32
#define RS_MOST_PIECES 1024

/* Memory that goes to one place in the file without a gap. */
struct rs_span {
    uint64_t offset; /* in the file */
    uint64_t bytes;
    uint32_t first_piece;
    uint32_t pieces;
    struct iocb request;
};

/* What is stored of one run of pages. All addresses, lengths and offsets are whole pages. */
struct rs_write {
    uint32_t spans;
    uint32_t pieces;
    uint32_t pending; /* spans under way */
    int error;        /* first errno, 0: none */
    struct rs_span span[RS_MOST_SPANS];
    struct iovec piece[RS_MOST_PIECES];
};

struct rs_sink {
    int fd;
    bool direct;       /* O_DIRECT */
    uint64_t rate;     /* bytes/s, 0: no limit */
    uint64_t due_ns;   /* when the next write may start */
    aio_context_t aio; /* 0: writes are done one by one */
    struct rs_cache cache;
};

/*
 * Opens an empty regular file, and makes it `length` bytes of holes. 0 or -errno.
 * path: /proc/self/fd/N of whoever made the file, for others may have its name by now.
 */
int rs_sink_open(struct rs_sink *sink, const char *path, uint64_t length, bool direct,
                 uint64_t rate);

/* One more descriptor of such a file, for writing alone. The descriptor, or -errno. */
int rs_sink_reopen(const char *path, bool direct);

/* Starts a write, and maybe completes it: look at `pending` and `error`. */
void rs_sink_start(struct rs_sink *sink, struct rs_write *write);

/* Waits up to `timeout_ms` for any write that was started to make progress. */
void rs_sink_reap(struct rs_sink *sink, int timeout_ms);

/*
 * Takes away what writes under way need; they must have completed. The kernel takes tens of ms to
 * destroy it, which is for a thread that nobody waits for.
 */
aio_context_t rs_sink_detach(struct rs_sink *sink);
void rs_sink_destroy(aio_context_t aio);

/* Waits for what is under way, and closes. */
void rs_sink_close(struct rs_sink *sink);

/*
 * Gives a finished file its name, unless that is taken: -EEXIST. 0 or -errno.
 * descriptor: /proc/self/fd/N, so that it is that file which gets it; it may keep the name `from`.
 */
int rs_sink_publish(const char *descriptor, const char *from, const char *to);

#endif
