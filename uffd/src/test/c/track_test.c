/* rs_track: blocks mapped from a file, copied while guest threads write to them. */
#define _GNU_SOURCE
#include "rs_track.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "guest.h"
#include "rs_crc32c.h"
#include "saving.h"

#define BYTES (32 * GUEST_MIB)
#define PAGE GUEST_PAGE
#define HALF (BYTES / 2)
/* Both blocks start and end within a page. */
#define LEAD ((uint64_t)48)
#define TAIL ((uint64_t)1000)
#define OFFSET GUEST_MIB

/* A guest in a file, each half a block, and a capture of it. */
struct tracked {
    struct guest guest;
    int file;
    int image;
    char file_path[4096];
    char image_path[4096];
    uint64_t address[2];
    uint64_t length[2];
    uint64_t offset[2];
    struct rs_track *track;
    uint64_t failure[2];
    uint8_t *frozen;
};

static const char *folder;

static void make(struct tracked *it, int sharing) {
    *it = (struct tracked){0};
    snprintf(it->file_path, sizeof it->file_path, "%s/ram", folder);
    snprintf(it->image_path, sizeof it->image_path, "%s/image", folder);
    unlink(it->file_path);
    it->file = open(it->file_path, O_RDWR | O_CREAT, 0600);
    CHECK(it->file >= 0 && ftruncate(it->file, BYTES) == 0, "%s", strerror(errno));
    it->guest.bytes = BYTES;
    it->guest.ram = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, sharing, it->file, 0);
    CHECK(it->guest.ram != MAP_FAILED, "%s", strerror(errno));
    it->frozen = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(it->frozen != MAP_FAILED, "%s", strerror(errno));
    for (int i = 0; i < 2; i++) {
        it->address[i] = (uint64_t)(uintptr_t)it->guest.ram + i * HALF + LEAD;
        it->length[i] = HALF - LEAD - TAIL;
        it->offset[i] = OFFSET + i * HALF;
    }
}

static int prepare(struct tracked *it, uint64_t staging) {
    struct rs_track_options options = {
        .staging_bytes = staging, .settled_ns = 2000000, .direct_io = 1};
    unlink(it->image_path);
    it->image = open(it->image_path, O_RDWR | O_CREAT, 0600);
    CHECK(it->image >= 0, "%s", strerror(errno));
    CHECK(ftruncate(it->image, OFFSET + BYTES) == 0, "%s", strerror(errno));
    it->track = NULL;
    return rs_track_open(&options, 2, it->address, it->length, it->offset, it->image_path,
                         &it->track, it->failure);
}

static void close_track(struct tracked *it) {
    if (it->track)
        rs_track_close(it->track);
    it->track = NULL;
    close(it->image);
    saving_check_nothing_protected();
}

static void drop(struct tracked *it) {
    guest_unmap(&it->guest);
    munmap(it->frozen, BYTES);
    close(it->file);
    unlink(it->file_path);
    unlink(it->image_path);
}

/* Every byte, kind and checksum against the freeze. */
static void verify(struct tracked *it) {
    static uint8_t page[PAGE], zero[PAGE];
    for (uint32_t block = 0; block < 2; block++) {
        const uint8_t *kinds = rs_track_kinds(it->track, block);
        const uint32_t *crcs = rs_track_crcs(it->track, block);
        uint8_t *frozen = it->frozen + block * HALF;
        memset(frozen, 0, LEAD);
        memset(frozen + HALF - TAIL, 0, TAIL);
        for (uint64_t at = 0; at < HALF; at += PAGE) {
            unsigned long i = at / PAGE;
            CHECK(pread(it->image, page, PAGE, (off_t)(it->offset[block] + at)) == PAGE, "%s",
                  strerror(errno));
            CHECK(memcmp(page, frozen + at, PAGE) == 0, "page %lu of block %u", i, block);
            bool stored = memcmp(page, zero, PAGE) != 0;
            CHECK(kinds[i] == stored, "page %lu of block %u", i, block);
            CHECK(crcs[i] == (stored ? rs_crc32c(page, PAGE) : 0), "page %lu of block %u", i,
                  block);
        }
    }
}

static uint64_t figure(struct tracked *it, enum rs_track_figure which) {
    return rs_track_figures(it->track)[which];
}

static void copy(struct tracked *it) {
    int result = rs_track_copy(it->track, it->failure);
    CHECK(!result, "%d in step %lu", result, (unsigned long)it->failure[0]);
}

static void freeze(struct tracked *it) {
    int result = rs_track_freeze(it->track, it->failure);
    CHECK(!result, "%d in step %lu", result, (unsigned long)it->failure[0]);
}

static void finish(struct tracked *it) {
    int result = rs_track_finish(it->track, it->failure);
    CHECK(!result, "%d in step %lu", result, (unsigned long)it->failure[0]);
}

