/*
 * uart.c - polled 16550. No set-up: the board's UART works as it comes out of reset.
 */
#include "uart.h"

#include "board.h"

#define DATA 0
#define LINE_STATUS 5
#define DATA_READY 0x01
#define TRANSMIT_HOLDING_EMPTY 0x20
#define TRANSMITTER_IDLE 0x40

#define REGISTER(index) (*(volatile uint8_t *)(UART_BASE + (index)))

static void put(char byte) {
    while (!(REGISTER(LINE_STATUS) & TRANSMIT_HOLDING_EMPTY))
        ;
    REGISTER(DATA) = (uint8_t)byte;
}

static void put_number(uint64_t value, unsigned int radix) {
    char digits[20]; /* 2^64 has 20 decimal digits */
    int count = 0;

    do {
        digits[count++] = "0123456789abcdef"[value % radix];
        value /= radix;
    } while (value);
    while (count)
        put(digits[--count]);
}

void uart_text(const char *text) {
    for (; *text; text++)
        put(*text);
}

void uart_decimal(uint64_t value) {
    put_number(value, 10);
}

void uart_hex(uint64_t value) {
    uart_text("0x");
    put_number(value, 16);
}

int uart_read(void) {
    return REGISTER(LINE_STATUS) & DATA_READY ? REGISTER(DATA) : -1;
}

void uart_drain(void) {
    while (!(REGISTER(LINE_STATUS) & TRANSMITTER_IDLE))
        ;
}
