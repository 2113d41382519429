#define _GNU_SOURCE
#include "saving.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "rs_crc32c.h"

#define SMALL_BYTES ((uint64_t)200 << 10)

uint64_t saving_fragile[2];

struct rs_options saving_options(uint64_t slots) {
    return (struct rs_options){
        .pool_bytes = slots * RS_CHUNK_BYTES,
        .stall_limit_ns = 60000000000u,
        .direct_io = 1,
    };
}

static uint64_t round_up(uint64_t value) {
    return (value + GUEST_PAGE - 1) & ~(GUEST_PAGE - 1);
}

void saving_prepare(struct saving *saving, struct guest *guest, const struct rs_options *options,
                    const char *folder) {
    static int count;
    uint64_t ram = (uintptr_t)guest->ram, small = guest->bytes - SMALL_BYTES;
    uint64_t failure[2];
    *saving = (struct saving){
        .guest = guest,
        .address = {ram + 16, ram + small},
        .length = {small - 16 - 100, SMALL_BYTES},
        .offset = {GUEST_PAGE, GUEST_PAGE + round_up(small)},
    };
    saving->frozen =
        mmap(NULL, guest->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(saving->frozen != MAP_FAILED, "%s", strerror(errno));
    snprintf(saving->path, sizeof saving->path, "%s/%d-%d.part", folder, getpid(), count++);
    int result = rs_snapshot_prepare(options, 2, saving->address, saving->length, saving->offset,
                                     saving_fragile, saving->path, &saving->snapshot, failure);
    CHECK(result == 0, "step %d: %s", (int)failure[0], strerror(-result));
}

int saving_arm(struct saving *saving) {
    guest_freeze(saving->guest);
    guest_copy(saving->guest, saving->frozen);
    int result = rs_snapshot_arm(saving->snapshot, NULL);
    guest_thaw(saving->guest);
    return result;
}

enum rs_phase saving_await(struct saving *saving) {
    enum rs_phase phase;
    do
        phase = (enum rs_phase)rs_snapshot_wait(saving->snapshot, 1000);
    while (phase <= RS_ARMED);
    saving_check_nothing_protected();
    return phase;
}

static void verify_page(struct saving *saving, int fd, int block, uint64_t page) {
    uint64_t first = saving->address[block] & ~(GUEST_PAGE - 1);
    uint64_t at = first + page * GUEST_PAGE, limit = saving->address[block] + saving->length[block];
    _Alignas(8) uint8_t expected[GUEST_PAGE] = {0}, found[GUEST_PAGE];
    uint64_t from = at < saving->address[block] ? saving->address[block] : at;
    uint64_t to = at + GUEST_PAGE < limit ? at + GUEST_PAGE : limit;
    memcpy(expected + (from - at), saving->frozen + (from - (uintptr_t)saving->guest->ram),
           to - from);
    ssize_t got =
        pread(fd, found, sizeof found, (off_t)(saving->offset[block] + page * GUEST_PAGE));
    CHECK(got == (ssize_t)sizeof found, "block %d page %d: %zd bytes", block, (int)page, got);
    uint64_t same = 0;
    if (memcmp(found, expected, GUEST_PAGE))
        while (found[same] == expected[same])
            same++;
    else
        same = GUEST_PAGE;
    CHECK(same == GUEST_PAGE, "block %d page %d byte %d: %d, at the freeze %d", block, (int)page,
          (int)same, found[same], expected[same]);
    static const uint8_t zeros[GUEST_PAGE];
    bool stored = memcmp(expected, zeros, sizeof zeros) != 0;
    uint8_t kind = rs_snapshot_kinds(saving->snapshot, (uint32_t)block)[page];
    uint32_t crc = rs_snapshot_crcs(saving->snapshot, (uint32_t)block)[page];
    CHECK(kind == stored, "block %d page %d: kind %d", block, (int)page, kind);
    CHECK(crc == (stored ? rs_crc32c(expected, sizeof expected) : 0),
          "block %d page %d: checksum %08x", block, (int)page, crc);
}

void saving_verify(struct saving *saving) {
    guest_freeze(saving->guest); /* it has had its time; a second processor makes this faster */
    int fd = open(saving->path, O_RDONLY | O_CLOEXEC);
    CHECK(fd >= 0, "%s: %s", saving->path, strerror(errno));
    for (int block = 0; block < 2; block++) {
        uint64_t lead = saving->address[block] % GUEST_PAGE;
        uint64_t pages = round_up(lead + saving->length[block]) / GUEST_PAGE;
        for (uint64_t page = 0; page < pages; page++)
            verify_page(saving, fd, block, page);
    }
    close(fd);
    guest_thaw(saving->guest);
}

void saving_check_history(struct saving *saving) {
    uint64_t first = saving->address[0] & ~(GUEST_PAGE - 1), count[5] = {0};
    uint64_t limit = saving->address[0] + saving->length[0];
    uint32_t slices = (uint32_t)((limit - 1) / RS_CHUNK_BYTES - first / RS_CHUNK_BYTES + 1);
    uint8_t savers[slices];
    uint32_t micros[slices];
    uint64_t took = saving_figure(saving, RS_SAVING_END_NS);
    took = (took - saving_figure(saving, RS_SAVING_START_NS)) / 1000;
    rs_snapshot_history(saving->snapshot, 1, 1, savers, micros);
    CHECK(savers[0] == RS_SAVER_FREEZE && micros[0] == 0, "a small block: %d", savers[0]);
    rs_snapshot_history(saving->snapshot, 0, slices, savers, micros);
    for (uint32_t i = 0; i < slices; i++) {
        CHECK(savers[i] < 5, "slice %d: %d", (int)i, savers[i]);
        count[savers[i]]++;
        CHECK(savers[i] == RS_SAVER_NONE ? micros[i] == UINT32_MAX : micros[i] <= took,
              "slice %d by %d after %d us", (int)i, savers[i], (int)micros[i]);
    }
    uint64_t saved = saving_figure(saving, RS_CHUNKS_SAVED);
    uint64_t copied = saving_figure(saving, RS_CHUNKS_COPIED);
    uint64_t ahead = saving_figure(saving, RS_CHUNKS_AHEAD);
    CHECK(count[RS_SAVER_BULK] + count[RS_SAVER_AHEAD] + count[RS_SAVER_FAULT] ==
              saved + copied + ahead,
          "chunks saved: %d, %d and %d", (int)saved, (int)copied, (int)ahead);
    CHECK(count[RS_SAVER_FAULT] >= copied && count[RS_SAVER_AHEAD] <= ahead,
          "saved on request: %d, ahead: %d", (int)count[RS_SAVER_FAULT],
          (int)count[RS_SAVER_AHEAD]);
}

void saving_close(struct saving *saving) {
    rs_snapshot_cancel(saving->snapshot);
    rs_snapshot_settle(saving->snapshot);
    rs_snapshot_close(saving->snapshot);
    unlink(saving->path);
    munmap(saving->frozen, saving->guest->bytes);
}

uint64_t saving_figure(struct saving *saving, enum rs_figure figure) {
    return rs_figure(rs_snapshot_figures(saving->snapshot), figure);
}

void saving_succeeds(struct guest *guest, const struct rs_options *options, const char *folder) {
    struct saving saving;
    saving_prepare(&saving, guest, options, folder);
    CHECK(rs_snapshot_collapse(saving.snapshot, NULL) == 0, "collapsing");
    CHECK(saving_arm(&saving) == 0, "arming");
    enum rs_phase phase = saving_await(&saving);
    CHECK(phase == RS_DONE, "phase %d, step %d, %s", phase,
          (int)saving_figure(&saving, RS_FAILED_STEP),
          strerror((int)saving_figure(&saving, RS_FAILED_ERROR)));
    saving_verify(&saving);
    saving_check_history(&saving);
    saving_close(&saving);
}

void saving_check_nothing_protected(void) {
    FILE *smaps = fopen("/proc/self/smaps", "r");
    char line[4096];
    CHECK(smaps, "%s", strerror(errno));
    while (fgets(line, sizeof line, smaps)) {
        bool flags = strncmp(line, "VmFlags:", 8) == 0;
        CHECK(!flags || (!strstr(line, " uw") && !strstr(line, " um")),
              "memory is still registered with userfaultfd");
    }
    fclose(smaps);
}

int saving_bulk_threads(void) {
    DIR *tasks = opendir("/proc/self/task");
    CHECK(tasks, "%s", strerror(errno));
    int count = 0;
    for (struct dirent *task; (task = readdir(tasks));) {
        char path[300], name[32] = "";
        snprintf(path, sizeof path, "/proc/self/task/%s/comm", task->d_name);
        FILE *comm = fopen(path, "r");
        if (!comm)
            continue; /* it has just ended */
        count += fgets(name, sizeof name, comm) && strcmp(name, "ramshot-bulk\n") == 0;
        fclose(comm);
    }
    closedir(tasks);
    return count;
}
