/*
 * power.h - how the guest ends. Neither function returns.
 */
#ifndef EDGE_POWER_H
#define EDGE_POWER_H

#include <stdint.h>

_Noreturn void power_off(void);

/* Prints `edge: error TEXT VALUE`, then powers off with the finisher's failure code. */
_Noreturn void power_fail(const char *text, uint64_t value);

#endif
