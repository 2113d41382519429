/*
 * Memory that is taken away in the middle of a snapshot, behind our back: munmap, MADV_DONTNEED,
 * mremap, or a Java heap that shrinks. The thread that does so waits in the kernel until the fault
 * thread has read of it, and the kernel un-protects nothing meanwhile (-EAGAIN).
 */
#ifndef RS_LOSS_H
#define RS_LOSS_H

#include <linux/userfaultfd.h>
#include <stdint.h>

#include "rs_snapshot.h"

/*
 * Fails the snapshot, unless all that was taken away had been saved before. `since_ns`: when the
 * read began that brought this message. Fault thread only.
 */
void rs_loss_judge(struct rs_snapshot *s, const struct uffd_msg *message, uint64_t since_ns);

#endif
