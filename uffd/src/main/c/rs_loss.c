#include "rs_loss.h"

#include "rs_uffd.h"

struct loss {
    uint64_t start;
    uint64_t end;
    uint64_t since_ns;
    bool unmapped; /* else there are still registered pages, but others */
};

/*
 * Whether a chunk had been saved before. What has been unmapped cannot be un-protected any more, so
 * a chunk that could be was there until then, and its copy is right. What is discarded or moved
 * away leaves empty pages that can be un-protected like any: but that begins after the message has
 * been read, and while a message waits nothing can be un-protected, so time tells.
 */
static bool was_saved(struct rs_snapshot *s, uint64_t index, const struct loss *loss) {
    struct rs_chunk *chunk = &s->chunks[index];
    if (atomic_load_explicit(&chunk->state, memory_order_acquire) == RS_EMPTY)
        return true;
    uint64_t released = atomic_load_explicit(&chunk->release_ns, memory_order_acquire);
    return released && (loss->unmapped || released < loss->since_ns);
}

/* Whether a block has lost something that its image needs. */
static bool misses(struct rs_snapshot *s, struct rs_block *block, const struct loss *loss) {
    if (block->on_heap && !atomic_load(&s->placed))
        return false;
    uint64_t start = loss->start > block->start ? loss->start : block->start;
    uint64_t end = loss->end < block->end ? loss->end : block->end;
    if (start >= end || atomic_load(&block->let_go))
        return false;
    if (!atomic_load(&s->freezing))
        return loss->unmapped; /* the freeze takes discarded pages as it finds them */
    if (rs_snapshot_phase(s) == RS_PREPARED)
        return true; /* in the midst of the freeze */
    for (uint64_t i = rs_chunk_at(block, start); i <= rs_chunk_at(block, end - 1); i++)
        if (!was_saved(s, i, loss))
            return true;
    return false;
}

static void judge(struct rs_snapshot *s, const struct loss *loss) {
    for (uint32_t i = 0; i < s->block_count; i++) {
        if (!misses(s, &s->blocks[i], loss))
            continue;
        /* For whoever asks after the end: the bulk thread may have been faster. */
        rs_figure_set(&s->figures, RS_LOST, i + 1);
        rs_snapshot_end(s, RS_FAILED, RS_STEP_LOST, 0, i, UINT64_MAX);
        return;
    }
}

/* Memory that was moved is still registered where it is now. */
static void let_go(struct rs_snapshot *s, uint64_t start, uint64_t bytes) {
    rs_uffd_unregister(s->uffd, start, bytes);
    rs_uffd_wake(s->uffd, start, bytes);
}

void rs_loss_judge(struct rs_snapshot *s, const struct uffd_msg *message, uint64_t since_ns) {
    struct loss loss = {.since_ns = since_ns};
    switch (message->event) {
    case UFFD_EVENT_UNMAP:
        loss.unmapped = true;
        /* fall through */
    case UFFD_EVENT_REMOVE:
        loss.start = message->arg.remove.start;
        loss.end = message->arg.remove.end;
        break;
    case UFFD_EVENT_REMAP:
        loss.start = message->arg.remap.from;
        loss.end = loss.start + message->arg.remap.len;
        let_go(s, message->arg.remap.to, message->arg.remap.len);
        break;
    default:
        return;
    }
    judge(s, &loss);
}
