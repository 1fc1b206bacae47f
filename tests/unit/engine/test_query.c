/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include <pthread.h>

static void opens_the_pinned_version(void **state)
{
    (void)state;
    assert_string_equal(engine_version(), "v1.5.5");
}

static void session_is_utc(void **state)
{
    assert_string_equal(value_of(*state, "SELECT current_setting('TimeZone')"), "UTC");
    assert_string_equal(value_of(*state, "SELECT TIMESTAMPTZ '2022-03-27 03:00:00+03'"),
                        "2022-03-27 00:00:00+00");
}

/* result_text() and DuckDB's own CAST agree on every type. */
static void text_is_that_of_a_cast(void **state)
{
    static const char *const values[] = {
        "true",
        "127::TINYINT",
        "(-32768)::SMALLINT",
        "-2147483648",
        "-9223372036854775808",
        "255::UTINYINT",
        "65535::USMALLINT",
        "4294967295::UINTEGER",
        "18446744073709551615::UBIGINT",
        "(-170141183460469231731687303715884105728)::HUGEINT",
        "340282366920938463463374607431768211455::UHUGEINT",
        "0.1::FLOAT",
        "1e300",
        "1/0",
        "'nan'::DOUBLE",
        "1e15::DOUBLE",
        "1e16::DOUBLE",
        "0.1::DOUBLE + 0.2::DOUBLE",
        "-0.001",
        "1.50::DECIMAL(4,2)",
        "12345678.9::DECIMAL(9,1)",
        "(-0.01)::DECIMAL(18,2)",
        "99999999999999999999999999999999999999::DECIMAL(38,0)",
        "'é ☃ long enough not to fit'",
        "''",
        "DATE '2022-03-27'",
        "DATE '-44-03-15'",
        "'infinity'::DATE",
        "TIME '03:04:05.000006'",
        "TIMESTAMP '2022-03-27 03:04:05.5'",
        "TIMESTAMPTZ '2022-03-27 03:04:05+03'",
        "'infinity'::TIMESTAMPTZ",
        "TIMESTAMP_S '2022-03-27 03:04:05'",
        "TIMESTAMP_MS '2022-03-27 03:04:05.123'",
        "TIMESTAMP_NS '2022-03-27 03:04:05.123456789'",
        "'0ce39d9e-12ab-4fd7-8e1e-0123456789ab'::UUID",
        "INTERVAL '1 month 2 days 3.5 seconds'",
        "'03:04:05+02'::TIMETZ",
        "'\\x00a'::BLOB",
        "'0101'::BIT",
        "'a'::ENUM('a', 'b')",
        "[1, NULL, 3]",
        "{'a': 1, 'b c': 'x, y'}",
        "MAP {'k': [1.5]}",
        "[1, 2]::INTEGER[2]",
        "union_value(k := 'v')",
        "'{\"a\": 1}'::JSON",
        "123456789012345678901234567890::BIGNUM",
        "'POINT (1 2)'::GEOMETRY",
        "NULL",
        "NULL::DOUBLE",
        "[]::VARCHAR[]",
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(values); i++) {
        char *sql = arena_printf(&fixture->arena, "SELECT %s", values[i]);
        char *cast = arena_printf(&fixture->arena, "SELECT CAST(%s AS VARCHAR)", values[i]);
        const char *text = value_of(fixture, sql), *expected = value_of(fixture, cast);
        if (!str_eq(text, expected))
            fail_msg("%s: %s, expected %s", values[i], text, expected);
    }
}

static void numbers_are_read_as_numbers(void **state)
{
    struct fixture *fixture = *state;
    struct result *result = NULL;
    OK(conn_query(fixture->conn,
                  "SELECT 7::TINYINT, true, 2.5::DECIMAL(9,1), sum(i), NULL::BIGINT, 1.5::FLOAT "
                  "FROM range(5) t(i)",
                  NULL, 0, &result, &err));
    assert_int_equal(result_next(result, NULL), 1);
    assert_int_equal(result_i64(result, 0), 7);
    assert_int_equal(result_i64(result, 1), 1);
    assert_true(result_f64(result, 2) == 2.5);
    assert_int_equal(result_i64(result, 3), 10);
    assert_int_equal(result_i64(result, 4), 0);
    assert_true(result_is_null(result, 4));
    assert_true(result_f64(result, 5) == 1.5);
    assert_int_equal(result_next(result, NULL), 0);
    result_free(result);
}

static void text_may_hold_nul_bytes(void **state)
{
    struct fixture *fixture = *state;
    struct result *result = NULL;
    OK(conn_query(fixture->conn, "SELECT 'a' || chr(0) || 'b', '', NULL", NULL, 0, &result, &err));
    assert_int_equal(result_next(result, NULL), 1);
    assert_int_equal(result_text_len(result, 0), 3);
    assert_memory_equal(result_text(result, 0), "a\0b", 4);
    assert_int_equal(result_text_len(result, 1), 0);
    assert_int_equal(result_text_len(result, 2), 0);
    assert_null(result_text(result, 2));
    result_free(result);
}

