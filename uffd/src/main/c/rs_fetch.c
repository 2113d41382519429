#define _GNU_SOURCE
#include "rs_fetch.h"

#include <errno.h>
#include <sched.h>
#include <sys/uio.h>
#include <unistd.h>

/* Pages between two yields, as in rs_pages.c. */
#define BITE 128

int rs_fetch(void *to, uint64_t from, uint64_t bytes) {
    for (uint64_t done = 0; done < bytes;) {
        struct iovec local = {(char *)to + done, bytes - done};
        struct iovec remote = {(void *)(uintptr_t)(from + done), bytes - done};
        ssize_t got = process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
        if (got <= 0)
            return got < 0 ? -errno : -EFAULT;
        done += (uint64_t)got;
    }
    return 0;
}

int rs_fetch_pages(uint8_t *to, uint64_t from, uint32_t count, const uint8_t *present,
                   uint64_t page_bytes, bool yielding) {
    uint32_t most = yielding ? BITE : count;
    for (uint32_t at = 0; at < count;) {
        uint32_t end = at;
        bool there = !present || present[at];
        while (end < count && end - at < most && (!present || present[end] == there))
            end++;
        int result =
            there ? rs_fetch(to + at * page_bytes, from + at * page_bytes, (end - at) * page_bytes)
                  : 0;
        if (result)
            return result;
        at = end;
        if (yielding)
            sched_yield();
    }
    return 0;
}
