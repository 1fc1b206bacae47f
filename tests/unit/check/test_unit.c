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
static struct err err;

static struct project project;
static struct node nodes[3];
static const size_t inputs[] = {0, 1};
static struct project_param params[] = {{.name = "factor", .type = PARAM_INTEGER, .value = "2"}};

/* raw.r (n BIGINT, d DATE, price DECIMAL(5,2), list BIGINT[], "the name" VARCHAR), raw.text (unknown), a.m */
static void make_project(const char *sql)
{
    struct column *columns = ARENA_ARRAY(&arena, struct column, 5);
    static const char *const names[] = {"n", "d", "price", "list", "the name"}, *const types[] = {
                                                                                    "BIGINT",
                                                                                    "DATE",
                                                                                    "DECIMAL(5,2)",
                                                                                    "BIGINT[]",
                                                                                    "VARCHAR"};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(conn_parse_type(conn, types[i], &arena, &columns[i], &err), 0);
        columns[i].name = names[i];
    }
    nodes[0] = (struct node){
        .kind = NODE_SOURCE, .id = "raw.r", .schema = "raw", .name = "r", .bound = {columns, 5}};
    nodes[1] = (struct node){
        .kind = NODE_SOURCE, .id = "raw.text", .schema = "raw", .name = "text", .index = 1};
    nodes[2] = (struct node){.kind = NODE_MODEL,
                             .id = "a.m",
                             .schema = "a",
                             .name = "m",
                             .index = 2,
                             .inputs = inputs,
                             .input_count = 1};
    nodes[2].model.sql = sql;
    nodes[2].model.materialized = MATERIALIZED_TABLE;
    project = (struct project){
        .nodes = nodes, .node_count = 3, .params = params, .param_count = 1, .timezone = "UTC"};
    map_init(&project.node_by_id, &arena);
    for (size_t i = 0; i < 3; i++)
        map_put(&project.node_by_id, nodes[i].id, &nodes[i]);
}

static const char *const no_columns[] = {""};

static struct unit_result run(const struct unit_table *given, size_t given_count,
                              struct unit_table expect, struct unit_test test)
{
    struct unit_test *copy = ARENA_NEW(&arena, struct unit_test);
    struct unit_result result;
    *copy = test;
    copy->model = test.model ? test.model : "a.m";
    copy->given = given;
    copy->given_count = given_count;
    copy->expect = expect;
    copy->place = (struct place){"tests/a.yaml", 3, 5};
    err = (struct err){0};
    if (unit_test_run(&project, copy, conn, &arena, &result, &err) != 0)
        fail_msg("%s", err.message);
    return result;
}

/* The names of a JSON row's columns: "a,b". */
static struct unit_table table(const char *name, const char *columns, const char *rows)
{
    struct unit_table made = {.name = name, .rows = rows, .columns = no_columns};
    const char **names = ARENA_ARRAY(&arena, const char *, 10);
    while (*columns) {
        size_t len = strcspn(columns, ",");
        names[made.column_count++] = arena_strndup(&arena, columns, len);
        columns += len + (columns[len] == ',');
    }
    made.columns = names;
    return made;
}

static void must_pass(struct unit_result result)
{
    if (!result.is_passed)
        fail_msg("%s %s\n%s", result.err.message, result.err.where, result.difference);
}

static void must_fail(struct unit_result result, const char *message)
{
    assert_false(result.is_passed);
    const char *text = result.err.kind != ERR_NONE ? result.err.message : result.difference;
    if (!strstr(text, message))
        fail_msg("%s", text);
}

static void test_values(void **state)
{
    (void)state;
    make_project(
        "SELECT n * 2 AS n, d, price, list_sum(list) AS total, \"the name\" AS name FROM raw.r");
    struct unit_table given = table(
        "raw.r", "n,d,price,list,the name",
        "[{\"n\": 9007199254740993, \"d\": \"2024-02-29\", \"price\": 1.5, \"list\": [1, null, 2], \"the name\": \"x\"},"
        " {\"n\": null}]");
    must_pass(run(
        &given, 1,
        table(
            "", "n,d,price,total,name",
            "[{\"n\": null}, {\"n\": 18014398509481986, \"d\": \"2024-02-29\", \"price\": \"1.50\", \"total\": 3, \"name\": \"x\"}]"),
        (struct unit_test){0}));
    /* Only the columns named count. */
    must_pass(run(&given, 1, table("", "name", "[{\"name\": \"x\"}, {\"name\": null}]"),
                  (struct unit_test){0}));
    /* Rows as often as they are. */
    must_fail(run(&given, 1, table("", "name", "[{\"name\": \"x\"}, {\"name\": \"x\"}]"),
                  (struct unit_test){0}),
              "1 expected row is missing (-), 1 row was not expected (+)");
}

