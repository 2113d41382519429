/* rs_crc32c: the same by the instruction and by tables, and what RFC 3720 says. */
#include <string.h>

#include "check.h"
#include "rs_crc32c.h"

static void known(const char *what, const uint8_t *data, uint32_t expected) {
    CHECK(rs_crc32c(data, 32) == expected, "%s: %08x", what, rs_crc32c(data, 32));
    CHECK(rs_crc32c_by_table(data, 32) == expected, "%s: %08x", what, rs_crc32c_by_table(data, 32));
}

int main(void) {
    uint8_t data[3 * 8192 + 16];
    rs_crc32c_init();
    TRY(60, "the examples of RFC 3720, B.4");
    memset(data, 0, 32);
    known("zeros", data, 0x8a9136aa);
    memset(data, 0xff, 32);
    known("ones", data, 0x62a8ab43);
    for (int i = 0; i < 32; i++)
        data[i] = (uint8_t)i;
    known("ascending", data, 0x46dd794e);
    TRY(60, "every length, every alignment, by both ways");
    uint64_t state = 1;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)((state = state * 6364136223846793005u + 1442695040888963407u) >> 56);
    for (size_t length = 0; length <= 3 * 8192; length += 8) {
        const uint8_t *from = data + length / 8 % 16;
        uint32_t expected = rs_crc32c_by_table(from, length);
        CHECK(rs_crc32c(from, length) == expected, "%d bytes", (int)length);
    }
    return 0;
}
