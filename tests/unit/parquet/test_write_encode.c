/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "parquet/decode_delta.h"
#include "parquet/decode_hybrid.h"
#include "parquet/encode.h"
#include "parquet/write_dictionary.h"

#include <stdlib.h>

enum { MOST = 5000 };

/* What is encoded must come back from the reader's own decoders. */
static void check_hybrid(const uint32_t *values, size_t count, int width)
{
    AUTO(write_buffer_release) struct write_buffer buffer = {0};
    assert_int_equal(encode_hybrid(values, count, width, &buffer, NULL), 0);
    struct hybrid hybrid;
    static uint32_t back[MOST + 8];
    uint32_t limit = width == 32 ? UINT32_MAX : UINT32_C(1) << width;
    assert_int_equal(hybrid_init(&hybrid, buffer.data, buffer.len, (unsigned)width, limit, NULL),
                     0);
    assert_int_equal(hybrid_read(&hybrid, back, 4, count, NULL), 0);
    assert_memory_equal(back, values, 4 * count);
}

static void runs_and_groups(void **state)
{
    (void)state;
    static uint32_t values[MOST];
    static const int widths[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 24, 31};
    srandom(1);
    for (int round = 0; round < 400; round++) {
        int width = widths[round % (int)ARRAY_COUNT(widths)];
        size_t count = (size_t)random() % (round < 200 ? 40 : MOST) + 1;
        long run = random() % 30 + 1;
        for (size_t i = 0; i < count; i++)
            values[i] = i > 0 && random() % run != 0
                            ? values[i - 1]
                            : (uint32_t)random() & ((UINT32_C(1) << width) - 1);
        check_hybrid(values, count, width);
    }
}

static void bits_from_anywhere(void **state)
{
    (void)state;
    static uint8_t bits[MOST / 8 + 4];
    static uint32_t back[MOST + 8];
    srandom(2);
    for (int round = 0; round < 400; round++) {
        for (size_t i = 0; i < MOST / 8; i++)
            bits[i] = random() % 8 != 0 && i > 0 ? bits[i - 1] & 1 ? 0xff : 0 : (uint8_t)random();
        size_t first = (size_t)random() % 100, count = (size_t)random() % (MOST - 100) + 1;
        AUTO(write_buffer_release) struct write_buffer buffer = {0};
        assert_int_equal(encode_hybrid_bits(bits, first, count, &buffer, NULL), 0);
        struct hybrid hybrid;
        assert_int_equal(hybrid_init(&hybrid, buffer.data, buffer.len, 1, 2, NULL), 0);
        assert_int_equal(hybrid_read(&hybrid, back, 4, count, NULL), 0);
        for (size_t i = 0; i < count; i++)
            assert_int_equal(back[i], bits[(first + i) / 8] >> ((first + i) % 8) & 1);
    }
}

/* `shift` sets how far apart the numbers are; at 0 they are anything. */
static int64_t next_number(int64_t before, int shift)
{
    uint64_t any = (uint64_t)random() << 62 ^ (uint64_t)random() << 31 ^ (uint64_t)random();
    return shift == 0 ? (int64_t)any : (int64_t)((uint64_t)before + (any >> shift));
}

static void differences(void **state)
{
    (void)state;
    static int64_t wide[MOST], wide_back[MOST + 8];
    static int32_t narrow[MOST], narrow_back[MOST + 8];
    srandom(3);
    for (int shift = 0; shift < 64; shift++) {
        for (size_t count = 0; count < 600; count += 1 + (size_t)random() % 60) {
            for (size_t i = 0; i < count; i++) {
                wide[i] = next_number(i > 0 ? wide[i - 1] : 0, shift);
                narrow[i] = (int32_t)wide[i];
            }
            AUTO(write_buffer_release) struct write_buffer buffer = {0};
            struct delta delta;
            assert_int_equal(encode_delta((const uint8_t *)wide, 8, count, &buffer, NULL), 0);
            assert_int_equal(delta_init(&delta, buffer.data, buffer.len, NULL), 0);
            assert_int_equal(delta_read_i64(&delta, wide_back, count, NULL), 0);
            assert_memory_equal(wide, wide_back, 8 * count);
            buffer.len = 0;
            assert_int_equal(encode_delta((const uint8_t *)narrow, 4, count, &buffer, NULL), 0);
            assert_int_equal(delta_init(&delta, buffer.data, buffer.len, NULL), 0);
            assert_int_equal(delta_read_i32(&delta, narrow_back, count, NULL), 0);
            assert_memory_equal(narrow, narrow_back, 4 * count);
        }
    }
}

static void even_steps_take_no_bits(void **state)
{
    (void)state;
    int64_t times[720];
    for (int i = 0; i < 720; i++)
        times[i] = INT64_C(1719792000000000) + INT64_C(5000000) * i;
    AUTO(write_buffer_release) struct write_buffer buffer = {0};
    assert_int_equal(encode_delta((const uint8_t *)times, 8, 720, &buffer, NULL), 0);
    assert_in_range(buffer.len, 1, 70);
}

static void a_dictionary_numbers_what_differs(void **state)
{
    (void)state;
    struct dictionary dictionary;
    dictionary_init(&dictionary, NULL);
    static int64_t numbers[MOST];
    for (int i = 0; i < MOST; i++)
        numbers[i] = i * 7919 % 1000;
    struct value_view view = {.data = (const uint8_t *)numbers, .width = 8, .count = MOST};
    assert_int_equal(dictionary_build(&dictionary, &view, 1 << 20, NULL), 1);
    assert_int_equal(dictionary.count, 1000);
    const uint32_t *indices = (const uint32_t *)(const void *)dictionary.indices.data;
    for (int i = 0; i < MOST; i++)
        assert_memory_equal(dictionary.entries.data + 8 * (size_t)indices[i], &numbers[i], 8);
    assert_int_equal(dictionary_build(&dictionary, &view, 4000, NULL), 0);
    for (int i = 0; i < MOST; i++)
        numbers[i] = i;
    assert_int_equal(dictionary_build(&dictionary, &view, 1 << 20, NULL), 0);

    uint32_t ends[] = {1, 1, 3, 4, 4, 6};
    struct value_view texts = {
        .data = (const uint8_t *)"abcabc", .ends = ends, .width = 0, .count = 6};
    assert_int_equal(dictionary_build(&dictionary, &texts, 1 << 20, NULL), 1);
    assert_int_equal(dictionary.count, 3);
    assert_memory_equal(dictionary.entries.data, "\1\0\0\0a\0\0\0\0\2\0\0\0bc", 15);
    dictionary_release(&dictionary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_and_groups),
        cmocka_unit_test(bits_from_anywhere),
        cmocka_unit_test(differences),
        cmocka_unit_test(even_steps_take_no_bits),
        cmocka_unit_test(a_dictionary_numbers_what_differs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
