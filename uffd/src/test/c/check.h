/* What every test here says: what it tries, and where that went wrong. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Ends the program unless `condition` holds; the rest is a message in the manner of printf. */
#define CHECK(condition, ...)                                                                      \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not so: %s: ", __FILE__, __LINE__, #condition);                \
            fprintf(stderr, __VA_ARGS__);                                                          \
            fputc('\n', stderr);                                                                   \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

/*
 * Names what comes next, and gives it that long. An engine that goes wrong can leave a thread
 * behind a protected page for ever: the alarm's default action kills the whole program, and the
 * last name printed says where it hung.
 */
#define TRY(seconds, ...)                                                                          \
    do {                                                                                           \
        printf("    ");                                                                            \
        printf(__VA_ARGS__);                                                                       \
        putchar('\n');                                                                             \
        fflush(stdout);                                                                            \
        alarm(seconds);                                                                            \
    } while (0)

#endif
