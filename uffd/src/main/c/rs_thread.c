#define _GNU_SOURCE
#include "rs_thread.h"

#include <pthread.h>
#include <signal.h>
#include <stddef.h>

/*
 * Thread-local memory of all libraries lies on it, too, which is 0.8 MiB with ThreadSanitizer; what
 * is not touched costs nothing.
 */
#define STACK_BYTES ((size_t)2 << 20)

int rs_thread_start(void *(*run)(void *), void *owner, const char *name, _Atomic uint32_t *users) {
    pthread_t thread;
    pthread_attr_t attributes;
    sigset_t all, old;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    sigfillset(&all);
    /* Blocked, they would end the process before a handler could do anything: see rs_guard.h. */
    sigdelset(&all, SIGSEGV);
    sigdelset(&all, SIGBUS);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    atomic_fetch_add(users, 1);
    int error = pthread_create(&thread, &attributes, run, owner);
    if (error)
        atomic_fetch_sub(users, 1);
    else
        pthread_setname_np(thread, name);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_attr_destroy(&attributes);
    return -error;
}
