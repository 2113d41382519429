/*
 * Lazy restore: guest threads read and write RAM that is still in the image, and every byte that
 * they find is the image's or their own.
 *
 * The image is made by hand here: page p of a block says its block and p in every word.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "check.h"
#include "dead_disk.h"
#include "rs_clock.h"
#include "rs_crc32c.h"
#include "rs_lazy.h"
#include "stopper.h"

#define PAGE ((uint64_t)4096)
#define WORDS (PAGE / 8)
#define OFFSET ((uint64_t)1 << 20)
#define PAGES (24 * 512 + 77)
#define LEAD 16

/* What a terminal would obey, and a letter that is none of that; and how it is said. */
#define NAME "ram\x1b[31m\xe2\x80\xae\xc3\xb6"
#define SHOWN "ram?[31m   \xc3\xb6"

static char folder[512];

struct image {
    char path[2][700]; /* the image's, and its parent's */
    uint8_t kinds[2][PAGES];
    uint32_t crcs[PAGES];
};

static uint64_t word(uint64_t page, uint64_t index) {
    return (page << 20 | index) * 0x9E3779B97F4A7C15u | 1;
}

enum shape { FULL, SPARSE, CHAIN };

static enum rs_page_kind kind_of(enum shape shape, uint64_t page) {
    uint64_t chunk = page / 512;
    if (shape == FULL)
        return RS_STORED;
    if (chunk % 4 == 0)
        return RS_ZERO;
    if (chunk % 4 == 1)
        return page % 3 ? RS_STORED : RS_ZERO;
    if (chunk % 4 == 2 && page % 100 == 7)
        return RS_ZERO; /* few enough that the chunk is well filled */
    return RS_STORED;
}

static void make_image(struct image *image, enum shape shape) {
    static uint64_t content[WORDS];
    int files[2];
    for (int level = 0; level < 2; level++) {
        snprintf(image->path[level], sizeof image->path[level], "%s/lazy-%d.ramshot", folder,
                 level);
        files[level] = open(image->path[level], O_RDWR | O_CREAT | O_TRUNC, 0600);
        CHECK(files[level] >= 0, "%s", strerror(errno));
        CHECK(ftruncate(files[level], (off_t)(OFFSET + PAGES * PAGE)) == 0, "%s", strerror(errno));
    }
    for (uint64_t page = 0; page < PAGES; page++) {
        enum rs_page_kind kind = kind_of(shape, page);
        image->kinds[0][page] = image->kinds[1][page] = (uint8_t)kind;
        image->crcs[page] = 0;
        /* Where a page is zero, the files hold something else, which nobody must ever see. */
        memset(content, kind == RS_ZERO ? 0x5a : 0, PAGE);
        for (uint64_t i = 0; kind == RS_STORED && i < WORDS; i++)
            content[i] = word(page, i);
        if (kind == RS_STORED)
            image->crcs[page] = rs_crc32c(content, PAGE);
        int level = 0;
        if (shape == CHAIN && kind == RS_STORED && page % 5) {
            image->kinds[0][page] = RS_INHERITED;
            level = 1;
        }
        CHECK(pwrite(files[level], content, PAGE, (off_t)(OFFSET + page * PAGE)) == (ssize_t)PAGE,
              "%s", strerror(errno));
    }
    for (int level = 0; level < 2; level++) {
        close(files[level]);
    }
}

/* Guest RAM, which begins `lead` bytes into a page that is not its own. */
struct ram {
    uint8_t *map;
    uint8_t *pages; /* image page 0 */
    uint64_t lead;
};

static struct ram map_ram(uint64_t lead, uint64_t skew, bool populated) {
    uint64_t bytes = (PAGES + 1024) * PAGE;
    struct ram ram = {.lead = lead};
    ram.map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(ram.map != MAP_FAILED, "no memory");
    uint64_t start = ((uint64_t)ram.map + RS_CHUNK_BYTES - 1) & ~(RS_CHUNK_BYTES - 1);
    ram.pages = (uint8_t *)(start + skew * PAGE);
    madvise((void *)start, PAGES * PAGE & ~(RS_CHUNK_BYTES - 1), MADV_HUGEPAGE);
    if (populated)
        memset(ram.pages, 0xee, PAGES * PAGE);
    return ram;
}

static void unmap_ram(struct ram *ram) {
    munmap(ram->map, (PAGES + 1024) * PAGE);
}

struct setup {
    enum shape shape;
    uint64_t skew; /* pages from a chunk's beginning to the block's */
    uint64_t grain;
    bool populated;
    bool copies;   /* a kernel that cannot move pages */
    bool buffered; /* a file system without O_DIRECT */
    uint64_t zero_damaged;
    uint64_t limit_ns;
    uint64_t rate; /* so that the guest comes before what is read ahead */
};

