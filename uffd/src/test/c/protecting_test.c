/*
 * Snapshots of RAM that its owner protects by mprotect, before and while they are taken, as
 * emulators do that look after code which changes itself: page by page, opened again by a handler
 * of SIGSEGV when the guest writes there.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#include "check.h"
#include "rs_guard.h"
#include "saving.h"

#define RAM (16 * GUEST_MIB)

static const char *folder;
static struct guest guest;
static _Atomic bool storm_over;
static _Atomic uint64_t protections, openings;

/* The host's. */
static void open_page(int signal, siginfo_t *info, void *context) {
    uint64_t page = (uintptr_t)info->si_addr & ~(GUEST_PAGE - 1);
    (void)signal;
    (void)context;
    if (page - (uintptr_t)guest.ram >= RAM)
        abort();
    atomic_fetch_add(&openings, 1);
    mprotect((void *)page, GUEST_PAGE, PROT_READ | PROT_WRITE);
}

/* Protects runs of pages here and there, for ever. */
static void *storm(void *context) {
    uint64_t seed = 3;
    (void)context;
    while (!atomic_load(&storm_over)) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint64_t pages = 1 + (seed >> 60), page = (seed >> 20) % (RAM / GUEST_PAGE - pages);
        mprotect(guest.ram + page * GUEST_PAGE, pages * GUEST_PAGE,
                 seed >> 59 & 1 ? PROT_NONE : PROT_READ);
        atomic_fetch_add(&protections, 1);
        usleep(seed >> 40 & 1 ? 20 : 150);
    }
    return NULL;
}

static void under_storm(void) {
    TRY(240, "protected all over by another thread while it is saved");
    struct sigaction action = {.sa_sigaction = open_page, .sa_flags = SA_SIGINFO | SA_NODEFER};
    pthread_t thread;
    uint64_t fetched = 0;
    sigemptyset(&action.sa_mask);
    sigaction(SIGSEGV, &action, NULL);
    guest_map(&guest, RAM);
    guest_fill(&guest, 1);
    CHECK(pthread_create(&thread, NULL, storm, NULL) == 0, "no thread");
    for (unsigned round = 0; round < 4; round++) {
        struct rs_options options = saving_options(1 + round % 4);
        struct saving saving;
        options.direct_io = round % 3 != 0;
        options.rate = round % 2 ? 400 * GUEST_MIB : 0;
        if (round > 1)
            guest_start(&guest, 1, GUEST_RANDOM);
        saving_prepare(&saving, &guest, &options, folder);
        CHECK(saving_arm(&saving) == 0, "arming");
        enum rs_phase phase = saving_await(&saving);
        CHECK(phase == RS_DONE, "phase %d, step %d: %s", phase,
              (int)saving_figure(&saving, RS_FAILED_STEP),
              strerror((int)saving_figure(&saving, RS_FAILED_ERROR)));
        fetched += saving_figure(&saving, RS_CHUNKS_FETCHED);
        if (round > 1) {
            guest_await_writes(&guest, 100);
            guest_stop(&guest);
        }
        saving_verify(&saving);
        saving_close(&saving);
    }
    atomic_store(&storm_over, true);
    pthread_join(thread, NULL);
    printf("        %lu protections, %lu openings, %lu chunks fetched, %lu faults caught\n",
           atomic_load(&protections), atomic_load(&openings), fetched,
           atomic_load(&rs_guard_caught));
    CHECK(fetched > 0 && atomic_load(&rs_guard_caught) > 0, "nothing was protected in time");
    mprotect(guest.ram, RAM, PROT_READ | PROT_WRITE);
    guest_unmap(&guest);
    signal(SIGSEGV, SIG_DFL);
}

/* The third chunk is not to be read, with half a chunk before it, and the end of the small block.
 */
static void protect(int protection) {
    CHECK(mprotect(guest.ram + 3 * GUEST_MIB, 3 * GUEST_MIB, protection) == 0, "%s",
          strerror(errno));
    CHECK(mprotect(guest.ram + RAM - 3 * GUEST_PAGE, 3 * GUEST_PAGE, protection) == 0, "%s",
          strerror(errno));
}

