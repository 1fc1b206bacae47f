/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include "memory/memory.h"

#include <pthread.h>

/* Tables that our own writer writes must be those that COPY writes: values, types, order, ids, bounds. */

static const struct column_stats *find_stats(const struct parquet_stats *stats, const char *path)
{
    for (size_t i = 0; i < stats->column_count; i++) {
        if (strcmp(stats->columns[i].path, path) == 0)
            return &stats->columns[i];
    }
    fail_msg("no statistics of %s", path);
    return NULL;
}

static bool is_zero(const char *bound)
{
    return strcmp(bound, "0.0") == 0 || strcmp(bound, "-0.0") == 0;
}

/* DECIMAL(2,2) is "0.99" to us, ".99" to COPY. */
static bool is_same(const char *ours, const char *copy)
{
    size_t sign = *copy == '-' && *ours == '-';
    return strcmp(ours, copy) == 0 ||
           (copy[sign] == '.' && ours[sign] == '0' && strcmp(ours + sign + 1, copy + sign) == 0);
}

/* A bound as COPY tells it, or one that holds whatever COPY's holds: zeros, and texts that are cut. */
static void bound_holds(const char *path, const char *ours, const char *copy, int sign)
{
    if (ours == NULL && (copy == NULL || strlen(copy) > 64))
        return;
    if (ours == NULL || copy == NULL)
        fail_msg("bound of %s: %s, COPY %s", path, ours != NULL ? ours : "-",
                 copy != NULL ? copy : "-");
    if (is_same(ours, copy) || (is_zero(ours) && is_zero(copy)))
        return;
    if (strlen(copy) <= 64 || sign * strcmp(ours, copy) < 0)
        fail_msg("bound of %s: %s, COPY %s", path, ours, copy);
}

static void stats_hold(const struct parquet_stats *ours, const struct parquet_stats *copy)
{
    assert_int_equal(ours->row_count, copy->row_count);
    assert_int_equal(ours->column_count, copy->column_count);
    for (size_t i = 0; i < ours->column_count; i++) {
        const struct column_stats *x = &ours->columns[i], *y = find_stats(copy, x->path);
        assert_int_equal(x->value_count, y->value_count);
        assert_int_equal(x->null_count, y->null_count);
        /* Of nothing but nulls COPY does not say it. */
        if (y->value_count > y->null_count || x->contains_nan > 0)
            assert_int_equal(x->contains_nan, y->contains_nan);
        /* COPY knows no bounds once a row group had nothing but nulls. */
        if (y->min == NULL && y->null_count > 0)
            continue;
        bound_holds(x->path, x->min, y->min, -1);
        bound_holds(x->path, x->max, y->max, 1);
    }
}

/* Values at the ends of each type that our own writer takes, texts longer than what bounds keep. */
static const char kinds_sql[] =
    "SELECT i, i % 3 = 1 AS b, (i - 5)::TINYINT AS i1, (i * 300 - 900)::SMALLINT AS i2, "
    "(i * 214748364)::INTEGER AS i4, i * 922337203685477580 AS i8, (250 + i % 5)::UTINYINT AS u1, "
    "(65000 + i)::USMALLINT AS u2, (4294967290 + i % 5)::UINTEGER AS u4, "
    "(18446744073709551610 + i % 5)::UBIGINT AS u8, (i / 7 - 1)::FLOAT AS f, i / 7 - 0.3 AS g, "
    "(i / 10 - 0.2)::DECIMAL(4, 1) AS d4, (i / 10)::DECIMAL(18, 4) AS d18, "
    "(i * 1000000000000 - 7)::DECIMAL(38, 10) AS d38, 'ąž€' || i AS s, repeat('y', i) AS n, "
    "('\\x00\\xFF' || i)::BLOB AS z, DATE '2024-02-27' + i::INTEGER AS day, "
    "TIME '12:34:56.123456' + to_minutes(i) AS clock, "
    "TIMESTAMP '1969-12-31 23:59:59.5' + to_seconds(i) AS ts, "
    "TIMESTAMP_NS '2024-01-01 00:00:01.123456789' AS ns, "
    "TIMESTAMPTZ '2022-03-27 01:00:00+00' + to_hours(i) AS tz, NULL::INTEGER AS nothing, "
    "CASE WHEN i % 2 = 0 THEN 'even' END AS even, 'inf'::DOUBLE AS inf, "
    "CASE WHEN i = 3 THEN 'nan'::FLOAT ELSE 1 END AS nan FROM range(11) t(i)";