static void rows_come_in_order_over_many_chunks(void **state)
{
    struct fixture *fixture = *state;
    struct result *result = NULL;
    OK(conn_query(fixture->conn, "SELECT i, [i] AS l FROM range(100000) t(i)", NULL, 0, &result,
                  &err));
    assert_string_equal(result_column_type(result, 1), "BIGINT[]");
    int64_t count = 0;
    while (result_next(result, NULL) == 1) {
        assert_int_equal(result_i64(result, 0), count);
        count++;
    }
    assert_int_equal(count, 100000);
    result_free(result);
}

static void names_and_types_are_duckdbs(void **state)
{
    struct fixture *fixture = *state;
    struct result *result = NULL;
    OK(conn_query(fixture->conn, "SELECT 1 AS \"a b\", {'name': 1, 'Z': [1.5]} AS s, now() AS t",
                  NULL, 0, &result, &err));
    assert_int_equal(result_column_count(result), 3);
    assert_string_equal(result_column_name(result, 0), "a b");
    assert_string_equal(result_column_type(result, 1),
                        "STRUCT(\"name\" INTEGER, Z DECIMAL(2,1)[])");
    assert_string_equal(result_column_type(result, 2), "TIMESTAMP WITH TIME ZONE");
    result_free(result);
}

static void params_are_typed_and_bound_by_name(void **state)
{
    static const struct param params[] = {
        {"start", "TIMESTAMPTZ", "2024-01-01T00:00:00+02:00"},
        {"n", "BIGINT", "12"},
        {"last", "DECIMAL(18,3)", NULL},
        {"list", "INTEGER[]", "[1, 2]"},
        {"unused", "DATE", NULL},
        {"s", "STRUCT(a INTEGER)", "{'a': 5}"},
        {"text", "VARCHAR", "it's"},
    };
    struct fixture *fixture = *state;
    struct result *result = NULL;
    OK(conn_query(fixture->conn,
                  "SELECT $start, typeof($n), typeof($last), $last, $list[2], $s.a, $text, "
                  "TIMESTAMP '2023-12-31 22:00' >= $start",
                  params, ARRAY_COUNT(params), &result, &err));
    assert_int_equal(result_next(result, NULL), 1);
    assert_string_equal(result_text(result, 0), "2023-12-31 22:00:00+00");
    assert_string_equal(result_text(result, 1), "BIGINT");
    assert_string_equal(result_text(result, 2), "DECIMAL(18,3)");
    assert_null(result_text(result, 3));
    assert_string_equal(result_text(result, 4), "2");
    assert_string_equal(result_text(result, 5), "5");
    assert_string_equal(result_text(result, 6), "it's");
    assert_string_equal(result_text(result, 7), "true");
    result_free(result);
}

static void errors_have_kind_place_and_hint(void **state)
{
    static const struct {
        const char *sql;
        enum err_kind kind;
        const char *message, *where, *hint;
    } cases[] = {
        {"SELECT 1 +", ERR_CONFIG, "syntax error at end of input", "1:11", ""},
        {"SELECT\n  nam FROM (SELECT 1 AS name)", ERR_CONFIG, "column \"nam\" not found", "2:3",
         "Did you mean \"name\"?"},
        {"SELECT * FROM duckdb_table()", ERR_CONFIG,
         "table function \"duckdb_table\" does not exist", "1:15", "Did you mean"},
        {"SELECT * FROM nope", ERR_CONFIG, "table \"nope\" does not exist", "1:15", ""},
        {"SELECT CAST(x AS INTEGER) FROM (SELECT 'x' AS x)", ERR_DATA,
         "could not convert string 'x' to INT32", NULL, ""},
        {"SELECT error('Ouch!')", ERR_DATA, "Ouch", NULL, ""},
        {"SELECT $gone", ERR_CONFIG, "parameter $gone has no value", "", ""},
        {"SELECT $day", ERR_DATA, "parameter $day: \"x\" is not a value of type DATE", "", ""},
        {"SELECT $dya", ERR_CONFIG, "parameter $dya has no value", "", "Did you mean $day?"},
        {"SELECT 1; SELECT 2", ERR_CONFIG, "several statements", "", ""},
        {"SELECT * FROM read_parquet('/nope/*.parquet')", ERR_NOT_FOUND, "files found", NULL, ""},
    };
    static const struct param params[] = {{"day", "DATE", "x"}};
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct err err = {0};
        struct result *result = NULL;
        int rc = conn_query(fixture->conn, cases[i].sql, params, 1, &result, &err);
        if (rc == 0)
            rc = result_next(result, &err);
        result_free(result);
        assert_int_equal(rc, -1);
        if (err.kind != cases[i].kind || strcasestr(err.message, cases[i].message) == NULL ||
            (cases[i].where != NULL && !str_eq(err.where, cases[i].where)) ||
            strstr(err.hint, cases[i].hint) == NULL)
            fail_msg("%s: %d %s | %s | %s", cases[i].sql, err.kind, err.message, err.where,
                     err.hint);
    }
}

