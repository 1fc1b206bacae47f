/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/encode.h"

int encode_bit_width(uint32_t value)
{
    return value <= 1 ? 1 : 32 - __builtin_clz(value);
}

static uint8_t *put_varint(uint8_t *to, uint32_t value)
{
    while (value >= 0x80) {
        *to++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *to++ = (uint8_t)value;
    return to;
}

/* Values at the end of the last group that are not there are zeros. */
static uint8_t *put_packed(const uint32_t *values, size_t count, int width, uint8_t *to)
{
    size_t groups = (count + 7) / 8;
    uint8_t *end = put_varint(to, (uint32_t)(groups << 1 | 1));
    uint8_t *at = end;
    uint64_t bits = 0;
    int used = 0;
    for (size_t i = 0; i < count; i++) {
        bits |= (uint64_t)values[i] << used;
        used += width;
        if (used >= 32) {
            uint32_t low = (uint32_t)bits;
            memcpy(at, &low, 4);
            at += 4;
            bits >>= 32;
            used -= 32;
        }
    }
    end += groups * (size_t)width;
    memset(at, 0, (size_t)(end - at));
    for (; used > 0; used -= 8, bits >>= 8)
        *at++ = (uint8_t)bits;
    return end;
}

static uint8_t *put_run(uint32_t value, size_t count, int width, uint8_t *to)
{
    to = put_varint(to, (uint32_t)count << 1);
    for (int i = 0; i < (width + 7) / 8; i++, value >>= 8)
        *to++ = (uint8_t)value;
    return to;
}

/* Eight equal values or more are a run, less what fills the bit-packed groups before them. */
int encode_hybrid(const uint32_t *values, size_t count, int width, struct write_buffer *to,
                  struct err *err)
{
    TRY(write_buffer_reserve(to, (count / 8 + 2) * ((size_t)width + 6), err));
    uint8_t *at = to->data + to->len;
    size_t packed = 0; /* from here on nothing is written */
    for (size_t i = 0; i < count;) {
        size_t end = i + 1;
        while (end < count && values[end] == values[i])
            end++;
        size_t start = i + (8 - (i - packed) % 8) % 8;
        if (end >= start + 8) {
            if (start > packed)
                at = put_packed(values + packed, start - packed, width, at);
            at = put_run(values[i], end - start, width, at);
            packed = end;
        }
        i = end;
    }
    if (count > packed)
        at = put_packed(values + packed, count - packed, width, at);
    to->len = (size_t)(at - to->data);
    return 0;
}

static uint8_t byte_of_bits(const uint8_t *bits, size_t first)
{
    unsigned word = bits[first / 8] | (unsigned)bits[first / 8 + 1] << 8;
    return (uint8_t)(word >> (first % 8));
}

static uint8_t *put_packed_bytes(const uint8_t *bits, size_t first, size_t count, uint8_t *to)
{
    to = put_varint(to, (uint32_t)(count << 1 | 1));
    for (size_t i = 0; i < count; i++)
        *to++ = byte_of_bits(bits, first + 8 * i);
    return to;
}

/* A group of 8 bits is a byte: three equal ones, all 0 or all 1, are worth a run. */
int encode_hybrid_bits(const uint8_t *bits, size_t first, size_t count, struct write_buffer *to,
                       struct err *err)
{
    TRY(write_buffer_reserve(to, count / 8 + count / 32 + 16, err));
    uint8_t *at = to->data + to->len;
    size_t bytes = count / 8, rest = count % 8, packed = 0;
    for (size_t i = 0; i < bytes;) {
        uint8_t byte = byte_of_bits(bits, first + 8 * i);
        size_t end = i + 1;
        if (byte == 0x00 || byte == 0xff) {
            while (end < bytes && byte_of_bits(bits, first + 8 * end) == byte)
                end++;
            unsigned tail = byte_of_bits(bits, first + 8 * bytes) & ((1u << rest) - 1);
            bool takes_rest = end == bytes && tail == (byte & ((1u << rest) - 1));
            if (end - i >= 3 || (takes_rest && packed == i)) {
                if (i > packed)
                    at = put_packed_bytes(bits, first + 8 * packed, i - packed, at);
                at = put_run(byte & 1, 8 * (end - i) + (takes_rest ? rest : 0), 1, at);
                packed = end;
                rest = takes_rest ? 0 : rest;
            }
        }
        i = end;
    }
    size_t left = bytes - packed + (rest > 0);
    if (left > 0) {
        at = put_packed_bytes(bits, first + 8 * packed, left, at);
        if (rest > 0)
            at[-1] &= (uint8_t)((1u << rest) - 1);
    }
    to->len = (size_t)(at - to->data);
    return 0;
}

int encode_split(const uint8_t *values, size_t width, size_t count, struct write_buffer *to,
                 struct err *err)
{
    TRY(write_buffer_reserve(to, width * count, err));
    uint8_t *at = to->data + to->len;
    for (size_t k = 0; k < width; k++)
        for (size_t i = 0; i < count; i++)
            *at++ = values[i * width + k];
    to->len += width * count;
    return 0;
}

int encode_bools(const uint8_t *values, size_t count, struct write_buffer *to, struct err *err)
{
    TRY(write_buffer_reserve(to, count / 8 + 1, err));
    uint8_t *at = to->data + to->len;
    memset(at, 0, (count + 7) / 8);
    for (size_t i = 0; i < count; i++)
        at[i / 8] |= (uint8_t)(values[i] << (i % 8));
    to->len += (count + 7) / 8;
    return 0;
}

int encode_byte_arrays(const uint8_t *data, uint32_t begin, const uint32_t *ends, size_t count,
                       struct write_buffer *to, struct err *err)
{
    if (count == 0)
        return 0;
    TRY(write_buffer_reserve(to, 4 * count + (ends[count - 1] - begin), err));
    uint8_t *at = to->data + to->len;
    for (size_t i = 0; i < count; i++) {
        uint32_t len = ends[i] - begin;
        memcpy(at, &len, 4);
        memcpy(at + 4, data + begin, len);
        at += 4 + (size_t)len;
        begin = ends[i];
    }
    to->len = (size_t)(at - to->data);
    return 0;
}
