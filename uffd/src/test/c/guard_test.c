/*
 * rs_guard, rs_fetch, rs_store: memory that is protected, cut off or gone is an answer and no end;
 * and a fault that is none of ours gets to the handlers there were, as if this one were not there.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#include "check.h"
#include "rs_fetch.h"
#include "rs_guard.h"
#include "rs_store.h"

#define PAGE ((uint64_t)4096)
#define PAGES 8

static const char *folder;
static uint8_t found[PAGES * PAGE];

/* Volatile: what is looked for is the access itself. */
static void load(void *context) {
    (void)*(volatile uint8_t *)context;
}

static bool loads(uint8_t *at) {
    return rs_guarded((uintptr_t)at & ~(PAGE - 1), ((uintptr_t)at & ~(PAGE - 1)) + PAGE, load, at);
}

static uint8_t *map(int protection, int flags, int fd) {
    uint8_t *memory = mmap(NULL, PAGES * PAGE, protection, flags, fd, 0);
    CHECK(memory != MAP_FAILED, "%s", strerror(errno));
    return memory;
}

/* Every byte of page i is i + 1. */
static uint8_t *map_numbered(void) {
    uint8_t *memory = map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    for (int i = 0; i < PAGES; i++)
        memset(memory + (uint64_t)i * PAGE, i + 1, PAGE);
    return memory;
}

