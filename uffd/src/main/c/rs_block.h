/* A block of guest RAM and its chunks. */
#ifndef RS_BLOCK_H
#define RS_BLOCK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "rs_hash.h"

#define RS_CHUNK_BYTES ((uint64_t)2 << 20)
/* A chunk holds at most this many pages, of 4 KiB. */
#define RS_CHUNK_PAGES 512
/* A block smaller than this is copied during the freeze: 1 MiB takes 0.2 ms. */
#define RS_SMALL_BLOCK ((uint64_t)1 << 20)

/* What has become of a chunk. Who may change what: see docs/ARCHITECTURE.md, "Sharing". */
enum rs_chunk_state {
    RS_OPEN,      /* protected, nobody works on it */
    RS_REQUESTED, /* protected; a guest thread waits, the bulk thread is asked for it */
    RS_WRITING,   /* protected; the bulk thread writes it from guest pages */
    RS_COPYING,   /* protected; one of the threads copies it to the pool */
    RS_COPIED,    /* a copy waits in the pool; the guest goes on */
    RS_SAVED,     /* done, straight from guest pages; the guest goes on */
    RS_EMPTY,     /* held no populated page at the freeze; never protected */
};

enum rs_population { RS_NO_PAGE, RS_SOME_PAGES, RS_ALL_PAGES };

/* Who saved a chunk, for the image's history: docs/FORMAT.md has the numbers. */
enum rs_saver {
    RS_SAVER_NONE,   /* nothing was there */
    RS_SAVER_BULK,   /* the bulk thread's pass */
    RS_SAVER_AHEAD,  /* the bulk thread, ahead of the guest */
    RS_SAVER_FAULT,  /* either thread, for a guest thread that waited */
    RS_SAVER_FREEZE, /* copied in the freeze; of no chunk, but of pages at a block's ends */
};

/* What the file has of a page; io.ramshot.image.PageKind. */
enum rs_page_kind {
    RS_ZERO,      /* all zeros, or not populated: nothing */
    RS_STORED,    /* its bytes */
    RS_INHERITED, /* nothing: the parent has the same bytes */
};

/* What the file has of a chunk straight from guest pages. */
enum rs_raw { RS_RAW_NONE, RS_RAW_UNDER_WAY, RS_RAW_WRITTEN };

struct rs_chunk {
    _Atomic uint32_t state;      /* enum rs_chunk_state */
    uint8_t population;          /* enum rs_population at the freeze */
    uint8_t raw;                 /* enum rs_raw; bulk thread only */
    uint8_t saver;               /* enum rs_saver, by whoever saved it; read after the end */
    uint16_t zero;               /* of a copy: pages populated, but all zeros */
    uint16_t unpopulated;        /* of a copy: pages not populated at the freeze */
    uint16_t inherited;          /* of a copy: pages as the parent has them */
    _Atomic uint64_t release_ns; /* when it was un-protected, monotonic clock; 0: not yet */
};

/* Pages that are copied during the freeze: a block's ends, or all of a small block. */
struct rs_edge {
    uint64_t page;  /* first image page */
    uint64_t pages; /* 0: no edge */
    uint64_t room;  /* of the copy, in pages */
    uint8_t *copy;  /* page-aligned; zero outside of the block */
};

/*
 * Addresses in this process, lengths in bytes. An array on the Java heap lies nowhere before the
 * freeze: until then it has an address of 0, no pages and no chunks, but room for all it may have.
 */
struct rs_block {
    uint64_t address;
    uint64_t length;
    bool on_heap;         /* an array */
    bool shared;          /* pages may hold data that this process has not mapped */
    bool fragile;         /* may be unmapped or truncated any time: see rs_fetch.h */
    uint64_t first_page;  /* address of image page 0, at or before `address` */
    uint64_t pages;       /* image pages: all pages that the block touches */
    uint64_t start;       /* the protected interior, whole pages: [start, end); empty where */
    uint64_t end;         /* the whole block is copied */
    uint64_t grid;        /* `start` rounded down to a chunk boundary */
    uint64_t first_chunk; /* index of its first chunk among all blocks' */
    uint64_t chunks;
    uint64_t file_offset;    /* of image page 0 */
    uint64_t room;           /* of the tables, in pages */
    uint64_t chunk_room;     /* the most chunks it can have */
    uint8_t *present;        /* per image page: 1 populated at the freeze; RS_SOME_PAGES only */
    uint8_t *kinds;          /* per image page: enum rs_page_kind */
    uint32_t *crcs;          /* per image page: CRC-32C, 0 for RS_ZERO */
    struct rs_hash *hashes;  /* per image page: none for RS_ZERO; NULL: not wanted */
    struct rs_hash *parents; /* per image page: the parent's, or none; NULL: no parent */
    uint64_t parent_lead;    /* where in its page the parent's block begins */
    bool inherits;           /* it lies as the parent's does */
    struct rs_edge edges[2];
    _Atomic uint64_t left; /* chunks that are not in the file yet */
    _Atomic bool let_go;   /* its owner knows that he may unmap it */
};

/* Finds out how much room a block needs, in all tables, wherever it will lie. */
void rs_block_size(struct rs_block *block, uint64_t page_bytes);

/* Everything that follows from where a block lies. */
void rs_block_place(struct rs_block *block, uint64_t address, uint64_t page_bytes);

static inline uint64_t rs_chunk_start(const struct rs_block *block, uint64_t index) {
    uint64_t at = block->grid + (index - block->first_chunk) * RS_CHUNK_BYTES;
    return at > block->start ? at : block->start;
}

static inline uint64_t rs_chunk_end(const struct rs_block *block, uint64_t index) {
    uint64_t at = block->grid + (index - block->first_chunk + 1) * RS_CHUNK_BYTES;
    return at < block->end ? at : block->end;
}

static inline uint64_t rs_chunk_at(const struct rs_block *block, uint64_t address) {
    return block->first_chunk + (address - block->grid) / RS_CHUNK_BYTES;
}

#endif
