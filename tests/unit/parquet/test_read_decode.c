/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "parquet/codec.h"
#include "parquet/decode_bits.h"
#include "parquet/decode_delta.h"
#include "parquet/decode_hybrid.h"
#include "parquet/read_buffer.h"

#include <stdlib.h>

/* Bytes as the decoders want them: with slack. */
static uint8_t *padded(const void *bytes, size_t len)
{
    uint8_t *data = calloc(1, len + PARQUET_SLACK);
    assert_non_null(data);
    memcpy(data, bytes, len);
    return data;
}

static uint8_t *pack(const uint32_t *numbers, size_t count, unsigned bits)
{
    uint8_t *data = calloc(1, count * bits / 8 + PARQUET_SLACK);
    assert_non_null(data);
    for (size_t i = 0; i < count * bits; i++)
        data[i / 8] |= (uint8_t)((numbers[i / bits] >> (i % bits) & 1) << (i % 8));
    return data;
}

static void unpacks_every_width(void **state)
{
    (void)state;
    for (unsigned bits = 1; bits <= 32; bits++) {
        uint32_t numbers[64], wide[64];
        uint16_t halves[64];
        uint8_t bytes[64];
        for (uint32_t i = 0; i < 64; i++)
            numbers[i] = (i * UINT32_C(2654435761)) & (uint32_t)(((uint64_t)1 << bits) - 1);
        uint8_t *data = pack(numbers, 64, bits);
        unpack_u32(data, bits, wide, 8);
        unpack_u16(data, bits <= 16 ? bits : 0, halves, 8);
        unpack_u8(data, bits <= 8 ? bits : 0, bytes, 8);
        for (size_t i = 0; i < 64; i++) {
            assert_int_equal(wide[i], numbers[i]);
            assert_int_equal(halves[i], bits <= 16 ? numbers[i] : 0);
            assert_int_equal(bytes[i], bits <= 8 ? numbers[i] : 0);
        }
        free(data);
    }
}

/* 3 fives, then 8 packed numbers 0…7, then 4 fives, of 3 bits. */
static const uint8_t runs[] = {0x06, 0x05, 0x03, 0x88, 0xc6, 0xfa, 0x08, 0x05};

static void reads_runs_in_pieces_of_any_size(void **state)
{
    (void)state;
    static const uint8_t expected[] = {5, 5, 5, 0, 1, 2, 3, 4, 5, 6, 7, 5, 5, 5, 5};
    uint8_t *data = padded(runs, sizeof(runs));
    for (size_t piece = 1; piece <= sizeof(expected); piece++) {
        struct hybrid hybrid;
        assert_int_equal(hybrid_init(&hybrid, data, sizeof(runs), 3, 8, NULL), 0);
        uint16_t out[sizeof(expected) + 8];
        for (size_t i = 0; i < sizeof(expected); i += piece) {
            size_t part = piece < sizeof(expected) - i ? piece : sizeof(expected) - i;
            assert_int_equal(hybrid_read(&hybrid, out + i, 2, part, NULL), 0);
        }
        for (size_t i = 0; i < sizeof(expected); i++)
            assert_int_equal(out[i], expected[i]);
    }
    free(data);
}

static void finds_faults_in_runs(void **state)
{
    (void)state;
    uint8_t *data = padded(runs, sizeof(runs));
    struct hybrid hybrid;
    struct err err = {0};
    uint8_t out[64];
    assert_int_equal(hybrid_init(&hybrid, data, sizeof(runs), 3, 8, NULL), 0);
    assert_int_equal(hybrid_read(&hybrid, out, 1, 16, &err), -1);
    assert_int_equal(err.kind, ERR_DATA);
    assert_int_equal(hybrid_init(&hybrid, data, sizeof(runs), 3, 5, NULL), 0);
    assert_int_equal(hybrid_read(&hybrid, out, 1, 1, &err), -1); /* the run of fives */
    assert_int_equal(hybrid_init(&hybrid, data + 2, sizeof(runs) - 2, 3, 7, NULL), 0);
    assert_int_equal(hybrid_read(&hybrid, out, 1, 8, &err), -1); /* the packed 7 */
    assert_int_equal(hybrid_init(&hybrid, data, sizeof(runs), 33, 8, &err), -1);
    free(data);
}

static void narrows_what_has_more_bits_than_it_needs(void **state)
{
    (void)state;
    static const uint32_t numbers[] = {1, 2, 3, 4, 5, 6, 7, 200};
    uint8_t *packed = pack(numbers, 8, 20);
    uint8_t bytes[21 + PARQUET_SLACK] = {0x03};
    memcpy(bytes + 1, packed, 20);
    free(packed);
    struct hybrid hybrid;
    uint8_t out[16];
    assert_int_equal(hybrid_init(&hybrid, bytes, 21, 20, 201, NULL), 0);
    assert_int_equal(hybrid_read(&hybrid, out, 1, 8, NULL), 0);
    assert_int_equal(out[7], 200);
    assert_int_equal(hybrid_init(&hybrid, bytes, 21, 20, 200, NULL), 0);
    assert_int_equal(hybrid_read(&hybrid, out, 1, 8, NULL), -1);
}

