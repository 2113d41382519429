/*
 * uart.h - the guest's side of the serial line: text and numbers out, single bytes in.
 */
#ifndef EDGE_UART_H
#define EDGE_UART_H

#include <stdint.h>

void uart_text(const char *text);
void uart_decimal(uint64_t value);
void uart_hex(uint64_t value); /* with 0x, without leading zeros */

int uart_read(void);   /* the next byte, or -1 when none has arrived */
void uart_drain(void); /* waits until the last byte has left */

#endif
