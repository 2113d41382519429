/*
 * Blocks that write-protection with messages refuses, such as a file mapped from ext4: copied while
 * the guest runs, written pages found and copied again, and the last ones during the freeze.
 *
 * Nobody ever waits for this: with UFFD_FEATURE_WP_ASYNC the kernel itself resolves the fault of a
 * write and notes it. So all of it may run on a Java thread.
 * Source: Documentation/admin-guide/mm/userfaultfd.rst, pagemap.rst (Linux 6.7).
 */
#ifndef RS_TRACK_H
#define RS_TRACK_H

#include <stdint.h>

#include "rs_snapshot.h"

struct rs_track;

/* Where it failed; io.ramshot.uffd.TrackFailure has the words. */
enum rs_track_step {
    RS_TRACK_NONE,
    RS_TRACK_MEMORY,
    RS_TRACK_OPEN_FILE, /* the image's */
    RS_TRACK_OPEN_UFFD,
    RS_TRACK_NEGOTIATE,
    RS_TRACK_REGISTER,
    RS_TRACK_PAGEMAP,
    RS_TRACK_PROTECT,
    RS_TRACK_ALIAS,    /* the same part of the file is mapped a second time */
    RS_TRACK_SCAN,     /* finding the written pages */
    RS_TRACK_READ,     /* the memory is gone: unmapped, or its file truncated */
    RS_TRACK_MODIFIED, /* somebody wrote to the file by other means than this mapping */
    RS_TRACK_WRITE,
    RS_TRACK_DIVERGES, /* written faster than it is copied */
    RS_TRACK_TOO_MUCH, /* the guest wrote more than the staging memory holds before the freeze */
    RS_TRACK_STOPPED,
};

/* Read at any time without a lock; io.ramshot.uffd.TrackFigure has the same order. */
enum rs_track_figure {
    RS_TRACK_ROUNDS,        /* of copying what was written since, the freeze's not counted */
    RS_TRACK_PAGES,         /* pages in all */
    RS_TRACK_PAGES_COPIED,  /* while the guest ran, each time counted */
    RS_TRACK_PAGES_WRITTEN, /* by the guest during the last round */
    RS_TRACK_PAGES_FROZEN,  /* copied during the freeze, or that would have had to be */
    RS_TRACK_PAGES_STAGING, /* the most that can be copied during the freeze */
    RS_TRACK_COPY_NS,       /* the first pass and all rounds */
    RS_TRACK_ROUND_NS,      /* the last round */
    RS_TRACK_FREEZE_NS,     /* finding and copying during the freeze */
    RS_TRACK_BYTES_FILE,    /* page data given to the file */
    RS_TRACK_BYTES_MOVED,   /* read or written: grows as long as there is progress */
    RS_TRACK_FIGURE_COUNT
};

struct rs_track_options {
    uint64_t staging_bytes; /* bound on what is copied during the freeze */
    uint64_t settled_ns;    /* rounds end when what is left takes no longer to copy */
    uint64_t rate;          /* bytes/s given to the file, 0: no limit */
    uint64_t direct_io;     /* 1: try O_DIRECT */
    uint64_t cache_bytes;   /* most of the page cache that buffered writes take; 0: no limit */
};

RS_EXPORT int rs_track_figure_count(void);

/* Whether a range can be write-protected with messages: 0, -EINVAL if not, or another -errno. */
RS_EXPORT int rs_can_protect(uint64_t address, uint64_t length);

/* Whether a range can be tracked: 0, -EINVAL if not, or another -errno. */
RS_EXPORT int rs_can_track(uint64_t address, uint64_t length);

/*
 * Registers and protects the blocks. `path` is the image's temporary file, which exists; the rest
 * is as for rs_snapshot_prepare, failure[0] an enum rs_track_step.
 */
RS_EXPORT int rs_track_open(const struct rs_track_options *options, uint32_t count,
                            const uint64_t *addresses, const uint64_t *lengths,
                            const uint64_t *offsets, const char *path, struct rs_track **out,
                            uint64_t *failure);

/*
 * The four parts of a capture, one after the other, on one thread at a time: 0 or -errno, with
 * `failure` as above.
 *
 * copy: while the guest runs, until little enough is left.
 * freeze: the guest stands still. Reads memory and the page table only, never the disk.
 * finish: the guest runs again; ends tracking, then writes to the file what the freeze copied.
 */
RS_EXPORT int rs_track_copy(struct rs_track *t, uint64_t *failure);
RS_EXPORT int rs_track_freeze(struct rs_track *t, uint64_t *failure);
RS_EXPORT int rs_track_finish(struct rs_track *t, uint64_t *failure);

/*
 * From any thread: ends tracking, so that another may begin. Whichever part is under way ends soon,
 * unless it hangs in a dead disk.
 */
RS_EXPORT void rs_track_stop(struct rs_track *t);

RS_EXPORT uint64_t *rs_track_figures(struct rs_track *t);

/* A block's page kinds and checksums, one entry an image page. Valid until rs_track_close. */
RS_EXPORT uint8_t *rs_track_kinds(struct rs_track *t, uint32_t block);
RS_EXPORT uint32_t *rs_track_crcs(struct rs_track *t, uint32_t block);

/* Ends tracking. No part may be under way. */
RS_EXPORT void rs_track_close(struct rs_track *t);

#endif
