/*
 * A snapshot's threads as a Promela model: the fault thread, the bulk thread, guest threads, a disk
 * that may be slow, fail or die, Java, which arms and looks after the end, and another thread of
 * the host's that may cancel, or free the RAM. Names are the C's; see docs/ARCHITECTURE.md,
 * "Sharing" and "The model".
 *
 * In every order in which these can go:
 *   - a snapshot that is DONE has every chunk as it was at the freeze in its file;
 *   - no guest thread waits for ever, whatever the disk does;
 *   - after the end nothing is protected, and no thread changes protection once Java may arm the
 *     next snapshot, or touches RAM that the host has been told it may unmap;
 *   - a slot of the pool is never lost, nor used twice.
 *
 * Each MUTATE_ macro breaks one rule that the C keeps, and must be caught; src/test/c/check-model
 * runs them all. A step is one access to what threads share, or several of which others can see
 * only one. Waiting is a guard: what blocks for ever is an invalid end, unless a label that starts
 * with `end` allows it. Memory is sequentially consistent: the weaker orders that the C asks for
 * are ThreadSanitizer's business.
 */
#ifndef GUESTS
#define GUESTS 2 /* guest threads */
#endif
#ifndef WRITES
#define WRITES 1 /* chunks that each of them writes to, at most */
#endif
#ifndef SLOTS
#define SLOTS 1 /* of the pool */
#endif
#ifndef JOBS
#define JOBS 2 /* writes under way */
#endif
#define CHUNKS 2
/* Chunks from here on are of fragile memory, which is never written straight from guest pages. */
#ifndef FRAGILE
#define FRAGILE CHUNKS
#endif
#define is_fragile(c) (c >= FRAGILE)

mtype:state = { OPEN, REQUESTED, WRITING, COPYING, COPIED, SAVED };
mtype:raw = { NONE, UNDER_WAY, WRITTEN };
mtype:write = { FREE, PENDING, BACK, REFUSED };
mtype:content = { ZERO, DATA, CHANGED };

/* In the order of enum rs_phase. */
#define PREPARED 0
#define ARMED 1
#define DONE 2
#define FAILED 3
#define CANCELLED 4

/* --- struct rs_snapshot ----------------------------------------------------------------------- */

byte phase = PREPARED;
bool ending, thawed;
bool fault_ready, fault_over;
bool fault_touches, bulk_touches, freeze_touches;
byte left = CHUNKS; /* struct rs_block's, and the bulk thread's own */

mtype:state state[CHUNKS] = OPEN;
mtype:raw raw[CHUNKS] = NONE;
bool released[CHUNKS]; /* release_ns is set */
bool waits[CHUNKS];    /* the fault thread knows of a guest thread that waits for the file */

/* Each slot's copy, and whether anybody has it. */
mtype:content pool[SLOTS] = ZERO;
bool slot_used[SLOTS];

/* Rings: one producer each; free slots are taken by both threads. */
chan free_slots = [SLOTS] of { byte };
chan copies = [SLOTS] of { byte, byte }; /* chunk, slot */
chan ahead = [SLOTS] of { byte, byte };
bool has_slot;  /* the fault thread has one and is about to copy to it */
bool has_spare; /* it could not: spare_slot has it, for whoever is next */
byte spare;
chan requests = [CHUNKS] of { byte };

/*
 * The jobs: a chunk's raw write has the chunk's number, and its copy's write the next CHUNKS. Which
 * of the C's jobs has which does not matter, only that there are no more than JOBS.
 */
#define is_raw(j) (j < CHUNKS)
#define chunk_of(j) (j % CHUNKS)
#define is_back(j) (write[j] == BACK || write[j] == REFUSED)
#define one_is_back (is_back(0) || is_back(1) || is_back(2) || is_back(3))
#define job_is_free (under_way < JOBS)
mtype:write write[2 * CHUNKS] = FREE;
byte under_way;        /* jobs that are not free */
bool zero[2 * CHUNKS];  /* what rs_pages_examine found */
byte slot_of[CHUNKS];  /* of a copy's write */

/* The file is all holes at first; entered: what its index says. */
mtype:content file[CHUNKS] = ZERO, entered[CHUNKS] = CHANGED;

/* --- the kernel: guest RAM, userfaultfd ------------------------------------------------------- */

