/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_CSV_BLOCK_H
#define LEAT_TEXT_CSV_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/*
 * What stands where in 64 bytes: bit i is byte i. CSV is looked at in such blocks, each byte once. Whether a byte is
 * inside quotes is the parity of the quotes before it, which is a prefix sum of bits; the technique is that of Langdale
 * and Lemire, "Parsing Gigabytes of JSON per Second" (VLDB Journal 28, 2019). Only for csv_scan.c and cut.c.
 */
#define CSV_BLOCK 64
/* Bytes that must be readable behind the last one: a block, and what may follow it. */
#define CSV_PADDING (CSV_BLOCK + 2)
#define CSV_NO_QUOTE 256

struct csv_needles {
#ifdef __SSE2__
    __m128i delimiter, quote;
#else
    char delimiter, quote;
#endif
    uint64_t quotes; /* 0: there are none, else all bits */
};
struct csv_masks {
    uint64_t delimiter, quote, newline;
    uint64_t cr;
    uint64_t odd; /* zero, or not ASCII */
};

/* A look that costs less: is there a quote at all, and how many newlines? */
struct csv_glance {
    bool has_quote;
    int newlines;
};

/* Bits below i; i may be 64. */
static inline uint64_t csv_bits_below(size_t i)
{
    return i < 64 ? (UINT64_C(1) << i) - 1 : ~UINT64_C(0);
}

