/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/str.h"

static const char *const names[] = {"materialized", "description", "columns", "checks",
                                    "outputs",      "schedule",    NULL,      "tag"};

static const char *near(const char *name)
{
    return nearest_name(name, names, ARRAY_COUNT(names));
}

static void slips_are_recognized(void **state)
{
    (void)state;
    assert_string_equal(near("materialised"), "materialized"); /* replaced */
    assert_string_equal(near("descriptjon"), "description");
    assert_string_equal(near("olumns"), "columns");  /* left out */
    assert_string_equal(near("cheecks"), "checks");  /* doubled */
    assert_string_equal(near("hcecks"), "checks");   /* swapped */
    assert_string_equal(near("OUTPUTS"), "outputs"); /* case */
    assert_string_equal(near("Outptus"), "outputs");
    assert_string_equal(near("tags"), "tag");
    assert_string_equal(near("columns"), "columns");
}

static void other_words_are_not(void **state)
{
    (void)state;
    assert_null(near("warehouse"));
    assert_null(near("x"));
    assert_null(near(""));
    assert_null(near(NULL));
    assert_null(near("params"));
    assert_null(nearest_name("columns", NULL, 0));
    char long_name[200] = {0};
    for (size_t i = 0; i < sizeof(long_name) - 1; i++)
        long_name[i] = 'a';
    assert_null(near(long_name));
    const char *const one[] = {long_name, "b"};
    assert_null(nearest_name("a", one, 2));
}

static void the_closest_wins_and_the_first_of_equals(void **state)
{
    (void)state;
    const char *const close[] = {"reading", "readings", "readingz"};
    assert_string_equal(nearest_name("readings", close, 3), "readings");
    assert_string_equal(nearest_name("readingx", close, 3), "reading");
}

static void the_only_name_that_begins_so_wins(void **state)
{
    (void)state;
    const char *const zones[] = {"Europe/Minsk", "Europe/Vilnius", "Europe/Vaduz", "Etc"};
    assert_string_equal(nearest_name("Europe/Viln", zones, 4), "Europe/Vilnius");
    assert_string_equal(nearest_name("europe/vi", zones, 4), "Europe/Vilnius");
    assert_string_equal(near("desc"), "description");
    assert_null(near("des")); /* too short to tell */
    const char *const several[] = {"readings_raw", "readings_hourly", "reading"};
    assert_string_equal(nearest_name("readings", several, 3), "reading");
    assert_string_equal(nearest_name("reading", several, 3), "reading");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slips_are_recognized),
        cmocka_unit_test(other_words_are_not),
        cmocka_unit_test(the_closest_wins_and_the_first_of_equals),
        cmocka_unit_test(the_only_name_that_begins_so_wins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