/* At the freeze one chunk holds data and the other one zeros, of which nothing is written. */
#define frozen(c) (c == 0 -> DATA : ZERO)

mtype:content ram[CHUNKS];
bool registered = true, is_protected[CHUNKS];
bool asleep[GUESTS], message[GUESTS]; /* a message is gone once it is read, or its thread woken */
byte fault_at[GUESTS];
byte guests_left = GUESTS;
bool next_armed; /* the next snapshot has protected the same RAM */
bool freed;      /* the host has unmapped it */
bool dead; /* the disk */
hidden byte k;

inline wake_in_step(c) {
    for (k : 0 .. GUESTS - 1) {
        if
        :: asleep[k] && fault_at[k] == c ->
            asleep[k] = false;
            message[k] = false;
            fault_at[k] = 0
        :: else
        fi
    }
    k = 0
}

/* Removes protection that another userfaultfd has set, as well; no matter whether it may. */
inline unprotect(c) {
    d_step {
        assert(!next_armed);
        assert(!freed);
        if
        :: registered -> is_protected[c] = false
        :: else
        fi;
        wake_in_step(c)
    }
}

/* The kernel wakes nobody here by itself. */
inline unregister_blocks() {
    d_step {
        registered = false;
        is_protected[0] = false;
        is_protected[1] = false;
#ifndef MUTATE_NO_WAKE_AT_END
        wake_in_step(0);
        wake_in_step(1)
#endif
    }
}

/* --- rs_snapshot.c ---------------------------------------------------------------------------- */

#define nothing_protected (!is_protected[0] && !is_protected[1])

/* What nobody looks at after the end is no reason to tell two states apart. */
inline forget() {
    file[0] = ZERO;
    file[1] = ZERO;
    entered[0] = CHANGED;
    entered[1] = CHANGED;
    waits[0] = false;
    waits[1] = false;
    released[0] = false;
    released[1] = false
}

inline rs_snapshot_end(how) {
    if
    :: atomic { ending -> skip }
    :: atomic { !ending -> ending = true; forget() };
#ifdef MUTATE_PHASE_BEFORE_UNREGISTER
        phase = how;
        unregister_blocks()
#else
        unregister_blocks();
        phase = how
#endif
    fi
}

inline rs_snapshot_cancel() {
    rs_snapshot_end(CANCELLED);
#ifndef MUTATE_CANCEL_DOES_NOT_WAIT
    phase > ARMED;
#endif
    assert(nothing_protected)
}

inline rs_snapshot_settle() {
#ifdef MUTATE_DOES_NOT_SETTLE
    skip
#else
    fault_over;
    !bulk_touches
#endif
}

/* --- copying ---------------------------------------------------------------------------------- */

inline pop_slot(slot) {
    free_slots?slot;
    assert(!slot_used[slot]);
    slot_used[slot] = true
}

/* rs_snapshot_take_slot */
#ifdef MUTATE_SPARE_IS_THE_FAULT_THREADS
#define bulk_may_take (len(free_slots) > 0)
#else
#define bulk_may_take (has_spare || len(free_slots) > 0)
#endif

inline take_slot(slot) {
    if
    :: has_spare ->
        slot = spare;
        spare = 0;
        has_spare = false
    :: else -> pop_slot(slot)
    fi
}

/* The same, by a bulk thread that a mutation keeps from the spare one. */
inline bulk_take_slot(slot) {
#ifdef MUTATE_SPARE_IS_THE_FAULT_THREADS
    pop_slot(slot)
#else
    take_slot(slot)
#endif
}

inline push_slot(slot) {
    assert(slot_used[slot] && nfull(free_slots));
    slot_used[slot] = false;
    free_slots!slot
}

inline copy_pages(c, slot) {
    d_step {
        assert(!freed);
        pool[slot] = ram[c];
        state[c] = COPIED
    }
}

inline copy_chunk(c, slot, touches, ring) {
    touches = true;
    if
    :: !ending ->
#ifdef MUTATE_UNPROTECT_BEFORE_COPY
        unprotect(c);
        copy_pages(c, slot);
        ring!c, slot
#else
        copy_pages(c, slot);
#ifdef MUTATE_PUSH_COPY_BEFORE_UNPROTECT
        ring!c, slot;
        unprotect(c)
#else
        unprotect(c);
        released[c] = !ending;
        ring!c, slot
#endif
#endif
    :: ending
    fi;
    touches = false
}