/* What is most easily lost: ends of ranges, zeros with a sign, nothing, bytes of zero, texts that bounds cut. */
static const char *const extreme_sql[] = {
    "SELECT * FROM (VALUES ('nan'::DOUBLE, '-nan'::FLOAT), ('-0.0', '-0.0'), ('0.0', '0.0'), "
    "('inf', '-inf'), ('-inf', 'inf'), (NULL, NULL), ('5e-324', '1e-45'), "
    "('1.7976931348623157e308', '3.4028235e38'), ('0.1', '0.1')) t(d, f)",
    "SELECT 'nan'::DOUBLE AS d, 'nan'::FLOAT AS f FROM range(3)",
    "SELECT '-0.0'::DOUBLE AS d, '-0.0'::FLOAT AS f FROM range(3)",
    "SELECT * FROM (VALUES ('infinity'::DATE, 'infinity'::TIMESTAMP, 'infinity'::TIMESTAMPTZ, "
    "'infinity'::TIMESTAMP_NS), ('2024-02-29', '2024-02-29 23:59:59.999999', "
    "'2024-02-29 23:59:59.999999+00', '2024-02-29 23:59:59.999999999')) t(d, t, z, n)",
    "SELECT * FROM (VALUES ('-infinity'::DATE, '-infinity'::TIMESTAMP, '-infinity'::TIMESTAMPTZ), "
    "('5877642-06-25 (BC)', '290309-12-22 (BC) 00:00:00', '290309-12-22 (BC) 00:00:00+00'), "
    "('5881580-07-10', '294247-01-10 04:00:54.775806', '294247-01-10 04:00:54.775806+00'), "
    "('0001-01-01 (BC)', '0044-03-15 (BC) 12:00:00', '0001-01-01 00:00:00+00'), "
    "(NULL, NULL, NULL)) t(d, t, z)",
    "SELECT * FROM (VALUES ('1677-09-22 00:00:00.000000001'::TIMESTAMP_NS), "
    "('2262-04-11 23:47:16.854775806'), ('1969-12-31 23:59:59.999999999'), (NULL)) t(n)",
    "SELECT * FROM (VALUES (TIME '24:00:00'), ('00:00:00'), ('23:59:59.999999'), (NULL)) t(t)",
    "SELECT * FROM (VALUES (-99999999999999999999999999999999999999::DECIMAL(38,0), "
    "'-0.99999999999999999999999999999999999999'::DECIMAL(38,38), 0.5::DECIMAL(1,1), "
    "-999999999999999999::DECIMAL(18,0), 9999999999999999999::DECIMAL(19,0), "
    "-0.999999999::DECIMAL(9,9), '123456789012345.67890'::DECIMAL(20,5)), "
    "(99999999999999999999999999999999999999, '0.99999999999999999999999999999999999999', -0.9, "
    "999999999999999999, -9999999999999999999, 0.999999999, '-0.00001'), (0, 0, 0, 0, 0, 0, 0), "
    "(NULL, NULL, NULL, NULL, NULL, NULL, NULL)) t(a, b, c, d, e, f, g)",
    "SELECT * FROM (VALUES ((-128)::TINYINT, (-32768)::SMALLINT, (-2147483648)::INTEGER, "
    "(-9223372036854775808)::BIGINT, 255::UTINYINT, 65535::USMALLINT, 4294967295::UINTEGER, "
    "18446744073709551615::UBIGINT), (127, 32767, 2147483647, 9223372036854775807, 0, 0, 0, 0)) "
    "t(a, b, c, d, e, f, g, h)",
    "SELECT * FROM (VALUES (''), (NULL), ('NULL'), (chr(0)), ('a' || chr(0) || 'b'), ('é'), "
    "(chr(1114111)), ('  '), (chr(10)), ('\"''\\')) t(s)",
    "SELECT * FROM (VALUES (''::BLOB), (NULL), ('\\x00'), ('\\x00\\xFF\\x80'), ('\\xFF')) t(b)",
    "SELECT repeat('ž', 40 + i::INTEGER) AS a, repeat(chr(1114111), 20) AS b, "
    "repeat('\\xFF', 80)::BLOB AS c, repeat('x', 100000) || i AS d, "
    "encode(repeat('ab', 50) || i) AS e FROM range(9) t(i)",
    "SELECT NULL::VARCHAR AS s, NULL::DECIMAL(20, 2) AS d, NULL::DOUBLE AS f, NULL::BOOLEAN AS b",
    "SELECT 1 AS a, 'x' AS b, 1.5::DOUBLE AS c, TRUE AS d WHERE false",
    "SELECT i AS \"a.b\", i::VARCHAR AS \"q\"\"q\", i AS \"ž ,{}:\", i AS \"SELECT\" FROM range(3) t(i)",
    "SELECT i, CASE WHEN i % 10 < 9 THEN i // 10 END AS j, i * 0.37 AS f, (i % 7)::VARCHAR AS s, "
    "hash(i) AS h, md5(i::VARCHAR) AS m, i % 2 = 0 AS b, 'c' AS c, "
    "CASE WHEN i < 500000 THEN NULL ELSE i::DOUBLE END AS late "
    "FROM range(1000000) t(i)",
};

