/*
 * fdt.c - a walk over a flattened device tree (Devicetree Specification 0.4, chapter 5), as far as
 * /memory.
 *
 * All numbers in the blob are big-endian 32-bit cells.
 */
#include "fdt.h"

#include <stddef.h>

#define MAGIC 0xd00dfeedU

/* header, by cell */
#define HEADER_MAGIC 0
#define HEADER_STRUCTURE 2 /* byte offset of the structure block */
#define HEADER_STRINGS 3   /* byte offset of the property names */

/* tokens in the structure block */
#define BEGIN_NODE 1
#define END_NODE 2
#define PROPERTY 3
#define NOP 4

/* depths: the root node's own properties stand at 1, those of /memory at 2 */
#define ROOT 1
#define CHILD 2

/* Not __builtin_bswap32: without Zbb gcc makes that a call into libgcc, which is not linked. */
static uint32_t cell(const uint32_t *at) {
    const uint8_t *byte = (const uint8_t *)at;

    return (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 | (uint32_t)byte[2] << 8 | byte[3];
}

static uint64_t cells(const uint32_t *at, uint32_t count) {
    uint64_t value = 0;

    while (count--)
        value = value << 32 | cell(at++);
    return value;
}

static int equal(const char *a, const char *b) {
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

/* A node's name may go on with a unit address: memory@80000000. */
static int named_memory(const char *name) {
    const char *expected = "memory";

    while (*expected && *name == *expected) {
        name++;
        expected++;
    }
    return !*expected && (!*name || *name == '@');
}

static const uint32_t *skip_bytes(const uint32_t *at, size_t bytes) {
    return at + (bytes + 3) / 4;
}

static size_t length_with_nul(const char *text) {
    size_t length = 1;

    while (*text++)
        length++;
    return length;
}

int fdt_memory(const void *tree, struct memory *memory) {
    const uint32_t *header = tree;
    uint32_t address_cells = 2, size_cells = 1; /* the specification's defaults */
    int depth = 0, in_memory = 0;

    if (!tree || (uintptr_t)tree % 4 || cell(&header[HEADER_MAGIC]) != MAGIC)
        return -1;
    const char *strings = (const char *)tree + cell(&header[HEADER_STRINGS]);
    const uint32_t *at = header + cell(&header[HEADER_STRUCTURE]) / 4;

    for (;;) {
        switch (cell(at++)) {
        case BEGIN_NODE:
            depth++;
            in_memory = depth == CHILD && named_memory((const char *)at);
            at = skip_bytes(at, length_with_nul((const char *)at));
            break;
        case END_NODE:
            depth--;
            in_memory = 0;
            break;
        case PROPERTY: {
            uint32_t length = cell(at++);
            const char *name = strings + cell(at++);

            if (depth == ROOT && equal(name, "#address-cells"))
                address_cells = cell(at);
            else if (depth == ROOT && equal(name, "#size-cells"))
                size_cells = cell(at);
            else if (in_memory && equal(name, "reg")) {
                memory->base = cells(at, address_cells);
                memory->size = cells(at + address_cells, size_cells);
                return 0;
            }
            at = skip_bytes(at, length);
            break;
        }
        case NOP:
            break;
        default: /* the end token, or no tree after all */
            return -1;
        }
    }
}