static void test_no_rows(void **state)
{
    (void)state;
    make_project("SELECT n FROM raw.r");
    must_pass(run(NULL, 0, table("", "", "[]"), (struct unit_test){0}));
    struct unit_table given = table("raw.r", "n", "[{\"n\": 1}]");
    must_fail(run(&given, 1, table("", "", "[]"), (struct unit_test){0}),
              "1 row was not expected (+)\n  n\n+ 1\n");
}

static void test_difference(void **state)
{
    (void)state;
    make_project("SELECT n, d FROM raw.r");
    struct unit_table given = table(
        "raw.r", "n,d", "[{\"n\": 1, \"d\": \"2024-01-01\"}, {\"n\": 100, \"d\": \"2024-01-02\"}]");
    struct unit_result result = run(
        &given, 1,
        table("", "d,n",
              "[{\"n\": 1, \"d\": \"2024-01-01\"}, {\"n\": 7, \"d\": \"2024-01-02\"}, {\"n\": 8}]"),
        (struct unit_test){0});
    assert_string_equal(result.difference,
                        "2 expected rows are missing (-), 1 row was not expected (+)\n"
                        "  d           n\n"
                        "- 2024-01-02  7\n"
                        "+ 2024-01-02  100\n"
                        "- NULL        8\n");
}

static void test_order(void **state)
{
    (void)state;
    make_project("SELECT n FROM raw.r ORDER BY n DESC");
    struct unit_table given = table("raw.r", "n", "[{\"n\": 1}, {\"n\": 3}, {\"n\": 2}]");
    struct unit_table up = table("", "n", "[{\"n\": 1}, {\"n\": 2}, {\"n\": 3}]"),
                      down = table("", "n", "[{\"n\": 3}, {\"n\": 2}, {\"n\": 1}]");
    must_pass(run(&given, 1, up, (struct unit_test){0}));
    must_pass(run(&given, 1, down, (struct unit_test){.is_ordered = true}));
    must_fail(run(&given, 1, up, (struct unit_test){.is_ordered = true}),
              "  row  n\n- 1    1\n+ 1    3\n");
}

