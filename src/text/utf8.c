/* SPDX-License-Identifier: Apache-2.0 */
#include "text/utf8.h"

#include <stdint.h>
#include <string.h>

/* Bytes of the sequence at `p`, 0 when it is none. */
static size_t sequence_len(const unsigned char *p, size_t len)
{
    unsigned char c = p[0];
    if (c < 0x80)
        return c != 0;
    size_t need = c >= 0xC2 && c <= 0xDF   ? 2
                  : (c & 0xF0) == 0xE0     ? 3
                  : c >= 0xF0 && c <= 0xF4 ? 4
                                           : 0;
    if (need == 0 || need > len)
        return 0;
    for (size_t i = 1; i < need; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    if ((c == 0xE0 && p[1] < 0xA0) || (c == 0xED && p[1] > 0x9F) || (c == 0xF0 && p[1] < 0x90) ||
        (c == 0xF4 && p[1] > 0x8F))
        return 0;
    return need;
}

size_t utf8_valid(const char *text, size_t len)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t i = 0;
    while (i < len) {
        uint64_t word;
        /* Eight bytes at a time as long as all are ASCII and none is zero. */
        while (i + 8 <= len) {
            memcpy(&word, p + i, 8);
            if ((word | (word - UINT64_C(0x0101010101010101))) & UINT64_C(0x8080808080808080))
                break;
            i += 8;
        }
        if (i == len)
            break;
        size_t step = sequence_len(p + i, len - i);
        if (step == 0)
            return i;
        i += step;
    }
    return len;
}

int utf8_prefix(const char *text, size_t len, size_t max)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t i = 0;
    while (i < len) {
        size_t step = sequence_len(p + i, len - i);
        if (step == 0 || i + step > max || p[i] < 0x20)
            break;
        i += step;
    }
    return (int)i;
}
