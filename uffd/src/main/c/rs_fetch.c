#define _GNU_SOURCE
#include "rs_fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef MADV_POPULATE_READ /* Linux 5.14 */
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

/* Pages between two yields, as in rs_pages.c. */
#define BITE 128

int rs_fetch_open(void) {
    return open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
}

int rs_refusal(uint64_t address, bool write) {
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    int advice = write ? MADV_POPULATE_WRITE : MADV_POPULATE_READ;
    if (madvise((void *)(address & ~(page - 1)), page, advice) == 0)
        return -EACCES; /* by now it may be accessed */
    return errno == EINVAL ? -EACCES : -EFAULT;
}

/*
 * What stands in a page that this process may not read, up to the end of that page. The kernel
 * reads it for a debugger, and so for us, whatever its protection: none is changed, as the host
 * may count on it. How many bytes, or -errno.
 */
static int64_t fetch_protected(int memory, void *to, uint64_t from, uint64_t bytes) {
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), left = page - from % page;
    ssize_t got = memory < 0 ? -1 : pread(memory, to, left < bytes ? left : bytes, (off_t)from);
    if (got > 0)
        return got;
    return rs_refusal(from, false);
}

int rs_fetch(int memory, void *to, uint64_t from, uint64_t bytes, uint64_t *failed) {
    for (uint64_t done = 0; done < bytes;) {
        struct iovec local = {(char *)to + done, bytes - done};
        struct iovec remote = {(void *)(uintptr_t)(from + done), bytes - done};
        int64_t got = process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
        if (got == 0 || (got < 0 && errno == EFAULT))
            got = fetch_protected(memory, (char *)to + done, from + done, bytes - done);
        else if (got < 0)
            got = -errno;
        if (got < 0) {
            *failed = from + done;
            return (int)got;
        }
        done += (uint64_t)got;
    }
    return 0;
}

int rs_fetch_pages(int memory, uint8_t *to, uint64_t from, uint32_t count, const uint8_t *present,
                   uint64_t page_bytes, bool yielding, uint64_t *failed) {
    uint32_t most = yielding ? BITE : count;
    for (uint32_t at = 0; at < count;) {
        uint32_t end = at;
        bool there = !present || present[at];
        while (end < count && end - at < most && (!present || present[end] == there))
            end++;
        int result = there ? rs_fetch(memory, to + at * page_bytes, from + at * page_bytes,
                                      (end - at) * page_bytes, failed)
                           : 0;
        if (result)
            return result;
        at = end;
        if (yielding)
            sched_yield();
    }
    return 0;
}