/* --- rs_fault.c ------------------------------------------------------------------------------- */

#ifdef MUTATE_NO_WATCHDOG
#define stalled(c) false
#else
/* The stall limit may be over as soon as anybody waits, and is when nothing else can happen. */
#define stalled(c) (waits[c] && !released[c])
#endif

proctype fault() {
    byte c, slot;
    mtype:state seen;

    fault_ready = true;
end_rest: /* it may rest for ever, but only if no guest thread waits */
    do
    :: ending -> goto over
    :: atomic { message[0] -> message[0] = false; c = fault_at[0]; break }
#if GUESTS > 1
    :: atomic { message[1] -> message[1] = false; c = fault_at[1]; break }
#endif
    :: stalled(0) || stalled(1) ->
        rs_snapshot_end(FAILED);
        goto over
    od;

serve:
    seen = state[c];
    if
    :: seen == COPIED || seen == SAVED ->
        d_step { wake_in_step(c) };
        goto end_rest
    :: seen == COPYING -> goto wait /* the bulk thread copies it ahead */
    :: else
    fi;
    if
    :: atomic { has_spare || len(free_slots) > 0 -> take_slot(slot); has_slot = true }
        goto copy
    :: !has_spare && empty(free_slots)
    fi;
#ifdef MUTATE_FAULT_THREAD_WAITS_FOR_SLOT
    nempty(free_slots) -> goto serve;
#endif
    if
    :: seen == OPEN ->
        if
        :: atomic { state[c] == OPEN -> state[c] = REQUESTED }
        :: state[c] != OPEN -> goto serve
        fi;
        requests!c
    :: else
    fi;
wait:
    waits[c] = !ending;
    goto end_rest;

copy:
    if
    :: atomic { state[c] == seen -> state[c] = COPYING; has_slot = false }
    :: atomic {
            state[c] != seen ->
            has_slot = false;
#ifndef MUTATE_DROP_SPARE_SLOT
            spare = slot;
            has_spare = true
#endif
        }
        goto serve
    fi;
    copy_chunk(c, slot, fault_touches, copies);
    goto end_rest;

over:
    fault_over = true
}

/* --- rs_bulk.c -------------------------------------------------------------------------------- */

inline enter(j) {
    d_step {
        if
        :: !ending -> entered[chunk_of(j)] = (zero[j] -> ZERO : DATA)
        :: else
        fi;
        left--
    }
}

inline release(j) {
#ifndef MUTATE_SAVED_BUT_NOT_RELEASED
    unprotect(chunk_of(j));
#endif
    d_step { released[chunk_of(j)] = !ending }
}

inline finish_raw(j) {
    raw[chunk_of(j)] = WRITTEN;
#ifdef MUTATE_RELEASE_BEFORE_CLOSE
    release(j);
#endif
    if
    :: atomic { state[chunk_of(j)] == WRITING -> state[chunk_of(j)] = SAVED };
#ifdef MUTATE_ENTER_BEFORE_RELEASE
        enter(j);
        release(j)
#else
        release(j);
        enter(j)
#endif
    :: state[chunk_of(j)] != WRITING /* what the file has may be newer than the copy */
#ifdef MUTATE_TRUST_OVERTAKEN_RAW
        ;
        enter(j)
#endif
    fi
}

inline finish_copy(j) {
    enter(j);
#ifndef MUTATE_FREE_SLOT_BEFORE_WRITE
    atomic { push_slot(slot_of[chunk_of(j)]) }
#endif
}

inline clear_job(j) {
    d_step {
        bulk_touches = false;
        write[j] = FREE;
        zero[j] = false;
        slot_of[chunk_of(j)] = 0;
        under_way--
    }
}

/* Finishes one write that has come back, maybe long after the end. */
inline reap() {
    if
    :: atomic { is_back(0) -> j = 0 }
    :: atomic { is_back(1) -> j = 1 }
    :: atomic { is_back(2) -> j = 2 }
    :: atomic { is_back(3) -> j = 3 }
    fi;
    bulk_touches = true;
    if
#ifdef MUTATE_LATE_WRITE_UNPROTECTS
    :: write[j] == REFUSED -> rs_snapshot_end(FAILED)
    :: write[j] == BACK && is_raw(j) -> finish_raw(j)
    :: write[j] == BACK && !is_raw(j) -> finish_copy(j)
#else
    :: ending
    :: !ending && write[j] == REFUSED -> rs_snapshot_end(FAILED)
    :: !ending && write[j] == BACK && is_raw(j) -> finish_raw(j)
    :: !ending && write[j] == BACK && !is_raw(j) -> finish_copy(j)
#endif
    fi;
    clear_job(j)
}

