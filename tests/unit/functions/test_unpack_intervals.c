/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "functions/functions.h"

#include <string.h>

static struct engine *engine;
static struct conn *conn;
static struct arena arena;

static int open_engine(void **state)
{
    (void)state;
    struct engine_options options = {.memory_bytes = 512 << 20, .threads = 2};
    struct err err = {0};
    arena_init(&arena, 16u << 20);
    if (engine_open(&options, &engine, &err) != 0 || functions_register(engine, &err) != 0 ||
        conn_open(engine, &conn, &err) != 0)
        fail_msg("%s", err.message);
    return 0;
}

static int close_engine(void **state)
{
    (void)state;
    conn_close(conn);
    engine_close(engine);
    arena_release(&arena);
    return 0;
}

/* A macro over rows made of `values` in 24 hours: element h is the h-th value, from 0. */
static const char *query(const char *sql)
{
    char *text = NULL;
    struct err err = {0};
    if (conn_value(conn, sql, &arena, &text, &err) != 0)
        fail_msg("%s: %s", sql, err.message);
    return text;
}

static const char *error_of(const char *sql, enum err_kind *ret_kind)
{
    char *text = NULL;
    struct err err = {0};
    if (conn_value(conn, sql, &arena, &text, &err) == 0)
        fail_msg("%s: gave %s", sql, text);
    *ret_kind = err.kind;
    return arena_strdup(&arena, err.message);
}

#define ROWS(call) "FROM (SELECT unnest(unpack_intervals(" call "), recursive := true))"
#define HOURS "list_transform(range(24), lambda h: "

static void the_year_is_whole(void **state)
{
    (void)state;
    assert_string_equal(
        query("SELECT count(*) || ' ' || sum(value) || ' ' || min(value) || ' ' || max(value) || "
              "' ' || min(start_time) || ' ' || max(start_time) || ' ' || count(DISTINCT "
              "start_time) || ' ' || count(*) FILTER (WHERE end_time - start_time <> INTERVAL 1 "
              "HOUR) FROM (SELECT unnest(unpack_intervals(date, values, '60min', "
              "'Europe/Vilnius'), recursive := true) FROM (SELECT DATE '2022-01-01' + d::INTEGER "
              "AS date, " HOURS "CASE WHEN d = 85 AND h = 3 THEN NULL WHEN d = 302 AND h = 3 THEN "
              "200 ELSE 100 END) AS values FROM range(365) t(d)))"),
        "8760 876000 100 100 2021-12-31 22:00:00+00 2022-12-31 21:00:00+00 8760 0");
}

static void change_days_in_vilnius(void **state)
{
    (void)state;
    assert_string_equal(
        query("SELECT count(*) || ' ' || sum(value) || ' ' || string_agg(value, ',' ORDER BY "
              "start_time) FILTER (WHERE quality = 'split') || ' ' || count(*) FILTER (WHERE "
              "local_start = TIMESTAMP '2022-10-30 03:00') " ROWS(
                  "DATE '2022-10-30', " HOURS "CASE WHEN h = 3 THEN 201 ELSE h END), 'PT1H', "
                  "'Europe/Vilnius'")),
        "25 474 101,100 2");
    assert_string_equal(query("SELECT count(*) || ' ' || min(local_start) FILTER (WHERE "
                              "local_start > TIMESTAMP '2022-03-27 02:00') " ROWS(
                                  "DATE '2022-03-27', " HOURS "CASE WHEN h <> 3 THEN h END), "
                                  "'1h', 'Europe/Vilnius'")),
                        "23 2022-03-27 04:00:00");
    assert_string_equal(
        query(
            "SELECT string_agg(value, ',' ORDER BY start_time) FILTER (WHERE quality = 'split') " ROWS(
                "DATE '2022-10-30', " HOURS "CASE WHEN h = 3 THEN 201 ELSE h END), '60min', "
                "'Europe/Vilnius', doubled := 'mean'")),
        "201,201");
}

static void true_time_has_25_values(void **state)
{
    (void)state;
    assert_string_equal(
        query("SELECT count(*) || ' ' || sum(value) || ' ' || count(*) FILTER (WHERE quality = "
              "'measured') " ROWS("DATE '2022-10-30', range(25), '60min', 'Europe/Vilnius', clock "
                                  ":= 'true_time'")),
        "25 300 25");
    assert_string_equal(
        query("SELECT count(*) || ' ' || max(end_time) " ROWS(
            "DATE '2022-03-27', range(92), '15min', 'Europe/Vilnius', clock := 'true_time'")),
        "92 2022-03-27 21:00:00+00");
}