static struct image image;
static struct dead_disk disk;
static void (*before_start)(void);

static struct rs_lazy *begin(const struct setup *setup, struct ram *ram) {
    struct rs_lazy_options options = {
        .zero_damaged = setup->zero_damaged,
        .stall_limit_ns = setup->limit_ns ? setup->limit_ns : 60000000000u,
        .huge_pages = 1,
        .direct_io = !setup->buffered,
        .grain_bytes = setup->grain,
        .rate_bytes_s = setup->rate,
        .copies = setup->copies,
    };
    struct rs_lazy *lazy;
    uint64_t failure;
    CHECK(rs_lazy_new(&options, &lazy) == 0, "new");
    for (int level = 0; level < (setup->shape == CHAIN ? 2 : 1); level++)
        CHECK(rs_lazy_add_file(lazy, image.path[level], image.path[level]) == level, "file");
    int block = rs_lazy_add_block(lazy, NAME, (uint64_t)ram->pages + ram->lead,
                                  PAGES * PAGE - ram->lead, image.crcs, 0);
    CHECK(block == 0, "block: %s", strerror(-block));
    for (int level = 0; level < (setup->shape == CHAIN ? 2 : 1); level++)
        CHECK(rs_lazy_add_level(lazy, 0, level, OFFSET, image.kinds[level]) == 0, "level");
    uint64_t order[3] = {20 * 512 + 9, PAGES - 1, 3};
    CHECK(rs_lazy_order(lazy, order, 3) == 0, "order");
    if (before_start)
        before_start();
    int result = rs_lazy_start(lazy, &failure);
    CHECK(result == 0, "start: %s", strerror(-result));
    return lazy;
}

static void end(struct rs_lazy *lazy) {
    while (rs_lazy_wait(lazy, 1000) != RS_LAZY_DONE) {
    }
    CHECK(rs_lazy_figure(lazy, RS_LAZY_BYTES_BROUGHT) == rs_lazy_figure(lazy, RS_LAZY_BYTES_STORED),
          "%lu of %lu bytes", rs_lazy_figure(lazy, RS_LAZY_BYTES_BROUGHT),
          rs_lazy_figure(lazy, RS_LAZY_BYTES_STORED));
    rs_lazy_close(lazy);
}

/* The first page that is the image's to restore: the one before it is malloc's in part. */
static uint64_t first_of(const struct ram *ram) {
    return ram->lead ? 1 : 0;
}

static uint64_t expected(enum shape shape, uint64_t page, uint64_t index) {
    return kind_of(shape, page) == RS_ZERO ? 0 : word(page, index);
}

struct toucher {
    pthread_t thread;
    const struct ram *ram;
    enum shape shape;
    uint64_t first; /* its own pages: first, first + step, ... */
    uint64_t step;
    _Atomic bool *stop;
    uint8_t *written; /* per page: what was last written to its last byte */
    uint64_t rounds;
};

/* Each page it comes to must be the image's but for what this thread has written to it. */
static void *touch(void *context) {
    struct toucher *t = context;
    uint64_t seed = t->first + 1;
    uint64_t count = (PAGES - first_of(t->ram) - t->first + t->step - 1) / t->step;
    do {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint64_t page = first_of(t->ram) + t->first + (seed >> 33) % count * t->step;
        volatile uint64_t *at = (volatile uint64_t *)(t->ram->pages + page * PAGE);
        for (uint64_t i = 0; i < WORDS - 1; i += 51)
            CHECK(at[i] == expected(t->shape, page, i), "page %lu word %lu: %lx", page, i, at[i]);
        uint8_t last = ((volatile uint8_t *)at)[PAGE - 1];
        if (t->written[page])
            CHECK(last == t->written[page], "page %lu: what was written is gone", page);
        t->written[page] = (uint8_t)(t->written[page] % 200 + 1);
        ((volatile uint8_t *)at)[PAGE - 1] = t->written[page];
        t->rounds++;
    } while (!atomic_load(t->stop));
    return NULL;
}

static void check_all(const struct ram *ram, enum shape shape, const uint8_t *written) {
    for (uint64_t page = first_of(ram); page < PAGES; page++) {
        uint64_t *at = (uint64_t *)(ram->pages + page * PAGE);
        for (uint64_t i = 0; i < WORDS - 1; i++)
            CHECK(at[i] == expected(shape, page, i), "page %lu word %lu: %lx", page, i, at[i]);
        if (written[page])
            CHECK(ram->pages[page * PAGE + PAGE - 1] == written[page], "page %lu: %d", page,
                  ram->pages[page * PAGE + PAGE - 1]);
    }
}

