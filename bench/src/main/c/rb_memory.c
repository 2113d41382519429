/*
 * Extra memory, by one method for all: how far MemAvailable falls while a contender works. A pool,
 * a child's copied pages, page tables and buffers in the kernel all show in it, each once. A thread
 * of its own looks, outside of the JVM, which may be stopped.
 */
#define _GNU_SOURCE
#include "rb_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "rb_api.h"
#include "rb_clock.h"

static struct {
    pthread_t thread;
    int fd;
    int64_t period;
    int64_t start;
    int64_t least;
    atomic_bool stop;
    int running;
} watch;

int rb_memory_open(void) {
    int fd = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static int64_t field(const char *text, const char *name) {
    const char *at = strstr(text, name);
    return at ? strtoll(at + strlen(name), NULL, 10) * 1024 : 0;
}

int64_t rb_memory_left(int fd, bool with_tmpfs) {
    char text[4096];
    ssize_t length = pread(fd, text, sizeof text - 1, 0);
    if (length <= 0)
        return -1;
    text[length] = 0;
    return field(text, "MemAvailable:") + (with_tmpfs ? field(text, "\nShmem:") : 0);
}

static void *look(void *unused) {
    (void)unused;
    int64_t due = rb_now();
    while (!atomic_load(&watch.stop)) {
        int64_t left = rb_memory_left(watch.fd, true);
        if (left >= 0 && left < watch.least)
            watch.least = left;
        due += watch.period;
        if (due < rb_now())
            due = rb_now() + watch.period;
        rb_sleep_until(due);
    }
    return NULL;
}

int rb_memory_watch(int period_ms) {
    if (watch.running)
        return -EBUSY;
    watch.fd = rb_memory_open();
    if (watch.fd < 0)
        return watch.fd;
    watch.period = (int64_t)period_ms * 1000000;
    watch.start = watch.least = rb_memory_left(watch.fd, true);
    atomic_store(&watch.stop, false);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* the JVM's signals are not for this thread */
    int error = pthread_create(&watch.thread, NULL, look, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error) {
        close(watch.fd);
        return -error;
    }
    watch.running = 1;
    return 0;
}

int rb_memory_watched(int64_t *out) {
    if (!watch.running)
        return -EINVAL;
    atomic_store(&watch.stop, true);
    pthread_join(watch.thread, NULL);
    int64_t now = rb_memory_left(watch.fd, true);
    close(watch.fd);
    watch.running = 0;
    out[0] = watch.start - watch.least;
    out[1] = watch.start - now;
    return 0;
}

int64_t rb_process_cpu(void) {
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
}
