/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/str.h"

#include <limits.h>

static void sizes_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        long long bytes;
    } cases[] = {
        {"0", 0},
        {"1000", 1000},
        {"1B", 1},
        {"64KB", 64 << 10},
        {"64kb", 64 << 10},
        {"64k", 64 << 10},
        {"512 MB", 512 << 20},
        {"512MiB", 512 << 20},
        {"4GB", 4LL << 30},
        {"1.5GiB", 3LL << 29},
        {"0.5KB", 512},
        {"2T", 2LL << 40},
        {"7E", 7LL << 60},
        {"7.999999999E", 9223372035701854303LL},
        {"9223372036854775807", LLONG_MAX},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        long long bytes = -1;
        assert_true(parse_bytes(cases[i].text, &bytes));
        if (bytes != cases[i].bytes)
            fail_msg("%s gives %lld", cases[i].text, bytes);
    }
}

static void other_texts_are_no_sizes(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        " ",
        "GB",
        "-1",
        "+1",
        "4XB",
        "4GBs",
        "4G B",
        "1.5",
        "1.5B",
        "1.GB",
        ".5GB",
        "4iB",
        "4BB",
        "1e9",
        "8E",
        "0x10",
        "80%",
        "4,5GB",
        "4GB ",
        "1..5G",
        "9223372036854775808",
        "99999999999999999999GB",
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        long long bytes = 42;
        if (parse_bytes(cases[i], &bytes))
            fail_msg("\"%s\" gives %lld", cases[i], bytes);
        assert_int_equal(bytes, 42);
    }
    long long bytes;
    assert_false(parse_bytes(NULL, &bytes));
}

static void sizes_are_written(void **state)
{
    (void)state;
    static const struct {
        long long bytes;
        const char *text;
    } cases[] = {
        {0, "0 B"},           {1023, "1023 B"},       {1024, "1 KB"},
        {1536, "1.5 KB"},     {1048524, "1023.9 KB"}, {1048575, "1 MB"},
        {4LL << 30, "4 GB"},  {-1536, "-1.5 KB"},     {LLONG_MAX, "8 EB"},
        {LLONG_MIN, "-8 EB"},
    };
    char buffer[32];
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++)
        assert_string_equal(format_bytes(cases[i].bytes, buffer), cases[i].text);
}

static void counts_are_grouped(void **state)
{
    (void)state;
    char buffer[32];
    assert_string_equal(format_count(0, buffer), "0");
    assert_string_equal(format_count(999, buffer), "999");
    assert_string_equal(format_count(1000, buffer), "1,000");
    assert_string_equal(format_count(1234567, buffer), "1,234,567");
    assert_string_equal(format_count(-1234, buffer), "-1,234");
    assert_string_equal(format_count(LLONG_MIN, buffer), "-9,223,372,036,854,775,808");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_read),
        cmocka_unit_test(other_texts_are_no_sizes),
        cmocka_unit_test(sizes_are_written),
        cmocka_unit_test(counts_are_grouped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
