/* Snapshots that end early: cancelled, or given up by the engine. The guest must never notice. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "check.h"
#include "rs_clock.h"
#include "saving.h"

#define RAM (32 * GUEST_MIB)

static const char *folder;

struct cancelling {
    struct rs_snapshot *snapshot;
    useconds_t after_us;
};

static void *cancel(void *argument) {
    struct cancelling *cancelling = argument;
    usleep(cancelling->after_us);
    rs_snapshot_cancel(cancelling->snapshot);
    saving_check_nothing_protected();
    return NULL;
}

static void cancelled_at_any_moment(struct guest *guest) {
    TRY(120, "cancelled at any moment");
    for (unsigned round = 0; round < 40; round++) {
        struct rs_options options = saving_options(1 + round % 3);
        struct saving saving;
        pthread_t thread;
        options.rate = round % 2 ? 256 * GUEST_MIB : 0;
        saving_prepare(&saving, guest, &options, folder);
        struct cancelling cancelling = {saving.snapshot, (useconds_t)(round * 397) % 16000};
        CHECK(pthread_create(&thread, NULL, cancel, &cancelling) == 0, "no thread");
        int armed = saving_arm(&saving);
        enum rs_phase phase = saving_await(&saving);
        CHECK(armed == 0 || phase == RS_CANCELLED, "armed %d, phase %d", armed, phase);
        guest_await_writes(guest, 100);
        pthread_join(thread, NULL);
        if (phase == RS_DONE)
            saving_verify(&saving);
        saving_close(&saving);
    }
}

static void fails(struct saving *saving, enum rs_step step, int error) {
    enum rs_phase phase = saving_await(saving);
    int found = (int)saving_figure(saving, RS_FAILED_ERROR);
    CHECK(phase == RS_FAILED, "phase %d", phase);
    CHECK(saving_figure(saving, RS_FAILED_STEP) == step, "step %d, error %s",
          (int)saving_figure(saving, RS_FAILED_STEP), strerror(found));
    CHECK(found == error, "%s", strerror(found));
    guest_await_writes(saving->guest, 100);
    guest_write_every_page(saving->guest);
    saving_close(saving);
}

static void full_disk(struct guest *guest, bool direct) {
    TRY(60, "a disk that is full in the middle%s", direct ? "" : ", without O_DIRECT");
    struct rs_options options = saving_options(2);
    struct rlimit old;
    struct saving saving;
    options.direct_io = direct;
    saving_prepare(&saving, guest, &options, folder);
    getrlimit(RLIMIT_FSIZE, &old);
    struct rlimit less = {.rlim_cur = RAM / 2, .rlim_max = old.rlim_max};
    CHECK(setrlimit(RLIMIT_FSIZE, &less) == 0, "%s", strerror(errno));
    CHECK(saving_arm(&saving) == 0, "arming");
    fails(&saving, RS_STEP_WRITE, EFBIG);
    setrlimit(RLIMIT_FSIZE, &old);
}

/*
 * What somebody would have to put in the place of the file, which the engine creates by itself: but
 * a pipe that nobody reads keeps a thread that writes to it by io_submit, for ever.
 */
static void pipe_that_nobody_reads(struct guest *guest) {
    TRY(60, "a pipe that nobody reads");
    struct rs_options options = saving_options(1);
    struct saving saving;
    int ends[2];
    options.stall_limit_ns = 200000000;
    saving_prepare(&saving, guest, &options, folder);
    CHECK(pipe2(ends, O_CLOEXEC) == 0, "%s", strerror(errno));
    CHECK(dup3(ends[1], saving.snapshot->sink.fd, O_CLOEXEC) >= 0, "%s", strerror(errno));
    close(ends[1]);
    uint64_t start = rs_now();
    CHECK(saving_arm(&saving) == 0, "arming");
    fails(&saving, RS_STEP_STALLED, 0);
    CHECK(rs_now() - start < 5000000000u, "it took %d ms", (int)((rs_now() - start) / 1000000));
    CHECK(saving_bulk_threads() == 1, "the bulk thread did not wait for the pipe");
    struct rs_options good = saving_options(2);
    saving_succeeds(guest, &good, folder);
    close(ends[0]);
    while (saving_bulk_threads() > 0)
        usleep(1000);
}

static void pipe_as_target(struct guest *guest) {
    TRY(60, "a FIFO that nobody reads, as the file");
    struct rs_options options = saving_options(1);
    uint64_t address = (uintptr_t)guest->ram, offset = 0, failure[2];
    struct rs_snapshot *snapshot;
    char path[4096];
    snprintf(path, sizeof path, "%s/%d.fifo", folder, getpid());
    CHECK(mkfifo(path, 0600) == 0, "%s", strerror(errno));
    int result = rs_snapshot_prepare(&options, 1, &address, &guest->bytes, &offset, NULL, path,
                                     &snapshot, failure);
    CHECK(result == -EINVAL && failure[0] == RS_STEP_OPEN_FILE, "%d at step %d", result,
          (int)failure[0]);
    CHECK(unlink(path) == 0, "the FIFO is gone");
    saving_check_nothing_protected();
}

/* The disk takes a chunk every three minutes; the guest thread that waits for one does not. */
static void stalled(struct guest *guest) {
    TRY(60, "a disk that is too slow for a guest thread that waits");
    struct rs_options options = saving_options(1);
    struct saving saving;
    options.rate = 10000;
    options.stall_limit_ns = 200000000;
    saving_prepare(&saving, guest, &options, folder);
    CHECK(saving_arm(&saving) == 0, "arming");
    fails(&saving, RS_STEP_STALLED, 0);
}

static void freed_before_the_freeze(struct guest *guest) {
    TRY(60, "freed before the freeze");
    struct rs_options options = saving_options(1);
    struct saving saving;
    saving_prepare(&saving, guest, &options, folder);
    CHECK(rs_snapshot_may_free(saving.snapshot, 0), "nobody touches it");
    CHECK(saving_arm(&saving) == -ECANCELED, "armed");
    fails(&saving, RS_STEP_FREED, 0);
}

int main(int count, char **arguments) {
    struct guest guest;
    CHECK(count == 2, "ending_test FOLDER");
    folder = arguments[1];
    signal(SIGXFSZ, SIG_IGN);
    guest_map(&guest, RAM);
    guest_fill(&guest, 1);
    guest_start(&guest, 2, GUEST_RANDOM);
    cancelled_at_any_moment(&guest);
    full_disk(&guest, true);
    full_disk(&guest, false);
    pipe_that_nobody_reads(&guest);
    pipe_as_target(&guest);
    stalled(&guest);
    freed_before_the_freeze(&guest);
    struct rs_options options = saving_options(2);
    TRY(60, "the guest is as good as new");
    saving_succeeds(&guest, &options, folder);
    guest_stop(&guest);
    guest_unmap(&guest);
    return 0;
}
