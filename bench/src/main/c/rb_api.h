/*
 * What Java calls, through JNA (io.ramshot.bench.worker.BenchLibrary). Functions that return an
 * int return 0 or -errno, unless said otherwise. Times are ns, sizes bytes.
 */
#ifndef RB_API_H
#define RB_API_H

#include <stdint.h>

#define RB_API __attribute__((visibility("default")))

/* Large enough for the disk's full speed, and one huge page. */
#define RB_WRITE_BYTES ((uint64_t)2 << 20)

/* Most writes in flight. */
#define RB_MOST_DEPTH 16

/* What rb_save says of itself. */
enum rb_save_figure {
    RB_SAVE_WRITE_NS, /* creating the file and writing to it */
    RB_SAVE_SYNC_NS,  /* fsync and close */
    RB_SAVE_BYTES,    /* file length */
    RB_SAVE_ALLOCATED,
    RB_SAVE_DIRECT, /* 1: by O_DIRECT */
    RB_SAVE_FIGURES
};

/*
 * Guest RAM: anonymous memory, aligned to 2 MiB, on huge pages or explicitly not; every page
 * is populated with bytes that are not zero. Returns its address, or -errno.
 */
RB_API int64_t rb_ram_map(uint64_t bytes, int huge);

/* Moves RAM back onto huge pages. Returns how many 2 MiB chunks are not on one then. */
RB_API int64_t rb_ram_collapse(uint64_t address, uint64_t bytes);

/* Populates RAM for writing and looks at each page: no page fault is left, not even a host's. */
RB_API int rb_ram_touch(uint64_t address, uint64_t bytes);

/*
 * Writes memory to a new file of mode 0600 in order: 2 MiB a write, up to `depth` in flight, with
 * O_DIRECT where the file system takes it; then fsync.
 *
 * rate: most bytes a second, 0 for no limit
 * out: RB_SAVE_FIGURES numbers
 */
RB_API int rb_save(const char *path, uint64_t address, uint64_t bytes, int depth, int64_t rate,
                   int64_t *out);

/*
 * fork(); the child does rb_save and ends, the parent returns at once.
 *
 * buffers: whether the child writes from buffers of its own, see rb_save.h
 * out: how long fork() took, for the parent
 * Returns the child's process id, or -errno.
 */
RB_API int rb_fork_save(const char *path, uint64_t address, uint64_t bytes, int depth, int64_t rate,
                        int buffers, int64_t *out);

/*
 * Waits until the child of the last rb_fork_save has saved, and kills it when available memory
 * falls under `floor` bytes. Returns 0, -errno, or 1 if it was killed.
 */
RB_API int rb_fork_await(int pid, int64_t floor);

/*
 * Waits until that child is gone.
 *
 * out: RB_SAVE_FIGURES numbers of its rb_save, its CPU time, and the memory that it made the
 * machine need, or -1
 * Returns 0 or -errno of its rb_save.
 */
RB_API int rb_fork_reap(int pid, int64_t *out);

/*
 * Address space for guest RAM, aligned to 2 MiB: nothing is populated yet, and the kernel is asked
 * for huge pages. Returns its address, or -errno.
 */
RB_API int64_t rb_ram_reserve(uint64_t bytes);

/* Gives every page its own content, which neither compresses nor holds zeros. */
RB_API void rb_ram_fill(uint64_t address, uint64_t bytes);

/*
 * How many of `bytes` / 4096 pages hold something else than rb_ram_fill gave the page `first` and
 * those after it; a page's first 8 bytes are the guest's to change.
 */
RB_API int64_t rb_ram_wrong(uint64_t address, uint64_t bytes, uint64_t first);

/* Reads one byte of each page, in order. */
RB_API void rb_ram_look(uint64_t address, uint64_t bytes);

/* How a file is read. */
enum rb_load_way {
    RB_LOAD_DIRECT, /* O_DIRECT, `depth` reads of 2 MiB in flight, each to its place */
    RB_LOAD_DISK,   /* the same to 2 MiB a read in flight, over and over: the disk alone */
    RB_LOAD_PLAIN   /* read(2), 1 MiB a call */
};

/*
 * Reads `bytes` of a file from `offset` on, both multiples of 4096, to memory.
 *
 * out: how long it took, the file's opening included
 * Returns 0 or -errno; -EINVAL where the file system refuses O_DIRECT.
 */
RB_API int rb_load(const char *path, uint64_t offset, uint64_t address, uint64_t bytes, int way,
                   int depth, int64_t *out);

/* Maps `bytes` of a file from `offset` on, private and writable. Returns the address, or -errno. */
RB_API int64_t rb_load_map(const char *path, uint64_t offset, uint64_t bytes);

/* Has the kernel forget what it holds of a file, which must be on disk. */
RB_API int rb_cache_drop(const char *path);

/* Reads the file, so that the kernel holds it. */
RB_API int rb_cache_fill(const char *path);

/* How many bytes of a file the kernel holds in its page cache, or -errno. */
RB_API int64_t rb_cache_held(const char *path);

/* Bytes a second of memcpy from RAM to other memory, 2 MiB at a time. */
RB_API int rb_memcpy_rate(uint64_t address, uint64_t bytes, int64_t *out);

/* CPU time of this process, all threads, user and system. */
RB_API int64_t rb_process_cpu(void);

/* Starts to watch how much memory the machine has left, every `period_ms`. */
RB_API int rb_memory_watch(int period_ms);

/* Ends that. out: the most that was taken since its start, and now. */
RB_API int rb_memory_watched(int64_t *out);

#endif
