/* Snapshots of a guest that goes on writing, by every way a page can take into the file. */
#include "check.h"
#include "saving.h"

#define RAM (32 * GUEST_MIB)

static const char *folder;

static void writes_on(const char *what, uint32_t threads, enum guest_order order,
                      struct rs_options options, int rounds) {
    struct guest guest;
    TRY(120, "%s", what);
    guest_map(&guest, RAM);
    guest_fill(&guest, 1);
    guest_start(&guest, threads, order);
    for (int i = 0; i < rounds; i++)
        saving_succeeds(&guest, &options, folder);
    guest_stop(&guest);
    guest_unmap(&guest);
}

static void increments_on(const char *what, uint32_t threads, enum guest_order order,
                          struct rs_options options, int increments) {
    struct guest guest;
    TRY(120, "%s", what);
    guest_map(&guest, RAM);
    guest_fill_some(&guest, 3);
    guest_start(&guest, threads, order);
    saving_succeeds_on(&guest, options, folder, increments);
    guest_stop(&guest);
    guest_unmap(&guest);
}

static void sparse(const char *what, bool old_pagemap, struct rs_options options) {
    struct guest guest;
    TRY(120, "%s", what);
    options.old_pagemap = old_pagemap;
    for (uint64_t seed = 1; seed <= 2; seed++) {
        guest_map(&guest, RAM);
        guest_fill_some(&guest, seed);
        guest_start(&guest, 2, GUEST_RANDOM);
        saving_succeeds(&guest, &options, folder);
        guest_stop(&guest);
        guest_unmap(&guest);
    }
}

int main(int count, char **arguments) {
    CHECK(count == 2, "snapshot_test FOLDER");
    folder = arguments[1];
    struct rs_options large = saving_options(16), small = saving_options(2),
                      least = saving_options(1), buffered = saving_options(2);
    buffered.direct_io = 0;
    writes_on("one thread from page to page", 1, GUEST_SEQUENTIAL, large, 2);
    writes_on("two threads here and there", 2, GUEST_RANDOM, large, 2);
    writes_on("two threads, a pool of two slots", 2, GUEST_RANDOM, small, 2);
    writes_on("two threads, a pool of one slot", 2, GUEST_SEQUENTIAL, least, 2);
    writes_on("two threads, without O_DIRECT", 2, GUEST_RANDOM, buffered, 1);
    small.rate = least.rate = 64 * GUEST_MIB;
    writes_on("two threads, a slow disk", 2, GUEST_RANDOM, small, 1);
    writes_on("one thread, a slow disk, a pool of one slot", 1, GUEST_RANDOM, least, 1);
    increments_on("increments, one thread from page to page", 1, GUEST_SEQUENTIAL, large, 3);
    increments_on("increments, two threads, a pool of two slots", 2, GUEST_RANDOM,
                  saving_options(2), 3);
    increments_on("increments, two threads, a pool of one slot", 2, GUEST_SEQUENTIAL,
                  saving_options(1), 2);
    sparse("RAM with holes and zeros", false, large);
    sparse("RAM with holes and zeros, without PAGEMAP_SCAN", true, saving_options(2));
    saving_fragile[0] = saving_fragile[1] = 1;
    writes_on("fragile memory, one thread", 1, GUEST_SEQUENTIAL, large, 1);
    writes_on("fragile memory, two threads, a pool of two slots", 2, GUEST_RANDOM,
              saving_options(2), 1);
    writes_on("fragile memory, two threads, a pool of one slot", 2, GUEST_SEQUENTIAL,
              saving_options(1), 2);
    sparse("fragile memory with holes and zeros", false, saving_options(1));
    increments_on("increments of fragile memory", 2, GUEST_RANDOM, saving_options(2), 2);
    return 0;
}
