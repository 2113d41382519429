#include "stopper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "check.h"

/* Shared with the child. */
struct stopper_orders {
    _Atomic unsigned run_ms;
    _Atomic unsigned stop_ms; /* 0: no order */
    _Atomic unsigned repeat;
    _Atomic unsigned stops;
};

static void await_stopped(pid_t process) {
    char path[64], stat[256] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", process);
    while (!strstr(stat, ") T ")) {
        int fd = open(path, O_RDONLY);
        if (fd < 0 || read(fd, stat, sizeof stat - 1) <= 0)
            _exit(1); /* it is gone */
        close(fd);
    }
}

static void obey(struct stopper_orders *orders, pid_t process) {
    for (;;) {
        unsigned stop_ms = atomic_load(&orders->stop_ms);
        if (!stop_ms) {
            usleep(1000);
            continue;
        }
        usleep(atomic_load(&orders->run_ms) * 1000);
        kill(process, SIGSTOP);
        await_stopped(process);
        usleep(stop_ms * 1000);
        if (!atomic_load(&orders->repeat))
            atomic_store(&orders->stop_ms, 0);
        atomic_fetch_add(&orders->stops, 1);
        kill(process, SIGCONT);
    }
}

void stopper_open(struct stopper *stopper) {
    stopper->orders = mmap(NULL, sizeof *stopper->orders, PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(stopper->orders != MAP_FAILED, "%s", strerror(errno));
    pid_t process = getpid();
    stopper->child = fork();
    CHECK(stopper->child >= 0, "%s", strerror(errno));
    if (stopper->child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        obey(stopper->orders, process);
    }
}

static void order(struct stopper *stopper, unsigned run_ms, unsigned stop_ms, unsigned repeat) {
    atomic_store(&stopper->orders->run_ms, run_ms);
    atomic_store(&stopper->orders->repeat, repeat);
    atomic_store(&stopper->orders->stop_ms, stop_ms);
}

void stopper_stop(struct stopper *stopper, unsigned stop_ms) {
    unsigned before = stopper_stops(stopper);
    order(stopper, 0, stop_ms, 0);
    while (stopper_stops(stopper) == before)
        usleep(1000);
}

void stopper_repeat(struct stopper *stopper, unsigned run_ms, unsigned stop_ms) {
    order(stopper, run_ms, stop_ms, 1);
}

unsigned stopper_stops(const struct stopper *stopper) {
    return atomic_load(&stopper->orders->stops);
}

void stopper_close(struct stopper *stopper) {
    atomic_store(&stopper->orders->repeat, 0);
    kill(stopper->child, SIGKILL);
    waitpid(stopper->child, NULL, 0);
    kill(getpid(), SIGCONT);
    munmap(stopper->orders, sizeof *stopper->orders);
}
