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

void saving_create(const char *path) {
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    CHECK(fd >= 0, "%s: %s", path, strerror(errno));
    close(fd);
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
    saving_create(saving->path);
    int result = rs_snapshot_prepare(options, 2, saving->address, saving->length, saving->offset,
                                     saving_fragile, saving->path, &saving->snapshot, failure);
    CHECK(result == 0, "step %d: %s", (int)failure[0], strerror(-result));
}

/* Half of the pages become what they were, some zeros. */
static void go_back(struct saving *saving) {
    static uint64_t state = 1;
    for (uint64_t at = 0; at < saving->guest->bytes; at += GUEST_PAGE) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        if (state >> 63)
            memcpy(saving->guest->ram + at, saving->parent + at, GUEST_PAGE);
        else if (state >> 60 == 0)
            memset(saving->guest->ram + at, 0, GUEST_PAGE);
    }
}

int saving_arm(struct saving *saving) {
    guest_freeze(saving->guest);
    if (saving->parent)
        go_back(saving);
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

/* What a page of a block held: zeros outside of the block. */
static void page_of(const struct saving *saving, const uint8_t *ram, int block, uint64_t page,
                    uint8_t *to) {
    uint64_t first = saving->address[block] & ~(GUEST_PAGE - 1);
    uint64_t at = first + page * GUEST_PAGE, limit = saving->address[block] + saving->length[block];
    uint64_t from = at < saving->address[block] ? saving->address[block] : at;
    uint64_t end = at + GUEST_PAGE < limit ? at + GUEST_PAGE : limit;
    memset(to, 0, GUEST_PAGE);
    memcpy(to + (from - at), ram + (from - (uintptr_t)saving->guest->ram), end - from);
}

static uint64_t pages_of(const struct saving *saving, int block) {
    uint64_t lead = saving->address[block] % GUEST_PAGE;
    return round_up(lead + saving->length[block]) / GUEST_PAGE;
}

static bool is_zero(const uint8_t *page) {
    static const uint8_t zeros[GUEST_PAGE];
    return memcmp(page, zeros, sizeof zeros) == 0;
}

void saving_inherit(struct saving *saving, const uint8_t *parent, const uint8_t *key) {
    static _Alignas(64) uint8_t page[GUEST_PAGE];
    saving->parent = parent;
    for (int block = 0; block < 2; block++) {
        struct rs_hash *parents;
        int result = rs_snapshot_inherit(saving->snapshot, (uint32_t)block,
                                         saving->address[block] % GUEST_PAGE, &parents);
        CHECK(result == 0, "%s", strerror(-result));
        for (uint64_t i = 0; i < pages_of(saving, block); i++) {
            page_of(saving, parent, block, i, page);
            if (!is_zero(page))
                parents[i] = rs_hash_page(key, page, GUEST_PAGE);
        }
    }
}

static void verify_page(struct saving *saving, int fd, int block, uint64_t page) {
    static const uint8_t zeros[GUEST_PAGE];
    static const struct rs_hash none;
    _Alignas(64) uint8_t expected[GUEST_PAGE], before[GUEST_PAGE], found[GUEST_PAGE];
    page_of(saving, saving->frozen, block, page, expected);
    enum rs_page_kind wanted = is_zero(expected) ? RS_ZERO : RS_STORED;
    if (saving->parent && wanted == RS_STORED) {
        page_of(saving, saving->parent, block, page, before);
        if (memcmp(before, expected, GUEST_PAGE) == 0)
            wanted = RS_INHERITED;
    }
    const uint8_t *stored = wanted == RS_STORED ? expected : zeros;
    ssize_t got =
        pread(fd, found, sizeof found, (off_t)(saving->offset[block] + page * GUEST_PAGE));
    CHECK(got == (ssize_t)sizeof found, "block %d page %d: %zd bytes", block, (int)page, got);
    uint64_t same = 0;
    while (same < GUEST_PAGE && found[same] == stored[same])
        same++;
    CHECK(same == GUEST_PAGE, "block %d page %d byte %d: %d instead of %d", block, (int)page,
          (int)same, found[same], stored[same]);
    uint8_t kind = rs_snapshot_kinds(saving->snapshot, (uint32_t)block)[page];
    uint32_t crc = rs_snapshot_crcs(saving->snapshot, (uint32_t)block)[page];
    CHECK(kind == wanted, "block %d page %d: kind %d instead of %d", block, (int)page, kind,
          wanted);
    CHECK(crc == (wanted == RS_ZERO ? 0 : rs_crc32c(expected, sizeof expected)),
          "block %d page %d: checksum %08x", block, (int)page, crc);
    const struct rs_hash *hashes = rs_snapshot_hashes(saving->snapshot, (uint32_t)block);
    if (hashes) {
        struct rs_hash hash =
            wanted == RS_ZERO ? none : rs_hash_page(saving->snapshot->key, expected, GUEST_PAGE);
        CHECK(memcmp(&hashes[page], &hash, sizeof hash) == 0, "block %d page %d: another hash",
              block, (int)page);
    }
}

void saving_verify(struct saving *saving) {
    guest_freeze(saving->guest); /* it has had its time; a second processor makes this faster */
    int fd = open(saving->path, O_RDONLY | O_CLOEXEC);
    CHECK(fd >= 0, "%s: %s", saving->path, strerror(errno));
    for (int block = 0; block < 2; block++) {
        for (uint64_t page = 0; page < pages_of(saving, block); page++)
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

static void succeed(struct saving *saving) {
    CHECK(rs_snapshot_collapse(saving->snapshot, NULL) == 0, "collapsing");
    CHECK(saving_arm(saving) == 0, "arming");
    enum rs_phase phase = saving_await(saving);
    CHECK(phase == RS_DONE, "phase %d, step %d, %s", phase,
          (int)saving_figure(saving, RS_FAILED_STEP),
          strerror((int)saving_figure(saving, RS_FAILED_ERROR)));
    saving_verify(saving);
    saving_check_history(saving);
}

void saving_succeeds(struct guest *guest, const struct rs_options *options, const char *folder) {
    struct saving saving;
    saving_prepare(&saving, guest, options, folder);
    succeed(&saving);
    saving_close(&saving);
}

void saving_succeeds_on(struct guest *guest, struct rs_options options, const char *folder,
                        int increments) {
    static _Alignas(64) uint8_t key[GUEST_PAGE];
    struct saving before, saving;
    for (uint64_t i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)(i * i * 31 + i * 7 + (i >> 5));
    options.hash_key = (uintptr_t)key;
    saving_prepare(&before, guest, &options, folder);
    succeed(&before);
    for (int i = 0; i < increments; i++) {
        saving_prepare(&saving, guest, &options, folder);
        saving_inherit(&saving, before.frozen, key);
        succeed(&saving);
        CHECK(saving_figure(&saving, RS_PAGES_INHERITED) > 0, "nothing was inherited");
        saving_close(&before);
        before = saving;
    }
    saving_close(&before);
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