static void restore(const char *name, struct setup *setup) {
    static uint8_t written[PAGES];
    TRY(60, "%s", name);
    setup->rate = 200 * 1000000;
    make_image(&image, setup->shape);
    memset(written, 0, sizeof written);
    struct ram ram = map_ram(LEAD, setup->skew, setup->populated);
    memset(ram.pages, 0x77, LEAD);
    struct rs_lazy *lazy = begin(setup, &ram);
    _Atomic bool stop = false;
    struct toucher touchers[2];
    for (uint64_t i = 0; i < 2; i++) {
        touchers[i] = (struct toucher){.ram = &ram,
                                       .shape = setup->shape,
                                       .first = i,
                                       .step = 2,
                                       .stop = &stop,
                                       .written = written};
        pthread_create(&touchers[i].thread, NULL, touch, &touchers[i]);
    }
    /* What the kernel writes for the guest comes over the image's content, too. */
    int zeros = open("/dev/zero", O_RDONLY);
    uint64_t page = 22 * 512 + 9;
    CHECK(read(zeros, ram.pages + page * PAGE + PAGE - 8, 1) == 1, "%s", strerror(errno));
    close(zeros);
    while (rs_lazy_wait(lazy, 10) == RS_LAZY_SERVING) {
    }
    atomic_store(&stop, true);
    for (int i = 0; i < 2; i++)
        pthread_join(touchers[i].thread, NULL);
    uint64_t moved = rs_lazy_figure(lazy, RS_LAZY_CHUNKS_MOVED);
    CHECK(rs_lazy_figure(lazy, RS_LAZY_FAULTS) > 0, "nobody touched a missing page");
    CHECK(!setup->copies || moved == 0, "%lu chunks moved", moved);
    printf("        %lu faults, %lu of %lu chunks moved, %lu + %lu rounds, %lu traced\n",
           rs_lazy_figure(lazy, RS_LAZY_FAULTS), moved, rs_lazy_figure(lazy, RS_LAZY_CHUNKS),
           touchers[0].rounds, touchers[1].rounds, (uint64_t)rs_lazy_trace(lazy, NULL, 0));
    end(lazy);
    check_all(&ram, setup->shape, written);
    for (int i = 0; i < LEAD; i++)
        CHECK(ram.pages[i] == 0x77, "malloc's bytes before the block are %x", ram.pages[i]);
    unmap_ram(&ram);
}

/* Nobody touches anything: it comes all the same, by moving what can be moved. */
static void undisturbed(void) {
    TRY(60, "undisturbed");
    struct setup setup = {.shape = SPARSE, .grain = 65536, .populated = true};
    static uint8_t written[PAGES];
    make_image(&image, SPARSE);
    struct ram ram = map_ram(LEAD, 0, true);
    struct rs_lazy *lazy = begin(&setup, &ram);
    while (rs_lazy_wait(lazy, 1000) != RS_LAZY_DONE) {
    }
    CHECK(rs_lazy_figure(lazy, RS_LAZY_FAULTS) == 0, "a fault that nobody took");
    uint64_t moved = rs_lazy_figure(lazy, RS_LAZY_CHUNKS_MOVED);
    CHECK(!lazy->can_move || moved == 12, "%lu chunks moved", moved);
    end(lazy);
    /* Chunks without content hold no memory. */
    unsigned char present[512];
    CHECK(mincore(ram.pages + 4 * 512 * PAGE, 512 * PAGE, present) == 0, "%s", strerror(errno));
    for (int i = 0; i < 512; i++)
        CHECK(!(present[i] & 1), "page %d of an empty chunk is populated", i);
    check_all(&ram, SPARSE, written);
    unmap_ram(&ram);
}

