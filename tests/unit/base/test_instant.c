/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/instant.h"

#include <string.h>

static void the_calendar_goes_both_ways(void **state)
{
    (void)state;
    assert_int_equal(days_from_civil(1970, 1, 1), 0);
    assert_int_equal(days_from_civil(2000, 3, 1), 11017);
    assert_int_equal(days_from_civil(1, 1, 1), -719162);
    assert_int_equal(days_from_civil(0, 2, 29), -719469);
    int64_t previous = days_from_civil(1599, 12, 31);
    for (int64_t days = previous + 1; days < previous + 300000; days++) {
        int year, month, day;
        civil_from_days(days, &year, &month, &day);
        assert_in_range(month, 1, 12);
        assert_in_range(day, 1, 31);
        assert_int_equal(days_from_civil(year, month, day), days);
    }
    int year, month, day;
    civil_from_days(days_from_civil(-290308, 12, 21), &year, &month, &day);
    assert_int_equal(year, -290308);
    assert_int_equal(month * 100 + day, 1221);
}

static void instants_are_written(void **state)
{
    (void)state;
    static const struct {
        int64_t us;
        const char *text;
    } cases[] = {
        {0, "1970-01-01T00:00:00Z"},
        {-1, "1969-12-31T23:59:59.999999Z"},
        {INT64_C(1648342800000000), "2022-03-27T01:00:00Z"},
        {INT64_C(1648342800500000), "2022-03-27T01:00:00.500000Z"},
        {INT64_C(-62135596800000000), "0001-01-01T00:00:00Z"},
        {INT64_C(253402300799999999), "9999-12-31T23:59:59.999999Z"},
        {INT64_MAX, "294247-01-10T04:00:54.775807Z"},
        {INT64_MIN, "-290308-12-21T19:59:05.224192Z"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        char buffer[40];
        assert_string_equal(instant_format(cases[i].us, buffer), cases[i].text);
        int64_t us;
        assert_int_equal(instant_parse(buffer, &zone_utc, &us, NULL), 0);
        assert_true(us == cases[i].us);
    }
}

static void instants_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *instant;
    } cases[] = {
        {"2024-06-05", "2024-06-05T00:00:00Z"},
        {"2024-06-05Z", "2024-06-05T00:00:00Z"},
        {"2024-06-05+02:00", "2024-06-04T22:00:00Z"},
        {"2024-06-05T10:00", "2024-06-05T10:00:00Z"},
        {"2024-06-05 10:00:00.5", "2024-06-05T10:00:00.500000Z"},
        {"2024-06-05 10:00:00.123456000", "2024-06-05T10:00:00.123456Z"},
        {"2024-06-05T10:00-03:30", "2024-06-05T13:30:00Z"},
        {"2024-06-05T10:00:00+0530", "2024-06-05T04:30:00Z"},
        {"2024-06-05T10:00:00+14", "2024-06-04T20:00:00Z"},
        {"2024-02-29", "2024-02-29T00:00:00Z"},
        {"2000-02-29", "2000-02-29T00:00:00Z"},
        {"0000-01-01", "0000-01-01T00:00:00Z"},
        {"2024-06-05t23:59:59z", "2024-06-05T23:59:59Z"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        char buffer[40];
        int64_t us;
        struct err err = {0};
        if (instant_parse(cases[i].text, NULL, &us, &err) != 0)
            fail_msg("%s", err.message);
        assert_string_equal(instant_format(us, buffer), cases[i].instant);
    }
}

static void other_texts_are_no_instants(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "2024",
        "2024-06",
        "2024-6-5",
        "24-06-05",
        "2024-13-01",
        "2024-00-01",
        "2024-02-30",
        "2023-02-29",
        "1900-02-29",
        "2024-06-05T",
        "2024-06-05T24:00",
        "2024-06-05T10",
        "2024-06-05T10:60",
        "2024-06-05T10:00:60",
        "2024-06-05T10:00:",
        "2024-06-05T10:00:00.",
        "2024-06-05T10:00:00.1234567",
        "2024-06-05T10:00:00 Europe/Vilnius",
        "2024-06-05T10:00:00+",
        "2024-06-05T10:00:00+2",
        "2024-06-05T10:00:00+16:00",
        "2024-06-05T10:00:00Zx",
        " 2024-06-05",
        "2024-06-05 ",
        "294247-01-10T04:00:54.775808Z",
        "-290308-12-21T19:59:05.224191Z",
        "999999-12-31",
        "2024-06-0\xC3\xA4",
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        int64_t us = 42;
        struct err err = {0};
        if (instant_parse(cases[i], NULL, &us, &err) == 0)
            fail_msg("\"%s\" is read as %lld", cases[i], (long long)us);
        assert_int_equal(us, 42);
        assert_int_equal(err.kind, ERR_CONFIG);
    }
}

static void the_clocks_run(void **state)
{
    (void)state;
    assert_true(now_us() > INT64_C(1700000000000000));
    int64_t before = monotonic_us();
    assert_true(monotonic_us() >= before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_calendar_goes_both_ways),
        cmocka_unit_test(instants_are_written),
        cmocka_unit_test(instants_are_read),
        cmocka_unit_test(other_texts_are_no_instants),
        cmocka_unit_test(the_clocks_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
