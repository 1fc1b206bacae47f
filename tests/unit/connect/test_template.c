/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/output.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static const struct column columns[] = {
    {.name = "meter", .type_text = "VARCHAR", .type.id = "VARCHAR"},
    {.name = "at", .type_text = "TIMESTAMP WITH TIME ZONE", .type.id = "TIMESTAMP WITH TIME ZONE"},
    {.name = "local", .type_text = "TIMESTAMP", .type.id = "TIMESTAMP"},
    {.name = "day", .type_text = "DATE", .type.id = "DATE"},
    {.name = "value", .type_text = "DOUBLE", .type.id = "DOUBLE"},
    {.name = "n", .type_text = "INTEGER", .type.id = "INTEGER"},
};
static const struct column_list list = {columns, ARRAY_COUNT(columns)};

static int validate(const char *path, struct err *err)
{
    struct output_spec spec = {.node = "output:a#1", .format = "csv", .path = path, .root = "/out"};
    *err = (struct err){0};
    return output_validate(&spec, list, err);
}

static void test_good(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "/out/all.csv",
        "/out/{meter}.csv",
        "/out/{METER}/{at:%Y/%m/%d}.csv",
        "/out/{day:%Y}/{n}.csv",
        "/out/{local:%Y-%m-%dT%H}.csv",
        "/out/{at:%G/%V}{meter}x.csv",
    };
    struct err err;
    for (size_t i = 0; i < ARRAY_COUNT(paths); i++)
        if (validate(paths[i], &err) != 0)
            fail_msg("%s: %s", paths[i], err.message);
}

static void test_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *path, *message, *hint;
    } cases[] = {
        {"/out/{meter.csv", "{ without }", "{column}"},
        {"/out/meter}.csv", "} without {", ""},
        {"/out/{a{b}}.csv", "{ without }", ""},
        {"/out/{}.csv", "nothing to say", ""},
        {"/out/{day:}.csv", "nothing to say", ""},
        {"/out/{metre}.csv", "\"metre\"", "Did you mean \"meter\"?"},
        {"/out/{meter:%Y}.csv", "needs a date or timestamp, but the column is VARCHAR", ""},
        {"/out/{at}.csv", "needs a format", "{at:%Y-%m-%d}"},
        {"/out/{at:%Q}.csv", "%Q", "%Y %m %d"},
        {"/out/{at:%}.csv", "format of {at:%}", ""},
        {"/out/{at:year}.csv", "no time part", ""},
        {"/out/{day:%H}.csv", "time of day of a date", ""},
        {"/out/{value}.csv", "DOUBLE", ""},
        {"/out/{meter}/", "a folder", ".csv"},
    };
    struct err err;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        assert_int_equal(validate(cases[i].path, &err), -1);
        assert_int_equal(err.kind, ERR_CONFIG);
        if (!strstr(err.message, cases[i].message) || !strstr(err.hint, cases[i].hint))
            fail_msg("%s: %s (%s)", cases[i].path, err.message, err.hint);
    }
}

static void test_columns_to_write(void **state)
{
    (void)state;
    static const char *const wanted[] = {"valeu"};
    struct output_spec spec = {.node = "o",
                               .format = "csv",
                               .path = "/out/a.csv",
                               .root = "/out",
                               .columns = wanted,
                               .column_count = 1};
    struct err err = {0};
    assert_int_equal(output_validate(&spec, list, &err), -1);
    assert_non_null(strstr(err.hint, "\"value\""));
}

static void test_names(void **state)
{
    (void)state;
    static const char *const bad[] = {"",     "a/b",   "..",   ".hidden",
                                      "a..b", "tab\t", "\x7f", "new\nline"};
    struct err err;
    char long_name[300];
    memset(long_name, 'x', sizeof(long_name) - 1);
    long_name[sizeof(long_name) - 1] = '\0';
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        assert_int_equal(output_check_value("meter", bad[i], &err), -1);
        assert_int_equal(err.kind, ERR_DATA);
        assert_non_null(strstr(err.message, "column \"meter\""));
    }
    assert_int_equal(output_check_value("meter", long_name, &err), -1);
    assert_int_equal(output_check_value("meter", "Žemaitė 7.5 (a)", &err), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_columns_to_write),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