/* What the guest gives away is zero from then on, whatever is under way. */
static void given_away(bool copies) {
    TRY(60, "memory that is given away in mid-restore, %s", copies ? "copied" : "moved");
    struct setup setup = {
        .shape = FULL, .grain = 65536, .populated = true, .copies = copies, .rate = 100 * 1000000};
    make_image(&image, FULL);
    struct ram ram = map_ram(LEAD, 0, true);
    static uint8_t gone[PAGES];
    memset(gone, 0, sizeof gone);
    struct rs_lazy *lazy = begin(&setup, &ram);
    uint64_t seed = 7;
    uint64_t during = 0;
    /* The first piece goes just as its pages are coming in. */
    uint64_t gap = 20 * 512 + 100;
    for (int i = 0; i < 400; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint64_t page = i == 0 ? gap : 1 + (seed >> 33) % (PAGES - 40),
                 count = 1 + (seed >> 20) % 32;
        if (i % 3 == 0)
            ((volatile uint8_t *)ram.pages)[page * PAGE] = 1; /* brought, and then given away */
        CHECK(madvise(ram.pages + page * PAGE, count * PAGE, MADV_DONTNEED) == 0, "%s",
              strerror(errno));
        during += rs_lazy_wait(lazy, 0) == RS_LAZY_SERVING;
        memset(gone + page, 1, count);
        CHECK(((volatile uint64_t *)(ram.pages + page * PAGE))[1] == 0, "page %lu", page);
    }
    CHECK(during > 0, "the restore was over before anything was given away");
    end(lazy);
    for (uint64_t page = 1; page < PAGES; page++)
        for (uint64_t i = 0; i < WORDS; i += 7)
            CHECK(((uint64_t *)(ram.pages + page * PAGE))[i] == (gone[page] ? 0 : word(page, i)),
                  "page %lu, given away: %d", page, gone[page]);
    unmap_ram(&ram);
}

static void unmapped(void) {
    TRY(60, "memory that is unmapped in mid-restore");
    struct setup setup = {.shape = FULL, .grain = 65536, .populated = true};
    make_image(&image, FULL);
    struct ram ram = map_ram(LEAD, 0, true);
    struct rs_lazy *lazy = begin(&setup, &ram);
    uint64_t from = 10 * 512 + 3, pages = 11 * 512;
    CHECK(munmap(ram.pages + from * PAGE, pages * PAGE) == 0, "%s", strerror(errno));
    /* What is mapped there later is none of the image's. */
    void *again = mmap(ram.pages + from * PAGE, pages * PAGE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    CHECK(again == ram.pages + from * PAGE, "%s", strerror(errno));
    end(lazy);
    for (uint64_t page = 1; page < PAGES; page++) {
        bool gone = page >= from && page < from + pages;
        uint64_t found = ((uint64_t *)(ram.pages + page * PAGE))[9];
        CHECK(found == (gone ? 0 : word(page, 9)), "page %lu: %lx", page, found);
    }
    unmap_ram(&ram);
}

static void wanted(void) {
    TRY(60, "a block that somebody waits for");
    struct setup setup = {.shape = FULL, .grain = 4096};
    make_image(&image, FULL);
    struct ram ram = map_ram(LEAD, 0, false);
    struct rs_lazy *lazy = begin(&setup, &ram);
    rs_lazy_finish_block(lazy, 0);
    CHECK(rs_lazy_figure(lazy, RS_LAZY_CHUNKS_PLACED) == rs_lazy_figure(lazy, RS_LAZY_CHUNKS),
          "not all there");
    /* A host that grows its RAM moves it, with what is in it. */
    uint64_t bytes = 20 * RS_CHUNK_BYTES;
    uint8_t *moved =
        mremap(ram.pages + RS_CHUNK_BYTES, bytes, bytes + RS_CHUNK_BYTES, MREMAP_MAYMOVE);
    CHECK(moved != MAP_FAILED, "%s", strerror(errno));
    for (uint64_t page = 0; page < bytes / PAGE; page++)
        CHECK(((uint64_t *)(moved + page * PAGE))[3] == word(page + 512, 3), "page %lu", page);
    end(lazy);
    munmap(moved, bytes + RS_CHUNK_BYTES);
    unmap_ram(&ram);
}

static void damage(uint64_t page) {
    int fd = open(image.path[0], O_RDWR);
    CHECK(pwrite(fd, "x", 1, (off_t)(OFFSET + page * PAGE + 123)) == 1, "%s", strerror(errno));
    close(fd);
}

static void damaged_zero(void) {
    TRY(60, "damaged pages become zeros");
    struct setup setup = {.shape = FULL, .grain = 65536, .zero_damaged = 1};
    make_image(&image, FULL);
    damage(700);
    damage(10000);
    struct ram ram = map_ram(LEAD, 0, false);
    struct rs_lazy *lazy = begin(&setup, &ram);
    CHECK(((volatile uint64_t *)(ram.pages + 700 * PAGE))[5] == 0, "not zero");
    CHECK(((volatile uint64_t *)(ram.pages + 701 * PAGE))[5] == word(701, 5), "not there");
    while (rs_lazy_wait(lazy, 1000) != RS_LAZY_DONE) {
    }
    CHECK(rs_lazy_figure(lazy, RS_LAZY_DAMAGED) == 2, "%lu damaged",
          rs_lazy_figure(lazy, RS_LAZY_DAMAGED));
    CHECK(((volatile uint64_t *)(ram.pages + 10000 * PAGE))[5] == 0, "not zero");
    end(lazy);
    unmap_ram(&ram);
}

/* Runs a case that must end the process, and checks how; what it says is on `said`. */
static void dies(void (*run)(void), char *said, size_t room) {
    int ends[2];
    CHECK(pipe(ends) == 0, "%s", strerror(errno));
    pid_t child = fork();
    if (child == 0) {
        alarm(50);
        dup2(ends[1], STDERR_FILENO);
        close(ends[1]);
        run();
        _exit(0);
    }
    close(ends[1]);
    size_t length = 0;
    bool resumed = false;
    for (ssize_t got; (got = read(ends[0], said + length, room - 1 - length)) > 0;) {
        length += (size_t)got;
        said[length] = 0;
        if (disk.server && !resumed && strstr(said, "stopped")) {
            dead_disk_resume(&disk); /* until then, the kernel keeps those who read from it */
            resumed = true;          /* others may have something to say before they die */
        }
    }
    close(ends[0]);
    int status;
    CHECK(waitpid(child, &status, 0) == child, "%s", strerror(errno));
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == RS_LAZY_EXIT, "status %x: %s", status, said);
    printf("        %s", said);
}

