/*
 * The raw userfaultfd layer: one function an ioctl, no policy.
 * Every function returns 0 (or a descriptor) or -errno.
 * Source: Documentation/admin-guide/mm/userfaultfd.rst, ioctl_userfaultfd(2).
 */
#ifndef RS_UFFD_H
#define RS_UFFD_H

#include <stdint.h>

/*
 * Opens a non-blocking, close-on-exec descriptor that also sees faults the kernel itself takes in
 * guest RAM (read(2) into it): /dev/userfaultfd first, then the system call. Never
 * UFFD_USER_MODE_ONLY, under which such a read(2) would fail with EFAULT.
 */
int rs_uffd_open(void);

/* Agrees on `features` with the kernel. -EINVAL where it lacks one. */
int rs_uffd_negotiate(int fd, uint64_t features);

/* The features this kernel offers, found on a descriptor of its own. */
int rs_uffd_features(uint64_t *features);

/* Registers a page-aligned range for write-protection. -EINVAL where the mapping cannot have it. */
int rs_uffd_register(int fd, uint64_t start, uint64_t length);

/* Ends the registration, removes all protection and wakes whoever waits in the range. */
int rs_uffd_unregister(int fd, uint64_t start, uint64_t length);

/*
 * Write-protects a range. -EAGAIN while another thread takes registered memory away: until an event
 * that says so has been read, and that thread has gone on.
 */
int rs_uffd_protect(int fd, uint64_t start, uint64_t length);

/* Removes write-protection from a range and wakes whoever waits in it. -EAGAIN as above. */
int rs_uffd_unprotect(int fd, uint64_t start, uint64_t length);

/* Registers a page-aligned range for faults on missing pages. -EINVAL where it cannot have them. */
int rs_uffd_register_missing(int fd, uint64_t start, uint64_t length);

/*
 * The next three fill missing pages of a registered range and wake whoever waits there. They return
 * how many bytes were filled, from the beginning on, or -errno if none: -EEXIST where the first
 * page is there, -EAGAIN as above, -ENOENT where the range is not registered, or in several
 * mappings.
 */
int64_t rs_uffd_copy(int fd, uint64_t to, const void *from, uint64_t length);
int64_t rs_uffd_zero(int fd, uint64_t to, uint64_t length);

/*
 * Fills by taking the pages themselves away from elsewhere in this process, huge ones whole, where
 * Linux 6.8 or newer and the feature RS_UFFD_MOVE. -EBUSY where a page is in use by others.
 */
int64_t rs_uffd_move(int fd, uint64_t to, uint64_t from, uint64_t length);

#define RS_UFFD_MOVE ((uint64_t)1 << 16) /* UFFD_FEATURE_MOVE, which older headers lack */

/* Wakes whoever waits in a range, so that it tries again. */
int rs_uffd_wake(int fd, uint64_t start, uint64_t length);

#endif