static void images_are_the_freeze(int sharing, enum guest_order order) {
    struct tracked it;
    make(&it, sharing);
    guest_fill(&it.guest, 7);
    guest_start(&it.guest, 2, order);
    for (int i = 0; i < 6; i++) {
        CHECK(!prepare(&it, BYTES), "step %lu", (unsigned long)it.failure[0]);
        copy(&it);
        guest_await_writes(&it.guest, 50);
        guest_freeze(&it.guest);
        freeze(&it);
        guest_copy(&it.guest, it.frozen);
        guest_thaw(&it.guest);
        guest_await_writes(&it.guest, 50);
        CHECK(figure(&it, RS_TRACK_PAGES_FROZEN) > 0, "the guest wrote nothing");
        finish(&it);
        verify(&it);
        close_track(&it);
    }
    guest_stop(&it.guest);
    drop(&it);
}

/* Written pages that the kernel takes out of the page table before they are looked for. */
static void evicted_pages_are_found(void) {
    struct tracked it;
    make(&it, MAP_SHARED);
    guest_fill(&it.guest, 8);
    CHECK(!prepare(&it, BYTES), "step %lu", (unsigned long)it.failure[0]);
    copy(&it);
    memset(it.guest.ram + 5 * PAGE, 3, 10 * PAGE);
    CHECK(msync(it.guest.ram, BYTES, MS_SYNC) == 0, "%s", strerror(errno));
    madvise(it.guest.ram, BYTES, MADV_PAGEOUT);
    /* A whole page of the page table, which the kernel frees then (Linux 6.14). */
    memset(it.guest.ram + 4 * GUEST_MIB, 4, 4 * GUEST_MIB);
    CHECK(madvise(it.guest.ram + 4 * GUEST_MIB, 4 * GUEST_MIB, MADV_DONTNEED) == 0, "%s",
          strerror(errno));
    freeze(&it);
    CHECK(figure(&it, RS_TRACK_PAGES_FROZEN) >= 10 + 4 * GUEST_MIB / PAGE,
          "all written pages are among the %lu", (unsigned long)figure(&it, RS_TRACK_PAGES_FROZEN));
    finish(&it);
    guest_copy(&it.guest, it.frozen);
    verify(&it);
    close_track(&it);
    drop(&it);
}

static void pages_become_zero_and_back(void) {
    struct tracked it;
    make(&it, MAP_SHARED);
    guest_fill_some(&it.guest, 9);
    memset(it.guest.ram + 10 * PAGE, 1, 4 * PAGE);
    memset(it.guest.ram + 20 * PAGE, 0, 4 * PAGE);
    CHECK(!prepare(&it, BYTES), "step %lu", (unsigned long)it.failure[0]);
    copy(&it);
    memset(it.guest.ram + 11 * PAGE, 0, 2 * PAGE);
    memset(it.guest.ram + 21 * PAGE, 1, 2 * PAGE);
    freeze(&it);
    guest_copy(&it.guest, it.frozen);
    memset(it.guest.ram, 5, BYTES); /* what comes after the freeze is no part of it */
    finish(&it);
    verify(&it);
    close_track(&it);
    drop(&it);
}

static void expect(struct tracked *it, int result, enum rs_track_step step) {
    CHECK(result < 0, "it went well");
    CHECK(it->failure[0] == step, "step %lu instead of %d", (unsigned long)it->failure[0], step);
    close_track(it);
}

static void changes_behind_its_back_are_refused(void) {
    struct tracked it;
    make(&it, MAP_SHARED);
    guest_fill(&it.guest, 10);

    CHECK(!prepare(&it, BYTES), "step %lu", (unsigned long)it.failure[0]);
    copy(&it);
    CHECK(pwrite(it.file, "x", 1, 12345) == 1, "%s", strerror(errno));
    expect(&it, rs_track_freeze(it.track, it.failure), RS_TRACK_MODIFIED);

    CHECK(!prepare(&it, BYTES), "step %lu", (unsigned long)it.failure[0]);
    CHECK(fallocate(it.file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 8 * PAGE) == 0, "%s",
          strerror(errno));
    expect(&it, rs_track_copy(it.track, it.failure), RS_TRACK_MODIFIED);

    void *alias = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, it.file, BYTES / 2);
    CHECK(alias != MAP_FAILED, "%s", strerror(errno));
    expect(&it, prepare(&it, BYTES), RS_TRACK_ALIAS);
    munmap(alias, PAGE);
    alias = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, it.file, BYTES / 2);
    CHECK(!prepare(&it, BYTES), "a mapping that nobody can write to is no alias");
    munmap(alias, PAGE);

    /* A guest that touches such memory is killed; only the capture may find out. */
    CHECK(ftruncate(it.file, BYTES / 2) == 0, "%s", strerror(errno));
    expect(&it, rs_track_copy(it.track, it.failure), RS_TRACK_READ);
    drop(&it);
}

