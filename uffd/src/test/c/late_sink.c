/*
 * In place of rs_sink: as late and as disordered as a disk may be. A write stays under way until
 * the engine waits, reads its data only then, and overtakes others.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "rs_sink.h"

#define MOST 16

struct late {
    struct rs_sink *sink;
    struct rs_write *write;
};

/* A snapshot that has ended may have some under way while the next one begins. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct late writes[2 * MOST];
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
    write->error = 0;
    write->pending = write->spans != 0;
    pthread_mutex_lock(&lock);
    if (write->pending)
        writes[count++] = (struct late){sink, write};
    pthread_mutex_unlock(&lock);
}

/* Takes one of a sink's, whichever, and says how late it is; NULL where it has none. */
static struct rs_write *take(struct rs_sink *sink, useconds_t *late_us) {
    struct rs_write *write = NULL;
    pthread_mutex_lock(&lock);
    state = state * 6364136223846793005u + 1442695040888963407u;
    *late_us = (useconds_t)(state >> 33) % 500;
    uint32_t first = count ? (uint32_t)(state >> 48) % count : 0;
    for (uint32_t i = 0; i < count && !write; i++) {
        struct late *late = &writes[(first + i) % count];
        if (late->sink == sink) {
            write = late->write;
            *late = writes[--count];
        }
    }
    pthread_mutex_unlock(&lock);
    return write;
}

void rs_sink_reap(struct rs_sink *sink, int timeout_ms) {
    (void)timeout_ms;
    useconds_t late_us;
    struct rs_write *write = take(sink, &late_us);
    if (!write)
        return;
    usleep(late_us);
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
    useconds_t late_us;
    while (take(sink, &late_us)) {
    }
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