static void skips_runs_of_one_level(void **state)
{
    (void)state;
    uint8_t *data = padded(runs, sizeof(runs));
    struct hybrid hybrid;
    assert_int_equal(hybrid_init(&hybrid, data, sizeof(runs), 3, 8, NULL), 0);
    assert_false(hybrid_skip(&hybrid, 5, 4));
    assert_true(hybrid_skip(&hybrid, 5, 3));
    assert_false(hybrid_skip(&hybrid, 0, 1)); /* packed ones are not looked at */
    uint8_t out[16];
    assert_int_equal(hybrid_read(&hybrid, out, 1, 8, NULL), 0);
    assert_int_equal(out[7], 7);
    assert_false(hybrid_skip(&hybrid, 5, 5));
    assert_true(hybrid_skip(&hybrid, 5, 4));
    free(data);
}

/* The example of the format's specification: 7, 5, 3, 1, 2, 3, 4, 5. */
static const uint8_t deltas[] = {0x80, 0x01, 0x04, 0x08, 0x0e, 0x03, 0x02, 0, 0,
                                 0,    0xc0, 0x3f, 0,    0,    0,    0,    0, 0};

static void reads_differences(void **state)
{
    (void)state;
    static const int64_t expected[] = {7, 5, 3, 1, 2, 3, 4, 5};
    uint8_t *data = padded(deltas, sizeof(deltas));
    struct delta delta;
    for (size_t first = 0; first <= 8; first++) {
        int64_t out[8];
        const uint8_t *end = NULL;
        assert_int_equal(delta_init(&delta, data, sizeof(deltas), NULL), 0);
        assert_int_equal(delta_find_end(&delta, &end, NULL), 0);
        assert_ptr_equal(end, data + sizeof(deltas));
        assert_int_equal(delta_read_i64(&delta, out, first, NULL), 0);
        assert_int_equal(delta_read_i64(&delta, out + first, 8 - first, NULL), 0);
        assert_memory_equal(out, expected, sizeof(expected));
        struct err err = {0};
        assert_int_equal(delta_read_i64(&delta, out, 1, &err), -1);
        assert_int_equal(err.kind, ERR_DATA);
    }
    free(data);
}

static void finds_faults_in_differences(void **state)
{
    (void)state;
    uint8_t *data = padded(deltas, sizeof(deltas));
    struct delta delta;
    int32_t out[8];
    for (size_t len = 0; len < 12;
         len++) /* cut short; the padding of a miniblock may be left out */
        assert_true(delta_init(&delta, data, len, NULL) != 0 ||
                    delta_read_i32(&delta, out, 8, NULL) != 0);
    data[6] = 65; /* bits */
    assert_int_equal(delta_init(&delta, data, sizeof(deltas), NULL), 0);
    assert_int_equal(delta_read_i32(&delta, out, 8, NULL), -1);
    data[2] = 3; /* miniblocks in a block of 128 */
    assert_int_equal(delta_init(&delta, data, sizeof(deltas), NULL), -1);
    free(data);
}

static void damaged_compression_is_told(void **state)
{
    (void)state;
    struct parquet_codec_context context = {0};
    uint8_t out[64];
    for (int codec = 0; codec < PARQUET_CODEC_COUNT; codec++)
        assert_int_equal(
            parquet_decompress(&context, (enum parquet_codec)codec, "\1\2\3\4\5", 5, out, 64), -1);
    assert_int_equal(parquet_decompress(&context, PARQUET_UNCOMPRESSED, "abc", 3, out, 3), 0);
    assert_int_equal(parquet_decompress(&context, PARQUET_SNAPPY, "\3\10abc", 5, out, 3), 0);
    assert_memory_equal(out, "abc", 3);
    assert_int_equal(parquet_decompress(&context, PARQUET_SNAPPY, "\3\10abc", 5, out, 4), -1);
    parquet_codec_release(&context);
}

static void buffers_are_reserved(void **state)
{
    (void)state;
    struct memory *memory = memory_new((struct memory_limit){.bytes = (int64_t)128 << 20});
    struct read_buffer buffer = {0};
    struct err err = {0};
    assert_int_equal(read_buffer_need(&buffer, memory, 100, 0, &err), 0);
    memset(buffer.data, 7, 100);
    assert_int_equal(read_buffer_need(&buffer, memory, 1 << 20, 100, &err), 0);
    assert_int_equal(buffer.data[99], 7);
    assert_true(memory_reserved_peak(memory) > 1 << 20);
    assert_int_equal(read_buffer_need(&buffer, memory, 1 << 30, 0, &err), -1);
    assert_int_equal(err.kind, ERR_MEMORY_LIMIT);
    read_buffer_release(&buffer, memory);
    memory_free(memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unpacks_every_width),
        cmocka_unit_test(reads_runs_in_pieces_of_any_size),
        cmocka_unit_test(finds_faults_in_runs),
        cmocka_unit_test(narrows_what_has_more_bits_than_it_needs),
        cmocka_unit_test(skips_runs_of_one_level),
        cmocka_unit_test(reads_differences),
        cmocka_unit_test(finds_faults_in_differences),
        cmocka_unit_test(damaged_compression_is_told),
        cmocka_unit_test(buffers_are_reserved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
