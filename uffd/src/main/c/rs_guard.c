/*
 * HotSpot lives by SIGSEGV: null checks, stack banging, its own probes. So this handler comes first
 * and decides by two thread-local words whether a fault is its concern, and hands on what is not
 * with everything the kernel gave. It stays installed: to take it away again would also take away
 * whoever has put himself on top of it since.
 */
#define _GNU_SOURCE
#include "rs_guard.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

/* Whoever puts himself on top without calling what was there before has us come on top again. */
#define MOST_LEVELS 8

/* A TLS block that is allocated at the first touch would be allocated in a signal handler. */
#define THREAD_LOCAL static __thread __attribute__((tls_model("initial-exec")))

struct landing {
    uint64_t start;
    uint64_t end;
    struct landing *outer;
    sigjmp_buf place;
};

/* A signal that is being handed on, by a call of on_fault that has not returned. */
struct passing {
    const void *context; /* the kernel's frame: the same for all handlers of one signal */
    const void *frame;   /* of that call; one that it leads to lies deeper */
    uint32_t level;
};

/* Handlers that were there before, the oldest first. */
struct chain {
    int signal;
    _Atomic uint32_t levels;
    struct sigaction before[MOST_LEVELS];
};

static struct chain chains[2] = {{.signal = SIGSEGV}, {.signal = SIGBUS}};
static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;
THREAD_LOCAL struct landing *landing;
THREAD_LOCAL struct passing passing;
_Atomic uint64_t rs_guard_caught;

/* The default is to end the process: where the access is tried again, or at once. */
static void take_default(int signal, const siginfo_t *info) {
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, NULL);
    if (info->si_code <= 0)
        raise(signal); /* somebody sent it: nothing is tried again */
}

static void call(const struct sigaction *handler, int signal, siginfo_t *info, void *context) {
    if (handler->sa_flags & SA_SIGINFO)
        handler->sa_sigaction(signal, info, context);
    else if (handler->sa_handler == SIG_IGN && info->si_code <= 0)
        return; /* one that the kernel raised cannot be ignored */
    else if (handler->sa_handler == SIG_IGN || handler->sa_handler == SIG_DFL)
        take_default(signal, info);
    else
        handler->sa_handler(signal);
}

/*
 * To who was there before. Who has put himself on top since, calls us; and where we have come on
 * top again, too, we call him: then the older handler is meant, in a deeper frame for one signal.
 */
static void pass_on(struct chain *chain, siginfo_t *info, void *context) {
    struct passing outer = passing;
    uint32_t level = atomic_load(&chain->levels);
    const void *frame = &outer;
    if (outer.context == context && (uintptr_t)frame < (uintptr_t)outer.frame)
        level = outer.level;
    if (level == 0) {
        take_default(chain->signal, info);
        return;
    }
    passing = (struct passing){.context = context, .frame = frame, .level = level - 1};
    call(&chain->before[level - 1], chain->signal, info, context);
    passing = outer;
}

static void on_fault(int signal, siginfo_t *info, void *context) {
    struct landing *here = landing;
    uint64_t address = (uint64_t)(uintptr_t)info->si_addr;
    if (here && info->si_code > 0 && here->start <= address && address < here->end) {
        atomic_fetch_add_explicit(&rs_guard_caught, 1, memory_order_relaxed);
        /* As a return from here would: signals that the handler has kept off come through again. */
        syscall(SYS_rt_sigprocmask, SIG_SETMASK, &((ucontext_t *)context)->uc_sigmask, NULL,
                _NSIG / 8);
        siglongjmp(here->place, 1);
    }
    pass_on(&chains[signal == SIGBUS], info, context);
}

/* With the mask and the flags of the handler before, which may rely on them. */
static void come_first(struct chain *chain) {
    struct sigaction old, action;
    uint32_t level = atomic_load(&chain->levels);
    if (sigaction(chain->signal, NULL, &old) || level == MOST_LEVELS)
        return;
    if ((old.sa_flags & SA_SIGINFO) && old.sa_sigaction == on_fault)
        return;
    action = old;
    action.sa_sigaction = on_fault;
    action.sa_flags = (int)(((unsigned)old.sa_flags | SA_SIGINFO | SA_ONSTACK) & ~SA_RESETHAND);
    chain->before[level] = old;
    atomic_store(&chain->levels, level + 1);
    sigaction(chain->signal, &action, NULL);
}

void rs_guard_open(void) {
    pthread_mutex_lock(&opening);
    come_first(&chains[0]);
    come_first(&chains[1]);
    pthread_mutex_unlock(&opening);
}

bool rs_guarded(uint64_t start, uint64_t end, void (*work)(void *), void *context) {
    struct landing here = {.start = start, .end = end, .outer = landing};
    if (sigsetjmp(here.place, 0)) {
        landing = here.outer;
        return false;
    }
    landing = &here;
    /* Nothing of the work may come before the landing is there, nor after it has gone. */
    atomic_signal_fence(memory_order_seq_cst);
    work(context);
    atomic_signal_fence(memory_order_seq_cst);
    landing = here.outer;
    return true;
}
