/*
 * Stops this process, as a debugger, SIGSTOP or a frozen container would: all of its threads stand
 * still, the engine's as well, and time goes on.
 */
#ifndef STOPPER_H
#define STOPPER_H

#include <stdatomic.h>
#include <sys/types.h>

struct stopper_orders;

struct stopper {
    pid_t child; /* does it */
    struct stopper_orders *orders;
};

/* To be called while this process has one thread. */
void stopper_open(struct stopper *stopper);

/* Stands still for that long, once. */
void stopper_stop(struct stopper *stopper, unsigned stop_ms);

/* From now on runs and stands still by turns, until stopper_close. */
void stopper_repeat(struct stopper *stopper, unsigned run_ms, unsigned stop_ms);

/* How often this process has stood still. */
unsigned stopper_stops(const struct stopper *stopper);

void stopper_close(struct stopper *stopper);

#endif