static void a_file_truncated_in_the_end_is_noticed(void) {
    struct tracked it;
    make(&it, MAP_SHARED);
    guest_fill(&it.guest, 11);
    CHECK(!prepare(&it, BYTES), "step %lu", (unsigned long)it.failure[0]);
    copy(&it);
    CHECK(ftruncate(it.file, BYTES - PAGE) == 0, "%s", strerror(errno));
    int result = rs_track_freeze(it.track, it.failure);
    CHECK(it.failure[0] == RS_TRACK_MODIFIED || it.failure[0] == RS_TRACK_READ, "step %lu",
          (unsigned long)it.failure[0]);
    expect(&it, result, (enum rs_track_step)it.failure[0]);
    drop(&it);
}

static void too_fast_a_guest_is_refused(void) {
    struct tracked it;
    make(&it, MAP_SHARED);
    guest_fill(&it.guest, 12);
    CHECK(!prepare(&it, 4 * PAGE), "step %lu", (unsigned long)it.failure[0]);
    copy(&it);
    memset(it.guest.ram + 9 * PAGE, 1, 5 * PAGE);
    int result = rs_track_freeze(it.track, it.failure);
    CHECK(figure(&it, RS_TRACK_PAGES_FROZEN) == 5, "%lu pages",
          (unsigned long)figure(&it, RS_TRACK_PAGES_FROZEN));
    expect(&it, result, RS_TRACK_TOO_MUCH);

    CHECK(!prepare(&it, PAGE), "step %lu", (unsigned long)it.failure[0]);
    guest_start(&it.guest, 2, GUEST_RANDOM);
    do { /* the guest may not have had a core just then */
        close_track(&it);
        CHECK(!prepare(&it, PAGE), "step %lu", (unsigned long)it.failure[0]);
        result = rs_track_copy(it.track, it.failure);
        if (!result)
            result = rs_track_freeze(it.track, it.failure);
    } while (!result);
    CHECK(it.failure[0] == RS_TRACK_DIVERGES || it.failure[0] == RS_TRACK_TOO_MUCH, "step %lu",
          (unsigned long)it.failure[0]);
    expect(&it, result, (enum rs_track_step)it.failure[0]);
    guest_await_writes(&it.guest, 1000);
    guest_stop(&it.guest);
    drop(&it);
}

static void *stop_soon(void *track) {
    usleep(20000);
    rs_track_stop(track);
    return NULL;
}

static void it_stops_when_asked(void) {
    struct tracked it;
    make(&it, MAP_SHARED);
    guest_fill(&it.guest, 13);
    struct rs_track_options slow = {
        .staging_bytes = PAGE, .settled_ns = 2000000, .rate = 1000000, .direct_io = 1};
    CHECK(!prepare(&it, PAGE), "step %lu", (unsigned long)it.failure[0]);
    rs_track_close(it.track);
    CHECK(!rs_track_open(&slow, 2, it.address, it.length, it.offset, it.image_path, &it.track,
                         it.failure),
          "step %lu", (unsigned long)it.failure[0]);
    pthread_t stopper;
    CHECK(!pthread_create(&stopper, NULL, stop_soon, it.track), "no thread");
    int result = rs_track_copy(it.track, it.failure);
    pthread_join(stopper, NULL);
    expect(&it, result, RS_TRACK_STOPPED);
    drop(&it);
}

int main(int count, char **arguments) {
    folder = count > 1 ? arguments[1] : "/tmp";
    rs_crc32c_init();
    struct tracked it;
    make(&it, MAP_SHARED);
    int able = rs_can_track(it.address[0], it.length[0]);
    drop(&it);
    if (able == -EINVAL) {
        printf("SKIPPED track: this kernel has no UFFD_FEATURE_WP_ASYNC (Linux 6.7)\n");
        return 0;
    }
    CHECK(!able, "%s", strerror(-able));
    TRY(120, "images of a shared mapping, written in order");
    images_are_the_freeze(MAP_SHARED, GUEST_SEQUENTIAL);
    TRY(120, "images of a shared mapping, written at random");
    images_are_the_freeze(MAP_SHARED, GUEST_RANDOM);
    TRY(120, "images of a private mapping");
    images_are_the_freeze(MAP_PRIVATE, GUEST_RANDOM);
    TRY(60, "written pages evicted before the freeze");
    evicted_pages_are_found();
    TRY(60, "pages that become zero, and others that do not stay so");
    pages_become_zero_and_back();
    TRY(60, "a file that is written, punched, mapped twice, truncated");
    changes_behind_its_back_are_refused();
    TRY(60, "a file truncated before the freeze");
    a_file_truncated_in_the_end_is_noticed();
    TRY(60, "more written than the staging memory holds");
    too_fast_a_guest_is_refused();
    TRY(60, "stopped while it copies");
    it_stops_when_asked();
    return 0;
}
