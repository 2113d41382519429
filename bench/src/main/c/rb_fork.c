/*
 * Fork and save: a child that is the guest at the instant of fork(), by copy-on-write. It says when
 * the file is durable, and only then looks at its memory, so that this is in nobody's figures.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rb_clock.h"
#include "rb_memory.h"
#include "rb_save.h"

/* How often available memory is looked at while a child runs, in ms. */
#define LOOK_MS 5

struct report {
    int error; /* of rb_save */
    int64_t figures[RB_SAVE_FIGURES];
    int64_t cpu; /* its time until it had saved, in ns */
    int64_t
        memory; /* what the child and its parent do not share, and its page tables; -1: unknown */
};

/* Shared with the child; one child at a time. */
static struct report *report;

/* Can be read once the child has saved. */
static int saved = -1;

static int make_report(void) {
    if (report)
        return 0;
    void *mapped =
        mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED)
        return -errno;
    saved = eventfd(0, EFD_CLOEXEC);
    if (saved < 0)
        return -errno;
    report = mapped;
    return 0;
}

/* Sum of the numbers behind some names in a file of /proc/self, in bytes, or -1. */
static int64_t own_memory(const char *path, const char *const *names) {
    char text[4096];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    close(fd);
    if (length <= 0)
        return -1;
    text[length] = 0;
    int64_t sum = 0;
    for (; *names; names++) {
        const char *at = strstr(text, *names);
        if (!at)
            return -1;
        sum += strtoll(at + strlen(*names), NULL, 10) * 1024;
    }
    return sum;
}

/* A page that the parent has copied is the child's alone; so are its page tables. */
static int64_t child_memory(void) {
    static const char *const pages[] = {"Private_Clean:", "Private_Dirty:", NULL};
    static const char *const tables[] = {"VmPTE:", NULL};
    int64_t alone = own_memory("/proc/self/smaps_rollup", pages);
    int64_t table = own_memory("/proc/self/status", tables);
    return alone < 0 || table < 0 ? -1 : alone + table;
}

static void child(const char *path, uint64_t address, uint64_t bytes, int depth, int64_t rate,
                  int buffers) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    void *bounce = NULL;
    if (buffers)
        bounce = mmap(NULL, RB_MOST_DEPTH * RB_WRITE_BYTES, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (bounce == MAP_FAILED)
        report->error = -errno;
    else
        report->error = rb_save_from(path, address, bytes, depth, rate, bounce, report->figures);
    report->cpu = rb_process_cpu();
    eventfd_write(saved, 1);
    if (!report->error)
        report->memory = child_memory();
    _exit(report->error ? 1 : 0);
}

int rb_fork_save(const char *path, uint64_t address, uint64_t bytes, int depth, int64_t rate,
                 int buffers, int64_t *out) {
    int error = make_report();
    if (error)
        return error;
    *report = (struct report){.error = -ECHILD, .memory = -1}; /* unless the child says otherwise */
    int64_t start = rb_now();
    pid_t pid = fork();
    if (pid == 0)
        child(path, address, bytes, depth, rate, buffers);
    out[0] = rb_now() - start;
    return pid < 0 ? -errno : pid;
}

int rb_fork_await(int pid, int64_t floor) {
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (fd < 0)
        return -errno;
    int memory = rb_memory_open();
    bool killed = false;
    struct pollfd ends[] = {{.fd = saved, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    while (poll(ends, 2, LOOK_MS) <= 0) {
        int64_t left = memory < 0 ? -1 : rb_memory_left(memory, false);
        if (left >= 0 && left < floor && !killed) {
            kill(pid, SIGKILL);
            killed = true;
        }
    }
    close(fd);
    if (memory >= 0)
        close(memory);
    eventfd_t ignored;
    if (ends[0].revents & POLLIN)
        eventfd_read(saved, &ignored);
    return killed;
}

int rb_fork_reap(int pid, int64_t *out) {
    int status;
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR)
            return -errno;
    }
    memcpy(out, report->figures, sizeof report->figures);
    out[RB_SAVE_FIGURES] = report->cpu;
    out[RB_SAVE_FIGURES + 1] = report->memory;
    return report->error;
}