static void once(bool direct, uint64_t fragile, bool hashes) {
    TRY(60, "not to be read at all, %s%s%s", direct ? "O_DIRECT" : "buffered",
        fragile ? ", fragile" : "", hashes ? ", hashed" : "");
    static _Alignas(64) uint8_t key[GUEST_PAGE];
    struct rs_options options = saving_options(2);
    struct saving saving;
    options.direct_io = direct;
    options.hash_key = hashes ? (uintptr_t)key : 0;
    saving_fragile[0] = saving_fragile[1] = fragile;
    guest_map(&guest, RAM);
    guest_fill_some(&guest, 5);
    guest_fill(&guest, 5);
    madvise(guest.ram + 4 * GUEST_MIB, GUEST_MIB / 2, MADV_DONTNEED); /* a hole in it */
    saving_prepare(&saving, &guest, &options, folder);
    guest_copy(&guest, saving.frozen);
    protect(PROT_NONE);
    CHECK(rs_snapshot_arm(saving.snapshot, NULL) == 0, "arming");
    enum rs_phase phase = saving_await(&saving);
    CHECK(phase == RS_DONE, "phase %d, step %d: %s", phase,
          (int)saving_figure(&saving, RS_FAILED_STEP),
          strerror((int)saving_figure(&saving, RS_FAILED_ERROR)));
    uint64_t fetched = saving_figure(&saving, RS_CHUNKS_FETCHED);
    CHECK(fetched == (fragile ? 0 : 2), "%lu chunks fetched", fetched);
    protect(PROT_READ | PROT_WRITE);
    saving_verify(&saving);
    saving_close(&saving);
    guest_unmap(&guest);
    saving_fragile[0] = saving_fragile[1] = 0;
}

/* A kernel that reads it for nobody: the snapshot fails, with the place, and the guest runs on. */
static void forbidden(bool edge) {
    TRY(60, "not to be read by anybody, %s", edge ? "in the freeze" : "in a chunk");
    struct rs_options options = saving_options(2);
    struct saving saving;
    guest_map(&guest, RAM);
    guest_fill(&guest, 6);
    saving_prepare(&saving, &guest, &options, folder);
    close(saving.snapshot->memory);
    saving.snapshot->memory = -1;
    uint64_t at = edge ? RAM - 2 * GUEST_PAGE : 7 * GUEST_MIB + GUEST_PAGE;
    mprotect(guest.ram + at, GUEST_PAGE, PROT_NONE);
    int result = rs_snapshot_arm(saving.snapshot, NULL);
    CHECK(edge ? result == -EACCES : result == 0, "%d", result);
    CHECK(saving_await(&saving) == RS_FAILED, "not failed");
    CHECK(saving_figure(&saving, RS_FAILED_STEP) == RS_STEP_READ, "step %d",
          (int)saving_figure(&saving, RS_FAILED_STEP));
    CHECK(saving_figure(&saving, RS_FAILED_ERROR) == EACCES, "another error");
    CHECK(saving_figure(&saving, RS_FAILED_BLOCK) == edge, "another block");
    uint64_t place = (uintptr_t)guest.ram + at - saving.address[edge];
    CHECK(saving_figure(&saving, RS_FAILED_OFFSET) == place, "offset %lx",
          saving_figure(&saving, RS_FAILED_OFFSET));
    mprotect(guest.ram + at, GUEST_PAGE, PROT_READ | PROT_WRITE);
    guest_write_every_page(&guest);
    saving_close(&saving);
    guest_unmap(&guest);
}

int main(int count, char **arguments) {
    CHECK(count == 2, "protecting_test FOLDER");
    folder = arguments[1];
    once(true, 0, false);
    once(false, 0, true);
    once(true, 1, false);
    forbidden(false);
    forbidden(true);
    under_storm();
    return 0;
}
