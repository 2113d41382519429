/*
 * Memory that is taken away in the middle of a snapshot, behind the engine's back: no harm where
 * it had been saved, a failure where it had not, and nobody hangs. And arrays, which have no
 * address before the freeze.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "check.h"
#include "rs_clock.h"
#include "saving.h"

#define RAM (16 * GUEST_MIB)
#define MOST 4

static const char *folder;

/* Blocks, each with a copy of what it held at the freeze. */
struct blocks {
    uint32_t count;
    uint64_t address[MOST]; /* at the freeze */
    uint64_t length[MOST];
    uint64_t offset[MOST];
    uint64_t fragile[MOST];
    uint64_t given[MOST]; /* to rs_snapshot_prepare: 0 for an array */
    uint8_t *frozen[MOST];
    struct rs_snapshot *snapshot;
    char path[4096];
};

static uint64_t pages_of(uint64_t lead, uint64_t length) {
    return (lead + length + GUEST_PAGE - 1) / GUEST_PAGE;
}

static void add(struct blocks *blocks, uint64_t address, uint64_t length, bool array,
                bool fragile) {
    uint32_t i = blocks->count++;
    blocks->address[i] = address;
    blocks->length[i] = length;
    blocks->given[i] = array ? 0 : address;
    blocks->fragile[i] = fragile;
    blocks->offset[i] =
        i ? blocks->offset[i - 1] + pages_of(GUEST_PAGE - 1, blocks->length[i - 1]) * GUEST_PAGE
          : GUEST_PAGE;
}

static void prepare(struct blocks *blocks, const struct rs_options *options) {
    static int count;
    uint64_t failure[2];
    snprintf(blocks->path, sizeof blocks->path, "%s/%d-%d.part", folder, getpid(), count++);
    saving_create(blocks->path);
    int result =
        rs_snapshot_prepare(options, blocks->count, blocks->given, blocks->length, blocks->offset,
                            blocks->fragile, blocks->path, &blocks->snapshot, failure);
    CHECK(result == 0, "step %d: %s", (int)failure[0], strerror(-result));
}

static int arm(struct blocks *blocks) {
    for (uint32_t i = 0; i < blocks->count; i++) {
        blocks->frozen[i] = malloc(blocks->length[i]);
        CHECK(blocks->frozen[i], "no memory");
        struct guest part = {.ram = (uint8_t *)blocks->address[i],
                             .bytes = blocks->length[i] & ~(uint64_t)7};
        guest_copy(&part, blocks->frozen[i]);
    }
    return rs_snapshot_arm(blocks->snapshot, blocks->address);
}

static enum rs_phase await(struct blocks *blocks) {
    while (rs_snapshot_wait(blocks->snapshot, 1000) <= RS_ARMED) {
    }
    rs_snapshot_settle(blocks->snapshot);
    saving_check_nothing_protected();
    return rs_snapshot_phase(blocks->snapshot);
}

static uint64_t figure(struct blocks *blocks, enum rs_figure which) {
    return rs_figure(rs_snapshot_figures(blocks->snapshot), which);
}

static void verify(struct blocks *blocks) {
    int fd = open(blocks->path, O_RDONLY | O_CLOEXEC);
    CHECK(fd >= 0, "%s: %s", blocks->path, strerror(errno));
    for (uint32_t i = 0; i < blocks->count; i++) {
        uint64_t lead = blocks->address[i] % GUEST_PAGE, length = blocks->length[i];
        CHECK(rs_snapshot_address(blocks->snapshot, i) == blocks->address[i], "block %u", i);
        CHECK(rs_snapshot_pages(blocks->snapshot, i) == pages_of(lead, length), "block %u", i);
        uint8_t *found = malloc(length);
        CHECK(found &&
                  pread(fd, found, length, (off_t)(blocks->offset[i] + lead)) == (ssize_t)length,
              "block %u: %s", i, strerror(errno));
        for (uint64_t at = 0; at < (length & ~(uint64_t)7); at++)
            CHECK(found[at] == blocks->frozen[i][at], "block %u byte %d: %d, at the freeze %d", i,
                  (int)at, found[at], blocks->frozen[i][at]);
        free(found);
    }
    close(fd);
}

static void close_all(struct blocks *blocks) {
    rs_snapshot_cancel(blocks->snapshot);
    rs_snapshot_settle(blocks->snapshot);
    rs_snapshot_close(blocks->snapshot);
    unlink(blocks->path);
    for (uint32_t i = 0; i < blocks->count; i++)
        free(blocks->frozen[i]);
}