static void touch_damaged(void) {
    struct setup setup = {.shape = FULL, .grain = 65536};
    struct ram ram = map_ram(LEAD, 0, false);
    struct rs_lazy *lazy = begin(&setup, &ram);
    if (((volatile uint64_t *)(ram.pages + 700 * PAGE))[5] != 12345)
        _exit(1); /* it must never get here */
    end(lazy);
}

static void only_wait(void) {
    struct setup setup = {.shape = FULL, .grain = 65536};
    struct ram ram = map_ram(LEAD, 0, false);
    end(begin(&setup, &ram));
}

static void truncated(void) {
    CHECK(truncate(image.path[0], (off_t)(OFFSET + 9000 * PAGE)) == 0, "%s", strerror(errno));
    only_wait();
}

static void moved_too_early(void) {
    struct setup setup = {.shape = FULL, .grain = 65536};
    struct ram ram = map_ram(LEAD, 0, false);
    begin(&setup, &ram);
    void *moved = mremap(ram.pages + RS_CHUNK_BYTES, 20 * RS_CHUNK_BYTES, 21 * RS_CHUNK_BYTES,
                         MREMAP_MAYMOVE);
    CHECK(moved != MAP_FAILED, "%s", strerror(errno));
}

static void stops(void) {
    static char said[8192];
    TRY(60, "a damaged page that is touched");
    make_image(&image, FULL);
    damage(700);
    dies(touch_damaged, said, sizeof said);
    CHECK(strstr(said, "lazy-0.ramshot is damaged: page 700 of block " SHOWN ", at file offset "
                       "3915776, has checksum 0x"),
          "%s", said);
    TRY(60, "a damaged page that nobody touches");
    dies(only_wait, said, sizeof said);
    CHECK(strstr(said, "page 700 of block " SHOWN), "%s", said);
    TRY(60, "an image that ends too early");
    make_image(&image, FULL);
    dies(truncated, said, sizeof said);
    CHECK(strstr(said, "cannot be read (No data available)"), "%s", said);
    TRY(60, "RAM that is moved before it is there");
    make_image(&image, FULL);
    dies(moved_too_early, said, sizeof said);
    CHECK(strstr(said, "was moved by mremap before"), "%s", said);
}

/* Whoever reads stderr has stopped, and the pipe to him is full. */
static void nobody_reads(void) {
    static const char full[65536];
    int ends[2];
    CHECK(pipe(ends) == 0 && fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0, "%s", strerror(errno));
    while (write(ends[1], full, sizeof full) > 0 || write(ends[1], full, 1) > 0) {
    }
    CHECK(fcntl(ends[1], F_SETFL, 0) == 0 && dup2(ends[1], STDERR_FILENO) >= 0, "%s",
          strerror(errno));
}

static void touch_damaged_unheard(void) {
    nobody_reads();
    touch_damaged();
}

static void zero_damaged_unheard(void) {
    nobody_reads();
    struct setup setup = {.shape = FULL, .grain = 65536, .zero_damaged = true};
    struct ram ram = map_ram(LEAD, 0, false);
    struct rs_lazy *lazy = begin(&setup, &ram);
    CHECK(((volatile uint64_t *)(ram.pages + 700 * PAGE))[5] == 0, "not zero");
    end(lazy);
    _exit(RS_LAZY_EXIT); /* as dies() wants it */
}

/* What there is to say is lost, and nothing else. */
static void unheard(void) {
    static char said[8192];
    make_image(&image, FULL);
    damage(700);
    damage(10000);
    TRY(60, "a damaged page, and nobody reads stderr");
    dies(touch_damaged_unheard, said, sizeof said);
    TRY(60, "damaged pages become zeros, and nobody reads stderr");
    dies(zero_damaged_unheard, said, sizeof said);
}

