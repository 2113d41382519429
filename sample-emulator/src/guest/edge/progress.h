/*
 * progress.h - what the guest says about itself in RAM, for whoever judges an image of it.
 *
 * It stands at a fixed place, RAM base + 60 KiB, so that no symbol table is needed to read it. All
 * fields are little-endian 64-bit words. scripts/check-edge reads the same layout.
 */
#ifndef EDGE_PROGRESS_H
#define EDGE_PROGRESS_H

#include <stdint.h>

/* "EDGE-1\0\0" as a little-endian word; written last, so that an image that has it can be judged */
#define PROGRESS_MAGIC 0x0000312d45474445UL

struct progress {
    uint64_t magic;    /* 0 until every page's byte has been cleared */
    uint64_t ram_base; /* address */
    uint64_t ram_size; /* bytes */
    uint64_t pattern;  /* address of page 0's byte */
    uint64_t pages;
    uint64_t batch; /* pages between two updates of `steps` */
    /*
     * Increments made so far, counted after each batch: passes * pages + page. One word for both,
     * because an image may be taken between any two stores. The true count is in [steps, steps +
     * batch].
     */
    uint64_t steps;
};

extern volatile struct progress progress; /* placed by edge.ld */

#endif
