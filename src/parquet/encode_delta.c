/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/encode.h"

/*
 * DELTA_BINARY_PACKED: blocks of 128 differences; of each block the smallest difference is taken
 * off, and the rest packed in four miniblocks of 32, each with as many bits as its largest needs.
 */
enum { BLOCK = 128, MINIBLOCK = 32, MINIBLOCKS = BLOCK / MINIBLOCK };
#define BLOCK_BYTES (10 + MINIBLOCKS + BLOCK * 8)

static uint8_t *put_varint(uint8_t *to, uint64_t value)
{
    while (value >= 0x80) {
        *to++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *to++ = (uint8_t)value;
    return to;
}

static uint8_t *put_zigzag(uint8_t *to, int64_t value)
{
    return put_varint(to, ((uint64_t)value << 1) ^ (uint64_t)(value >> 63));
}

static int64_t value_at(const uint8_t *values, size_t width, size_t i)
{
    if (width == 4) {
        int32_t value;
        memcpy(&value, values + 4 * i, 4);
        return value;
    }
    int64_t value;
    memcpy(&value, values + 8 * i, 8);
    return value;
}

/* Differences wrap around at the width of the type, as readers add them up. */
static int64_t difference(int64_t value, int64_t before, size_t width)
{
    uint64_t wrapped = (uint64_t)value - (uint64_t)before;
    return width == 4 ? (int32_t)(uint32_t)wrapped : (int64_t)wrapped;
}

static uint8_t *put_miniblock(const uint64_t *values, int width, uint8_t *to)
{
    uint64_t bits = 0;
    int used = 0;
    for (int i = 0; i < MINIBLOCK; i++) {
        bits |= values[i] << used;
        if (used + width >= 64) {
            memcpy(to, &bits, 8);
            to += 8;
            bits = used == 0 ? 0 : values[i] >> (64 - used);
            used += width - 64;
        } else {
            used += width;
        }
    }
    if (used > 0) {
        memcpy(to, &bits, 8); /* 32 values fill whole words of 32 bits; the rest is written over */
        to += used / 8;
    }
    return to;
}

static uint8_t *put_block(const int64_t *differences, size_t count, uint8_t *to)
{
    uint64_t rest[BLOCK] = {0};
    int64_t min = differences[0];
    for (size_t i = 1; i < count; i++)
        min = differences[i] < min ? differences[i] : min;
    for (size_t i = 0; i < count; i++)
        rest[i] = (uint64_t)differences[i] - (uint64_t)min;
    to = put_zigzag(to, min);
    uint8_t *widths = to;
    to += MINIBLOCKS;
    for (size_t m = 0; m < MINIBLOCKS; m++) {
        uint64_t all = 0;
        for (size_t i = 0; i < MINIBLOCK; i++)
            all |= rest[m * MINIBLOCK + i];
        widths[m] = all == 0 ? 0 : (uint8_t)(64 - __builtin_clzll(all));
        if (widths[m] > 0)
            to = put_miniblock(rest + m * MINIBLOCK, widths[m], to);
    }
    return to;
}

int encode_delta(const uint8_t *values, size_t width, size_t count, struct write_buffer *to,
                 struct err *err)
{
    TRY(write_buffer_reserve(to, 32, err));
    uint8_t *at = to->data + to->len;
    int64_t before = count > 0 ? value_at(values, width, 0) : 0;
    at = put_varint(at, BLOCK);
    at = put_varint(at, MINIBLOCKS);
    at = put_varint(at, count);
    at = put_zigzag(at, before);
    to->len = (size_t)(at - to->data);
    for (size_t i = 1; i < count;) {
        int64_t differences[BLOCK];
        differences[0] = 0;
        size_t filled = 0;
        for (; filled < BLOCK && i < count; i++) {
            int64_t value = value_at(values, width, i);
            differences[filled++] = difference(value, before, width);
            before = value;
        }
        TRY(write_buffer_reserve(to, BLOCK_BYTES, err));
        at = put_block(differences, filled, to->data + to->len);
        to->len = (size_t)(at - to->data);
    }
    return 0;
}
