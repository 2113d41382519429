/* RAM that the host frees in the middle of a snapshot: no thread may touch it from then on. */
#include <string.h>

#include "check.h"
#include "rs_guard.h"
#include "saving.h"

#define RAM (16 * GUEST_MIB)

static const char *folder;

struct freeing {
    struct rs_snapshot *snapshot;
    struct guest *guest;
};

/* As Java does it; the memory is not given back but made a trap. */
static void *free_when_it_may(void *argument) {
    struct freeing *freeing = argument;
    while (!rs_snapshot_may_free(freeing->snapshot, 1))
        usleep(50);
    guest_forbid(freeing->guest);
    return NULL;
}

static void round_of(unsigned round, bool cancelled) {
    struct guest kept, freed;
    struct rs_options options = saving_options(1 + round % 2);
    struct rs_snapshot *snapshot;
    uint64_t failure[2];
    char path[4096];
    pthread_t thread;
    guest_map(&kept, RAM);
    guest_map(&freed, RAM);
    guest_fill(&kept, round);
    guest_fill(&freed, round);
    uint64_t address[2] = {(uintptr_t)kept.ram, (uintptr_t)freed.ram};
    uint64_t length[2] = {RAM, RAM}, offset[2] = {0, RAM};
    snprintf(path, sizeof path, "%s/%d-%u.part", folder, getpid(), round);
    saving_create(path);
    options.rate = round % 3 ? 300 * GUEST_MIB : 0;
    int result =
        rs_snapshot_prepare(&options, 2, address, length, offset, NULL, path, &snapshot, failure);
    CHECK(result == 0, "step %d: %s", (int)failure[0], strerror(-result));
    guest_start(&kept, 1, GUEST_RANDOM);
    guest_start(&freed, 1, GUEST_RANDOM);
    guest_freeze(&kept);
    guest_freeze(&freed);
    CHECK(rs_snapshot_arm(snapshot, NULL) == 0, "arming");
    guest_thaw(&kept);
    guest_thaw(&freed);
    usleep(round * 731 % 8000);
    guest_stop(
        &freed); /* a host that still writes to what it frees would be none of our business */
    struct freeing freeing = {snapshot, &freed};
    CHECK(pthread_create(&thread, NULL, free_when_it_may, &freeing) == 0, "no thread");
    if (cancelled) {
        usleep(round * 397 % 20000);
        rs_snapshot_cancel(snapshot);
    }
    pthread_join(thread, NULL);
    while (rs_snapshot_wait(snapshot, 1000) <= RS_ARMED) {
    }
    enum rs_phase phase = rs_snapshot_phase(snapshot);
    CHECK(phase == RS_DONE || (cancelled && phase == RS_CANCELLED), "phase %d, step %d, %s", phase,
          (int)rs_figure(rs_snapshot_figures(snapshot), RS_FAILED_STEP),
          strerror((int)rs_figure(rs_snapshot_figures(snapshot), RS_FAILED_ERROR)));
    guest_await_writes(&kept, 100);
    guest_stop(&kept);
    rs_snapshot_settle(snapshot);
    rs_snapshot_close(snapshot);
    unlink(path);
    saving_check_nothing_protected();
    CHECK(atomic_load(&rs_guard_caught) == 0, "the engine touched what had been freed");
    guest_unmap(&kept);
    guest_unmap(&freed);
}

int main(int count, char **arguments) {
    CHECK(count == 2, "freeing_test FOLDER");
    folder = arguments[1];
    TRY(120, "freed while it is saved");
    for (unsigned round = 0; round < 12; round++)
        round_of(round, false);
    TRY(120, "freed while it is saved, and cancelled");
    for (unsigned round = 0; round < 12; round++)
        round_of(round, true);
    return 0;
}
