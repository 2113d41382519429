#include "rs_block.h"

void rs_block_size(struct rs_block *block, uint64_t page_bytes) {
    uint64_t page = page_bytes, lead = block->on_heap ? page - 1 : block->address % page;
    bool small = block->length < RS_SMALL_BLOCK;
    block->room = (lead + block->length + page - 1) / page;
    block->chunk_room = small ? 0 : block->length / RS_CHUNK_BYTES + 2;
    if (!block->on_heap) {
        block->chunk_room = block->chunks;
        block->edges[0].room = block->edges[0].pages;
        block->edges[1].room = block->edges[1].pages;
    } else {
        block->edges[0].room = small ? block->room : 1;
        block->edges[1].room = !small;
    }
}

void rs_block_place(struct rs_block *block, uint64_t address, uint64_t page_bytes) {
    uint64_t page = page_bytes, limit = address + block->length;
    uint64_t start = (address + page - 1) & ~(page - 1);
    uint64_t end = limit & ~(page - 1);
    block->address = address;
    block->first_page = address & ~(page - 1);
    block->pages = (limit - block->first_page + page - 1) / page;
    if (block->length < RS_SMALL_BLOCK || start >= end) {
        /* An empty interior that keeps the order of addresses: rs_snapshot_block_at needs it. */
        block->start = block->end = block->grid = start;
        block->edges[0].pages = block->pages;
        return;
    }
    block->start = start;
    block->end = end;
    block->grid = start & ~(RS_CHUNK_BYTES - 1);
    block->chunks = (end - block->grid + RS_CHUNK_BYTES - 1) / RS_CHUNK_BYTES;
    if (start > block->first_page)
        block->edges[0].pages = 1;
    if (limit > end) {
        block->edges[1].page = (end - block->first_page) / page;
        block->edges[1].pages = 1;
    }
}