static void done(struct blocks *blocks) {
    enum rs_phase phase = await(blocks);
    CHECK(phase == RS_DONE && !figure(blocks, RS_LOST), "phase %d, step %d, %s, lost %d", phase,
          (int)figure(blocks, RS_FAILED_STEP), strerror((int)figure(blocks, RS_FAILED_ERROR)),
          (int)figure(blocks, RS_LOST));
    verify(blocks);
    close_all(blocks);
}

/* Not a wrong image, and it says which block it was. */
static void lost(struct blocks *blocks, uint64_t which) {
    enum rs_phase phase = await(blocks);
    uint64_t step = figure(blocks, RS_FAILED_STEP);
    CHECK(phase == RS_FAILED, "phase %d", phase);
    CHECK(step == RS_STEP_LOST || step == RS_STEP_RELEASE || step == RS_STEP_FETCH, "step %d",
          (int)step);
    CHECK(figure(blocks, RS_FAILED_BLOCK) == which, "block %d",
          (int)figure(blocks, RS_FAILED_BLOCK));
    close_all(blocks);
}

/* --- arrays ------------------------------------------------------------------------------- */

/* Blocks in no order of addresses, arrays among them, with every kind of lead. */
static void placed(uint64_t slots, uint64_t lead) {
    struct guest guest;
    struct rs_options options = saving_options(slots);
    struct blocks blocks = {0};
    guest_map(&guest, RAM);
    guest_fill(&guest, lead + 1);
    uint64_t ram = (uintptr_t)guest.ram;
    add(&blocks, ram + 10 * GUEST_MIB + lead, 5 * GUEST_MIB, true, true);
    add(&blocks, ram + 7 * GUEST_MIB + 16, GUEST_MIB + 9999, false, false);
    add(&blocks, ram + 9 * GUEST_MIB + lead, 300001, true, true);
    add(&blocks, ram + lead, 6 * GUEST_MIB + 8, true, true);
    prepare(&blocks, &options);
    CHECK(rs_snapshot_address(blocks.snapshot, 0) == 0, "an address before the freeze");
    CHECK(rs_snapshot_collapse(blocks.snapshot, blocks.address) == 0, "collapsing");
    guest_start(&guest, 2, GUEST_RANDOM);
    guest_await_writes(&guest, 100);
    guest_freeze(&guest);
    CHECK(arm(&blocks) == 0, "arming");
    guest_thaw(&guest);
    guest_await_writes(&guest, 100);
    done(&blocks);
    guest_stop(&guest);
    guest_unmap(&guest);
}

static void placed_twice(void) {
    struct guest guest;
    struct rs_options options = saving_options(1);
    struct blocks blocks = {0};
    guest_map(&guest, RAM);
    guest_fill(&guest, 1);
    add(&blocks, (uintptr_t)guest.ram, 4 * GUEST_MIB, true, true);
    add(&blocks, (uintptr_t)guest.ram + 2 * GUEST_MIB, 4 * GUEST_MIB, true, true);
    prepare(&blocks, &options);
    CHECK(arm(&blocks) == -EEXIST, "armed");
    CHECK(await(&blocks) == RS_FAILED && figure(&blocks, RS_FAILED_STEP) == RS_STEP_PLACE,
          "step %d", (int)figure(&blocks, RS_FAILED_STEP));
    close_all(&blocks);
    guest_write_every_page(&guest);
    guest_unmap(&guest);
}

struct cancelling {
    struct rs_snapshot *snapshot;
    useconds_t after_us;
};

static void *cancel(void *argument) {
    struct cancelling *cancelling = argument;
    usleep(cancelling->after_us);
    rs_snapshot_cancel(cancelling->snapshot);
    return NULL;
}

/* While arrays are placed, protected, saved. */
static void cancelled(unsigned round) {
    struct guest guest;
    struct rs_options options = saving_options(1 + round % 2);
    struct blocks blocks = {0};
    pthread_t thread;
    guest_map(&guest, RAM);
    guest_fill(&guest, 1);
    for (uint32_t i = 0; i < MOST; i++)
        add(&blocks, (uintptr_t)guest.ram + (3 - i) * 4 * GUEST_MIB, 4 * GUEST_MIB, true, true);
    options.rate = 100 * GUEST_MIB;
    prepare(&blocks, &options);
    struct cancelling cancelling = {blocks.snapshot, round * 97 % 1500};
    CHECK(pthread_create(&thread, NULL, cancel, &cancelling) == 0, "no thread");
    usleep(500);
    for (uint32_t i = 0; i < blocks.count; i++)
        blocks.frozen[i] = NULL;
    int armed = rs_snapshot_arm(blocks.snapshot, blocks.address);
    guest_write_every_page(&guest);
    pthread_join(thread, NULL);
    enum rs_phase phase = await(&blocks);
    CHECK(phase == RS_CANCELLED || (phase == RS_DONE && !armed), "phase %d", phase);
    close_all(&blocks);
    guest_unmap(&guest);
}