#define raw_requested (requests?[0] && !is_fragile(0) || requests?[1] && !is_fragile(1))
#define fragile_requested (requests?[0] && is_fragile(0) || requests?[1] && is_fragile(1))
#define nothing_urgent (len(requests) == 0 || fragile_requested && !bulk_may_take)

proctype bulk() {
    byte c, next, slot, j;
    mtype:state seen;
    bool overwrite;

    phase == ARMED || ending; /* go_event */
step:
end_disk: /* the disk may keep its writes for ever */
    do
    :: ending -> goto end_over
    :: !ending && one_is_back -> reap()
    :: atomic {
            !ending && left == 0 && under_way == 0 ->
            assert(file[0] == frozen(0) && entered[0] == frozen(0));
            assert(file[1] == frozen(1) && entered[1] == frozen(1));
            assert(len(free_slots) + has_spare + has_slot == SLOTS)
        }
        break
    /* What is next, for a free job: requests before all else. */
    :: atomic { !ending && job_is_free && raw_requested -> requests?c; seen = REQUESTED }
        goto save_raw
    :: atomic {
            !ending && job_is_free && fragile_requested && bulk_may_take ->
            requests?c;
            bulk_take_slot(slot);
            seen = REQUESTED
        }
        goto copy_ahead
    :: atomic {
            !ending && job_is_free && nothing_urgent && next < FRAGILE ->
            c = next;
            next++;
            seen = OPEN
        }
        goto save_raw
    /* Whether a copy goes before the linear pass depends on the pool; here either may. */
    :: atomic { !ending && job_is_free && nothing_urgent && nempty(copies) -> copies?c, slot }
        goto save_copy
    :: atomic { !ending && job_is_free && nothing_urgent && nempty(ahead) -> ahead?c, slot }
        goto save_copy
    /*
     * Whether it is worth copying ahead depends on much; here it always may be. Of fragile memory
     * it is the linear pass as well.
     */
    :: atomic {
            !ending && state[0] == OPEN && bulk_may_take ->
            c = 0;
            bulk_take_slot(slot);
            seen = OPEN
        }
        goto copy_ahead
    :: atomic {
            !ending && state[1] == OPEN && bulk_may_take ->
            c = 1;
            bulk_take_slot(slot);
            seen = OPEN
        }
        goto copy_ahead
    od;
    rs_snapshot_end(DONE);
    goto end_over;

save_raw:
    if
    :: atomic {
            state[c] == seen ->
            state[c] = WRITING;
            raw[c] = UNDER_WAY;
            overwrite = false;
            j = c;
            under_way++
        }
        goto start
    :: state[c] != seen -> goto step
    fi;

copy_ahead:
    if
    :: atomic { state[c] == seen -> state[c] = COPYING }
#ifdef MUTATE_AHEAD_DOES_NOT_ASK
    :: state[c] != seen -> state[c] = COPYING
#else
    :: atomic { state[c] != seen -> push_slot(slot) }
        goto step
#endif
    fi;
    copy_chunk(c, slot, bulk_touches, ahead);
    goto step;

save_copy:
#ifndef MUTATE_COPY_DOES_NOT_WAIT_FOR_RAW
end_raw:
    do
    :: ending -> goto end_over
    :: raw[c] != UNDER_WAY -> break
    :: raw[c] == UNDER_WAY && one_is_back -> reap()
    od;
#endif
    atomic {
#ifdef MUTATE_COPY_DOES_NOT_OVERWRITE
        overwrite = false;
#else
        overwrite = (raw[c] == WRITTEN);
#endif
        j = CHUNKS + c;
        slot_of[c] = slot;
        under_way++
    }

start:
    bulk_touches = true;
    if
    :: ending -> clear_job(j); goto end_over
    :: !ending -> skip
    fi;
    d_step { /* rs_pages_examine; all zeros are a hole, unless something is there already */
        assert(!freed || !is_raw(j));
        zero[j] = ((is_raw(j) -> ram[c] : pool[slot]) == ZERO);
        write[j] = (zero[j] && !overwrite -> BACK : PENDING);
        bulk_touches = false;
#ifdef MUTATE_FREE_SLOT_BEFORE_WRITE
        if
        :: !is_raw(j) -> push_slot(slot)
        :: else
        fi
#endif
    }
    goto step;

end_over:
    do
    :: one_is_back -> reap()
    :: under_way == 0 -> break
    od
}

