/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "check/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct arena arena;
static struct engine *engine;
static struct conn *conn;
static struct check_results results;
static struct err err;

static const char *const col_id[] = {"id"}, *const col_value[] = {"value"},
                         *const col_day[] = {"day"}, *const col_name[] = {"name"},
                         *const col_two[] = {"id", "name"}, *const col_real[] = {"real"};
static const char *const v_zero[] = {"0"}, *const v_100[] = {"100"}, *const v_half[] = {"0.5"},
                         *const v_names[] = {"a", "it's"}, *const v_day[] = {"2024-01-02"};
#define ONE(list) .columns = (list), .column_count = ARRAY_COUNT(list)
#define OF(list) .values = (list), .value_count = ARRAY_COUNT(list)

static int run(const struct check *checks, size_t count)
{
    struct node node = {.kind = NODE_MODEL, .id = "a.b", .checks = checks, .check_count = count};
    struct param params[] = {{.name = "limit_value", .type = "BIGINT", .value = "50"}};
    err = (struct err){0};
    return checks_run(&node, conn, params, 1, &arena, &results, &err);
}

static const struct check_result *run_one(struct check check)
{
    struct check *copy = ARENA_NEW(&arena, struct check);
    *copy = check;
    if (!copy->name)
        copy->name = "c";
    if (run(copy, 1) != 0)
        fail_msg("%s", err.message);
    return &results.items[0];
}

static void expect(struct check check, int64_t failures, const char *message)
{
    const struct check_result *result = run_one(check);
    assert_int_equal(result->failure_count, failures);
    if (!message)
        assert_null(result->message);
    else if (strcmp(result->message, message) != 0)
        fail_msg("%s, not %s", result->message, message);
}

static void test_kinds(void **state)
{
    (void)state;
    expect((struct check){.kind = CHECK_NOT_NULL, ONE(col_id)}, 0, NULL);
    expect((struct check){.kind = CHECK_NOT_NULL, ONE(col_value)}, 1,
           "1 of 5 rows has no value in \"value\"");
    expect((struct check){.kind = CHECK_NOT_NULL, ONE(col_two)}, 1,
           "1 of 5 rows has no value in \"id\", \"name\"");
    expect((struct check){.kind = CHECK_MIN, ONE(col_value), OF(v_zero)}, 1,
           "1 of 5 rows has a value below 0 in \"value\"");
    expect((struct check){.kind = CHECK_MAX, ONE(col_value), OF(v_100)}, 2,
           "2 of 5 rows have a value above 100 in \"value\"");
    expect((struct check){.kind = CHECK_MIN, ONE(col_real), OF(v_half)}, 2,
           "2 of 5 rows have a value below 0.5 in \"real\"");
    expect((struct check){.kind = CHECK_MAX, ONE(col_real), OF(v_100)}, 1,
           "1 of 5 rows has a value above 100 in \"real\"");
    expect((struct check){.kind = CHECK_MIN, ONE(col_day), OF(v_day)}, 1,
           "1 of 5 rows has a value below 2024-01-02 in \"day\"");
    expect((struct check){.kind = CHECK_ACCEPTED, ONE(col_name), OF(v_names)}, 2,
           "2 of 5 rows have a value in \"name\" that is not accepted");
    expect((struct check){.kind = CHECK_PATTERN, ONE(col_name), .text = "[a-z']+"}, 1,
           "1 of 5 rows has a value in \"name\" that does not match [a-z']+");
    expect((struct check){.kind = CHECK_UNIQUE, ONE(col_id)}, 1,
           "1 value of \"id\" occurs more than once, in 2 of 5 rows");
    expect((struct check){.kind = CHECK_UNIQUE, ONE(col_two)}, 0, NULL);
    expect((struct check){.kind = CHECK_ROWS, .min_rows = 5, .max_rows = 5}, 0, NULL);
    expect((struct check){.kind = CHECK_ROWS, .min_rows = 7, .max_rows = -1}, 2,
           "found 5 rows, expected at least 7");
    expect((struct check){.kind = CHECK_ROWS, .min_rows = -1, .max_rows = 4}, 1,
           "found 5 rows, expected at most 4");
    expect((struct check){.kind = CHECK_SQL,
                          .text = "SELECT * FROM this WHERE value > $limit_value ;\n"},
           2, "2 rows were given by the query of the check");
    expect((struct check){.kind = CHECK_SQL, .text = "SELECT 1 WHERE false;"}, 0, NULL);
}

