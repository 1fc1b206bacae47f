/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_PARQUET_DECODE_BITS_H
#define LEAT_PARQUET_DECODE_BITS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * Bit-packed numbers, least significant bit first, in groups of eight: a group of numbers of `bits`
 * bits is `bits` bytes. Decoders read whole words, so that every buffer of theirs has
 * PARQUET_SLACK readable bytes after its end.
 */
#define PARQUET_SLACK 64

/* `groups` × 8 numbers. `bits` is at most 8, 16 and 32. */
void unpack_u8(const uint8_t *in, unsigned bits, uint8_t *out, size_t groups);
void unpack_u16(const uint8_t *in, unsigned bits, uint16_t *out, size_t groups);
void unpack_u32(const uint8_t *in, unsigned bits, uint32_t *out, size_t groups);

static inline uint64_t load_u64(const void *from)
{
    uint64_t value;
    memcpy(&value, from, sizeof(value));
    return value;
}

static inline uint32_t load_u32(const void *from)
{
    uint32_t value;
    memcpy(&value, from, sizeof(value));
    return value;
}

/* Number `index` of `bits` (0 to 64) bits. */
static inline uint64_t unpack_one(const uint8_t *in, unsigned bits, uint64_t index)
{
    uint64_t at = index * bits;
    unsigned shift = at & 7;
    uint64_t value = load_u64(in + (at >> 3)) >> shift;
    if (shift + bits > 64)
        value |= (uint64_t)in[(at >> 3) + 8] << (64 - shift);
    return bits == 64 ? value : value & (((uint64_t)1 << bits) - 1);
}

#endif
