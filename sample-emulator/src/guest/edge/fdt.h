/*
 * fdt.h - the one question this guest asks the device tree: where is RAM?
 */
#ifndef EDGE_FDT_H
#define EDGE_FDT_H

#include <stdint.h>

struct memory {
    uint64_t base; /* physical address */
    uint64_t size; /* bytes */
};

/* First range of the root's first /memory node. 0, or -1 if the tree is not one or has none. */
int fdt_memory(const void *tree, struct memory *memory);

#endif