static inline int csv_count(uint64_t bits)
{
    /* Without the processor's own instruction the builtin is a call that costs more than this. */
    bits -= bits >> 1 & UINT64_C(0x5555555555555555);
    bits = (bits & UINT64_C(0x3333333333333333)) + (bits >> 2 & UINT64_C(0x3333333333333333));
    bits = (bits + (bits >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    return (int)(bits * UINT64_C(0x0101010101010101) >> 56);
}

/* Bit i is the parity of the bits 0 to i. */
static inline uint64_t csv_parity(uint64_t bits)
{
    for (int shift = 1; shift < 64; shift *= 2)
        bits ^= bits << shift;
    return bits;
}

#ifdef __SSE2__
static inline struct csv_needles csv_needles(char delimiter, int quote)
{
    return (struct csv_needles){.delimiter = _mm_set1_epi8(delimiter),
                                .quote = _mm_set1_epi8((char)quote),
                                .quotes = quote == CSV_NO_QUOTE ? 0 : ~UINT64_C(0)};
}

static inline uint64_t csv_gather(__m128i a, __m128i b, __m128i c, __m128i d)
{
    uint32_t low = (uint32_t)_mm_movemask_epi8(a) | (uint32_t)_mm_movemask_epi8(b) << 16;
    uint32_t high = (uint32_t)_mm_movemask_epi8(c) | (uint32_t)_mm_movemask_epi8(d) << 16;
    return low | (uint64_t)high << 32;
}

static inline uint64_t csv_find(const __m128i *v, __m128i needle)
{
    return csv_gather(_mm_cmpeq_epi8(v[0], needle), _mm_cmpeq_epi8(v[1], needle),
                      _mm_cmpeq_epi8(v[2], needle), _mm_cmpeq_epi8(v[3], needle));
}

static inline struct csv_glance csv_glance(const struct csv_needles *needles, const char *bytes)
{
    __m128i quotes = _mm_setzero_si128(), newlines = _mm_setzero_si128();
    for (int i = 0; i < CSV_BLOCK; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(bytes + i));
        quotes = _mm_or_si128(quotes, _mm_cmpeq_epi8(v, needles->quote));
        newlines = _mm_sub_epi8(newlines, _mm_cmpeq_epi8(v, _mm_set1_epi8('\n')));
    }
    __m128i sums = _mm_sad_epu8(newlines, _mm_setzero_si128());
    return (struct csv_glance){
        .has_quote = needles->quotes && _mm_movemask_epi8(quotes),
        .newlines = _mm_cvtsi128_si32(sums) + _mm_extract_epi16(sums, 4),
    };
}

static inline __m128i csv_odd(__m128i v)
{
    return _mm_or_si128(v, _mm_cmpeq_epi8(v, _mm_setzero_si128()));
}

static inline struct csv_masks csv_look(const struct csv_needles *needles, const char *bytes)
{
    const __m128i v[4] = {
        _mm_loadu_si128((const __m128i *)(const void *)bytes),
        _mm_loadu_si128((const __m128i *)(const void *)(bytes + 16)),
        _mm_loadu_si128((const __m128i *)(const void *)(bytes + 32)),
        _mm_loadu_si128((const __m128i *)(const void *)(bytes + 48)),
    };
    return (struct csv_masks){
        .delimiter = csv_find(v, needles->delimiter),
        .quote = csv_find(v, needles->quote) & needles->quotes,
        .newline = csv_find(v, _mm_set1_epi8('\n')),
        .cr = csv_find(v, _mm_set1_epi8('\r')),
        .odd = csv_gather(csv_odd(v[0]), csv_odd(v[1]), csv_odd(v[2]), csv_odd(v[3])),
    };
}
#else
static inline struct csv_needles csv_needles(char delimiter, int quote)
{
    return (struct csv_needles){.delimiter = delimiter,
                                .quote = (char)quote,
                                .quotes = quote == CSV_NO_QUOTE ? 0 : ~UINT64_C(0)};
}

static inline struct csv_glance csv_glance(const struct csv_needles *needles, const char *bytes)
{
    struct csv_glance glance = {0};
    for (int i = 0; i < CSV_BLOCK; i++) {
        glance.has_quote |= needles->quotes && bytes[i] == needles->quote;
        glance.newlines += bytes[i] == '\n';
    }
    return glance;
}

static inline struct csv_masks csv_look(const struct csv_needles *needles, const char *bytes)
{
    struct csv_masks masks = {0};
    for (int i = 0; i < CSV_BLOCK; i++) {
        char c = bytes[i];
        masks.delimiter |= (uint64_t)(c == needles->delimiter) << i;
        masks.quote |= (uint64_t)(c == needles->quote) << i;
        masks.newline |= (uint64_t)(c == '\n') << i;
        masks.cr |= (uint64_t)(c == '\r') << i;
        masks.odd |= (uint64_t)(c == 0 || (c & 0x80)) << i;
    }
    masks.quote &= needles->quotes;
    return masks;
}
#endif

/* What a block means, once it is known how the one before it ended. */
struct csv_state {
    uint64_t inside;     /* all bits: the last byte is inside quotes, else 0 */
    bool can_open;       /* a quote may open at the next byte */
    bool is_after_quote; /* the last byte is a quote */
};
struct csv_block {
    uint64_t separators; /* delimiters and newlines outside quotes */
    uint64_t inner;      /* newlines inside quotes */
    uint64_t doubled;    /* the second of two quotes that mean one */
    uint64_t odd;        /* zero, not ASCII, or a carriage return that no newline follows */
    bool is_strict;      /* every quote stands where it may; otherwise none of the above holds */
};

/* Bytes at `next` and next + 1 are those after the block. `state` moves on. */
static inline struct csv_block csv_read_block(const struct csv_masks *masks, const char *next,
                                              char delimiter, int quote, struct csv_state *state)
{
    struct csv_block block = {.separators = masks->delimiter | masks->newline, .odd = masks->odd};
    uint64_t line_ends = masks->newline;
    if (masks->cr) {
        uint64_t crlf = masks->cr & (masks->newline >> 1 | (uint64_t)(next[0] == '\n') << 63);
        block.odd |= masks->cr & ~crlf;
        line_ends |= crlf;
    }
    block.is_strict = true;
    if (!(masks->quote | state->inside)) {
        state->can_open = block.separators >> 63;
        state->is_after_quote = false;
        return block;
    }
    uint64_t inside = csv_parity(masks->quote) ^ state->inside;
    uint64_t opens = masks->quote & inside, closes = masks->quote & ~inside;
    bool can_end = next[0] == delimiter || next[0] == '\n' || (unsigned char)next[0] == quote ||
                   (next[0] == '\r' && next[1] == '\n');
    uint64_t before = masks->quote | block.separators, after = before | line_ends;
    uint64_t bad_opens = opens & ~(before << 1 | (uint64_t)state->can_open);
    uint64_t bad_closes = closes & ~(after >> 1 | (uint64_t)can_end << 63);
    block.is_strict = !(bad_opens | bad_closes);
    block.inner = masks->newline & inside;
    block.doubled = opens & (masks->quote << 1 | (uint64_t)state->is_after_quote);
    block.separators &= ~inside;
    state->inside = (uint64_t)((int64_t)inside >> 63);
    state->can_open = before >> 63;
    state->is_after_quote = masks->quote >> 63;
    return block;
}

#endif