static void test_mistakes(void **state)
{
    (void)state;
    make_project("SELECT n FROM raw.r");
    struct unit_table good = table("raw.r", "n", "[{\"n\": 1}]"),
                      expect = table("", "n", "[{\"n\": 1}]");
    static const struct {
        const char *name, *columns, *rows, *message;
    } cases[] = {
        {"raw.q", "n", "[]", "a.m does not read \"raw.q\""},
        {"raw.r", "m", "[{\"m\": 1}]", "raw.r has no column \"m\""},
        {"raw.r", "n", "[{\"n\": 12.7}]", "\"12.7\" in column n is no BIGINT"},
        {"raw.r", "n", "[{\"n\": \"x\"}]", "\"x\" in column n is no BIGINT"},
        {"raw.r", "d", "[{\"d\": \"2024-01-01 10:00:00\"}]", "in column d is no DATE"},
        {"raw.r", "price", "[{\"price\": 1.125}]", "\"1.125\" in column price is no DECIMAL(5,2)"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct unit_table given = table(cases[i].name, cases[i].columns, cases[i].rows);
        struct unit_result result = run(&given, 1, expect, (struct unit_test){0});
        must_fail(result, cases[i].message);
        assert_string_equal(result.err.where, "tests/a.yaml:3:5");
    }
    must_fail(run(&good, 1, table("", "nn", "[{\"nn\": 1}]"), (struct unit_test){0}),
              "a.m has no column \"nn\"");
    must_fail(run(&good, 1, expect, (struct unit_test){.model = "a.n"}),
              "there is no model \"a.n\"");
    make_project("SELECT n / FROM raw.r");
    must_fail(run(&good, 1, expect, (struct unit_test){0}), "a.m");
}

static void test_params(void **state)
{
    (void)state;
    static const struct project_param own[] = {{.name = "factor", .value = "10"}};
    make_project("SELECT n * $factor AS n FROM raw.r");
    struct unit_table given = table("raw.r", "n", "[{\"n\": 3}]");
    must_pass(run(&given, 1, table("", "n", "[{\"n\": 6}]"), (struct unit_test){0}));
    must_pass(run(&given, 1, table("", "n", "[{\"n\": 30}]"),
                  (struct unit_test){.params = own, .param_count = 1}));
}

static void test_partition(void **state)
{
    (void)state;
    static const struct project_param start[] = {{.name = "start", .value = "2024-06-05"}};
    make_project("SELECT $start AS s, $end AS e FROM raw.r");
    nodes[2].model.materialized = MATERIALIZED_PARTITIONED;
    nodes[2].model.timezone = "Europe/Vilnius";
    nodes[2].model.every = PERIOD_DAY;
    struct unit_table given = table("raw.r", "n", "[{\"n\": 3}]");
    must_pass(run(
        &given, 1,
        table("", "s,e", "[{\"s\": \"2024-06-04T21:00:00Z\", \"e\": \"2024-06-05T21:00:00Z\"}]"),
        (struct unit_test){.params = start, .param_count = 1}));
    must_fail(run(&given, 1, table("", "s", "[]"), (struct unit_test){0}), "says no \"start\"");
}

static void test_incremental(void **state)
{
    (void)state;
    static const struct project_param last[] = {{.name = "last", .value = "2024-06-05"}};
    make_project("SELECT n FROM raw.r WHERE $last IS NULL OR d > $last");
    struct column cursor = {.name = "d", .type_text = "DATE", .type.id = "DATE"};
    nodes[2].model.materialized = MATERIALIZED_INCREMENTAL;
    nodes[2].model.cursor = "d";
    nodes[2].bound = (struct column_list){&cursor, 1};
    struct unit_table given = table(
        "raw.r", "n,d", "[{\"n\": 3, \"d\": \"2024-06-05\"}, {\"n\": 4, \"d\": \"2024-06-06\"}]");
    must_pass(run(&given, 1, table("", "n", "[{\"n\": 3}, {\"n\": 4}]"), (struct unit_test){0}));
    must_pass(run(&given, 1, table("", "n", "[{\"n\": 4}]"),
                  (struct unit_test){.params = last, .param_count = 1}));
}

/* A source of text that was never landed gets the types the text would get. */
static void test_unknown_source(void **state)
{
    (void)state;
    static const size_t text_input[] = {1};
    make_project("SELECT typeof(id) AS i, typeof(n) AS n, typeof(d) AS d FROM raw.text");
    nodes[2].inputs = text_input;
    struct unit_table given =
        table("raw.text", "id,n,d", "[{\"id\": \"007\", \"n\": 5, \"d\": \"2024-01-01\"}]");
    must_pass(run(&given, 1,
                  table("", "i,n,d", "[{\"i\": \"VARCHAR\", \"n\": \"BIGINT\", \"d\": \"DATE\"}]"),
                  (struct unit_test){0}));
    must_fail(run(NULL, 0, table("", "i", "[]"), (struct unit_test){0}),
              "columns of raw.text are not known");
}

static void test_leaves_nothing(void **state)
{
    (void)state;
    char *text;
    assert_int_equal(
        conn_value(
            conn,
            "SELECT count(*) || current_database() FROM duckdb_databases() WHERE database_name LIKE 'leat%'",
            &arena, &text, &err),
        0);
    assert_string_equal(text, "0memory");
}

static int set_up(void **state)
{
    (void)state;
    struct engine_options options = {.memory_bytes = 256 << 20, .threads = 2};
    arena_init(&arena, (size_t)256 << 20);
    if (engine_open(&options, &engine, &err) != 0 || conn_open(engine, &conn, &err) != 0) {
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
        cmocka_unit_test(test_values),         cmocka_unit_test(test_no_rows),
        cmocka_unit_test(test_difference),     cmocka_unit_test(test_order),
        cmocka_unit_test(test_mistakes),       cmocka_unit_test(test_params),
        cmocka_unit_test(test_partition),      cmocka_unit_test(test_incremental),
        cmocka_unit_test(test_unknown_source), cmocka_unit_test(test_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
