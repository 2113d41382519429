/* Where blocks lie: look-ups, and the registration with userfaultfd that follows from it. */
#ifndef RS_PLACE_H
#define RS_PLACE_H

#include "rs_snapshot.h"

/* Numbers chunks and registers the blocks that have an address. 0, or -errno and the block. */
int rs_place_fixed(struct rs_snapshot *s, uint64_t *failed);

/*
 * The same, during the freeze, for arrays on the Java heap, which lie at `addresses` just now: one
 * for each block, of which those of other blocks do not matter. -EEXIST: it overlaps another block.
 */
int rs_place_arrays(struct rs_snapshot *s, const uint64_t *addresses, uint64_t *failed);

/* Removes all registration and protection, and wakes who waits. */
void rs_place_undo(struct rs_snapshot *s);

#endif
