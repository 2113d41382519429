/*
 * rs_clear: memory of every kind reads as zeros, also what only a file or another process has put
 * there; and memory that nobody has touched is not populated for it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "check.h"
#include "rs_snapshot.h"

#define PAGE ((uint64_t)4096)
#define PAGES ((uint64_t)3000) /* more than one batch */
#define BYTES (PAGES * PAGE)

static const char *folder;

static uint8_t *map(int flags, int fd) {
    uint8_t *memory = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, flags, fd, 0);
    CHECK(memory != MAP_FAILED, "%s", strerror(errno));
    return memory;
}

/* A file full of sevens, in memory or on disk, which this process has not mapped. */
static int sevens(bool in_memory) {
    static uint8_t content[BYTES];
    char path[4096];
    snprintf(path, sizeof path, "%s/sevens", folder);
    int fd = in_memory ? memfd_create("sevens", MFD_CLOEXEC)
                       : open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    memset(content, 7, sizeof content);
    CHECK(fd >= 0 && pwrite(fd, content, sizeof content, 0) == (ssize_t)sizeof content, "%s",
          strerror(errno));
    CHECK(in_memory || unlink(path) == 0, "%s", strerror(errno));
    return fd;
}

static void check_range(const uint8_t *memory, uint64_t from, uint64_t to, uint8_t outside) {
    for (uint64_t i = 0; i < BYTES; i++)
        CHECK(memory[i] == (i >= from && i < to ? 0 : outside), "byte %lu is %d", i, memory[i]);
}

/* All but a few bytes at both ends, which are in the middle of pages. */
static void clears(uint8_t *memory, uint8_t outside) {
    uint64_t from = PAGE + 100, to = BYTES - PAGE - 100, failed;
    int result = rs_clear((uintptr_t)memory + from, to - from, &failed);
    CHECK(result == 0, "%s", strerror(-result));
    check_range(memory, from, to, outside);
    CHECK(munmap(memory, BYTES) == 0, "%s", strerror(errno));
}

static void file_behind(bool in_memory, int flags, bool locked) {
    int fd = sevens(in_memory);
    uint8_t *memory = map(flags, fd);
    CHECK(!locked || mlock2(memory, BYTES, MLOCK_ONFAULT) == 0, "%s", strerror(errno));
    clears(memory, 7);
    close(fd);
}

static uint64_t populated(const uint8_t *memory) {
    int64_t bytes = rs_populated_bytes((uintptr_t)memory, BYTES);
    CHECK(bytes >= 0, "%s", strerror((int)-bytes));
    return (uint64_t)bytes;
}

/* A few pages have been written, and some only read. */
static void not_populated(int flags) {
    uint8_t *memory = map(flags, -1);
    CHECK(madvise(memory, BYTES, MADV_NOHUGEPAGE) == 0, "%s", strerror(errno));
    uint64_t failed;
    for (uint64_t i = 100; i < 110; i++)
        memory[i * PAGE + 5] = 7;
    int sum = 0;
    for (uint64_t i = 200; i < 210; i++)
        sum += ((volatile uint8_t *)memory)[i * PAGE];
    uint64_t before = populated(memory);
    int result = rs_clear((uintptr_t)memory, BYTES, &failed);
    CHECK(result == 0 && sum == 0, "%s", strerror(-result));
    CHECK(populated(memory) <= before, "%lu bytes, %lu before", populated(memory), before);
    check_range(memory, 0, BYTES, 0);
    CHECK(munmap(memory, BYTES) == 0, "%s", strerror(errno));
}

int main(int count, char **arguments) {
    folder = count > 1 ? arguments[1] : "/tmp";
    for (int in_memory = 0; in_memory < 2; in_memory++) {
        const char *kind = in_memory ? "in memory" : "on disk";
        TRY(60, "a file %s, mapped shared, and not touched", kind);
        file_behind(in_memory, MAP_SHARED, false);
        TRY(60, "a file %s, mapped shared and locked, and not touched", kind);
        file_behind(in_memory, MAP_SHARED, true);
        TRY(60, "a file %s, mapped private, and not touched", kind);
        file_behind(in_memory, MAP_PRIVATE, false);
    }
    TRY(60, "memory without a file, and shared memory without a name");
    not_populated(MAP_PRIVATE | MAP_ANONYMOUS);
    not_populated(MAP_SHARED | MAP_ANONYMOUS);
    return 0;
}