static void test_samples(void **state)
{
    (void)state;
    const struct check_result *result =
        run_one((struct check){.kind = CHECK_MIN, ONE(col_value), OF(v_zero)});
    assert_string_equal(
        result->samples,
        "[{\"id\":2,\"value\":-1,\"name\":\"it's\",\"day\":\"2024-01-02\",\"real\":0.5}]");
    result = run_one((struct check){.kind = CHECK_UNIQUE, ONE(col_id)});
    assert_string_equal(result->samples, "[{\"id\":3,\"rows\":2}]");
    result = run_one((struct check){.kind = CHECK_SQL, .text = "SELECT i FROM range(100) t(i)"});
    assert_int_equal(result->failure_count, 100);
    assert_string_equal(
        result->samples,
        "[{\"i\":0},{\"i\":1},{\"i\":2},{\"i\":3},{\"i\":4},{\"i\":5},{\"i\":6},{\"i\":7},{\"i\":8},{\"i\":9}]");
    result = run_one(
        (struct check){.kind = CHECK_SQL, .text = "SELECT repeat('x', 40000) FROM range(3)"});
    assert_true(strlen(result->samples) < 65536);
    result = run_one((struct check){.kind = CHECK_ROWS, .min_rows = 7, .max_rows = -1});
    assert_null(result->samples);
}

static void test_severities(void **state)
{
    (void)state;
    const struct check checks[] = {
        {.kind = CHECK_NOT_NULL, .name = "a", ONE(col_value), .severity = SEVERITY_WARN},
        {.kind = CHECK_NOT_NULL, .name = "b", ONE(col_id)},
        {.kind = CHECK_UNIQUE, .name = "c", ONE(col_id)},
        {.kind = CHECK_MAX, .name = "d", ONE(col_value), OF(v_100)},
    };
    assert_int_equal(run(checks, ARRAY_COUNT(checks)), 0);
    assert_int_equal(results.count, 4);
    assert_int_equal(results.error_count, 2);
    assert_int_equal(results.warn_count, 1);
    assert_int_equal(results.items[3].failure_count, 2);
    assert_ptr_equal(results.items[3].check, &checks[3]);
}

static void test_errors(void **state)
{
    (void)state;
    static const char *const unknown[] = {"vlaue"}, *const bad[] = {"12.7"};
    const struct place place = {.file = "models/a/b.sql", .line = 7, .column = 3};
    struct check check = {.kind = CHECK_MIN, .name = "c", ONE(unknown), OF(v_zero), .place = place};
    assert_int_equal(run(&check, 1), -1);
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_string_equal(err.where, "models/a/b.sql:7:3");
    assert_non_null(strstr(err.hint, "\"value\""));
    check = (struct check){.kind = CHECK_MIN, .name = "c", ONE(col_value), OF(bad), .place = place};
    assert_int_equal(run(&check, 1), -1);
    assert_non_null(
        strstr(err.message, "\"12.7\" is no value of column \"value\", which is BIGINT"));
    static const char *const queries[] = {
        "SELECT nothing FROM this", "SELECT 1); DROP VIEW this; SELECT (1", "", "DROP TABLE t"};
    for (size_t i = 0; i < ARRAY_COUNT(queries); i++) {
        check =
            (struct check){.kind = CHECK_SQL, .name = "mine", .text = queries[i], .place = place};
        assert_int_equal(run(&check, 1), -1);
        assert_string_equal(err.where, "models/a/b.sql:7:3");
        assert_non_null(strstr(err.message, "check \"mine\""));
    }
    check = (struct check){
        .kind = CHECK_PATTERN, .name = "p", ONE(col_name), .text = "(", .place = place};
    assert_int_equal(run(&check, 1), -1);
}

