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

/* Wakes whoever waits in a range, so that it tries again. */
int rs_uffd_wake(int fd, uint64_t start, uint64_t length);

#endif
