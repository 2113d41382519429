/* CRC-32C (Castagnoli, as in RFC 3720), by the processor's instruction where it has one. */
#ifndef RS_CRC32C_H
#define RS_CRC32C_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Chooses the implementation and fills its tables. Call once before rs_crc32c. */
void rs_crc32c_init(void);

/* Whether this processor has the instruction. */
bool rs_crc32c_by_instruction(void);

/* The checksum of `length` bytes, a multiple of 8; the same value as java.util.zip.CRC32C. */
uint32_t rs_crc32c(const void *data, size_t length);

/* The same, by tables alone: what a processor without the instruction runs. */
uint32_t rs_crc32c_by_table(const void *data, size_t length);

#endif
