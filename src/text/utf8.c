/* SPDX-License-Identifier: Apache-2.0 */
#include "text/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define BLOCK ((size_t)64)

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

static size_t valid_by_bytes(const unsigned char *p, size_t len)
{
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

#ifdef __SSE2__
/* Bits of the bytes above `below` as signed numbers: 0x80 is the least, ASCII the most. */
static uint64_t above(const __m128i *v, int below)
{
    __m128i limit = _mm_set1_epi8((char)below);
    uint64_t bits = 0;
    for (int i = 3; i >= 0; i--)
        bits = bits << 16 | (unsigned)_mm_movemask_epi8(_mm_cmpgt_epi8(v[i], limit));
    return bits;
}

static uint64_t equal(const __m128i *v, int byte)
{
    return above(v, byte - 1) & ~above(v, byte);
}

/*
 * 64 bytes: every byte that must follow does, and no other. `follow` is those that must at the beginning of the next
 * block. Second bytes are narrower after E0, ED, F0 and F4; `last` is the byte before the block.
 */
static bool is_block_valid(const unsigned char *p, unsigned char last, uint64_t *follow)
{
    __m128i v[4];
    for (size_t i = 0; i < 4; i++)
        v[i] = _mm_loadu_si128((const __m128i *)(const void *)(p + i * 16));
    uint64_t text = above(v, 0);
    if (!(~text | *follow))
        return true;
    uint64_t ascii = above(v, -1), following = ~above(v, (signed char)0xBF);
    uint64_t two = above(v, (signed char)0xC1) & ~ascii,
             three = above(v, (signed char)0xDF) & ~ascii;
    uint64_t bad = ~(text | two | following); /* 00, C0, C1 */
    uint64_t must = two << 1 | three << 2 | *follow;
    uint64_t next = two >> 63 | three >> 62;
    bool has_narrow = three || last >= 0xE0;
    if (has_narrow) {
        uint64_t four = above(v, (signed char)0xEF) & ~ascii;
        bad |= above(v, (signed char)0xF4) & ~ascii;
        must |= four << 3;
        next |= four >> 61;
        uint64_t low = ~above(v, (signed char)0x9F), lowest = ~above(v, (signed char)0x8F);
        bad |= (equal(v, (signed char)0xE0) << 1 | (last == 0xE0)) & low;
        bad |= (equal(v, (signed char)0xED) << 1 | (last == 0xED)) & ~low;
        bad |= (equal(v, (signed char)0xF0) << 1 | (last == 0xF0)) & lowest;
        bad |= (equal(v, (signed char)0xF4) << 1 | (last == 0xF4)) & ~lowest;
    }
    *follow = next;
    return !bad && must == following;
}

/* Moves back to where the character begins that goes on at `i`. */
static size_t character_start(const unsigned char *p, size_t i)
{
    for (int back = 0; back < 3 && i > 0 && (p[i - 1] & 0xC0) == 0x80; back++)
        i--;
    return i > 0 && p[i - 1] >= 0xC0 ? i - 1 : i;
}

size_t utf8_valid(const char *text, size_t len)
{
    const unsigned char *p = (const unsigned char *)text;
    uint64_t follow = 0;
    unsigned char last = 0, rest[BLOCK];
    size_t i = 0;
    for (; i + BLOCK <= len; i += BLOCK) {
        if (!is_block_valid(p + i, last, &follow))
            break;
        last = p[i + BLOCK - 1];
    }
    size_t left = len - i;
    if (left >= 16 && left < BLOCK) {
        memset(rest, 'x', BLOCK);
        memcpy(rest, p + i, left);
        if (is_block_valid(rest, last, &follow))
            return len;
    }
    size_t start = character_start(p, i);
    return start + valid_by_bytes(p + start, len - start);
}
#else
size_t utf8_valid(const char *text, size_t len)
{
    return valid_by_bytes((const unsigned char *)text, len);
}
#endif

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
