/* rs_ring: bounded, in order, from one thread to another or to several. */
#include <pthread.h>

#include "check.h"
#include "rs_ring.h"

#define NUMBERS 50000

static void one_thread(void) {
    struct rs_ring ring;
    uint64_t value = 0;
    TRY(10, "full, empty, and around the end");
    CHECK(rs_ring_init(&ring, 3) == 0, "no memory");
    for (uint64_t round = 0; round < 10; round++) {
        uint64_t room = 0;
        CHECK(!rs_ring_peek(&ring, &value) && !rs_ring_pop(&ring, &value), "it is empty");
        while (rs_ring_push(&ring, round * 100 + room))
            room++;
        CHECK(room == 4, "room for %d, not for the next power of two", (int)room);
        CHECK(rs_ring_count(&ring) == room, "count %d", (int)rs_ring_count(&ring));
        for (uint64_t i = 0; i < room; i++) {
            CHECK(rs_ring_peek(&ring, &value) && value == round * 100 + i, "%d", (int)value);
            CHECK(rs_ring_pop(&ring, &value) && value == round * 100 + i, "%d", (int)value);
        }
        CHECK(rs_ring_count(&ring) == 0, "count %d", (int)rs_ring_count(&ring));
    }
    rs_ring_free(&ring);
}

/* What the numbers stand for is plain memory, as the pool's slots are. */
struct passing {
    struct rs_ring ring;
    uint64_t plain[64];
};

static void *produce(void *argument) {
    struct passing *passing = argument;
    for (uint64_t i = 0; i < NUMBERS;) {
        if (rs_ring_count(&passing->ring) == 16)
            continue;
        passing->plain[i % 64] = i * 3;
        if (rs_ring_push(&passing->ring, i))
            i++;
    }
    return NULL;
}

static void two_threads(void) {
    static struct passing passing;
    pthread_t producer;
    TRY(60, "from one thread to another, with what the numbers stand for");
    CHECK(rs_ring_init(&passing.ring, 16) == 0, "no memory");
    CHECK(pthread_create(&producer, NULL, produce, &passing) == 0, "no thread");
    for (uint64_t i = 0, value; i < NUMBERS;) {
        if (!rs_ring_pop(&passing.ring, &value))
            continue;
        CHECK(value == i, "%d, not %d", (int)value, (int)i);
        CHECK(passing.plain[i % 64] == i * 3, "not what it stands for");
        i++;
    }
    pthread_join(producer, NULL);
    rs_ring_free(&passing.ring);
}

static void *take(void *argument) {
    struct passing *passing = argument;
    uint64_t value, taken = 0;
    do {
        if (!rs_ring_take(&passing->ring, &value))
            continue;
        /* Whoever has a number has what it stands for to itself: each is there once. */
        passing->plain[value]++;
        taken++;
    } while (taken < NUMBERS);
    return NULL;
}

/* As with the pool's slots, the producer is one of the consumers. */
static void two_consumers(void) {
    static struct passing passing;
    pthread_t consumer;
    uint64_t pushed = 0;
    TRY(60, "from one thread to another and to itself");
    CHECK(rs_ring_init(&passing.ring, 16) == 0, "no memory");
    CHECK(pthread_create(&consumer, NULL, take, &passing) == 0, "no thread");
    uint64_t own = 0, value;
    while (pushed - own < NUMBERS) {
        pushed += rs_ring_push(&passing.ring, pushed % 64);
        if (own < NUMBERS && rs_ring_take(&passing.ring, &value)) {
            CHECK(value < 64, "%d was never pushed", (int)value);
            own++;
        }
    }
    pthread_join(consumer, NULL);
    CHECK(rs_ring_count(&passing.ring) == 0, "%d are left", (int)rs_ring_count(&passing.ring));
    rs_ring_free(&passing.ring);
}

int main(void) {
    one_thread();
    two_threads();
    two_consumers();
    return 0;
}
