/*
 * In place of rs_sink: as late and as disordered as a disk may be. A write stays under way until
 * the engine waits, reads its data only then, and overtakes others.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "rs_sink.h"

#define MOST 16

/* One snapshot at a time. */
static struct rs_write *writes[MOST];
static uint32_t count;
static uint64_t state = 1;

int rs_sink_open(struct rs_sink *sink, const char *path, uint64_t length, bool direct,
                 uint64_t rate) {
    (void)direct;
    *sink = (struct rs_sink){.rate = rate};
    sink->fd = open(path, O_RDWR | O_CLOEXEC);
    return sink->fd < 0 || ftruncate(sink->fd, (off_t)length) ? -errno : 0;
}

void rs_sink_start(struct rs_sink *sink, struct rs_write *write) {
    (void)sink;
    write->error = 0;
    write->pending = write->spans != 0;
    if (write->pending)
        writes[count++] = write;
}

void rs_sink_reap(struct rs_sink *sink, int timeout_ms) {
    (void)timeout_ms;
    if (!count)
        return;
    state = state * 6364136223846793005u + 1442695040888963407u;
    usleep((useconds_t)(state >> 33) % 500);
    uint32_t at = (uint32_t)(state >> 48) % count;
    struct rs_write *write = writes[at];
    writes[at] = writes[--count];
    for (uint32_t i = 0; i < write->spans; i++) {
        struct rs_span *span = &write->span[i];
        ssize_t done = pwritev(sink->fd, &write->piece[span->first_piece], (int)span->pieces,
                               (off_t)span->offset);
        if (done != (ssize_t)span->bytes)
            write->error = done < 0 ? errno : EFAULT; /* up to memory that may not be read */
    }
    write->pending = 0;
}

aio_context_t rs_sink_detach(struct rs_sink *sink) {
    return sink->aio;
}

void rs_sink_destroy(aio_context_t aio) {
    (void)aio;
}

void rs_sink_close(struct rs_sink *sink) {
    if (sink->fd >= 0)
        close(sink->fd);
    sink->fd = -1;
}

int rs_sink_reopen(const char *path, bool direct) {
    (void)direct;
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

int rs_sink_publish(const char *descriptor, const char *from, const char *to) {
    (void)descriptor;
    return rename(from, to) ? -errno : 0;
}