/* The type of the elements stays, and the parts of a doubled hour add up in each. */
static void element_types_stay(void **state)
{
    static const struct {
        const char *type, *value, *parts;
    } cases[] = {
        {"TINYINT", "101", "51,50"},
        {"SMALLINT", "-201", "-101,-100"},
        {"INTEGER", "201", "101,100"},
        {"BIGINT", "9223372036854775807", "4611686018427387904,4611686018427387903"},
        {"HUGEINT", "201", "101,100"},
        {"UTINYINT", "201", "101,100"},
        {"USMALLINT", "201", "101,100"},
        {"UINTEGER", "4294967295", "2147483648,2147483647"},
        {"UBIGINT", "18446744073709551615", "9223372036854775808,9223372036854775807"},
        {"UHUGEINT", "201", "101,100"},
        {"FLOAT", "0.1", "0.05,0.05"},
        {"DOUBLE", "0.1", "0.05,0.05"},
        {"DECIMAL(4,3)", "0.201", "0.101,0.100"},
        {"DECIMAL(18,1)", "0.1", "0.1,0.0"},
        {"DECIMAL(38,2)", "-0.03", "-0.02,-0.01"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        char *sql = arena_printf(
            &arena,
            "SELECT any_value(typeof(value)) || ' ' || string_agg(value, ',' ORDER BY start_time) "
            "FILTER (WHERE quality = 'split') || ' ' || (sum(value) FILTER (WHERE quality = "
            "'split') = %s) " ROWS("DATE '2022-10-30', " HOURS
                                   "CASE WHEN h = 3 THEN %s END)::%s[], '60min', 'Europe/Vilnius'"),
            cases[i].value, cases[i].value, cases[i].type);
        const char *found = query(sql);
        char *expected = arena_printf(&arena, "%s %s true", cases[i].type, cases[i].parts);
        if (str_eq(cases[i].type, "FLOAT")) /* a float's sum is a double */
            expected = arena_printf(&arena, "%s %s false", cases[i].type, cases[i].parts);
        if (strcmp(found, expected) != 0)
            fail_msg("%s: %s, expected %s", cases[i].type, found, expected);
    }
}

static void nulls_are_missing(void **state)
{
    static const char *const types[] = {"BIGINT", "DOUBLE", "DECIMAL(9,2)"};
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(types); i++) {
        char *sql = arena_printf(
            &arena,
            "SELECT count(*) FILTER (WHERE quality = 'missing' AND value IS NULL) || ' ' || "
            "count(value) || ' ' || count(*) FROM (SELECT unnest(unpack_intervals(date, l, "
            "'60min', 'Europe/Vilnius'), recursive := true) FROM (SELECT DATE '2022-10-29' + "
            "d::INTEGER AS date, CASE WHEN d < 2 THEN " HOURS
            "CASE WHEN h NOT IN (3, 5) THEN 1 END) END::%s[] AS l FROM range(4) t(d)))",
            types[i]);
        assert_string_equal(query(sql), "53 44 97");
    }
}

