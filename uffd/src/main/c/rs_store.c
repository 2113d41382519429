#define _GNU_SOURCE
#include "rs_store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "rs_fetch.h"
#include "rs_guard.h"

/* The smallest page there is: what is written by one system call. */
#define STEP ((uint64_t)4096)

struct store {
    uint64_t to;
    const uint8_t *from; /* NULL: zeros */
    uint64_t bytes;
};

static void copy(void *context) {
    const struct store *store = context;
    if (store->from)
        memcpy((void *)(uintptr_t)store->to, store->from, store->bytes);
    else
        memset((void *)(uintptr_t)store->to, 0, store->bytes);
}

static bool copied(struct store *store) {
    return rs_guarded(store->to, store->to + store->bytes, copy, store);
}

static bool forced(int memory, const struct store *store) {
    static const uint8_t zeros[STEP];
    const uint8_t *from = store->from ? store->from : zeros;
    return memory >= 0 &&
           pwrite(memory, from, store->bytes, (off_t)store->to) == (ssize_t)store->bytes;
}

/* Page by page: which of them may be written can change from one to the next, and meanwhile. */
static int store_pages(const struct store *all, uint64_t *failed) {
    int memory = open("/proc/self/mem", O_RDWR | O_CLOEXEC), result = 0;
    for (uint64_t done = 0; done < all->bytes && !result;) {
        struct store part = {all->to + done, all->from ? all->from + done : NULL,
                             STEP - (all->to + done) % STEP};
        if (part.bytes > all->bytes - done)
            part.bytes = all->bytes - done;
        if (!copied(&part) && !forced(memory, &part)) {
            *failed = part.to;
            result = rs_refusal(part.to, true);
        }
        done += part.bytes;
    }
    if (memory >= 0)
        close(memory);
    return result;
}

int rs_store(uint64_t to, const void *from, uint64_t bytes, uint64_t *failed) {
    struct store all = {to, from, bytes};
    rs_guard_open();
    return copied(&all) ? 0 : store_pages(&all, failed);
}