static const char *created_by(struct fixture *fixture, const char *path)
{
    char *sql = arena_printf(
        &fixture->arena, "SELECT split_part(created_by, ' ', 1) FROM parquet_file_metadata('%s')",
        path);
    return value_of(fixture, sql);
}

/* Rows, types, field ids and statistics as COPY writes them. */
static void writes_the_same(struct fixture *fixture, const char *query)
{
    static int number; /* footers are cached by name */
    char *ours = arena_printf(&fixture->arena, "%s/ours-%d.parquet", fixture->folder, ++number);
    char *copy = arena_printf(&fixture->arena, "%s/copy-%d.parquet", fixture->folder, number);
    AUTO(str_release) struct str ids = STR_INIT(4096);
    int32_t numbers[32];
    struct column_list columns;
    OK(conn_describe(fixture->conn, query, NULL, 0, &fixture->arena, &columns, &err));
    assert_true(columns.count <= ARRAY_COUNT(numbers));
    for (size_t i = 0; i < columns.count; i++) {
        numbers[i] = 40 - (int32_t)i;
        str_append(&ids, i > 0 ? ", " : "{");
        str_append_ident(&ids, columns.items[i].name);
        str_appendf(&ids, ": %d", numbers[i]);
    }
    str_append(&ids, "}");
    struct parquet_options options = {.field_ids = str_text(&ids)};
    struct parquet_stats our_stats, copy_stats;
    OK(conn_write_parquet(fixture->conn, query, NULL, 0, copy, &options, &fixture->arena,
                          &copy_stats, &err));
    options.field_numbers = numbers;
    options.column_count = columns.count;
    OK(conn_write_parquet(fixture->conn, query, NULL, 0, ours, &options, &fixture->arena,
                          &our_stats, &err));
    assert_string_equal(created_by(fixture, copy), "DuckDB");
    assert_string_equal(created_by(fixture, ours), "leat");
    stats_hold(&our_stats, &copy_stats);
    static const char *const formats[] = {
        /* As text, in order: a comparison of values takes -0.0 for 0.0. */
        "SELECT count(*) FROM (SELECT file_row_number AS r, CAST(COLUMNS(* EXCLUDE file_row_number) AS "
        "VARCHAR) FROM read_parquet('%1$s', file_row_number = true) EXCEPT SELECT file_row_number, "
        "CAST(COLUMNS(* EXCLUDE file_row_number) AS VARCHAR) FROM read_parquet('%2$s', file_row_number = "
        "true))",
        "SELECT count(*) FROM (FROM (FROM '%1$s' EXCEPT ALL FROM '%2$s') UNION ALL "
        "FROM (FROM '%2$s' EXCEPT ALL FROM '%1$s'))",
        "SELECT count(*) FROM (DESCRIBE FROM '%1$s') a FULL JOIN (DESCRIBE FROM '%2$s') b "
        "USING (column_name, column_type) WHERE a.\"null\" IS DISTINCT FROM b.\"null\"",
        "SELECT count(*) FROM (SELECT name, type, repetition_type, field_id FROM "
        "parquet_schema('%1$s') EXCEPT SELECT name, type, repetition_type, field_id FROM "
        "parquet_schema('%2$s')) WHERE field_id IS NOT NULL",
    };
    for (size_t i = 0; i < ARRAY_COUNT(formats); i++) {
        const char *differences =
            value_of(fixture, arena_printf(&fixture->arena, formats[i], ours, copy));
        if (strcmp(differences, "0") != 0)
            fail_msg("%s differences [%zu] in %s", differences, i, query);
    }
    unlink(ours);
    unlink(copy);
}