static void exec_runs_all_statements(void **state)
{
    struct fixture *fixture = *state;
    OK(conn_execf(fixture->conn, &err,
                  "CREATE TEMP TABLE %s AS SELECT 1 AS a; "
                  "INSERT INTO many VALUES (2);",
                  "many"));
    assert_string_equal(value_of(fixture, "SELECT sum(a) FROM many"), "3");
    struct err failure = {0};
    assert_int_equal(conn_exec(fixture->conn, "SELECT 1;\nSELECT\n  q", &failure), -1);
    assert_string_equal(failure.where, "3:3");
    OK(conn_exec(fixture->conn, "-- nothing", &failure));
}

static void changed_rows_are_counted(void **state)
{
    struct fixture *fixture = *state;
    struct result *result = NULL;
    OK(conn_exec(fixture->conn, "CREATE TEMP TABLE changed (a INTEGER)", &err));
    OK(conn_query(fixture->conn, "INSERT INTO changed SELECT * FROM range(7)", NULL, 0, &result,
                  &err));
    assert_int_equal(result_changed(result), 7);
    result_free(result);
}

static void memory_limit_is_its_own_error(void **state)
{
    struct fixture *fixture = *state;
    struct err failure = {0};
    OK(engine_set_memory(fixture->engine, 16 << 20, &err));
    assert_int_equal(conn_exec(fixture->conn,
                               "CREATE TEMP TABLE big AS SELECT i, i::VARCHAR FROM range(5000000) "
                               "t(i) ORDER BY i DESC",
                               &failure),
                     -1);
    OK(engine_set_memory(fixture->engine, 512 << 20, &err));
    assert_int_equal(failure.kind, ERR_MEMORY_LIMIT);
}

static void *interrupt_soon(void *conn)
{
    usleep(100000);
    conn_interrupt(conn);
    return NULL;
}

static void interrupt_cancels(void **state)
{
    struct fixture *fixture = *state;
    pthread_t thread;
    struct err err = {0};
    assert_int_equal(pthread_create(&thread, NULL, interrupt_soon, fixture->conn), 0);
    assert_int_equal(conn_exec(fixture->conn,
                               "CREATE TEMP TABLE never AS SELECT count(*) FROM range(1000000000) "
                               "a(i), range(1000) b(j) WHERE hash(i) = hash(j + 1)",
                               &err),
                     -1);
    pthread_join(thread, NULL);
    assert_int_equal(err.kind, ERR_CANCELLED);
    assert_string_equal(value_of(fixture, "SELECT 1"), "1");
}

static void lock_allows_only_what_is_listed(void **state)
{
    struct fixture *fixture = *state;
    struct engine_options options = {.memory_bytes = 128 << 20, .threads = 1};
    struct engine *engine = NULL;
    struct conn *conn = NULL;
    char *file = fixture_path(fixture, "a.parquet"), *other = fixture_path(fixture, "b.parquet");
    OK(engine_open(&options, &engine, &err));
    OK(conn_open(engine, &conn, &err));
    OK(conn_execf(conn, &err, "COPY (SELECT 5 AS x) TO '%s'; COPY (SELECT 6 AS x) TO '%s'", file,
                  other));
    const char *paths[] = {file};
    OK(engine_lock(engine, paths, 1, &err));
    OK(conn_execf(conn, &err, "SELECT * FROM '%s'", file));
    struct err failure = {0};
    assert_int_equal(conn_execf(conn, &failure, "SELECT * FROM '%s'", other), -1);
    assert_int_equal(failure.kind, ERR_DENIED);
    assert_int_equal(conn_exec(conn, "SET threads = 4", NULL), -1);
    OK(engine_set_memory(engine, 64 << 20, &err));
    conn_close(conn);
    engine_close(engine);
    unlink(file);
    unlink(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_the_pinned_version),
        cmocka_unit_test(session_is_utc),
        cmocka_unit_test(text_is_that_of_a_cast),
        cmocka_unit_test(numbers_are_read_as_numbers),
        cmocka_unit_test(text_may_hold_nul_bytes),
        cmocka_unit_test(rows_come_in_order_over_many_chunks),
        cmocka_unit_test(names_and_types_are_duckdbs),
        cmocka_unit_test(params_are_typed_and_bound_by_name),
        cmocka_unit_test(errors_have_kind_place_and_hint),
        cmocka_unit_test(exec_runs_all_statements),
        cmocka_unit_test(changed_rows_are_counted),
        cmocka_unit_test(memory_limit_is_its_own_error),
        cmocka_unit_test(interrupt_cancels),
        cmocka_unit_test(lock_allows_only_what_is_listed),
    };
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