/* --- memory that is taken away -------------------------------------------------------------- */

enum taking { UNMAPPED, REPLACED, DISCARDED, MOVED, EMPTIED, PART_UNMAPPED };

static const char *const taking_name[] = {"unmapped",   "replaced", "discarded",
                                          "moved away", "emptied",  "unmapped in part"};

struct taken {
    uint8_t *at;
    uint64_t bytes;
    enum taking how;
    void *moved; /* where it is now */
    _Atomic bool gone;
};

/* On a thread of its own: whoever takes memory away waits until the engine has read of it. */
static void *take_away(void *argument) {
    struct taken *taken = argument;
    int result = 0;
    void *at = taken->at;
    switch (taken->how) {
    case UNMAPPED:
        result = munmap(at, taken->bytes);
        break;
    case PART_UNMAPPED:
        result = munmap(taken->at + 5 * GUEST_PAGE, GUEST_PAGE);
        break;
    case REPLACED:
        result = mmap(at, taken->bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == at
                     ? 0
                     : -1;
        break;
    case DISCARDED:
        result = madvise(at, taken->bytes, MADV_DONTNEED);
        break;
    case MOVED:
    case EMPTIED:
        taken->moved =
            mremap(at, taken->bytes, taken->bytes,
                   MREMAP_MAYMOVE | (taken->how == EMPTIED ? MREMAP_DONTUNMAP : 0), NULL);
        if (taken->how == MOVED) { /* it may have stayed where it was */
            void *other = mmap(NULL, taken->bytes, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            taken->moved = mremap(taken->moved, taken->bytes, taken->bytes,
                                  MREMAP_MAYMOVE | MREMAP_FIXED, other);
        }
        result = taken->moved == MAP_FAILED ? -1 : 0;
        break;
    }
    CHECK(result == 0, "%s: %s", taking_name[taken->how], strerror(errno));
    atomic_store(&taken->gone, true);
    return NULL;
}

static void take(struct taken *taken) {
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, take_away, taken) == 0, "no thread");
    pthread_join(thread, NULL);
    /* It is no longer protected where it is now. */
    if (taken->moved) {
        struct guest moved = {.ram = taken->moved, .bytes = taken->bytes};
        guest_write_every_page(&moved);
        munmap(taken->moved, taken->bytes);
    }
}

/*
 * The second block, of which part is taken away, comes last in a slow snapshot, or has been saved
 * before, for its chunks were written to.
 */
static void taken_away(enum taking how, bool saved, bool fragile) {
    struct guest kept, guest;
    struct rs_options options = saving_options(8);
    struct blocks blocks = {0};
    guest_map(&kept, RAM);
    guest_map(&guest, RAM);
    guest_fill(&kept, 1);
    guest_fill(&guest, 2);
    options.rate = saved ? 8 * GUEST_MIB : 4 * GUEST_MIB;
    add(&blocks, (uintptr_t)guest.ram, RAM, false, fragile);
    add(&blocks, (uintptr_t)kept.ram, RAM, false, fragile);
    prepare(&blocks, &options);
    guest_start(&kept, 1, GUEST_SEQUENTIAL);
    guest_freeze(&kept);
    CHECK(arm(&blocks) == 0, "arming");
    guest_thaw(&kept);
    struct taken taken = {.at = guest.ram, .bytes = RS_CHUNK_BYTES, .how = how};
    if (saved) {
        struct guest chunk = {.ram = guest.ram, .bytes = RS_CHUNK_BYTES};
        guest_write_every_page(&chunk);
    }
    CHECK(rs_snapshot_phase(blocks.snapshot) == RS_ARMED, "saved too early");
    take(&taken);
    if (saved) {
        CHECK(rs_snapshot_phase(blocks.snapshot) == RS_ARMED, "step %d",
              (int)figure(&blocks, RS_FAILED_STEP));
        rs_snapshot_cancel(blocks.snapshot);
        CHECK(await(&blocks) == RS_CANCELLED && !figure(&blocks, RS_LOST), "lost");
        close_all(&blocks);
    } else {
        lost(&blocks, 0);
    }
    guest_await_writes(&kept, 100);
    guest_stop(&kept);
    guest_write_last_page(&guest);
    munmap(guest.ram + RS_CHUNK_BYTES, RAM - RS_CHUNK_BYTES);
    munmap(guest.ram, RS_CHUNK_BYTES);
    guest_unmap(&kept);
}