/* Each text that is a bound of a type, and each that only looks so. */
static void test_bounds(void **state)
{
    (void)state;
    static const struct {
        const char *id, *type, *text;
        bool fits;
    } cases[] = {
        {"BIGINT", "BIGINT", "5", true},
        {"BIGINT", "BIGINT", "0.5", false},
        {"BIGINT", "BIGINT", "x", false},
        {"BIGINT", "BIGINT", "1 OR 1=1", false},
        {"HUGEINT", "HUGEINT", "1e5", false},
        {"DECIMAL", "DECIMAL(5,2)", "0.125", true},
        {"DOUBLE", "DOUBLE", "1e-3", true},
        {"DOUBLE", "DOUBLE", "1,5", false},
        {"DATE", "DATE", "2024-02-30", false},
        {"DATE", "DATE", "2024-02-29", true},
        {"DATE", "DATE", "2024-02-29 10:00", false},
        {"TIMESTAMP", "TIMESTAMP", "2024-02-29 10:00", true},
        {"TIMESTAMP", "TIMESTAMP", "2024-02-29 10:00Z", false},
        {"TIMESTAMP WITH TIME ZONE", "TIMESTAMP WITH TIME ZONE", "2024-02-29T10:00:00+02:00", true},
        {"BOOLEAN", "BOOLEAN", "true", true},
        {"BOOLEAN", "BOOLEAN", "yes", false},
        {"VARCHAR", "VARCHAR", "anything", true},
        {"UUID", "UUID", "7", false},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const char *const values[] = {cases[i].text};
        const struct column column = {
            .name = "value", .type_text = cases[i].type, .type.id = cases[i].id};
        const struct check check = {
            .kind = CHECK_MIN, .name = "min(value)", ONE(col_value), OF(values)};
        const struct node node = {
            .id = "a.b", .checks = &check, .check_count = 1, .bound = {&column, 1}};
        struct problems problems = {.arena = &arena};
        checks_validate(&node, &problems);
        if ((problems.list.count == 0) != cases[i].fits)
            fail_msg("%s for %s", cases[i].text, cases[i].type);
    }
}

static void test_validate_names(void **state)
{
    (void)state;
    static const char *const unknown[] = {"vlaue"};
    const struct column column = {.name = "value", .type_text = "BIGINT", .type.id = "BIGINT"};
    const struct check checks[] = {
        {.kind = CHECK_NOT_NULL, .name = "not_null(vlaue)", ONE(unknown), .place = {"m.sql", 3, 5}},
        {.kind = CHECK_SQL, .name = "q", .text = "SELECT 1"}};
    struct node node = {.id = "a.b", .checks = checks, .check_count = 2, .bound = {&column, 1}};
    struct problems problems = {.arena = &arena};
    checks_validate(&node, &problems);
    assert_int_equal(problems.list.count, 1);
    assert_int_equal(problems.list.items[0].place.line, 3);
    assert_string_equal(problems.list.items[0].hint, "Did you mean \"value\"?");
    node.bound.count = 0; /* unknown until first run */
    problems = (struct problems){.arena = &arena};
    checks_validate(&node, &problems);
    assert_int_equal(problems.list.count, 0);
}

static int set_up(void **state)
{
    (void)state;
    struct engine_options options = {.memory_bytes = 256 << 20, .threads = 2};
    arena_init(&arena, (size_t)64 << 20);
    if (engine_open(&options, &engine, &err) != 0 || conn_open(engine, &conn, &err) != 0 ||
        conn_exec(
            conn,
            "CREATE TEMP VIEW this AS SELECT * FROM (VALUES (1, 5::BIGINT, 'a', DATE '2024-01-01', 0.25::DOUBLE), "
            "(2, -1, 'it''s', DATE '2024-01-02', 0.5), (3, 101, 'B', NULL, 'nan'), (3, NULL, 'c', DATE '2024-01-03', 7), "
            "(5, 500, NULL, DATE '2024-01-04', NULL)) t(id, value, name, day, \"real\")",
            &err) != 0) {
        fprintf(stderr, "%s\n", err.message);
        return -1;
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    conn_close(conn);
    engine_close(engine);
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),      cmocka_unit_test(test_samples),
        cmocka_unit_test(test_severities), cmocka_unit_test(test_errors),
        cmocka_unit_test(test_bounds),     cmocka_unit_test(test_validate_names),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
