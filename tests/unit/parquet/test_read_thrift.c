/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "parquet/thrift_read.h"

#include <string.h>

#define READ(in, ...)                             \
    static const uint8_t bytes[] = {__VA_ARGS__}; \
    struct thrift_reader in;                      \
    thrift_read_init(&(in), bytes, sizeof(bytes))

static void reads_fields_of_each_type(void **state)
{
    (void)state;
    READ(in, 0x15, 0x54, 0x16, 0x03, 0x18, 0x02, 'a', 'b', 0x11, 0x12, 0x06, 0xf8, 0x01, 0x04,
         0x00);
    struct thrift_field field = {0};
    assert_true(thrift_read_next(&in, &field));
    assert_int_equal(field.id, 1);
    assert_int_equal(thrift_read_i32(&in, &field), 42);
    assert_true(thrift_read_next(&in, &field));
    assert_int_equal(thrift_read_i64(&in, &field), -2);
    assert_true(thrift_read_next(&in, &field));
    struct parquet_bytes text = thrift_read_binary(&in, &field);
    assert_memory_equal(text.data, "ab", 2);
    assert_true(thrift_read_next(&in, &field));
    assert_true(thrift_read_bool(&in, &field));
    assert_true(thrift_read_next(&in, &field));
    assert_false(thrift_read_bool(&in, &field));
    assert_true(thrift_read_next(&in, &field)); /* number 124, written out */
    assert_int_equal(field.id, 124);
    assert_int_equal(thrift_read_i64(&in, &field), 2);
    assert_false(thrift_read_next(&in, &field));
    assert_null(in.fault);
}

static void skips_what_it_does_not_know(void **state)
{
    (void)state;
    /* A list of two structs, a map of a text to a boolean, a double; then number 4. */
    READ(in, 0x19, 0x2c, 0x15, 0x02, 0x00, 0x00, 0x1b, 0x01, 0x81, 0x01, 'k', 0x01, 0x17, 1, 2, 3,
         4, 5, 6, 7, 8, 0x15, 0x0e, 0x00);
    struct thrift_field field = {0};
    for (int i = 0; i < 3; i++) {
        assert_true(thrift_read_next(&in, &field));
        thrift_read_skip(&in, &field);
    }
    assert_true(thrift_read_next(&in, &field));
    assert_int_equal(field.id, 4);
    assert_int_equal(thrift_read_i32(&in, &field), 7);
}

static void fault_of(const uint8_t *bytes, size_t len, const char *fault, bool is_short)
{
    struct thrift_reader in;
    thrift_read_init(&in, bytes, len);
    struct thrift_field field = {0};
    while (thrift_read_next(&in, &field))
        thrift_read_skip(&in, &field);
    assert_non_null(in.fault);
    assert_non_null(strstr(in.fault, fault));
    assert_int_equal(in.is_short, is_short);
}
#define FAULT(fault, is_short, ...)               \
    do {                                          \
        static const uint8_t b[] = {__VA_ARGS__}; \
        fault_of(b, sizeof(b), fault, is_short);  \
    } while (0)

static void finds_faults(void **state)
{
    (void)state;
    FAULT("ends in the middle", true, 0x15);
    FAULT("ends in the middle", true, 0x18, 0x05, 'a');
    FAULT("ends in the middle", true, 0x19, 0xf5, 0xff, 0xff, 0x7f, 0x01); /* 2 million numbers */
    FAULT("longer than 10 bytes", false, 0x16, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1);
    FAULT("cannot be", false, 0x1d, 0x00);
    /* A map of as many booleans as there are numbers. */
    FAULT("ends in the middle", true, 0x1b, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 0x11);
    uint8_t deep[64];
    memset(deep, 0x1c, sizeof(deep)); /* a struct in a struct in … */
    fault_of(deep, sizeof(deep), "nested too deeply", false);
}

static void wrong_types_are_faults(void **state)
{
    (void)state;
    READ(in, 0x18, 0x01, 'a', 0x00);
    struct thrift_field field = {0};
    assert_true(thrift_read_next(&in, &field));
    assert_int_equal(thrift_read_i64(&in, &field), 0);
    assert_non_null(in.fault);
    assert_false(thrift_read_next(&in, &field));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_fields_of_each_type),
        cmocka_unit_test(skips_what_it_does_not_know),
        cmocka_unit_test(finds_faults),
        cmocka_unit_test(wrong_types_are_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
