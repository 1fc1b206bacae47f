/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include "engine/sql.h"

/* "schema.name@line:column", joined by spaces. */
static const char *refs_text(struct fixture *fixture, const struct sql_ref *refs, size_t count,
                             bool has_places)
{
    char *text = arena_strdup(&fixture->arena, "");
    for (size_t i = 0; i < count; i++) {
        text = arena_printf(&fixture->arena, "%s%s%s%s%s", text, i > 0 ? " " : "", refs[i].schema,
                            refs[i].schema[0] != '\0' ? "." : "", refs[i].name);
        if (has_places)
            text = arena_printf(&fixture->arena, "%s@%d:%d", text, refs[i].line, refs[i].column);
    }
    return text;
}

static void tables_are_found_by_scope(void **state)
{
    static const struct {
        const char *sql, *tables;
    } cases[] = {
        {"SELECT 1", ""},
        {"SELECT * FROM raw.a", "raw.a"},
        {"FROM raw.a", "raw.a"},
        {"SELECT * FROM raw.a JOIN raw.b USING (x), s.\"T t\"", "raw.a raw.b s.T t"},
        {"SELECT * FROM raw.a UNION ALL SELECT * FROM raw.b EXCEPT SELECT * FROM raw.a",
         "raw.a raw.b"},
        {"SELECT (SELECT max(x) FROM raw.b) FROM raw.a WHERE EXISTS (FROM raw.c) AND x IN (SELECT "
         "y FROM raw.d) ORDER BY (SELECT 1 FROM raw.e)",
         "raw.b raw.a raw.c raw.d raw.e"},
        {"WITH a AS (SELECT * FROM raw.a) SELECT * FROM a", "raw.a"},
        {"WITH a AS (SELECT * FROM a) SELECT * FROM A", "a"},
        {"WITH a AS (SELECT * FROM b), b AS (SELECT * FROM a) SELECT * FROM b", "b"},
        {"SELECT * FROM (WITH a AS (SELECT 1) SELECT * FROM a), a", "a"},
        {"WITH a AS (SELECT 1) SELECT * FROM s.a", "s.a"},
        {"WITH RECURSIVE r AS (SELECT 1 UNION ALL SELECT * FROM r) SELECT * FROM r", ""},
        {"WITH a AS (SELECT 1) SELECT * FROM (SELECT (SELECT count(*) FROM a)), LATERAL (FROM a)",
         ""},
        {"FROM (PIVOT raw.a ON k IN (1, 2) USING sum(v))", "raw.a"},
        {"SELECT * FROM range(3), unnest([1])", ""},
        {"FROM raw.a(time_from := 1) JOIN range(3) ON true", "raw.a"},
        {"FROM raw.a TABLESAMPLE 10%", "raw.a"},
        {"SELECT * FROM raw.A, RAW.a", "raw.A"},
        {"SUMMARIZE raw.a", "raw.a"},
        {"SELECT 'FROM raw.x' FROM raw.a -- FROM raw.b", "raw.a"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct sql_info info;
        OK(sql_analyze(fixture->conn, cases[i].sql, &fixture->arena, &info, &err));
        const char *tables = refs_text(fixture, info.tables, info.table_count, false);
        if (strcmp(tables, cases[i].tables) != 0)
            fail_msg("%s: %s, expected %s", cases[i].sql, tables, cases[i].tables);
    }
}

static void calls_with_arguments_are_bounded(void **state)
{
    static const struct {
        const char *sql;
        bool is_bounded;
    } cases[] = {
        {"FROM raw.a(time_from := 1)", true},
        {"FROM raw.a(1), RAW.A(2)", true},
        {"FROM raw.a()", false},
        {"FROM raw.a", false},
        {"FROM raw.a(1) UNION ALL FROM raw.a", false},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct sql_info info;
        OK(sql_analyze(fixture->conn, cases[i].sql, &fixture->arena, &info, &err));
        assert_int_equal(info.table_count, 1);
        assert_int_equal(info.function_count, 0);
        assert_int_equal(info.tables[0].is_bounded, cases[i].is_bounded);
    }
}

static void places_count_lines_and_bytes(void **state)
{
    struct fixture *fixture = *state;
    struct sql_info info;
    OK(sql_analyze(fixture->conn,
                   "/* é */ SELECT Sum(x), $b,\n  current_date, row_number() OVER (), 1 + $a\n"
                   "FROM raw.t, generate_series(1, $b);",
                   &fixture->arena, &info, &err));
    assert_string_equal(refs_text(fixture, info.tables, info.table_count, true), "raw.t@3:6");
    assert_string_equal(refs_text(fixture, info.functions, info.function_count, true),
                        "sum@1:17 current_date@2:3 row_number@2:17 generate_series@3:13");
    assert_string_equal(refs_text(fixture, info.params, info.param_count, true), "b@1:25 a@2:43");
}

static void functions_are_found_in_any_schema(void **state)
{
    struct fixture *fixture = *state;
    struct sql_info info;
    OK(sql_analyze(fixture->conn, "SELECT system.now(), memory.main.random() FROM raw.a(uuid())",
                   &fixture->arena, &info, &err));
    assert_string_equal(refs_text(fixture, info.functions, info.function_count, false),
                        "now random uuid");
}

static void what_changes_by_itself_is_volatile(void **state)
{
    static const char *const statements[] = {"SELECT age(x) FROM raw.a",
                                             "FROM raw.a USING SAMPLE 1 ROWS",
                                             "FROM raw.a TABLESAMPLE reservoir(5)"};
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(statements); i++) {
        struct sql_info info;
        bool is_volatile = false;
        OK(sql_analyze(fixture->conn, statements[i], &fixture->arena, &info, &err));
        for (size_t f = 0; f < info.function_count; f++)
            is_volatile |= sql_function_is_volatile(info.functions[f].name);
        if (!is_volatile)
            fail_msg("%s: not volatile", statements[i]);
    }
}