/* A file that has become one page long, all of it mapped. */
static uint8_t *map_cut_off(void) {
    char path[4096];
    snprintf(path, sizeof path, "%s/cut-%d", folder, getpid());
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    CHECK(fd >= 0 && ftruncate(fd, PAGES * PAGE) == 0, "%s", strerror(errno));
    uint8_t *memory = map(PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    memset(memory, 7, PAGES * PAGE);
    CHECK(ftruncate(fd, PAGE) == 0, "%s", strerror(errno));
    close(fd);
    unlink(path);
    return memory;
}

static bool is_blocked(int signal) {
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    return sigismember(&mask, signal);
}

/* --- the guard ---------------------------------------------------------------------------- */

static void caught(void) {
    TRY(20, "caught: protected, cut off and gone memory, again and again");
    uint8_t *memory = map_numbered(), *cut = map_cut_off();
    CHECK(mprotect(memory + 2 * PAGE, PAGE, PROT_NONE) == 0, "%s", strerror(errno));
    CHECK(munmap(memory + 5 * PAGE, PAGE) == 0, "%s", strerror(errno));
    for (int i = 0; i < 3; i++) {
        uint64_t before = atomic_load(&rs_guard_caught);
        CHECK(loads(memory), "a page that is there");
        CHECK(!loads(memory + 2 * PAGE + 5), "a page that may not be read");
        CHECK(!loads(memory + 5 * PAGE), "a page that is gone");
        CHECK(!loads(cut + 3 * PAGE), "a page behind the file's end");
        CHECK(atomic_load(&rs_guard_caught) == before + 3, "caught another number of times");
        CHECK(!is_blocked(SIGSEGV) && !is_blocked(SIGBUS), "a signal is blocked for ever");
    }
    munmap(memory, PAGES * PAGE);
    munmap(cut, PAGES * PAGE);
}

/* --- who was there before, and who came after ---------------------------------------------- */

static uint8_t *tracked; /* a host's page, which it protects and opens when it is touched */
static volatile int opened, came_after;
static struct sigaction below;

/* A host's: it opens its page, and has the access tried again. Any other fault ends the test. */
static void open_page(int signal, siginfo_t *info, void *context) {
    (void)context;
    if (signal != SIGSEGV || (uint8_t *)((uintptr_t)info->si_addr & ~(PAGE - 1)) != tracked)
        _exit(3);
    opened++;
    mprotect(tracked, PAGE, PROT_READ | PROT_WRITE);
}

/* Another's, which hands on all that it gets. */
static void hand_on(int signal, siginfo_t *info, void *context) {
    came_after++;
    if (came_after > 1000)
        _exit(4); /* it and ours call each other for ever */
    below.sa_sigaction(signal, info, context);
}

/* A host that expects its own fault, and goes on elsewhere. */
static sigjmp_buf elsewhere;
static void jump(int signal, siginfo_t *info, void *context) {
    (void)signal;
    (void)info;
    (void)context;
    siglongjmp(elsewhere, 1);
}

static void install(void (*handler)(int, siginfo_t *, void *), struct sigaction *old) {
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    sigemptyset(&action.sa_mask);
    CHECK(sigaction(SIGSEGV, &action, old) == 0, "%s", strerror(errno));
}

static void touch_tracked(const char *when) {
    int before = opened;
    CHECK(mprotect(tracked, PAGE, PROT_NONE) == 0, "%s", strerror(errno));
    (*(volatile uint8_t *)tracked)++;
    CHECK(opened == before + 1, "%s: the host's handler was called %d times", when,
          opened - before);
}

static void guards(const char *when) {
    int before = opened;
    CHECK(mprotect(tracked, PAGE, PROT_NONE) == 0, "%s", strerror(errno));
    CHECK(!loads(tracked), "%s: loaded", when);
    CHECK(opened == before, "%s: the host was told of an access that was ours", when);
}

static void load_other(void *context) {
    (void)context;
    touch_tracked("within a guard of other memory");
}

static void handed_on(void) {
    TRY(20, "handed on: to who was there before, and to who came after");
    tracked = map_numbered();
    install(open_page, NULL);
    rs_guard_open();
    touch_tracked("the host first");
    guards("the host first");
    CHECK(rs_guarded((uintptr_t)tracked + PAGE, (uintptr_t)tracked + 2 * PAGE, load_other, NULL),
          "a fault elsewhere ended it");
    install(hand_on, &below);
    touch_tracked("another on top");
    CHECK(came_after == 1, "called %d times", came_after);
    rs_guard_open();
    for (int i = 0; i < 3; i++) {
        touch_tracked("on top of both");
        guards("on top of both");
    }
    CHECK(came_after == 4, "called %d times", came_after);
    /* One that does not return: nothing of it must be left for the next fault, the same again. */
    install(jump, NULL);
    rs_guard_open();
    for (volatile int i = 0; i < 3; i++) {
        CHECK(mprotect(tracked, PAGE, PROT_NONE) == 0, "%s", strerror(errno));
        if (sigsetjmp(elsewhere, 1) == 0) {
            load(tracked);
            CHECK(false, "loaded");
        }
        guards("after a jump");
    }
    munmap(tracked, PAGES * PAGE);
}

static void *guard_here(void *context) {
    for (int i = 0; i < 2000; i++)
        CHECK(!loads(context), "loaded");
    return NULL;
}

static void several(void) {
    TRY(60, "several threads at once");
    pthread_t threads[4];
    uint8_t *memory = map(PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    for (int i = 0; i < 4; i++)
        CHECK(pthread_create(&threads[i], NULL, guard_here, memory) == 0, "no thread");
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    munmap(memory, PAGES * PAGE);
}

/* --- reading and writing ------------------------------------------------------------------- */

static void fetched(void) {
    TRY(20, "fetched: what may not be read, not what is gone");
    int memory = rs_fetch_open();
    CHECK(memory >= 0, "%s", strerror(errno));
    uint8_t *from = map_numbered(), *cut = map_cut_off();
    uint64_t failed = 0;
    CHECK(mprotect(from + PAGE, 2 * PAGE, PROT_NONE) == 0, "%s", strerror(errno));
    CHECK(mprotect(from + 6 * PAGE, PAGE, PROT_NONE) == 0, "%s", strerror(errno));
    CHECK(rs_fetch(memory, found, (uintptr_t)from + 9, PAGES * PAGE - 18, &failed) == 0, "failed");
    for (uint64_t i = 9; i < PAGES * PAGE - 9; i++)
        CHECK(found[i - 9] == i / PAGE + 1, "byte %d is %d", (int)i, found[i - 9]);
    int result = rs_fetch(-1, found, (uintptr_t)from, PAGES * PAGE, &failed);
    CHECK(result == -EACCES && failed == (uintptr_t)from + PAGE, "%d", result);
    CHECK(munmap(from + 4 * PAGE, PAGE) == 0, "%s", strerror(errno));
    result = rs_fetch(memory, found, (uintptr_t)from, PAGES * PAGE, &failed);
    CHECK(result == -EFAULT && failed == (uintptr_t)from + 4 * PAGE, "%d", result);
    result = rs_fetch(memory, found, (uintptr_t)cut, PAGES * PAGE, &failed);
    CHECK(result == -EFAULT && failed == (uintptr_t)cut + PAGE, "%d", result);
    close(memory);
    munmap(from, PAGES * PAGE);
    munmap(cut, PAGES * PAGE);
}

static int protection_of(const void *at) {
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[4096], access[8];
    unsigned long start, end;
    CHECK(maps, "%s", strerror(errno));
    while (fgets(line, sizeof line, maps))
        if (sscanf(line, "%lx-%lx %7s", &start, &end, access) == 3 && start <= (uintptr_t)at &&
            (uintptr_t)at < end)
            break;
    fclose(maps);
    return (access[0] == 'r' ? PROT_READ : 0) | (access[1] == 'w' ? PROT_WRITE : 0);
}

static void stored(void) {
    static uint8_t content[PAGES * PAGE];
    TRY(20, "stored: to what may not be written, and it stays so");
    uint64_t failed = 0;
    uint8_t *to = map_numbered();
    for (uint64_t i = 0; i < sizeof content; i++)
        content[i] = (uint8_t)(i * 31 + i / PAGE);
    CHECK(mprotect(to + PAGE, PAGE, PROT_READ) == 0, "%s", strerror(errno));
    CHECK(mprotect(to + 3 * PAGE, 2 * PAGE, PROT_NONE) == 0, "%s", strerror(errno));
    int result = rs_store((uintptr_t)to + 100, content, PAGES * PAGE - 200, &failed);
    CHECK(result == 0, "%s at %lx", strerror(-result), failed - (uintptr_t)to);
    CHECK(rs_store((uintptr_t)to + 4 * PAGE, NULL, PAGE, &failed) == 0, "zeros");
    CHECK(protection_of(to + PAGE) == PROT_READ, "%d", protection_of(to + PAGE));
    CHECK(protection_of(to + 3 * PAGE) == 0, "%d", protection_of(to + 3 * PAGE));
    CHECK(protection_of(to + 4 * PAGE) == 0, "%d", protection_of(to + 4 * PAGE));
    CHECK(protection_of(to) == (PROT_READ | PROT_WRITE), "%d", protection_of(to));
    mprotect(to, PAGES * PAGE, PROT_READ);
    for (uint64_t i = 0; i < PAGES * PAGE; i++) {
        uint8_t wanted = i / PAGE == 4                        ? 0
                         : i < 100 || i >= PAGES * PAGE - 100 ? (uint8_t)(i / PAGE + 1)
                                                              : content[i - 100];
        CHECK(to[i] == wanted, "byte %d is %d instead of %d", (int)i, to[i], wanted);
    }
    munmap(to + 6 * PAGE, PAGE);
    result = rs_store((uintptr_t)to, content, PAGES * PAGE, &failed);
    CHECK(result == -EFAULT && failed == (uintptr_t)to + 6 * PAGE, "%d", result);
    munmap(to, PAGES * PAGE);
    /* Shared memory that may not be written would be written for others, too. */
    uint8_t *shared = map(PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1);
    result = rs_store((uintptr_t)shared, content, PAGE, &failed);
    CHECK(result == -EACCES && failed == (uintptr_t)shared, "%d", result);
    munmap(shared, PAGES * PAGE);
}

int main(int count, char **arguments) {
    CHECK(count == 2, "guard_test FOLDER");
    folder = arguments[1];
    rs_guard_open();
    caught();
    fetched();
    stored();
    several();
    handed_on();
    return 0;
}