/* What was saved first and is taken away then is in the image all the same. */
static void taken_after_it_was_saved(enum taking how, bool fragile) {
    struct guest guest;
    struct rs_options options = saving_options(2);
    struct blocks blocks = {0};
    guest_map(&guest, RAM);
    guest_fill(&guest, 3);
    options.rate = 40 * GUEST_MIB;
    add(&blocks, (uintptr_t)guest.ram, RAM, false, fragile);
    prepare(&blocks, &options);
    CHECK(arm(&blocks) == 0, "arming");
    struct guest chunk = {.ram = guest.ram, .bytes = RS_CHUNK_BYTES};
    guest_write_every_page(&chunk);
    struct taken taken = {.at = guest.ram, .bytes = RS_CHUNK_BYTES, .how = how};
    take(&taken);
    done(&blocks);
    munmap(guest.ram, RAM);
}

/* At any moment: the right image, or none. */
static void taken_any_time(unsigned round) {
    struct guest guest;
    enum taking how = (enum taking)(round % (PART_UNMAPPED + 1));
    struct rs_options options = saving_options(1 + round % 3);
    struct blocks blocks = {0};
    guest_map(&guest, RAM);
    guest_fill(&guest, round + 1);
    add(&blocks, (uintptr_t)guest.ram, RAM, round % 2, true);
    prepare(&blocks, &options);
    CHECK(arm(&blocks) == 0, "arming");
    usleep(round * 431 % 9000);
    struct taken taken = {
        .at = guest.ram + round % 8 * RS_CHUNK_BYTES, .bytes = RS_CHUNK_BYTES, .how = how};
    take(&taken);
    enum rs_phase phase = await(&blocks);
    if (phase == RS_DONE && !figure(&blocks, RS_LOST))
        verify(&blocks);
    else
        CHECK(phase == RS_FAILED || phase == RS_DONE, "phase %d", phase);
    close_all(&blocks);
    munmap(guest.ram, RAM);
}

/* Whether it could be armed: the engine may look at the news of it only once the freeze has begun.
 */
static bool try_discarded_before_the_freeze(void) {
    struct guest guest;
    struct rs_options options = saving_options(2);
    struct blocks blocks = {0};
    guest_map(&guest, RAM);
    guest_fill(&guest, 1);
    add(&blocks, (uintptr_t)guest.ram, RAM, false, false);
    prepare(&blocks, &options);
    struct taken taken = {.at = guest.ram, .bytes = RS_CHUNK_BYTES, .how = DISCARDED};
    take(&taken);
    bool armed = arm(&blocks) == 0;
    if (armed)
        done(&blocks);
    else
        lost(&blocks, 0);
    guest_unmap(&guest);
    return armed;
}

static void discarded_before_the_freeze(void) {
    int tries = 1;
    while (!try_discarded_before_the_freeze())
        CHECK(++tries < 100, "it was never armed");
}

static void unmapped_before_the_freeze(void) {
    struct guest guest;
    struct rs_options options = saving_options(2);
    struct blocks blocks = {0};
    guest_map(&guest, RAM);
    guest_fill(&guest, 1);
    add(&blocks, (uintptr_t)guest.ram, RAM, false, false);
    prepare(&blocks, &options);
    struct taken taken = {.at = guest.ram, .bytes = RS_CHUNK_BYTES, .how = PART_UNMAPPED};
    take(&taken);
    int armed = rs_snapshot_arm(blocks.snapshot, NULL); /* maybe before the engine has read of it */
    CHECK(armed == 0 || armed == -ECANCELED, "%s", strerror(-armed));
    lost(&blocks, 0);
    guest_unmap(&guest);
}

int main(int count, char **arguments) {
    CHECK(count == 2, "losing_test FOLDER");
    folder = arguments[1];
    TRY(120, "arrays, placed in the freeze");
    placed(16, 16);
    placed(2, 0);
    placed(1, 4088);
    TRY(30, "arrays that overlap");
    placed_twice();
    TRY(120, "arrays, cancelled at any moment");
    for (unsigned round = 0; round < 8; round++)
        cancelled(round);
    for (int how = UNMAPPED; how <= PART_UNMAPPED; how++) {
        TRY(120, "%s before it was saved", taking_name[how]);
        taken_away((enum taking)how, false, true);
        TRY(120, "%s after it was saved", taking_name[how]);
        taken_away((enum taking)how, true, true);
        taken_after_it_was_saved((enum taking)how, true);
        taken_after_it_was_saved((enum taking)how, false);
    }
    TRY(120, "ordinary memory, discarded before it was saved");
    taken_away(DISCARDED, false, false);
    TRY(120, "taken away at any moment");
    for (unsigned round = 0; round < 9; round++)
        taken_any_time(round);
    TRY(60, "discarded before the freeze");
    discarded_before_the_freeze();
    TRY(60, "unmapped before the freeze");
    unmapped_before_the_freeze();
    return 0;
}