static void table_functions_read_their_arguments_only(void **state)
{
    static const char *const statements[] = {
        "FROM histogram('a.csv', x)", "FROM histogram_values(t, x)", "FROM duckdb_settings()",
        "FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))", "FROM checkpoint()"};
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(statements); i++) {
        struct sql_info info;
        struct err err = {0};
        if (sql_analyze(fixture->conn, statements[i], &fixture->arena, &info, &err) == 0)
            fail_msg("%s: taken", statements[i]);
        assert_non_null(strstr(err.message, "cannot be used in a model"));
    }
}

static struct hash fingerprint(struct fixture *fixture, const char *sql)
{
    struct sql_info info;
    OK(sql_analyze(fixture->conn, sql, &fixture->arena, &info, &err));
    return info.fingerprint;
}

static void fingerprint_ignores_layout_only(void **state)
{
    static const char base[] = "SELECT a, 18446744073709551615 AS b FROM t WHERE c = 'x'";
    static const char *const same[] = {
        "select  a,18446744073709551615 as b\nfrom t -- comment\nwhere c = 'x' ;",
        "/* first */ SELECT a, 18446744073709551615 b FROM t WHERE (c = 'x')",
    };
    static const char *const other[] = {
        "SELECT a, 18446744073709551614 AS b FROM t WHERE c = 'x'",
        "SELECT a, 18446744073709551615 AS b FROM t WHERE c = 'X'",
        "SELECT a, 18446744073709551615 AS b FROM u WHERE c = 'x'",
        "SELECT a, -9223372036854775808 AS b FROM t WHERE c = 'x'",
        "SELECT a, 0.00012345678901234567e0 AS b FROM t WHERE c = 'x'",
        "SELECT a, 18446744073709551615 AS b FROM t WHERE c = '\"query_location\":1'",
        "SELECT a, 18446744073709551615 AS b FROM t WHERE c = '\"query_location\":2'",
    };
    struct fixture *fixture = *state;
    struct hash hash = fingerprint(fixture, base);
    for (size_t i = 0; i < ARRAY_COUNT(same); i++)
        assert_string_equal(fingerprint(fixture, same[i]).hex, hash.hex);
    for (size_t i = 0; i < ARRAY_COUNT(other); i++)
        assert_string_not_equal(fingerprint(fixture, other[i]).hex, hash.hex);
    assert_string_not_equal(fingerprint(fixture, other[5]).hex, fingerprint(fixture, other[6]).hex);
}