static void other_zones(void **state)
{
    static const struct {
        const char *args, *expected;
    } cases[] = {
        /* an hour's element over 90 and over 30 minutes */
        {"DATE '2022-04-03', range(24), '60min', 'Australia/Lord_Howe'", "24 276 01:30:00"},
        {"DATE '2022-10-02', range(24), '60min', 'Australia/Lord_Howe'", "24 276 01:00:00"},
        {"DATE '2022-04-03', range(48), '30min', 'Australia/Lord_Howe'", "49 1128 00:30:00"},
        /* the clock skips midnight */
        {"DATE '2018-11-04', [NULL] || range(23), '60min', 'America/Sao_Paulo'", "23 253 01:00:00"},
        /* and repeats the hour before it */
        {"DATE '2019-02-16', range(24), '60min', 'America/Sao_Paulo'", "25 276 01:00:00"},
        {"DATE '2019-02-17', range(24), '60min', 'America/Sao_Paulo'", "24 276 01:00:00"},
        {"DATE '2022-03-27', [NULL] || range(23), '60min', 'Asia/Beirut'", "23 253 01:00:00"},
        {"DATE '2022-07-01', range(96), 'PT15M', 'Asia/Kathmandu'", "96 4560 00:15:00"},
        {"DATE '2022-10-30', range(4), '6h', 'Europe/Vilnius'", "4 6 07:00:00"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        char *sql = arena_printf(&arena,
                                 "SELECT count(*) || ' ' || sum(value) || ' ' || max(end_time - "
                                 "start_time) FROM (SELECT unnest(unpack_intervals(%s), recursive "
                                 ":= true))",
                                 cases[i].args);
        const char *found = query(sql);
        if (strcmp(found, cases[i].expected) != 0)
            fail_msg("%s: %s, expected %s", cases[i].args, found, cases[i].expected);
    }
    /* Samoa had no 30 December 2011. */
    assert_string_equal(query("SELECT len(unpack_intervals(DATE '2011-12-30', NULL::INTEGER[], "
                              "'60min', 'Pacific/Apia'))"),
                        "0");
}

static void mistakes_name_date_and_element(void **state)
{
    static const struct {
        const char *args;
        enum err_kind kind;
        const char *message;
    } cases[] = {
        {"DATE '2022-03-27', range(24), '60min', 'Europe/Vilnius'", ERR_DATA,
         "unpack_intervals: 2022-03-27: element 4 (03:00) holds a value, but the clock in "
         "Europe/Vilnius skips that time"},
        {"DATE '2022-03-28', range(23), '60min', 'Europe/Vilnius'", ERR_DATA,
         "unpack_intervals: 2022-03-28: found 23 values, expected 24 (60min, clock, "
         "Europe/Vilnius)"},
        {"DATE '2022-10-30', range(24), '60min', 'Europe/Vilnius', clock := 'true_time'", ERR_DATA,
         "unpack_intervals: 2022-10-30: found 24 values, expected 25 (60min, true_time, "
         "Europe/Vilnius)"},
        {"DATE '2022-04-03', range(24), '60min', 'Australia/Lord_Howe', clock := 'true_time'",
         ERR_DATA, "2022-04-03: the day lasts 24.5 hours in Australia/Lord_Howe"},
        {"DATE '2011-12-30', range(24), '60min', 'Pacific/Apia'", ERR_DATA,
         "2011-12-30: element 1 (00:00) holds a value"},
        {"DATE '2022-03-28', range(24), '60min', 'Europe/Vilnus'", ERR_DATA,
         "unknown time zone \"Europe/Vilnus\". Did you mean \"Europe/Vilnius\"?"},
        {"DATE '2022-03-28', range(24), '7min', 'Europe/Vilnius'", ERR_DATA,
         "resolution \"7min\" is none that divides a day"},
        {"DATE '2022-03-28', range(24), 'hourly', 'Europe/Vilnius'", ERR_DATA,
         "resolution \"hourly\""},
        {"DATE '2022-03-28', range(24), '60min', 'UTC', clock := 'x'", ERR_DATA,
         "clock is 'x', expected 'clock' or 'true_time'"},
        {"DATE '2022-03-28', range(24), '60min', 'UTC', doubled := 'x'", ERR_DATA,
         "doubled is 'x', expected 'sum' or 'mean'"},
        {"NULL::DATE, range(24), '60min', 'UTC'", ERR_DATA, "date is null"},
        {"DATE '2022-03-28', range(24), NULL, 'UTC'", ERR_DATA, "resolution is null"},
        {"'infinity'::DATE, range(24), '60min', 'UTC'", ERR_DATA, "outside of 1900 to 2100"},
        {"DATE '1899-12-31', range(24), '60min', 'UTC'", ERR_DATA, "outside of 1900 to 2100"},
        {"DATE '2022-03-28', ['a'], '60min', 'UTC'", ERR_CONFIG,
         "values is no list of integers, decimals or doubles"},
        {"DATE '2022-03-28', [DATE '2022-01-01'], '60min', 'UTC'", ERR_CONFIG, ""},
        {"DATE '2022-03-28', [[1]], '60min', 'UTC'", ERR_CONFIG, ""},
        {"DATE '2022-03-28', [true], '60min', 'UTC'", ERR_CONFIG, ""},
        {"DATE '2022-03-28', 5, '60min', 'UTC'", ERR_CONFIG, ""},
        {"DATE '2022-03-28', 'x', '60min', 'UTC'", ERR_CONFIG, ""},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        enum err_kind kind;
        char *sql = arena_printf(&arena, "SELECT unnest(unpack_intervals(%s))", cases[i].args);
        const char *message = error_of(sql, &kind);
        if (kind != cases[i].kind || strstr(message, cases[i].message) == NULL)
            fail_msg("%s: %d %s", cases[i].args, kind, message);
    }
}

/* Many rows of several zones and resolutions in one column, beside a query's own names. */
static void settings_may_change_from_row_to_row(void **state)
{
    (void)state;
    assert_string_equal(
        query("SELECT count(*) || ' ' || sum(value) FROM (SELECT i, unnest(unpack_intervals(day, "
              "leat_slot.readings, resolution, zone), recursive := true) FROM (SELECT i, DATE "
              "'2022-06-01' + (i % 30)::INTEGER AS day, {'readings': CASE WHEN i % 2 = 0 THEN "
              "range(24) ELSE range(96) END} AS leat_slot, CASE WHEN i % 2 = 0 THEN '60min' ELSE "
              "'15min' END AS resolution, ['UTC', 'Europe/Vilnius', 'Asia/Kathmandu'][1 + i % 3] "
              "AS zone FROM range(9000) t(i)))"),
        "540000 21762000");
}

static void examples_run_as_they_stand(void **state)
{
    (void)state;
    for (size_t i = 0; i < function_doc_count; i++) {
        struct err err = {0};
        if (conn_exec(conn, function_docs[i].example, &err) != 0)
            fail_msg("%s: %s", function_docs[i].name, err.message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_year_is_whole),
        cmocka_unit_test(change_days_in_vilnius),
        cmocka_unit_test(true_time_has_25_values),
        cmocka_unit_test(element_types_stay),
        cmocka_unit_test(nulls_are_missing),
        cmocka_unit_test(other_zones),
        cmocka_unit_test(mistakes_name_date_and_element),
        cmocka_unit_test(settings_may_change_from_row_to_row),
        cmocka_unit_test(examples_run_as_they_stand),
    };
    return cmocka_run_group_tests(tests, open_engine, close_engine);
}
