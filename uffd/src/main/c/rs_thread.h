/* The engine's own threads: unknown to the JVM, deaf to its signals. */
#ifndef RS_THREAD_H
#define RS_THREAD_H

#include <stdatomic.h>
#include <stdint.h>

/*
 * Starts a thread that nobody joins. `users` counts it before it runs; run(owner) has to take that
 * back. 0, or -errno: then it is not counted.
 */
int rs_thread_start(void *(*run)(void *), void *owner, const char *name, _Atomic uint32_t *users);

#endif
