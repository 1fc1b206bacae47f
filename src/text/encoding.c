/* SPDX-License-Identifier: Apache-2.0 */
#include "text/input.h"

#include <string.h>

enum text_encoding text_encoding_guess(const char *bytes, size_t len, bool *ret_has_mark)
{
    *ret_has_mark = true;
    if (len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
        return ENCODING_UTF8;
    if (len >= 2 && memcmp(bytes, "\xFF\xFE", 2) == 0)
        return ENCODING_UTF16_LE;
    if (len >= 2 && memcmp(bytes, "\xFE\xFF", 2) == 0)
        return ENCODING_UTF16_BE;
    *ret_has_mark = false;
    /* Names of columns are mostly ASCII: one byte of two is zero, always the same one. */
    size_t pairs = len / 2 < 64 ? len / 2 : 64, first_zeros = 0, second_zeros = 0;
    for (size_t i = 0; i < pairs; i++) {
        first_zeros += bytes[2 * i] == 0;
        second_zeros += bytes[2 * i + 1] == 0;
    }
    if (second_zeros > pairs / 2 && first_zeros == 0)
        return ENCODING_UTF16_LE;
    if (first_zeros > pairs / 2 && second_zeros == 0)
        return ENCODING_UTF16_BE;
    return ENCODING_UTF8;
}

/* Windows-1252 from 0x80 to 0x9F (https://encoding.spec.whatwg.org/index-windows-1252.txt, without its C1 controls); 0: undefined. */
static const unsigned short windows_1252[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

int64_t text_to_utf8(enum text_encoding encoding, const char *bytes, size_t len, char *ret_text)
{
    char *out = ret_text;
    for (size_t i = 0; i < len; i++) {
        unsigned code = (unsigned char)bytes[i];
        if (code < 0x80) {
            *out++ = (char)code;
            continue;
        }
        if (encoding == ENCODING_WINDOWS_1252 && code < 0xA0)
            code = windows_1252[code - 0x80];
        if (code == 0)
            return -1;
        if (code < 0x800) {
            *out++ = (char)(0xC0 | code >> 6);
        } else {
            *out++ = (char)(0xE0 | code >> 12);
            *out++ = (char)(0x80 | (code >> 6 & 0x3F));
        }
        *out++ = (char)(0x80 | (code & 0x3F));
    }
    return out - ret_text;
}
