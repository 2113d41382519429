/* Time in which the process ran, which is what a limit counts. */
#ifndef RS_RUNNING_H
#define RS_RUNNING_H

#include <stdint.h>

#include "rs_clock.h"

/* How often to look, in ms. */
#define RS_LOOK_MS 20

/*
 * What counts at most of the time between two looks. A debugger, SIGSTOP, a frozen container and a
 * suspended machine stop a process for as long as they like, and no clock leaves all of them out:
 * more than this between two looks was a stop, or so busy a machine that nothing can be expected of
 * it either. So one stop counts as this much, and a process that runs reaches every limit.
 */
#define RS_LOOK_MOST_NS 50000000u

/* One thread's; begins at 0 with the first look. */
struct rs_running {
    uint64_t looked_ns; /* monotonic clock; 0: never */
    uint64_t ns;
};

/* A look, when the monotonic clock shows `now_ns`: for how long the process has run, in ns. */
static inline uint64_t rs_running_at(struct rs_running *running, uint64_t now_ns) {
    uint64_t passed = running->looked_ns ? now_ns - running->looked_ns : 0;
    running->ns += passed < RS_LOOK_MOST_NS ? passed : RS_LOOK_MOST_NS;
    running->looked_ns = now_ns;
    return running->ns;
}

static inline uint64_t rs_running_now(struct rs_running *running) {
    return rs_running_at(running, rs_now());
}

#endif
