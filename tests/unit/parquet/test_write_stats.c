/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "parquet/stats.h"

#include <math.h>

static struct bounds text_bounds(const char *text, enum value_order order)
{
    uint32_t end = (uint32_t)strlen(text);
    struct value_view view = {.data = (const uint8_t *)text, .ends = &end, .count = 1};
    struct bounds bounds;
    bounds_of(order, &view, &bounds);
    return bounds;
}

static void short_texts_are_whole(void **state)
{
    (void)state;
    struct bounds bounds = text_bounds("abc", ORDER_TEXT);
    assert_true(bounds.min.is_exact && bounds.max.is_exact);
    assert_memory_equal(bounds.max.data, "abc", 3);
}

static void long_texts_are_cut_and_raised(void **state)
{
    (void)state;
    char text[101] = "";
    memset(text, 'a', 100);
    struct bounds bounds = text_bounds(text, ORDER_TEXT);
    assert_false(bounds.min.is_exact || bounds.max.is_exact);
    assert_int_equal(bounds.min.len, 64);
    assert_int_equal(bounds.max.data[63], 'b');
    memset(text, 0x7f, 100); /* one byte becomes two */
    bounds = text_bounds(text, ORDER_TEXT);
    assert_int_equal(bounds.max.len, 65);
    assert_memory_equal(bounds.max.data + 63, "\xc2\x80", 2);
    memset(text, 0xff, 100); /* no UTF-8, and nothing is above it */
    bounds = text_bounds(text, ORDER_TEXT);
    assert_true(bounds.min.is_known && !bounds.max.is_known && bounds.max.is_open);
    struct bounds small = text_bounds("a", ORDER_TEXT);
    bounds_merge(ORDER_TEXT, &small, &bounds);
    assert_false(small.max.is_known);
    assert_memory_equal(small.min.data, "a", 1);
}

static void no_number_has_no_bounds(void **state)
{
    (void)state;
    double numbers[] = {NAN, 3.0, -0.0, NAN};
    struct value_view view = {.data = (const uint8_t *)numbers, .width = 8, .count = 4};
    struct bounds bounds, only;
    double value;
    bounds_of(ORDER_DOUBLE, &view, &bounds);
    memcpy(&value, bounds.min.data, 8);
    assert_true(bounds.has_nan && signbit(value) && value == 0);
    memcpy(&value, bounds.max.data, 8);
    assert_true(value == 3.0);
    view.count = 1;
    bounds_of(ORDER_DOUBLE, &view, &only);
    assert_true(only.has_nan && !only.min.is_known && !only.max.is_known);
    bounds_merge(ORDER_DOUBLE, &only, &bounds);
    assert_true(only.max.is_known);
}

static void decimals_are_signed(void **state)
{
    (void)state;
    static const uint8_t values[] = {0x00, 0x01, 0xff, 0xfe, 0x00, 0x7f};
    struct value_view view = {.data = values, .width = 2, .count = 3};
    struct bounds bounds;
    bounds_of(ORDER_DECIMAL, &view, &bounds);
    assert_memory_equal(bounds.min.data, "\xff\xfe", 2);
    assert_memory_equal(bounds.max.data, "\x00\x7f", 2);
}

static const char *text_of(const void *data, size_t len, struct parquet_node node,
                           struct arena *arena)
{
    struct bound bound = {.len = (uint8_t)len, .is_known = true};
    memcpy(bound.data, data, len);
    return bound_text(&bound, &node, arena);
}

static void bounds_as_text(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 1 << 16);
    int64_t before = -1, micros = INT64_C(-62198755200000000);
    struct parquet_node node = {.type = PARQUET_INT64,
                                .logical = {.kind = PARQUET_LOGICAL_TIMESTAMP,
                                            .unit = PARQUET_MICROS,
                                            .is_adjusted_to_utc = true}};
    assert_string_equal(text_of(&before, 8, node, &arena), "1969-12-31 23:59:59.999999+00");
    assert_string_equal(text_of(&micros, 8, node, &arena), "0002-01-01 (BC) 00:00:00+00");
    node.logical = (struct parquet_logical){.kind = PARQUET_LOGICAL_DECIMAL, .scale = 3};
    assert_string_equal(text_of(&before, 8, node, &arena), "-0.001");
    node.logical = (struct parquet_logical){.kind = PARQUET_LOGICAL_INTEGER};
    assert_string_equal(text_of(&before, 8, node, &arena), "18446744073709551615");
    node.type = PARQUET_DOUBLE;
    node.logical.kind = PARQUET_LOGICAL_NONE;
    assert_string_equal(text_of(&(double){0.1}, 8, node, &arena), "0.1");
    assert_string_equal(text_of(&(double){1.0 / 3}, 8, node, &arena), "0.3333333333333333");
    node.type = PARQUET_FIXED_LEN_BYTE_ARRAY;
    node.logical.kind = PARQUET_LOGICAL_UUID;
    assert_string_equal(
        text_of("\x12\x34\x56\x78\x9a\xbc\xde\xf0\0\1\2\3\4\5\6\7", 16, node, &arena),
        "12345678-9abc-def0-0001-020304050607");
    node.type = PARQUET_BYTE_ARRAY;
    node.logical.kind = PARQUET_LOGICAL_STRING;
    assert_null(text_of("a\0b", 3, node, &arena));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_texts_are_whole),   cmocka_unit_test(long_texts_are_cut_and_raised),
        cmocka_unit_test(no_number_has_no_bounds), cmocka_unit_test(decimals_are_signed),
        cmocka_unit_test(bounds_as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
