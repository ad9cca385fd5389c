// The part of libuuid that the Azure Speech SDK uses: random UUIDs (version 4, RFC 9562), and their text.

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/random.h>

enum { SIZE = 16 };

void uuid_generate(unsigned char uuid[SIZE]) {
    size_t filled = 0;
    while (filled < SIZE) {
        ssize_t got = getrandom(uuid + filled, SIZE - filled, 0);
        if (got >= 0) {
            filled += (size_t)got;
        } else if (errno != EINTR) {
            abort();
        }
    }
    uuid[6] = (uuid[6] & 0x0f) | 0x40;
    uuid[8] = (uuid[8] & 0x3f) | 0x80;
}

// Writes 36 characters and a zero.
void uuid_unparse_lower(const unsigned char uuid[SIZE], char *text) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < SIZE; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            *text++ = '-';
        }
        *text++ = digits[uuid[i] >> 4];
        *text++ = digits[uuid[i] & 0x0f];
    }
    *text = '\0';
}