/* Not its parent, so it cannot wait for the server otherwise. */
static void stop_disk(void) {
    char path[64], stat[256] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", disk.server);
    CHECK(kill(disk.server, SIGSTOP) == 0, "%s", strerror(errno));
    while (!strstr(stat, ") T ")) {
        int fd = open(path, O_RDONLY);
        CHECK(fd >= 0 && read(fd, stat, sizeof stat - 1) > 0, "%s", strerror(errno));
        close(fd);
    }
}

static void touch_dead(void) {
    before_start = stop_disk;
    struct setup setup = {.shape = FULL, .grain = 65536, .limit_ns = 400000000, .buffered = true};
    struct ram ram = map_ram(LEAD, 0, false);
    struct rs_lazy *lazy = begin(&setup, &ram);
    if (((volatile uint64_t *)(ram.pages + 700 * PAGE))[5] != 12345)
        _exit(1);
    end(lazy);
}

/* It never has the limit's time in one piece. */
static void touch_dead_stopped(void) {
    struct stopper stopper;
    stopper_open(&stopper);
    stopper_repeat(&stopper, 40, 100);
    touch_dead();
}

static struct stopper stopper;

static void *pause_disk(void *context) {
    struct rs_lazy *lazy = context;
    while (!atomic_load(&lazy->reading_ns)) /* until somebody waits */
        usleep(1000);
    usleep(100000); /* and is known to */
    stopper_stop(&stopper, 1300);
    usleep(100000); /* who would give up for the stop has had his chance */
    kill(disk.server, SIGCONT);
    return NULL;
}

/* The disk answers soon after a stop that lasted longer than anybody may wait: by an error. */
static void touch_paused(void) {
    pthread_t thread;
    stopper_open(&stopper);
    before_start = stop_disk;
    struct setup setup = {.shape = FULL, .grain = 65536, .limit_ns = 1000000000, .buffered = true};
    struct ram ram = map_ram(LEAD, 0, false);
    struct rs_lazy *lazy = begin(&setup, &ram);
    pthread_create(&thread, NULL, pause_disk, lazy);
    if (((volatile uint64_t *)(ram.pages + 700 * PAGE))[5] != 12345)
        _exit(1);
}

static void dead(const char *where) {
    static char said[8192];
    TRY(60, "a disk that is dead");
    char mount[600];
    snprintf(mount, sizeof mount, "%s/dead", where);
    mkdir(mount, 0700);
    int result = dead_disk_mount(&disk, mount);
    if (result) {
        printf("SKIPPED: no FUSE here (%s)\n", strerror(-result));
        return;
    }
    snprintf(image.path[0], sizeof image.path[0], "%s/image", mount);
    int fd = open(image.path[0], O_RDWR | O_CREAT, 0600);
    CHECK(fd >= 0 && ftruncate(fd, (off_t)(OFFSET + PAGES * PAGE)) == 0, "%s", strerror(errno));
    close(fd);
    dies(touch_dead, said, sizeof said);
    CHECK(strstr(said, "page 700 of block " SHOWN " has not been read for"), "%s", said);
    CHECK(strstr(said, "for the whole restore.stall.limit: look after the disk"), "%s", said);
    TRY(60, "a disk that is dead, and a process that is stopped again and again");
    dies(touch_dead_stopped, said, sizeof said);
    CHECK(strstr(said, "for the whole restore.stall.limit: look after the disk"), "%s", said);
    TRY(60, "a disk that pauses, and a process that is stopped meanwhile");
    dies(touch_paused, said, sizeof said);
    CHECK(strstr(said, "cannot be read ("), "%s", said);
    dead_disk_unmount(&disk);
}

/* The image and a block, to be filled and never started. */
static void fill_setup(const struct setup *setup, const struct ram *ram, struct rs_lazy **out) {
    struct rs_lazy_options options = {.direct_io = !setup->buffered};
    CHECK(rs_lazy_new(&options, out) == 0, "new");
    int levels = setup->shape == CHAIN ? 2 : 1;
    for (int level = 0; level < levels; level++)
        CHECK(rs_lazy_add_file(*out, image.path[level], image.path[level]) == level, "file");
    int block = rs_lazy_add_block(*out, NAME, (uint64_t)ram->pages + LEAD, PAGES * PAGE - LEAD,
                                  image.crcs, 1);
    CHECK(block == 0, "block: %s", strerror(-block));
    for (int level = 0; level < levels; level++)
        CHECK(rs_lazy_add_level(*out, 0, level, OFFSET, image.kinds[level]) == 0, "level");
}

