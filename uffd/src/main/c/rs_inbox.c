#include "rs_inbox.h"

#include <errno.h>
#include <linux/userfaultfd.h>
#include <unistd.h>

#include "rs_clock.h"
#include "rs_loss.h"
#include "rs_uffd.h"

#define MESSAGES 16

static void add_fault(struct rs_inbox *inbox, uint64_t address, uint64_t since_ns) {
    struct rs_snapshot *s = inbox->s;
    if (inbox->past - inbox->first < RS_INBOX_FAULTS)
        inbox->fault[inbox->past++ % RS_INBOX_FAULTS] =
            (struct rs_fault_message){address, since_ns};
    else /* the thread tries again, and so says so again */
        rs_uffd_wake(s->uffd, address & ~(s->page_bytes - 1), s->page_bytes);
}

int rs_inbox_read(struct rs_inbox *inbox) {
    if (inbox->s->uffd < 0) /* no block, so no faults */
        return 0;
    struct uffd_msg messages[MESSAGES];
    /*
     * A fault that is read now came after the read before this one: an upper bound, but for the
     * first after a rest, which also waited until this thread was awake.
     */
    uint64_t since = rs_now();
    ssize_t got = read(inbox->s->uffd, messages, sizeof messages);
    if (got < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    int count = (int)(got / (ssize_t)sizeof *messages);
    for (int i = 0; i < count; i++) {
        if (messages[i].event == UFFD_EVENT_PAGEFAULT)
            add_fault(inbox, messages[i].arg.pagefault.address, since);
        else
            rs_loss_judge(inbox->s, &messages[i], since);
    }
    return count;
}

bool rs_inbox_take(struct rs_inbox *inbox, struct rs_fault_message *fault) {
    if (inbox->first == inbox->past)
        return false;
    *fault = inbox->fault[inbox->first++ % RS_INBOX_FAULTS];
    return true;
}
