/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "functions/share.h"

#include <math.h>
#include <string.h>

static void odd_numbers_give_the_rest_to_the_first(void **state)
{
    (void)state;
    assert_int_equal(share_of_i64(201, 0, 1, 2), 101);
    assert_int_equal(share_of_i64(201, 1, 2, 2), 100);
    assert_int_equal(share_of_i64(-201, 0, 1, 2), -101);
    assert_int_equal(share_of_i64(-201, 1, 2, 2), -100);
    assert_int_equal(share_of_i64(0, 0, 1, 2), 0);
}

static void parts_add_up(void **state)
{
    static const int64_t values[] = {0, 1, -1, 7, 1000003, INT64_MAX, INT64_MIN, INT64_MIN + 1};
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(values); i++) {
        for (int64_t of = 1; of < 8; of++) {
            uint64_t sum = 0;
            for (int64_t part = 0; part < of; part++)
                sum += (uint64_t)share_of_i64(values[i], part, part + 1, of);
            assert_true((int64_t)sum == values[i]);
        }
    }
    int64_t hour = INT64_C(3600000000);
    assert_int_equal(share_of_i64(INT64_MAX, 0, hour, 2 * hour) +
                         share_of_i64(INT64_MAX, hour, 2 * hour, 2 * hour),
                     INT64_MAX);
}

static void doubles_add_up(void **state)
{
    (void)state;
    assert_true(share_of_f64(0.1, 0, 1, 2) + share_of_f64(0.1, 1, 2, 2) == 0.1);
    assert_true(share_of_f64(0.1, 0, 1, 2) == 0.05);
    assert_true(isnan(share_of_f64(NAN, 0, 1, 2)));
    assert_true(isinf(share_of_f64(INFINITY, 1, 2, 2)));
}

static const char *text_share(const char *text, int64_t from, int64_t to, int64_t of)
{
    static struct str part = STR_INIT(100);
    str_clear(&part);
    if (share_of_text(text, strlen(text), from, to, of, &part, NULL) != 0)
        return NULL;
    return str_text(&part);
}

static void texts_keep_their_scale(void **state)
{
    static const struct {
        const char *text, *first, *second;
    } cases[] = {
        {"0.03", "0.02", "0.01"},
        {"-0.03", "-0.02", "-0.01"},
        {"201", "101", "100"},
        {"0.000", "0.000", "0.000"},
        {"1.5", "0.8", "0.7"},
        {"99999999999999999999999999999999999999", "50000000000000000000000000000000000000",
         "49999999999999999999999999999999999999"},
        {"340282366920938463463374607431768211455", "170141183460469231731687303715884105728",
         "170141183460469231731687303715884105727"},
        {"0.00000000000000000000000000000000000001", "0.00000000000000000000000000000000000001",
         "0.00000000000000000000000000000000000000"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        assert_string_equal(text_share(cases[i].text, 0, 1, 2), cases[i].first);
        assert_string_equal(text_share(cases[i].text, 1, 2, 2), cases[i].second);
    }
    assert_null(text_share("1e5", 0, 1, 2));
    assert_null(text_share("1.2.3", 0, 1, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(odd_numbers_give_the_rest_to_the_first),
        cmocka_unit_test(parts_add_up),
        cmocka_unit_test(doubles_add_up),
        cmocka_unit_test(texts_keep_their_scale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
