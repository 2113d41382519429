/* rs_pagemap: what is populated, by PAGEMAP_SCAN and by the table. */
#include <string.h>
#include <sys/mman.h>

#include "check.h"
#include "rs_pagemap.h"

#define PAGE ((uint64_t)4096)
#define PAGES 3000

struct found {
    uint64_t start;
    uint64_t last; /* end of the run before */
    uint8_t page[PAGES];
    int stop_after; /* runs, or -1 */
};

static int note(void *context, const struct rs_run *run) {
    struct found *found = context;
    CHECK(run->start < run->end && run->start >= found->last, "runs out of order");
    found->last = run->end;
    memset(found->page + (run->start - found->start) / PAGE, 1, (run->end - run->start) / PAGE);
    return found->stop_after >= 0 && found->stop_after-- == 0 ? 42 : 0;
}

static void scan(int pagemap, uint8_t *memory, bool old_way, const uint8_t *expected) {
    uint64_t start = (uintptr_t)memory;
    static struct found found;
    found = (struct found){.start = start, .stop_after = -1};
    int result = rs_pagemap_scan(pagemap, start, start + PAGES * PAGE, old_way, note, &found);
    CHECK(result == 0, "%s", strerror(-result));
    for (int i = 0; i < PAGES; i++)
        CHECK(found.page[i] == expected[i], "page %d: %d", i, found.page[i]);
    found = (struct found){.start = start, .stop_after = 1};
    result = rs_pagemap_scan(pagemap, start, start + PAGES * PAGE, old_way, note, &found);
    CHECK(result == 42, "the second run's answer did not end it: %d", result);
}

int main(void) {
    static uint8_t expected[PAGES];
    uint8_t *memory =
        mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(memory != MAP_FAILED, "no memory");
    madvise(memory, PAGES * PAGE, MADV_NOHUGEPAGE);
    for (uint64_t i = 0; i < PAGES; i++) {
        /* Long runs first, then more short ones than one call returns. */
        expected[i] = i < 1000 ? i % 600 < 300 : i % 2;
        if (expected[i])
            ((volatile uint8_t *)memory)[i * PAGE] = 0;
    }
    int pagemap = rs_pagemap_open();
    CHECK(pagemap >= 0, "%s", strerror(-pagemap));
    TRY(10, "by PAGEMAP_SCAN, where the kernel has it");
    scan(pagemap, memory, false, expected);
    TRY(10, "by the table");
    scan(pagemap, memory, true, expected);
    TRY(10, "pages that were only read");
    for (uint64_t i = 0; i < PAGES; i++)
        (void)((volatile uint8_t *)memory)[i * PAGE];
    scan(pagemap, memory, false, expected);
    close(pagemap);
    munmap(memory, PAGES * PAGE);
    return 0;
}
