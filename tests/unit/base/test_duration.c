/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/instant.h"

static void durations_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t us;
    } cases[] = {
        {"15m", 900 * US_PER_SECOND},
        {"15min", 900 * US_PER_SECOND},
        {"60min", 3600 * US_PER_SECOND},
        {"30 minutes", 1800 * US_PER_SECOND},
        {"1 Minute", 60 * US_PER_SECOND},
        {"1h", 3600 * US_PER_SECOND},
        {"1H", 3600 * US_PER_SECOND},
        {"1h30m", 5400 * US_PER_SECOND},
        {"1h 30min", 5400 * US_PER_SECOND},
        {"2d", 2 * US_PER_DAY},
        {"1 week", 7 * US_PER_DAY},
        {"250ms", 250000},
        {"7us", 7},
        {"0.5s", 500000},
        {"1.5 hours", 5400 * US_PER_SECOND},
        {"0s", 0},
        {"PT1H", 3600 * US_PER_SECOND},
        {"PT15M", 900 * US_PER_SECOND},
        {"pt0.25s", 250000},
        {"P1D", US_PER_DAY},
        {"P1DT12H", 36 * 3600 * US_PER_SECOND},
        {"P2W", 14 * US_PER_DAY},
        {"106751991d", 106751991 * US_PER_DAY},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        int64_t us = -1;
        if (duration_parse(cases[i].text, &us, NULL) != 0 || us != cases[i].us)
            fail_msg("%s gives %lld", cases[i].text, (long long)us);
    }
}

static void other_texts_are_no_durations(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",      " ",          "15",      "m",          "-1h",
        "+1h",   "1M",         "1 month", "1y",         "P1M",
        "P1Y",   "P",          "PT",      "P1H",        "PT1D",
        "P1DT",  "1h,30m",     "1.h",     "1hh",        "1hs",
        "0.1us", "0.0000001s", "1e3s",    "106751992d", "99999999999999999999s",
        "PT1",   "1 ",         "15min.",
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        int64_t us = 42;
        struct err err = {0};
        if (duration_parse(cases[i], &us, &err) == 0)
            fail_msg("\"%s\" gives %lld", cases[i], (long long)us);
        assert_int_equal(us, 42);
        assert_int_equal(err.kind, ERR_CONFIG);
        assert_true(err.hint[0] != '\0');
    }
}

static void durations_are_written(void **state)
{
    (void)state;
    static const struct {
        int64_t us;
        const char *text;
    } cases[] = {
        {0, "0 ms"},
        {12345, "12 ms"},
        {999499, "999 ms"},
        {999500, "1.0 s"},
        {3400000, "3.4 s"},
        {59949999, "59.9 s"},
        {59950000, "1 m 00 s"},
        {125 * US_PER_SECOND, "2 m 05 s"},
        {INT64_C(3599499999), "59 m 59 s"},
        {INT64_C(3599500000), "1 h 00 m"},
        {63 * 60 * US_PER_SECOND, "1 h 03 m"},
        {-3400000, "-3.4 s"},
        {INT64_MIN, "-2562047788 h 01 m"},
    };
    char buffer[32];
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++)
        assert_string_equal(duration_format(cases[i].us, buffer), cases[i].text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_are_read),
        cmocka_unit_test(other_texts_are_no_durations),
        cmocka_unit_test(durations_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
