/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/decode_bits.h"

#include <stdbool.h>

/*
 * Numbers are spread inside a word by halving: the upper half of them moves to the upper half of
 * the word, then the same inside each half. `bits` is constant in every loop, so masks and shifts
 * are too; three steps serve eight numbers.
 */
#define LOW(bits) (((uint64_t)1 << (bits)) - 1)

static inline uint64_t spread_to_bytes(uint64_t x, unsigned bits)
{
    x = (x & LOW(4 * bits)) | (x >> (4 * bits) & LOW(4 * bits)) << 32;
    uint64_t pairs = LOW(2 * bits) * UINT64_C(0x0000000100000001);
    x = (x & pairs) | (x >> (2 * bits) & pairs) << 16;
    uint64_t ones = LOW(bits) * UINT64_C(0x0001000100010001);
    return (x & ones) | (x >> bits & ones) << 8;
}

static inline uint64_t spread_to_halves(uint64_t x, unsigned bits)
{
    x = (x & LOW(2 * bits)) | (x >> (2 * bits) & LOW(2 * bits)) << 32;
    uint64_t ones = LOW(bits) * UINT64_C(0x0000000100000001);
    return (x & ones) | (x >> bits & ones) << 16;
}

static inline void groups_u8(const uint8_t *in, unsigned bits, uint8_t *out, size_t groups)
{
    for (size_t i = 0; i < groups; i++) {
        uint64_t word = spread_to_bytes(load_u64(in + i * bits), bits);
        memcpy(out + i * 8, &word, sizeof(word));
    }
}

static inline void groups_u16(const uint8_t *in, unsigned bits, uint16_t *out, size_t groups)
{
    for (size_t i = 0; i < groups; i++, in += bits) {
        uint64_t first = spread_to_halves(load_u64(in), bits);
        uint64_t second = spread_to_halves(load_u64(in + bits / 2) >> (bits % 2 * 4), bits);
        memcpy(out + i * 8, &first, sizeof(first));
        memcpy(out + i * 8 + 4, &second, sizeof(second));
    }
}

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
/* One instruction spreads eight numbers, where the processor has it in hardware. */
__attribute__((target("bmi2"))) static void groups_u8_pdep(const uint8_t *in, unsigned bits,
                                                           uint8_t *out, size_t groups)
{
    const uint64_t places = LOW(bits) * UINT64_C(0x0101010101010101);
    for (size_t i = 0; i < groups; i++) {
        uint64_t word = _pdep_u64(load_u64(in + i * bits), places);
        memcpy(out + i * 8, &word, sizeof(word));
    }
}

/* The first processors of AMD that have it take hundreds of cycles for it. */
static bool is_pdep_fast(void)
{
    return __builtin_cpu_supports("bmi2") && !__builtin_cpu_is("bdver4") &&
           !__builtin_cpu_is("znver1") && !__builtin_cpu_is("znver2");
}
#else
static void groups_u8_pdep(const uint8_t *in, unsigned bits, uint8_t *out, size_t groups)
{
    (void)in, (void)bits, (void)out, (void)groups;
}
static bool is_pdep_fast(void)
{
    return false;
}
#endif

#define U8(n)                          \
    case n:                            \
        groups_u8(in, n, out, groups); \
        return
#define U16(n)                          \
    case n:                             \
        groups_u16(in, n, out, groups); \
        return

void unpack_u8(const uint8_t *in, unsigned bits, uint8_t *out, size_t groups)
{
    if (bits - 1 < 7 && is_pdep_fast()) {
        groups_u8_pdep(in, bits, out, groups);
        return;
    }
    switch (bits) {
        U8(1);
        U8(2);
        U8(3);
        U8(4);
        U8(5);
        U8(6);
        U8(7);
    case 8:
        memcpy(out, in, groups * 8);
        return;
    default:
        memset(out, 0, groups * 8);
    }
}

void unpack_u16(const uint8_t *in, unsigned bits, uint16_t *out, size_t groups)
{
    switch (bits) {
        U16(1);
        U16(2);
        U16(3);
        U16(4);
        U16(5);
        U16(6);
        U16(7);
        U16(8);
        U16(9);
        U16(10);
        U16(11);
        U16(12);
        U16(13);
        U16(14);
        U16(15);
    case 16:
        memcpy(out, in, groups * 16);
        return;
    default:
        memset(out, 0, groups * 16);
    }
}

void unpack_u32(const uint8_t *in, unsigned bits, uint32_t *out, size_t groups)
{
    for (size_t i = 0; i < groups * 8; i++)
        out[i] = (uint32_t)unpack_one(in, bits, i);
}