static void our_writer_writes_the_same(void **state)
{
    writes_the_same(*state, kinds_sql);
    for (size_t i = 0; i < ARRAY_COUNT(extreme_sql); i++)
        writes_the_same(*state, extreme_sql[i]);
}

/* What our writer does not take is COPY's, field ids and all. */
static void others_are_for_copy(void **state)
{
    static const char *const queries[] = {
        "SELECT uuid() AS a",      "SELECT '{}'::JSON AS a",        "SELECT [1] AS a",
        "SELECT {'x': 1} AS a",    "SELECT 1::HUGEINT AS a",        "SELECT '1'::BIT AS a",
        "SELECT $n::INTEGER AS a", "FROM (DESCRIBE SELECT 1 AS a)",
    };
    static const struct param params[] = {{"n", "BIGINT", "3"}};
    static const int32_t numbers[] = {7, 8, 9, 10, 11, 12};
    struct fixture *fixture = *state;
    char *path = fixture_path(fixture, "other.parquet");
    struct parquet_options options = {.field_numbers = numbers, .column_count = 1};
    for (size_t i = 0; i < ARRAY_COUNT(queries); i++) {
        struct parquet_stats stats;
        bool is_copy = i + 1 < ARRAY_COUNT(queries);
        options.column_count = is_copy ? 1 : 6;
        OK(conn_write_parquet(fixture->conn, queries[i], params, 1, path, &options, &fixture->arena,
                              &stats, &err));
        assert_int_equal(stats.row_count, 1);
        assert_string_equal(created_by(fixture, path), is_copy ? "DuckDB" : "leat");
        unlink(path);
    }
}

static void our_writer_keeps_order(void **state)
{
    static const char *const queries[] = {
        "SELECT i AS k FROM range(600000) t(i)",
        "SELECT (i * 7919) % 1000003 AS k FROM range(600000) t(i) ORDER BY k",
        "SELECT i * 3 + unnest([0, 1, 2]) AS k FROM range(200000) t(i)",
    };
    static const int32_t numbers[] = {1};
    struct fixture *fixture = *state;
    char *path = fixture_path(fixture, "o.parquet"), *again = fixture_path(fixture, "p.parquet");
    struct parquet_options options = {.field_numbers = numbers, .column_count = 1};
    for (size_t i = 0; i < ARRAY_COUNT(queries); i++) {
        struct parquet_stats stats;
        bool is_copy = i + 1 < ARRAY_COUNT(queries);
        options.column_count = is_copy ? 1 : 6;
        OK(conn_write_parquet(fixture->conn, queries[i], NULL, 0, path, &options, &fixture->arena,
                              &stats, &err));
        char *read = arena_printf(&fixture->arena, "SELECT * FROM '%s'", path);
        OK(conn_write_parquet(fixture->conn, read, NULL, 0, again, &options, &fixture->arena,
                              &stats, &err));
        assert_int_equal(stats.row_count, 600000);
        assert_k_ascends(fixture, again);
        unlink(path);
        unlink(again);
    }
}

/* Before the first row and after many: the error is the statement's, and no file is left. */
static void our_writer_fails_with_the_statement(void **state)
{
    static const struct {
        const char *sql, *where;
        enum err_kind kind;
    } cases[] = {
        {"SELECT\n nope FROM range(2)", "2:2", ERR_CONFIG},
        {"SELECT CAST(s AS INTEGER) AS a FROM (SELECT CASE WHEN i < 400000 THEN '1' ELSE 'x' END "
         "AS s FROM range(500000) t(i))",
         NULL, ERR_DATA},
    };
    static const int32_t numbers[] = {1};
    struct fixture *fixture = *state;
    char *path = fixture_path(fixture, "broken.parquet");
    struct parquet_options options = {.field_numbers = numbers, .column_count = 1};
    struct parquet_stats stats;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct err err = {0};
        assert_int_equal(conn_write_parquet(fixture->conn, cases[i].sql, NULL, 0, path, &options,
                                            &fixture->arena, &stats, &err),
                         -1);
        assert_int_equal(err.kind, cases[i].kind);
        if (cases[i].where != NULL)
            assert_string_equal(err.where, cases[i].where);
        assert_int_equal(access(path, F_OK), -1);
    }
    struct err err = {0};
    assert_int_equal(conn_write_parquet(fixture->conn, "SELECT 1 AS a", NULL, 0, "/nope/x.parquet",
                                        &options, &fixture->arena, &stats, &err),
                     -1);
    assert_int_equal(err.kind, ERR_NOT_FOUND);
}

