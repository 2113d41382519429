/*
 * What the kernel has to say, read by the fault thread: faults, which it serves in order, and news
 * of memory that is taken away, which is looked at at once.
 */
#ifndef RS_INBOX_H
#define RS_INBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "rs_snapshot.h"

/* Faults that wait to be served, at most: guest threads. */
#define RS_INBOX_FAULTS 1024

struct rs_fault_message {
    uint64_t address;
    uint64_t since_ns; /* it came after this */
};

struct rs_inbox {
    struct rs_snapshot *s;
    struct rs_fault_message fault[RS_INBOX_FAULTS]; /* a ring */
    uint64_t first;
    uint64_t past;
};

/* Reads what there is, without waiting. How many messages, or -errno. */
int rs_inbox_read(struct rs_inbox *inbox);

/* Takes the oldest fault; false when there is none. */
bool rs_inbox_take(struct rs_inbox *inbox, struct rs_fault_message *fault);

#endif
