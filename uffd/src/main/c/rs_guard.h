/*
 * Loads and stores of memory that is somebody else's: its owner may protect, unmap or truncate it
 * at any moment, so that no check before is an answer. A SIGSEGV or SIGBUS that such an access gets
 * is caught, and only that; every other one is its old handler's, which is the JVM's.
 */
#ifndef RS_GUARD_H
#define RS_GUARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Makes sure that signals get here, once more if somebody has taken them since: before any guarded
 * work, by a thread that may take a lock. Threads that block SIGSEGV or SIGBUS are not guarded.
 */
void rs_guard_open(void);

/*
 * Calls work(context). False when it touched an address of [start, end) that could not be had: it
 * has been left there and then, with whatever it had done, so it must hold nothing and take no
 * lock.
 */
bool rs_guarded(uint64_t start, uint64_t end, void (*work)(void *), void *context);

/* Accesses that were caught, in all: for tests. */
extern _Atomic uint64_t rs_guard_caught;

#endif