/* Before the guest runs: all at once, into memory that may be shared. */
static void filled(enum shape shape, bool shared) {
    static uint8_t written[PAGES];
    TRY(60, "filled before the guest runs, %s", shared ? "shared memory" : "a chain");
    struct setup setup = {.shape = shape};
    struct rs_lazy *lazy;
    uint64_t failure[7], bytes = (PAGES + 1) * PAGE;
    make_image(&image, shape);
    struct ram ram = {.lead = LEAD};
    ram.map = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                   MAP_ANONYMOUS | (shared ? MAP_SHARED : MAP_PRIVATE), -1, 0);
    CHECK(ram.map != MAP_FAILED, "no memory");
    ram.pages = ram.map;
    /* A part that the host has written to, and one that nobody has touched. */
    memset(ram.pages, 0xee, PAGES * PAGE / 2);
    fill_setup(&setup, &ram, &lazy);
    int result = rs_lazy_fill(lazy, failure);
    CHECK(result == 0, "%s", strerror(-result));
    unsigned char present[512];
    CHECK(shared || mincore(ram.pages + 20 * 512 * PAGE, 512 * PAGE, present) == 0, "%s",
          strerror(errno));
    for (int i = 0; shape == SPARSE && !shared && i < 512; i++)
        CHECK(!(present[i] & 1), "page %d of an empty chunk is populated", i);
    check_all(&ram, shape, written);
    if (shape == CHAIN) {
        damage(1000); /* which is a multiple of 5, and so in the image itself */
        result = rs_lazy_fill(lazy, failure);
        CHECK(result == -EIO && failure[1] == 1000 && failure[2] == 0 && failure[4] == 0, "%d %lu",
              result, failure[1]);
        CHECK(failure[6] == image.crcs[1000] && failure[5] != failure[6], "checksums");
    }
    rs_lazy_close(lazy);
    munmap(ram.map, bytes);
}

/* What /proc/self/smaps says of the mapping at an address: r, w, and l for locked in memory. */
static void describe(const void *at, char *found) {
    FILE *maps = fopen("/proc/self/smaps", "re");
    char line[4096], access[8] = "", flags[512] = "";
    unsigned long start, end;
    bool here = false;
    CHECK(maps, "%s", strerror(errno));
    while (!*flags && fgets(line, sizeof line, maps)) {
        if (sscanf(line, "%lx-%lx %7s", &start, &end, access) == 3)
            here = start <= (uintptr_t)at && (uintptr_t)at < end;
        else if (here && strncmp(line, "VmFlags:", 8) == 0)
            snprintf(flags, sizeof flags, "%.*s", (int)sizeof flags - 1, line);
    }
    fclose(maps);
    sprintf(found, "%c%c%c", access[0], access[1], strstr(flags, " lo") ? 'l' : '-');
}

struct kept {
    uint64_t page;
    uint64_t pages;
    int protection;
    bool locked;
};

/* Parts of chunks, whole ones, and more than one. */
static const struct kept keeps[] = {
    {600, 16, PROT_READ, false},
    {3 * 512 + 200, 1, PROT_NONE, false},
    {5 * 512, 512, PROT_NONE, false},
    {7 * 512 - 3, 700, PROT_READ, false},
    {11 * 512 + 9, 30, PROT_READ | PROT_WRITE, true},
    {13 * 512 + 1, 300, PROT_READ, true},
};
#define KEEPS (sizeof keeps / sizeof *keeps)

/* What may not be written gets its content, and stays what it was. */
static void kept(enum shape shape, bool eager, bool all, bool locked) {
    static uint8_t written[PAGES];
    char before[KEEPS][4], after[4];
    TRY(60, "%s, %s%s", eager ? "filled before the guest runs" : "lazily",
        all ? "all of it for reading only" : "memory that may not be written here and there",
        locked ? ", locked in memory" : "");
    struct setup setup = {.shape = shape, .populated = true};
    make_image(&image, shape);
    struct ram ram = map_ram(LEAD, 0, true);
    for (uint64_t i = 0; i < KEEPS; i++) {
        uint8_t *at = ram.pages + keeps[i].page * PAGE;
        if (locked && keeps[i].locked)
            CHECK(mlock(at, keeps[i].pages * PAGE) == 0, "%s", strerror(errno));
        if (!all)
            CHECK(mprotect(at, keeps[i].pages * PAGE, keeps[i].protection) == 0, "%s",
                  strerror(errno));
    }
    if (all)
        CHECK(mprotect(ram.map, (PAGES + 1024) * PAGE, PROT_READ) == 0, "%s", strerror(errno));
    if (all && locked)
        CHECK(mlock(ram.map, (PAGES + 1024) * PAGE) == 0, "%s", strerror(errno));
    for (uint64_t i = 0; i < KEEPS; i++)
        describe(ram.pages + keeps[i].page * PAGE, before[i]);
    if (eager) {
        struct rs_lazy *lazy;
        uint64_t failure[7];
        fill_setup(&setup, &ram, &lazy);
        int result = rs_lazy_fill(lazy, failure);
        CHECK(result == 0, "%s, page %lu", strerror(-result), failure[1]);
        rs_lazy_close(lazy);
    } else {
        end(begin(&setup, &ram));
    }
    for (uint64_t i = 0; i < KEEPS; i++) {
        describe(ram.pages + keeps[i].page * PAGE, after);
        CHECK(strcmp(before[i], after) == 0, "page %lu was %s and is %s", keeps[i].page, before[i],
              after);
    }
    CHECK(mprotect(ram.map, (PAGES + 1024) * PAGE, PROT_READ | PROT_WRITE) == 0, "%s",
          strerror(errno));
    check_all(&ram, shape, written);
    unmap_ram(&ram);
}

