/* rs_running: what counts as time in which the process ran. */
#include "check.h"
#include "rs_running.h"
#include "stopper.h"

#define MS ((uint64_t)1000000)

static void given_times(void) {
    struct rs_running running = {0};
    uint64_t now = 12345 * MS;
    TRY(10, "times that are given");
    CHECK(rs_running_at(&running, now) == 0, "it begins with the first look");
    CHECK(rs_running_at(&running, now += 20 * MS) == 20 * MS, "%lu", running.ns);
    CHECK(rs_running_at(&running, now += 49 * MS) == 69 * MS, "%lu", running.ns);
    CHECK(rs_running_at(&running, now) == 69 * MS, "%lu", running.ns);
    CHECK(rs_running_at(&running, now += 3600000 * MS) == 119 * MS, "of a stop: %lu", running.ns);
    CHECK(rs_running_at(&running, now += MS) == 120 * MS, "%lu", running.ns);
}

/* However busy this machine is: what it takes away counts less, never more. */
static void stopped(void) {
    struct rs_running running = {0};
    struct stopper stopper;
    TRY(30, "a process that is stopped");
    stopper_open(&stopper);
    uint64_t began = rs_now();
    rs_running_now(&running);
    for (int i = 0; i < 3; i++) {
        stopper_stop(&stopper, 300);
        rs_running_now(&running);
    }
    uint64_t passed = rs_now() - began;
    CHECK(passed >= 900 * MS && running.ns <= 150 * MS, "%lu of %lu ns", running.ns, passed);
    stopper_close(&stopper);
}

/* By turns, and for longer than it runs: it reaches every limit all the same. */
static void reached(void) {
    struct rs_running running = {0};
    struct stopper stopper;
    TRY(60, "a limit, in a process that is stopped again and again");
    stopper_open(&stopper);
    stopper_repeat(&stopper, 20, 100);
    while (rs_running_now(&running) < 500 * MS)
        usleep(RS_LOOK_MS * 1000);
    CHECK(stopper_stops(&stopper) >= 3, "%u stops", stopper_stops(&stopper));
    stopper_close(&stopper);
}

int main(void) {
    given_times();
    stopped();
    reached();
    return 0;
}
