/*
 * The watchdog's promise: with a disk that stops answering for good, the guest is free again within
 * the limit, and what the disk gives back later harms nobody.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "dead_disk.h"
#include "rs_clock.h"
#include "saving.h"
#include "stopper.h"

#define RAM (16 * GUEST_MIB)
#define EDGES 3          /* writes; see saving_prepare */
#define WRITES_A_CHUNK 2 /* of 1 MiB */
#define LIMIT_NS 300000000u
/* Sanitizers and busy machines: far more than it takes, far less than for ever. */
#define GRACE_NS 5000000000u

static const char *folder;

/* Its last write is the raw one of a chunk in the middle, over which no copy will go. */
static void given_up(struct guest *guest, struct dead_disk *disk, struct rs_options options) {
    struct saving saving;
    options.stall_limit_ns = LIMIT_NS;
    saving_prepare(&saving, guest, &options, disk->folder);
    dead_disk_stop_after(disk, EDGES + 3 * WRITES_A_CHUNK);
    CHECK(saving_arm(&saving) == 0, "arming");
    dead_disk_await_stop(disk);
    guest_write_last_page(guest); /* takes the only slot */
    uint64_t start = rs_now();
    guest_start(guest, 2, GUEST_RANDOM);
    enum rs_phase phase = saving_await(&saving);
    uint64_t took = rs_now() - start;
    guest_write_every_page(guest);
    guest_await_writes(guest, 1000);
    CHECK(phase == RS_FAILED && saving_figure(&saving, RS_FAILED_STEP) == RS_STEP_STALLED,
          "phase %d, step %d", phase, (int)saving_figure(&saving, RS_FAILED_STEP));
    CHECK(took < LIMIT_NS + GRACE_NS, "the guest was free after %d ms", (int)(took / 1000000));
    CHECK(saving_bulk_threads() == 1, "the bulk thread did not hang in the dead disk");
    rs_snapshot_settle(saving.snapshot);
    rs_snapshot_close(saving.snapshot);
}

/* In the middle of the next snapshot, to another disk, the first disk comes back to life. */
static void late_write(struct guest *guest, struct dead_disk *disk) {
    struct rs_options options = saving_options(2);
    struct saving saving;
    options.rate = 16 * GUEST_MIB;
    saving_prepare(&saving, guest, &options, folder);
    CHECK(saving_arm(&saving) == 0, "arming");
    CHECK(saving_bulk_threads() == 2, "the first snapshot's bulk thread is gone");
    dead_disk_resume(disk);
    while (saving_bulk_threads() > 1)
        usleep(100);
    guest_start(guest, 2, GUEST_RANDOM);
    CHECK(saving_await(&saving) == RS_DONE, "step %d", (int)saving_figure(&saving, RS_FAILED_STEP));
    saving_verify(&saving);
    saving_close(&saving);
    while (saving_bulk_threads() > 0)
        usleep(100);
}

static void try(struct dead_disk *disk, const char *what, bool direct) {
    struct guest guest;
    struct rs_options options = saving_options(1);
    TRY(60, "%s", what);
    options.direct_io = direct;
    guest_map(&guest, RAM);
    guest_fill(&guest, 1);
    given_up(&guest, disk, options);
    guest_stop(&guest);
    late_write(&guest, disk);
    guest_stop(&guest);
    guest_unmap(&guest);
}

/* Nobody waits for the disk, so nobody gives up; but it can be cancelled. */
static void idle_guest(struct dead_disk *disk) {
    struct guest guest;
    struct rs_options options = saving_options(1);
    struct saving saving;
    TRY(60, "a dead disk that keeps nobody waiting");
    options.stall_limit_ns = LIMIT_NS;
    guest_map(&guest, RAM);
    guest_fill(&guest, 1);
    saving_prepare(&saving, &guest, &options, disk->folder);
    dead_disk_stop(disk);
    CHECK(saving_arm(&saving) == 0, "arming");
    CHECK(rs_snapshot_wait(saving.snapshot, 1000) == RS_ARMED, "it has ended");
    rs_snapshot_cancel(saving.snapshot);
    saving_check_nothing_protected();
    guest_write_every_page(&guest);
    dead_disk_resume(disk);
    saving_close(&saving);
    while (saving_bulk_threads() > 0)
        usleep(100);
    guest_unmap(&guest);
}

