/* What the uffd brings in a lazy restore: faults, and memory that the guest gives away. */
#include <errno.h>
#include <linux/userfaultfd.h>
#include <unistd.h>

#include "rs_clock.h"
#include "rs_lazy.h"
#include "rs_uffd.h"

#define MESSAGES 16

static void add_fault(struct rs_lazy *l, uint64_t address, uint64_t since_ns) {
    if (l->inbox_past - l->inbox_first < RS_LAZY_INBOX)
        l->inbox[l->inbox_past++ % RS_LAZY_INBOX] = (struct rs_lazy_fault){address, since_ns};
    else /* the thread tries again, and so says so again */
        rs_uffd_wake(l->uffd, address & ~(l->page_bytes - 1), l->page_bytes);
}

/* The guest has no more use for [start, end): what stood there in the image must not come back. */
static void give_away(struct rs_lazy *l, uint64_t start, uint64_t end, bool moved) {
    for (uint32_t i = 0; i < l->block_count; i++) {
        struct rs_lazy_block *block = &l->blocks[i];
        uint64_t from = start > block->start ? start : block->start;
        uint64_t to = end < block->end ? end : block->end;
        for (; from < to; from += l->page_bytes) {
            uint64_t page = rs_lazy_page_at(l, block, from);
            if (rs_lazy_page(block, page) == RS_MISSING && rs_source_stored(&l->source, i, page)) {
                if (moved)
                    rs_lazy_die(l, block, page,
                                "was moved by mremap before its content had come: have the host "
                                "wait until the restore is complete, or restore without lazy");
                rs_lazy_add(l, RS_LAZY_BYTES_BROUGHT, l->page_bytes);
            }
            atomic_store_explicit(&block->pages[page], RS_GONE, memory_order_relaxed);
        }
    }
}

int rs_lazy_read(struct rs_lazy *l) {
    struct uffd_msg messages[MESSAGES];
    /* Before that, what is taken away is taken by rs_lazy_start. */
    bool armed = atomic_load(&l->armed) != 0;
    uint64_t since = rs_now();
    ssize_t got = read(l->uffd, messages, sizeof messages);
    if (got < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    int count = (int)(got / (ssize_t)sizeof *messages);
    for (int i = 0; i < count; i++) {
        struct uffd_msg *message = &messages[i];
        if (message->event == UFFD_EVENT_PAGEFAULT)
            add_fault(l, message->arg.pagefault.address, since);
        else if (!armed)
            continue;
        else if (message->event == UFFD_EVENT_REMAP)
            give_away(l, message->arg.remap.from, message->arg.remap.from + message->arg.remap.len,
                      true);
        else if (message->event == UFFD_EVENT_REMOVE || message->event == UFFD_EVENT_UNMAP)
            give_away(l, message->arg.remove.start, message->arg.remove.end, false);
    }
    return count;
}