/*
 * Completes writes in any order, reads what it writes at any time before that, may refuse a write,
 * and may die. A write that the bulk thread makes by itself differs only in that nothing else is
 * started meanwhile: JOBS=1.
 */
proctype disk() {
    byte j;
end_idle:
    do
    :: atomic {
            if
            :: write[0] == PENDING -> j = 0
            :: write[1] == PENDING -> j = 1
            :: write[2] == PENDING -> j = 2
            :: write[3] == PENDING -> j = 3
            fi;
            if
            :: write[j] = REFUSED
            :: write[j] = BACK;
                if
                :: !ending && is_raw(j) -> assert(!freed); file[chunk_of(j)] = ram[chunk_of(j)]
                :: !ending && !is_raw(j) -> file[chunk_of(j)] = pool[slot_of[chunk_of(j)]]
                :: ending
                fi
            :: dead = true; goto end_dead
            fi;
            j = 0
        }
    od;
end_dead:
    false
}

/* Where nothing can happen any more, a snapshot is over, or waits for the disk. */
active proctype watch() {
end_watch:
    timeout -> assert(phase > ARMED || dead)
}

/* --- the guest, Java, the host ---------------------------------------------------------------- */

/* A thread that writes to one chunk or more. */
proctype guest(byte me) {
    byte c, written;

    thawed;
    if
    :: c = 0
    :: c = 1
    fi;
store:
    if
    :: atomic { !is_protected[c] -> ram[c] = CHANGED }
    :: atomic {
            is_protected[c] ->
            fault_at[me] = c;
            asleep[me] = true;
            message[me] = true
        }
        if
        :: !asleep[me] -> goto store
#ifdef HOST_FREES /* a signal may take a thread out of its wait, and it need not come back */
        :: d_step {
                asleep[me] ->
                asleep[me] = false;
                message[me] = false;
                fault_at[me] = 0
            }
#endif
        fi
    fi;
    written++;
    if
    :: written < WRITES -> c = 1 - c; goto store
    :: written == WRITES
    fi;
    guests_left--
}

/* Runs rs_snapshot_arm, and what Java does after the end: closes, then takes another snapshot. */
proctype java() {
    fault_ready || ending;
    freeze_touches = true;
    if
    :: ending
    :: !ending ->
        d_step { is_protected[0] = registered };
        d_step { is_protected[1] = registered };
        if
        :: d_step { phase == PREPARED -> phase = ARMED }
        :: phase != PREPARED
        fi
    fi;
    d_step {
        freeze_touches = false;
        thawed = true
    }
end_saving: /* a dead disk that keeps nobody waiting may keep it */
    phase > ARMED;
    rs_snapshot_cancel();
    rs_snapshot_settle();
    next_armed = true
}

/* Another thread of the host's: cancels, or frees the RAM once no guest thread uses it. */
proctype host() {
#ifdef HOST_CANCELS
    rs_snapshot_cancel()
#else
end_guests:
    guests_left == 0;
    /* rs_snapshot_may_free */
    if
    :: phase == PREPARED -> rs_snapshot_end(FAILED)
    :: phase != PREPARED
    fi;
end_free:
    if
    :: phase == ARMED && left == 0 && !freeze_touches
    :: phase > ARMED;
        !freeze_touches;
#ifndef MUTATE_FREE_IGNORES_TOUCHES
        !fault_touches;
        !bulk_touches
#endif
    fi;
    freed = true
#endif
}

init {
    atomic {
        ram[0] = frozen(0);
        ram[1] = frozen(1);
        for (k : 0 .. SLOTS - 1) { free_slots!k }
#if defined(HOST_CANCELS) || defined(HOST_FREES)
        run host();
#endif
        run fault();
        run bulk();
        run disk();
        run java();
        for (k : 0 .. GUESTS - 1) { run guest(k) }
        k = 0
    }
}