/* A statement of other columns than were described is not written with their ids. */
static void other_columns_are_for_copy(void **state)
{
    static const int32_t numbers[] = {7};
    struct fixture *fixture = *state;
    char *path = fixture_path(fixture, "other.parquet");
    struct parquet_options options = {.field_numbers = numbers, .column_count = 1};
    struct parquet_stats stats;
    OK(conn_write_parquet(fixture->conn, "SELECT 1 AS a, 2 AS b", NULL, 0, path, &options,
                          &fixture->arena, &stats, &err));
    assert_string_equal(created_by(fixture, path), "DuckDB");
    unlink(path);
}

struct interruption {
    struct conn *conn;
    const char *path;
};

static void *interrupt_later(void *context)
{
    struct interruption *interruption = context;
    while (access(interruption->path, F_OK) != 0)
        usleep(1000);
    usleep(50000);
    conn_interrupt(interruption->conn);
    return NULL;
}

static void our_writer_is_interrupted(void **state)
{
    static const int32_t numbers[] = {1};
    struct fixture *fixture = *state;
    struct parquet_options options = {.field_numbers = numbers, .column_count = 1};
    struct interruption interruption = {fixture->conn, fixture_path(fixture, "cut.parquet")};
    struct parquet_stats stats;
    struct err err = {0};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, interrupt_later, &interruption), 0);
    int rc = conn_write_parquet(fixture->conn, "SELECT i FROM range(100000000000) t(i)", NULL, 0,
                                interruption.path, &options, &fixture->arena, &stats, &err);
    pthread_join(thread, NULL);
    assert_int_equal(rc, -1);
    assert_int_equal(err.kind, ERR_CANCELLED);
    assert_int_equal(access(interruption.path, F_OK), -1);
    assert_string_equal(value_of(fixture, "SELECT 7"), "7"); /* the connection goes on */
}

/* Rows of 200 KB, 400 MB in all: what is counted stays near one row group, and all is given back. */
static void large_texts_are_counted(void **state)
{
    static const int32_t numbers[] = {1, 2};
    struct fixture *fixture = *state;
    struct memory_limit limit = {.bytes = INT64_C(512) << 20};
    struct memory *memory = memory_new(limit);
    char *path = fixture_path(fixture, "large.parquet");
    struct parquet_options options = {
        .field_numbers = numbers, .column_count = 2, .memory = memory};
    struct parquet_stats stats;
    int64_t share = memory_engine_share(memory);
    OK(conn_write_parquet(fixture->conn,
                          "SELECT i, repeat(md5(i::VARCHAR), 6250) AS s FROM range(2000) t(i)",
                          NULL, 0, path, &options, &fixture->arena, &stats, &err));
    assert_string_equal(created_by(fixture, path), "leat");
    assert_int_equal(stats.row_count, 2000);
    assert_in_range(memory_reserved_peak(memory), 32 << 20, 160 << 20);
    assert_int_equal(memory_engine_share(memory), share);
    char *sql = arena_printf(
        &fixture->arena, "SELECT count(*) FROM '%s' WHERE s = repeat(md5(i::VARCHAR), 6250)", path);
    assert_string_equal(value_of(fixture, sql), "2000");
    unlink(path);
    memory_free(memory);
}

/* Below 512 MB a row group of ours could be more than there is. */
static void little_memory_is_for_copy(void **state)
{
    static const int32_t numbers[] = {1};
    struct fixture *fixture = *state;
    struct memory_limit limit = {.bytes = INT64_C(511) << 20};
    struct memory *memory = memory_new(limit);
    char *path = fixture_path(fixture, "little.parquet");
    struct parquet_options options = {
        .field_numbers = numbers, .column_count = 1, .memory = memory};
    struct parquet_stats stats;
    OK(conn_write_parquet(fixture->conn, "SELECT 1 AS a", NULL, 0, path, &options, &fixture->arena,
                          &stats, &err));
    assert_string_equal(created_by(fixture, path), "DuckDB");
    unlink(path);
    memory_free(memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_writer_writes_the_same),
        cmocka_unit_test(others_are_for_copy),
        cmocka_unit_test(other_columns_are_for_copy),
        cmocka_unit_test(our_writer_keeps_order),
        cmocka_unit_test(our_writer_fails_with_the_statement),
        cmocka_unit_test(our_writer_is_interrupted),
        cmocka_unit_test(large_texts_are_counted),
        cmocka_unit_test(little_memory_is_for_copy),
    };
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
