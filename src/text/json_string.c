/* SPDX-License-Identifier: Apache-2.0 */
#include "text/json_string.h"
#include "text/utf8.h"

#include <stdint.h>
#include <string.h>

#define ONES UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)

/*
 * The first ", \ or control byte, eight bytes at a time; the byte at the end of all is one. A borrow can
 * only mark bytes behind the first one that is meant. *high gets a high bit when some byte had one.
 */
static const char *next_special(const char *at, uint64_t *high)
{
    for (;; at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        word = __builtin_bswap64(word);
#endif
        uint64_t quote = word ^ (ONES * '"'), escape = word ^ (ONES * '\\');
        uint64_t found = (((quote - ONES) & ~quote) | ((escape - ONES) & ~escape) |
                          ((word - ONES * 0x20) & ~word)) &
                         HIGHS;
        if (!found) {
            *high |= word;
            continue;
        }
        *high |= word & ((found & -found) - 1);
        return at + __builtin_ctzll(found) / 8;
    }
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The 16 bits of XXXX, or -1. */
static int32_t hex4(const char *at)
{
    int32_t code = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(at[i]);
        if (digit < 0)
            return -1;
        code = code * 16 + digit;
    }
    return code;
}

static bool is_high_surrogate(int32_t code)
{
    return code >= 0xD800 && code < 0xDC00;
}

static bool is_low_surrogate(int32_t code)
{
    return code >= 0xDC00 && code < 0xE000;
}

/* Behind \uXXXX or a pair of them; NULL when more bytes are needed to tell. */
static const char *unicode_end(struct json_scan *scan, const char *at)
{
    if (!scan->is_last && scan->end - at < 6)
        return NULL;
    int32_t code = hex4(at + 2);
    if (code < 0) {
        json_scan_wrong(scan, at, "found \\u without four hexadecimal digits");
        return at + 2;
    }
    if (code == 0)
        json_scan_wrong(scan, at, "found \\u0000, which no text can hold");
    if (is_high_surrogate(code)) {
        if (!scan->is_last && scan->end - at < 12)
            return NULL;
        if (at[6] == '\\' && at[7] == 'u' && is_low_surrogate(hex4(at + 8)))
            return at + 12;
    }
    if (is_high_surrogate(code) || is_low_surrogate(code))
        json_scan_wrong(scan, at, "found \\u%.4s, half of a surrogate pair", at + 2);
    return at + 6;
}

static const char *escape_end(struct json_scan *scan, const char *at)
{
    if (scan->end - at < 2)
        return NULL;
    if (at[1] == 'u')
        return unicode_end(scan, at);
    if (at[1] > ' ' && at[1] < 0x7F && !strchr("\"\\/bfnrt", at[1]))
        json_scan_wrong(scan, at, "found \\%c, which is no escape of JSON", at[1]);
    else if (at[1] <= ' ' || at[1] == 0x7F)
        json_scan_wrong(scan, at, "found a backslash that escapes nothing");
    return at + 2;
}

const char *json_string_end(struct json_scan *scan, const char *at, bool *ret_has_escapes)
{
    uint64_t high = 0;
    const char *begin = at;
    *ret_has_escapes = false;
    for (;;) {
        at = next_special(at, &high);
        if (at >= scan->end)
            return NULL;
        if (*at == '"')
            break;
        if (*at == '\\') {
            *ret_has_escapes = true;
            at = escape_end(scan, at);
            if (!at)
                return NULL;
        } else {
            json_scan_wrong(scan, at, "found byte 0x%02X in a text, where it must be escaped",
                            (unsigned char)*at);
            at++;
        }
    }
    size_t len = (size_t)(at - begin);
    if (high & HIGHS) {
        size_t valid = utf8_valid(begin, len);
        if (valid < len)
            json_scan_wrong(scan, begin + valid, "found byte 0x%02X, which is not UTF-8",
                            (unsigned char)begin[valid]);
    }
    return at;
}

static size_t put_utf8(uint32_t code, char *text)
{
    if (code < 0x80) {
        text[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        text[0] = (char)(0xC0 | code >> 6);
        text[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        text[0] = (char)(0xE0 | code >> 12);
        text[1] = (char)(0x80 | (code >> 6 & 0x3F));
        text[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    text[0] = (char)(0xF0 | code >> 18);
    text[1] = (char)(0x80 | (code >> 12 & 0x3F));
    text[2] = (char)(0x80 | (code >> 6 & 0x3F));
    text[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

static char plain_escape(char c)
{
    switch (c) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return c;
    }
}

size_t json_unescape(const char *text, size_t len, char *ret_text)
{
    const char *at = text, *end = text + len;
    char *out = ret_text;
    for (;;) {
        const char *escape = memchr(at, '\\', (size_t)(end - at));
        size_t plain = (size_t)((escape ? escape : end) - at);
        memcpy(out, at, plain);
        out += plain;
        if (!escape)
            return (size_t)(out - ret_text);
        if (escape[1] != 'u') {
            *out++ = plain_escape(escape[1]);
            at = escape + 2;
            continue;
        }
        int32_t code = hex4(escape + 2);
        at = escape + 6;
        if (is_high_surrogate(code)) {
            code = 0x10000 + ((code - 0xD800) << 10) + (hex4(escape + 8) - 0xDC00);
            at = escape + 12;
        }
        out += put_utf8((uint32_t)code, out);
    }
}
