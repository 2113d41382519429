/* A snapshot of a guest as a test takes it, and whether its file holds the guest at the freeze. */
#ifndef SAVING_H
#define SAVING_H

#include "guest.h"
#include "rs_snapshot.h"

struct saving {
    struct guest *guest;
    struct rs_snapshot *snapshot;
    uint8_t *frozen;       /* the guest's RAM at the freeze */
    const uint8_t *parent; /* the same of the parent's; NULL: none */
    uint64_t address[2];
    uint64_t length[2];
    uint64_t offset[2];
    char path[4096];
};

/* Whether the blocks of later snapshots are fragile: see rs_fetch.h. None is at first. */
extern uint64_t saving_fragile[2];

/* A pool of that many slots, no rate, a stall limit no test comes near, O_DIRECT. */
struct rs_options saving_options(uint64_t slots);

/* Makes the empty file that a snapshot is to be written to. */
void saving_create(const char *path);

/*
 * Prepares a snapshot to a new file in `folder`. The guest's RAM is two blocks: most of it, which
 * starts and ends within a page, and a small one that is copied during the freeze.
 */
void saving_prepare(struct saving *saving, struct guest *guest, const struct rs_options *options,
                    const char *folder);

/*
 * Before arming, with options that have a key for hashes: builds upon an image of the guest as it
 * was when its RAM was copied to `parent`. In the freeze, half of the pages become that again.
 */
void saving_inherit(struct saving *saving, const uint8_t *parent, const uint8_t *key);

/* Freezes, remembers what there is, arms, thaws. What rs_snapshot_arm said. */
int saving_arm(struct saving *saving);

/* Waits for the end; checks that nothing is protected then. */
enum rs_phase saving_await(struct saving *saving);

/* Checks the file of a snapshot that is done, every byte, kind, checksum and hash. */
void saving_verify(struct saving *saving);

/* Checks who is said to have saved what, and when. */
void saving_check_history(struct saving *saving);

/* Settles, closes, removes the file. */
void saving_close(struct saving *saving);

/* All of the above for a snapshot that must succeed. */
void saving_succeeds(struct guest *guest, const struct rs_options *options, const char *folder);

/* The same for increments, each on the one before. */
void saving_succeeds_on(struct guest *guest, struct rs_options options, const char *folder,
                        int increments);

uint64_t saving_figure(struct saving *saving, enum rs_figure figure);

/* Checks that no memory of this process is registered with any userfaultfd. */
void saving_check_nothing_protected(void);

/* The bulk threads there are: one outlives its snapshot where the disk keeps it. */
int saving_bulk_threads(void);

#endif