/*
 * With a guest thread that waits for the disk, this process is stopped for longer than it may wait;
 * but the disk answers soon after.
 */
static void stopped_meanwhile(struct dead_disk *disk) {
    struct guest guest;
    struct rs_options options = saving_options(1);
    struct saving saving;
    struct stopper stopper;
    TRY(60, "a disk that pauses, and a process that is stopped meanwhile");
    stopper_open(&stopper);
    options.stall_limit_ns = 1000000000;
    guest_map(&guest, RAM);
    guest_fill(&guest, 1);
    saving_prepare(&saving, &guest, &options, disk->folder);
    dead_disk_stop_after(disk, EDGES + 3 * WRITES_A_CHUNK);
    CHECK(saving_arm(&saving) == 0, "arming");
    dead_disk_await_stop(disk);
    guest_write_last_page(&guest); /* takes the only slot */
    guest_start(&guest, 1, GUEST_RANDOM);
    while (!saving_figure(&saving, RS_REQUESTS_WAITED))
        usleep(1000);
    stopper_stop(&stopper, 1300);
    dead_disk_stop_after(disk, -1);
    dead_disk_resume(disk);
    CHECK(saving_await(&saving) == RS_DONE, "step %d", (int)saving_figure(&saving, RS_FAILED_STEP));
    guest_stop(&guest);
    saving_close(&saving);
    guest_unmap(&guest);
    stopper_close(&stopper);
}

/* It never has the limit's time in one piece, and gives up all the same. */
static void stopped_again_and_again(struct dead_disk *disk) {
    struct guest guest;
    struct rs_options options = saving_options(1);
    struct saving saving;
    struct stopper stopper;
    TRY(60, "a dead disk, and a process that is stopped again and again");
    stopper_open(&stopper);
    options.stall_limit_ns = LIMIT_NS;
    guest_map(&guest, RAM);
    guest_fill(&guest, 1);
    saving_prepare(&saving, &guest, &options, disk->folder);
    dead_disk_stop(disk);
    CHECK(saving_arm(&saving) == 0, "arming");
    stopper_repeat(&stopper, 30, 100);
    guest_start(&guest, 2, GUEST_RANDOM);
    enum rs_phase phase = saving_await(&saving);
    unsigned stops = stopper_stops(&stopper);
    stopper_close(&stopper);
    CHECK(phase == RS_FAILED && saving_figure(&saving, RS_FAILED_STEP) == RS_STEP_STALLED,
          "phase %d, step %d", phase, (int)saving_figure(&saving, RS_FAILED_STEP));
    CHECK(stops >= 1, "it was never stopped");
    guest_write_every_page(&guest);
    guest_stop(&guest);
    dead_disk_resume(disk);
    saving_close(&saving);
    while (saving_bulk_threads() > 0)
        usleep(100);
    guest_unmap(&guest);
}

int main(int count, char **arguments) {
    struct dead_disk disk;
    char mount[4096];
    CHECK(count == 2, "dead_disk_test FOLDER");
    folder = arguments[1];
    snprintf(mount, sizeof mount, "%s/dead", folder);
    CHECK(mkdir(mount, 0700) == 0 || errno == EEXIST, "%s: %s", mount, strerror(errno));
    TRY(20, "a file system that can be stopped");
    int result = dead_disk_mount(&disk, mount);
    if (result == -ENOENT || result == -ENODEV || result == -EPERM || result == -EACCES) {
        printf("    SKIPPED: FUSE cannot be had here: %s\n", strerror(-result));
        return 0;
    }
    CHECK(result == 0, "%s", strerror(-result));
    try(&disk, "it dies under io_submit", true);
    try(&disk, "it dies under pwritev", false);
    idle_guest(&disk);
    stopped_meanwhile(&disk);
    stopped_again_and_again(&disk);
    dead_disk_unmount(&disk);
    rmdir(mount);
    return 0;
}