/* Shared memory for reading only is everybody's: refused, with the place. */
static void refused_page(void) {
    TRY(60, "shared memory for reading only");
    struct setup setup = {.shape = FULL};
    struct rs_lazy *lazy;
    uint64_t failure[7], bytes = (PAGES + 1) * PAGE;
    make_image(&image, FULL);
    struct ram ram = {.lead = LEAD};
    ram.map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_SHARED, -1, 0);
    CHECK(ram.map != MAP_FAILED, "no memory");
    ram.pages = ram.map;
    CHECK(mprotect(ram.pages + 700 * PAGE, PAGE, PROT_READ) == 0, "%s", strerror(errno));
    fill_setup(&setup, &ram, &lazy);
    int result = rs_lazy_fill(lazy, failure);
    CHECK(result == -EACCES && failure[0] == 0 && failure[1] == 700, "%d page %lu", result,
          failure[1]);
    rs_lazy_close(lazy);
    munmap(ram.map, bytes);
}

static void refusals(void) {
    TRY(10, "memory that is shared, or a file's");
    struct rs_lazy_options options = {.stall_limit_ns = 1000000000, .grain_bytes = 65536};
    struct rs_lazy *lazy;
    CHECK(rs_lazy_new(&options, &lazy) == 0, "new");
    uint8_t *shared =
        mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int result = rs_lazy_add_block(lazy, "shared", (uint64_t)shared, 4 * PAGE, image.crcs, 0);
    CHECK(result == -EOPNOTSUPP, "%d", result);
    result = rs_lazy_add_block(lazy, "small", (uint64_t)shared + 1, PAGE, image.crcs, 1);
    CHECK(result == -ENODATA, "%d", result);
    rs_lazy_close(lazy);
    munmap(shared, 4 * PAGE);
}

int main(int count, char **arguments) {
    snprintf(folder, sizeof folder, "%s", count > 1 ? arguments[1] : "/tmp");
    rs_crc32c_init();
    refusals();
    restore("a full image", &(struct setup){.shape = FULL, .grain = 65536, .populated = true});
    restore("a full image, whole chunks at a time",
            &(struct setup){.shape = FULL, .grain = RS_CHUNK_BYTES, .populated = true});
    restore("a sparse image, page by page, RAM never touched",
            &(struct setup){.shape = SPARSE, .grain = 4096, .skew = 3});
    restore("a sparse image, pages copied, through the page cache",
            &(struct setup){.shape = SPARSE,
                            .grain = 65536,
                            .skew = 511,
                            .populated = true,
                            .copies = true,
                            .buffered = true});
    restore("a chain, as much at a time as suits the disk",
            &(struct setup){.shape = CHAIN, .populated = true});
    undisturbed();
    given_away(false);
    given_away(true);
    unmapped();
    wanted();
    damaged_zero();
    filled(CHAIN, false);
    filled(SPARSE, true);
    filled(SPARSE, false);
    kept(FULL, true, false, false);
    kept(CHAIN, true, true, false);
    kept(SPARSE, true, false, true);
    kept(FULL, false, false, false);
    kept(SPARSE, false, true, false);
    kept(CHAIN, false, false, true);
    kept(FULL, false, true, true);
    refused_page();
    stops();
    unheard();
    make_image(&image, FULL);
    dead(folder);
    for (int level = 0; level < 2; level++) {
        snprintf(image.path[level], sizeof image.path[level], "%s/lazy-%d.ramshot", folder, level);
        unlink(image.path[level]);
    }
    return 0;
}