static void refusals_say_what_to_write(void **state)
{
    static const struct {
        const char *sql, *message, *hint, *where;
    } cases[] = {
        {"", "found no SQL", "", ""},
        {"-- nothing\n", "found no SQL", "", ""},
        {"SELECT a b c", "syntax error", "", "1:12"},
        {"SELECT 1;\nSELECT 2", "found 2 statements", "", "1:9"},
        {"\n CREATE TABLE t AS SELECT 1", "found CREATE", "", "2:2"},
        {"INSERT INTO t SELECT 1", "found INSERT", "", "1:1"},
        {"DESCRIBE t", "found DESCRIBE", "", "1:1"},
        {"EXPLAIN SELECT 1", "found EXPLAIN", "", "1:1"},
        {"PIVOT t ON a USING sum(b)", "PIVOT", "FROM (PIVOT", "1:1"},
        {"WITH x AS (\nPIVOT t ON a USING sum(b)) FROM x", "PIVOT", "FROM (PIVOT", "2:1"},
        {"SELECT 1\nWHERE ${x} = 1", "${x}", "Write $x.", "2:7"},
        {"SELECT '${x}/y'", "${x}", "without the quotes", "1:9"},
        {"SELECT ?", "without a name", "$name", "1:8"},
        {"SELECT 1, $1", "without a name", "$name", "1:11"},
        {"SELECT $a, ?", "without a name", "$name", "1:12"},
        {"SELECT *\nFROM read_csv('x.csv')", "read_csv()", "sources", "2:6"},
        {"SELECT * FROM 'x'", "'x'", "sources", "1:15"},
        {"SELECT * FROM 'a/b.parquet' t", "'a/b.parquet'", "sources", "1:15"},
        {"SELECT * FROM \"b.parquet\"", "'b.parquet'", "sources", "1:15"},
        {"SELECT * FROM query_table('t')", "query_table()", "name itself", "1:15"},
        {"SELECT getvariable('x')", "getvariable()", "$name", "1:8"},
        {"SELECT * FROM a.b.c", "three parts", "b.c", "1:15"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct sql_info info;
        struct err err = {0};
        int rc = sql_analyze(fixture->conn, cases[i].sql, &fixture->arena, &info, &err);
        if (rc != -1 || err.kind != ERR_CONFIG || strstr(err.message, cases[i].message) == NULL ||
            strstr(err.hint, cases[i].hint) == NULL || strcmp(err.where, cases[i].where) != 0)
            fail_msg("%s: %d %s | %s | %s", cases[i].sql, rc, err.message, err.hint, err.where);
    }
}

static void other_dollars_are_no_templates(void **state)
{
    static const char *const fine[] = {
        "SELECT regexp_replace('a', '(b){2}$', '${1}')",
        "SELECT 1 /* ${x} */ -- ${y}",
        "SELECT \"${x}\" FROM t",
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(fine); i++) {
        struct sql_info info;
        OK(sql_analyze(fixture->conn, fine[i], &fixture->arena, &info, &err));
    }
}

static void volatile_functions_are_known(void **state)
{
    (void)state;
    assert_true(sql_function_is_volatile("now"));
    assert_true(sql_function_is_volatile("CURRENT_DATE"));
    assert_true(sql_function_is_volatile("uuid"));
    assert_false(sql_function_is_volatile("sum"));
}

/* Every function that DuckDB calls volatile, apart from its own plumbing. */
static void duckdb_agrees_on_volatile(void **state)
{
    struct fixture *fixture = *state;
    struct result *result = NULL;
    OK(conn_query(fixture->conn,
                  "SELECT DISTINCT function_name FROM duckdb_functions() WHERE stability <> "
                  "'CONSISTENT' AND function_name NOT IN ('error', 'stats')",
                  NULL, 0, &result, &err));
    while (result_next(result, NULL) == 1) {
        if (!sql_function_is_volatile(result_text(result, 0)))
            fail_msg("%s", result_text(result, 0));
    }
    result_free(result);
}

static void reserved_words(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *word;
        bool is_reserved;
    } cases[] = {{"select", true}, {"Order", true}, {"end", true}, {"value", false},
                 {"date", false},  {"x", false},    {"", false}};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        bool is_reserved;
        OK(sql_is_reserved(fixture->conn, cases[i].word, &is_reserved, &err));
        assert_int_equal(is_reserved, cases[i].is_reserved);
    }
}

static void query_takes_one_select_or_explain(void **state)
{
    static const struct {
        const char *sql;
        bool is_fine;
    } cases[] = {
        {"SELECT 1;", true},
        {"-- x\nEXPLAIN SELECT 1", true},
        {"EXPLAIN (FORMAT json) SELECT 1", true},
        {"EXPLAIN ANALYZE FROM range(2)", true},
        {"SHOW TABLES", true},
        {"DESCRIBE t", true},
        {"SUMMARIZE t", true},
        {"VALUES (1)", true},
        {"SELECT * FROM 'x.parquet'", true},
        {"EXPLAIN ANALYZE COPY (SELECT 1) TO 'x'", false},
        {"EXPLAIN ANALYZE DELETE FROM t", false},
        {"COPY (SELECT 1) TO 'x'", false},
        {"CREATE TABLE x AS SELECT 1", false},
        {"SELECT 1; SELECT 2", false},
        {"SET threads = 1", false},
        {"ATTACH 'x'", false},
        {"", false},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct err err = {0};
        int rc = sql_require_select(fixture->conn, cases[i].sql, &err);
        if ((rc == 0) != cases[i].is_fine)
            fail_msg("%s: %d %s", cases[i].sql, rc, err.message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_found_by_scope),
        cmocka_unit_test(calls_with_arguments_are_bounded),
        cmocka_unit_test(places_count_lines_and_bytes),
        cmocka_unit_test(fingerprint_ignores_layout_only),
        cmocka_unit_test(refusals_say_what_to_write),
        cmocka_unit_test(other_dollars_are_no_templates),
        cmocka_unit_test(functions_are_found_in_any_schema),
        cmocka_unit_test(what_changes_by_itself_is_volatile),
        cmocka_unit_test(table_functions_read_their_arguments_only),
        cmocka_unit_test(volatile_functions_are_known),
        cmocka_unit_test(duckdb_agrees_on_volatile),
        cmocka_unit_test(reserved_words),
        cmocka_unit_test(query_takes_one_select_or_explain),
    };
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
