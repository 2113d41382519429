/*
 * What is said on stderr without the JVM, and how the JVM ends that would run on wrong memory. Java
 * may be stopped for a thread that waits for this very page, so nothing else could say it.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "rs_lazy.h"
#include "rs_running.h"

#define PREFIX "[ramshot] restore: "
#define REMEDY "; the JVM is stopped, exit status 74"

/* How long those who speak wait for somebody who reads stderr; once that was in vain, no more. */
#define PATIENCE_NS 500000000u

/* What a pipe takes without waiting if it takes anything. */
#define LONGEST_LINE 4096

/* Whether stderr takes a line now, or within that time. */
static bool is_listening(uint64_t patience_ns) {
    struct pollfd stream = {.fd = STDERR_FILENO, .events = POLLOUT};
    struct rs_running running = {0};
    while (poll(&stream, 1, patience_ns ? RS_LOOK_MS : 0) != 1)
        if (rs_running_now(&running) >= patience_ns)
            return false;
    return true;
}

/* How long a character is that a terminal would obey, or that turns the direction of text, in bytes
 * of UTF-8; 0 for any other. `left`: bytes from there on. */
static int unprintable(const unsigned char *c, int left) {
    if (c[0] < 0x20 || c[0] == 0x7f)
        return 1;
    if (left >= 2 && c[0] == 0xc2 && c[1] < 0xa0) /* C1 */
        return 2;
    if (left >= 2 && c[0] == 0xd8 && c[1] == 0x9c) /* the Arabic letter mark */
        return 2;
    if (left < 3 || c[0] != 0xe2)
        return 0;
    bool marks = c[1] == 0x80 && (c[2] == 0x8e || c[2] == 0x8f);
    bool breaks = c[1] == 0x80 && c[2] >= 0xa8 && c[2] <= 0xae; /* and embeddings, overrides */
    bool isolates = c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9;
    return marks || breaks || isolates ? 3 : 0;
}

/* Names of blocks and files come from an image, and from whoever named it. */
static void make_printable(char *line, int length) {
    for (int i = 0; i < length;) {
        int bytes = unprintable((const unsigned char *)line + i, length - i);
        if (bytes)
            memset(line + i, bytes == 1 && line[i] != '\n' && line[i] != '\r' ? '?' : ' ',
                   (size_t)bytes);
        i += bytes ? bytes : 1;
    }
}

/*
 * One write: threads of the host print, too. Stderr may be a pipe that nobody reads, and the
 * serving thread must not wait for a reader as a guest thread waits for it: then the line is lost.
 */
static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *format, ...) {
    static _Atomic bool deaf;
    char line[LONGEST_LINE];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line - 1, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    if (length > (int)sizeof line - 2)
        length = (int)sizeof line - 2;
    make_printable(line, length);
    line[length++] = '\n';
    if (!is_listening(atomic_load(&deaf) ? 0 : PATIENCE_NS)) {
        atomic_store(&deaf, true);
        return;
    }
    atomic_store(&deaf, false);
    if (write(STDERR_FILENO, line, (size_t)length) < 0)
        return; /* nobody listens */
}

/* The kernel's own call: whatever else ends a process may wait for a thread that waits for a page.
 */
static void end(void) __attribute__((noreturn));
static void end(void) {
    for (;;)
        syscall(SYS_exit_group, RS_LAZY_EXIT);
}

int rs_lazy_damaged(void *lazy, const struct rs_damage *damage) {
    struct rs_lazy *l = lazy;
    struct rs_lazy_block *block = &l->blocks[damage->block];
    char what[256];
    if (atomic_exchange(&block->noted[damage->page], 1) && l->options.zero_damaged)
        return 0;
    if (damage->error)
        snprintf(what, sizeof what, "cannot be read (%s)", strerror(damage->error));
    else
        snprintf(what, sizeof what, "has checksum 0x%08x instead of 0x%08x", damage->found,
                 damage->expected);
    const char *name = l->source.blocks[damage->block].name;
    if (!l->options.zero_damaged) {
        say(PREFIX "%s is damaged: page %" PRIu64 " of block %s, at file offset %" PRIu64
                   ", %s" REMEDY ": restore another image, or take zeros there by damaged=zero",
            damage->path, damage->page, name, damage->offset, what);
        end();
    }
    rs_lazy_add(l, RS_LAZY_DAMAGED, 1);
    say(PREFIX "%s is damaged: page %" PRIu64 " of block %s, at file offset %" PRIu64
               ", %s; the guest gets zeros there, as damaged=zero asks",
        damage->path, damage->page, name, damage->offset, what);
    return 0;
}

void rs_lazy_die(struct rs_lazy *l, struct rs_lazy_block *block, uint64_t page, const char *what) {
    uint32_t index = rs_lazy_index(l, block), file = 0;
    uint64_t offset = 0;
    rs_source_find(&l->source, index, page, &file, &offset);
    say(PREFIX "page %" PRIu64 " of block %s, at offset %" PRIu64 " of %s, %s" REMEDY, page,
        l->source.blocks[index].name, offset, l->source.files[file].path, what);
    end();
}

/*
 * Looks after the serving thread, which a dead disk can hold for ever, and after those who wait for
 * a whole block: a JVM that hangs, deaf even to SIGTERM, is worse than one that ends.
 */
void *rs_lazy_watch_main(void *lazy) {
    struct rs_lazy *l = lazy;
    uint64_t limit = l->options.stall_limit_ns, said_of = 0;
    uint64_t brought = 0, progress_ns = 0, seen = 0, began_ns = 0;
    struct rs_running running = {0};
    while (!atomic_load(&l->over)) {
        usleep(RS_LOOK_MS * 1000);
        uint64_t now = rs_running_now(&running), since = atomic_load(&l->reading_ns);
        if (since != seen)
            began_ns = now; /* another read; it began at most one look ago */
        seen = since;
        uint64_t all = rs_lazy_figure(l, RS_LAZY_CHUNKS_PLACED) + rs_lazy_figure(l, RS_LAZY_FAULTS);
        if (all != brought || !atomic_load(&l->wanted)) {
            brought = all;
            progress_ns = now;
        }
        uint64_t at = atomic_load(&l->reading);
        struct rs_lazy_block *block = &l->blocks[at >> 40];
        uint64_t page = at & (((uint64_t)1 << 40) - 1);
        if (since && now > began_ns + limit)
            rs_lazy_die(l, block, page,
                        "has not been read although a guest thread waited for the whole "
                        "restore.stall.limit: look after the disk");
        if (now > progress_ns + limit)
            rs_lazy_die(l, block, page,
                        "was the last to be touched, and nothing could be read since for the whole "
                        "restore.stall.limit although a block is waited for: look after the disk");
        if (since && since != said_of && now > began_ns + limit / 4) {
            said_of = since;
            say(PREFIX "page %" PRIu64 " of block %s has not been read for %" PRIu64
                       " ms, and a guest thread waits for it: look after the disk",
                page, l->source.blocks[at >> 40].name, (now - began_ns) / 1000000);
        }
    }
    atomic_fetch_sub(&l->threads, 1);
    return NULL;
}
