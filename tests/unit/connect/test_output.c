/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "connect/connect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static char folder[] = "/tmp/leat-output-XXXXXX";
static struct arena arena;
static struct engine *engine;
static struct conn *conn;
static struct staged_list staged;
static struct err err;

static char *in_folder(const char *name)
{
    return path_join(&arena, folder, name);
}

static struct output_spec spec_of(const char *format, const char *path)
{
    return (struct output_spec){.node = "output:a.b#1",
                                .format = format,
                                .path = in_folder(path),
                                .root = folder,
                                .timezone = "Europe/Vilnius",
                                .delimiter = ',',
                                .has_header = true};
}

static int stage(const struct output_spec *spec, const char *sql)
{
    err = (struct err){0};
    staged = (struct staged_list){0};
    return output_stage(spec, sql, "run1", conn, &arena, &staged, &err);
}

static void must_stage(const struct output_spec *spec, const char *sql)
{
    if (stage(spec, sql) != 0)
        fail_msg("%s", err.message);
}

static const struct staged_file *staged_as(const char *path)
{
    for (size_t i = 0; i < staged.count; i++)
        if (strcmp(staged.items[i].final_path, in_folder(path)) == 0)
            return &staged.items[i];
    fail_msg("nothing staged as %s", path);
    return NULL;
}

static char *content(const struct staged_file *file)
{
    char *data;
    size_t len;
    assert_int_equal(file_read(file->staged, 1 << 20, &arena, &data, &len, &err), 0);
    assert_int_equal(file->size_bytes, len);
    return data;
}

static char *value(const char *sql)
{
    char *text;
    if (conn_value(conn, sql, &arena, &text, &err) != 0)
        fail_msg("%s: %s", sql, err.message);
    return text;
}

static char *from_parquet(const char *expression, const struct staged_file *file)
{
    return value(
        arena_printf(&arena, "SELECT %s FROM read_parquet('%s')", expression, file->staged));
}

static void test_csv_values(void **state)
{
    (void)state;
    struct output_spec spec = spec_of("csv", "all.csv");
    must_stage(
        &spec,
        "SELECT 'a,\"b\"' AS t, NULL AS n, '' AS e, 170141183460469231731687303715884105727 AS h, 1.50::DECIMAL(5,2) AS d, "
        "TIMESTAMPTZ '2022-03-27 01:00:00.25Z' AS z, TIMESTAMP '2022-01-01 10:00:00' AS ts, DATE '2022-01-01' AS day, "
        "'x' || chr(10) || 'y' AS \"a b,c\", [1, NULL] AS l, TIMESTAMPTZ 'infinity' AS i");
    assert_int_equal(staged.count, 1);
    assert_int_equal(staged.items[0].row_count, 1);
    assert_string_equal(
        content(staged_as("all.csv")),
        "t,n,e,h,d,z,ts,day,\"a b,c\",l,i\n"
        "\"a,\"\"b\"\"\",,\"\",170141183460469231731687303715884105727,1.50,2022-03-27T01:00:00.25Z,"
        "2022-01-01T10:00:00,2022-01-01,\"x\ny\",\"[1,null]\",infinity\n");
    struct hash hash;
    assert_int_equal(hash_file(staged.items[0].staged, &hash, &err), 0);
    assert_string_equal(hash.hex, staged.items[0].hash.hex);
    output_discard(&spec, "run1");
    assert_false(file_exists(staged.items[0].staged));
    assert_false(file_exists(in_folder(".leat")));
}

/* What others read as other values when it is written carelessly. */
static void test_csv_exactly(void **state)
{
    (void)state;
    struct output_spec spec = spec_of("csv", "all.csv");
    must_stage(
        &spec,
        "SELECT -0.05::DECIMAL(2,2) AS d, 0.1::FLOAT AS f, 5e-324::DOUBLE AS e, 'x' || chr(13) AS cr, "
        "' a ' AS blanks, '#' AS hash, 'NULL' AS word, '''' AS quote, '\\x00a\\x5C'::BLOB AS b, "
        "{'a': ['x,\"y\"', NULL], 'm': MAP {1: 0.5::DECIMAL(1,1)}} AS s, NULL::INTEGER[] AS n, "
        "'12:30:00.5'::TIME AS t, TIMESTAMP_NS '2022-01-01 10:00:00.123456789' AS ns");
    assert_string_equal(content(staged_as("all.csv")),
                        "d,f,e,cr,blanks,hash,word,quote,b,s,n,t,ns\n"
                        "-0.05,0.1,5e-324,\"x\r\", a ,\"#\",NULL,',\\x00a\\x5C,"
                        "\"{\"\"a\"\":[\"\"x,\\\"\"y\\\"\"\"\",null],\"\"m\"\":{\"\"1\"\":0.5}}\",,"
                        "12:30:00.5,2022-01-01T10:00:00.123456789\n");
    assert_int_equal(stage(&spec, "SELECT 1 AS a, 2 AS A"), -1);
    assert_string_equal(err.message, "two columns of the output are called \"A\"");
}

static void test_json_values(void **state)
{
    (void)state;
    struct output_spec spec = spec_of("jsonl", "all.jsonl");
    must_stage(
        &spec,
        "SELECT true AS b, 170141183460469231731687303715884105727 AS h, 1.50::DECIMAL(5,2) AS d, "
        "-0.05::DECIMAL(2,2) AS p, 0.1::FLOAT AS f, -0.0::DOUBLE AS z, 5e-324::DOUBLE AS e, "
        "'#a\"b\\' || chr(10) || chr(1) AS t, '' AS empty, NULL AS n, "
        "TIMESTAMPTZ '2022-03-27 01:00:00.25Z' AS i, TIMESTAMP '2022-01-01 10:00:00' AS ts, "
        "DATE '2022-01-01' AS day, TIME '10:00:00' AS c, '\\x00a'::BLOB AS bl, 'x'::ENUM('x') AS en, "
        "123456789012345678901234567890::BIGNUM AS bn");
    assert_string_equal(
        content(staged_as("all.jsonl")),
        "{\"b\":true,\"h\":170141183460469231731687303715884105727,\"d\":1.50,\"p\":-0.05,\"f\":0.1,"
        "\"z\":-0.0,\"e\":5e-324,\"t\":\"#a\\\"b\\\\\\n\\u0001\",\"empty\":\"\",\"n\":null,"
        "\"i\":\"2022-03-27T01:00:00.25Z\",\"ts\":\"2022-01-01T10:00:00\",\"day\":\"2022-01-01\","
        "\"c\":\"10:00:00\",\"bl\":\"\\\\x00a\",\"en\":\"x\",\"bn\":123456789012345678901234567890}\n");
}

static void test_json_nested(void **state)
{
    (void)state;
    struct output_spec spec = spec_of("jsonl", "all.jsonl");
    must_stage(
        &spec,
        "SELECT [1, NULL] AS l, []::INTEGER[] AS e, [[1], [], NULL] AS ll, array_value(1, 2) AS a, "
        "{'x y': 1.50::DECIMAL(5,2), 'q\"': {'t': TIMESTAMPTZ '2022-01-01 00:00:00Z'}} AS s, "
        "MAP {'k\"': [{'f': 0.1::FLOAT}]} AS m, MAP {DATE '2022-01-01': NULL::INTEGER} AS dm, "
        "'{\"j\": ' || chr(10) || '12345678901234567890.10}' AS t, "
        "('{\"j\": ' || chr(10) || '12345678901234567890.10}')::JSON AS j, NULL::STRUCT(a INTEGER) AS n");
    assert_string_equal(
        content(staged_as("all.jsonl")),
        "{\"l\":[1,null],\"e\":[],\"ll\":[[1],[],null],\"a\":[1,2],"
        "\"s\":{\"x y\":1.50,\"q\\\"\":{\"t\":\"2022-01-01T00:00:00Z\"}},"
        "\"m\":{\"k\\\"\":[{\"f\":0.1}]},\"dm\":{\"2022-01-01\":null},"
        "\"t\":\"{\\\"j\\\": \\n12345678901234567890.10}\",\"j\":{\"j\":  12345678901234567890.10},"
        "\"n\":null}\n");
}

static void test_json_without_a_number(void **state)
{
    (void)state;
    struct output_spec spec = spec_of("jsonl", "all.jsonl");
    static const char *const values[] = {"'nan'::DOUBLE", "[1, 'infinity'::DOUBLE]",
                                         "{'x': '-infinity'::FLOAT}"};
    for (size_t i = 0; i < ARRAY_COUNT(values); i++) {
        assert_int_equal(
            stage(&spec, arena_printf(&arena, "SELECT %s AS \"it's\" FROM range(3)", values[i])),
            -1);
        assert_int_equal(err.kind, ERR_DATA);
        assert_non_null(strstr(err.message, "column \"it's\" holds NaN or infinity"));
    }
}

static void test_json_files(void **state)
{
    (void)state;
    static const char *const columns[] = {"v", "g"};
    struct output_spec spec = spec_of("jsonl", "{g}.jsonl");
    spec.columns = columns;
    spec.column_count = 2;
    must_stage(&spec, "SELECT * FROM (VALUES ('a', 9, 1), ('b', 1, 2), ('a', 10, 3)) t(g, v, n)");
    assert_string_equal(content(staged_as("a.jsonl")),
                        "{\"v\":9,\"g\":\"a\"}\n{\"v\":10,\"g\":\"a\"}\n");
    spec = spec_of("jsonl", "all.jsonl");
    /* Every character is read back as it was, by DuckDB too, and lines are never quoted. */
    must_stage(
        &spec,
        "SELECT i, chr(i::INTEGER) || ' # ' || chr(i::INTEGER) AS t FROM range(1, 65536) r(i) "
        "WHERE i NOT BETWEEN 55296 AND 57343");
    assert_string_equal(
        value(
            arena_printf(&arena,
                         "SELECT count(*) FILTER (t = chr(i::INTEGER) || ' # ' || chr(i::INTEGER)) "
                         "FROM read_json('%s', columns = {i: 'BIGINT', t: 'VARCHAR'})",
                         staged.items[0].staged)),
        "63487");
    must_stage(&spec, "SELECT 1 AS a WHERE false");
    assert_string_equal(content(staged_as("all.jsonl")), "");
    assert_int_equal(stage(&spec, "SELECT 1 AS a, 2 AS A"), -1);
}

static void test_csv_options(void **state)
{
    (void)state;
    static const char *const columns[] = {"b", "A"};
    struct output_spec spec = spec_of("csv", "all.csv");
    spec.delimiter = ';';
    spec.has_header = false;
    spec.columns = columns;
    spec.column_count = 2;
    spec.order_by = "a DESC";
    must_stage(&spec, "SELECT * FROM (VALUES (9, 'x;'), (10, 'y'), (1, 'z')) t(a, b)");
    assert_string_equal(content(staged_as("all.csv")), "y;10\n\"x;\";9\nz;1\n");
}

static void test_empty(void **state)
{
    (void)state;
    struct output_spec csv = spec_of("csv", "all.csv"), parquet = spec_of("parquet", "all.parquet"),
                       split = spec_of("csv", "{a}.csv");
    must_stage(&csv, "SELECT 1 AS a, 'x' AS b WHERE false");
    assert_string_equal(content(staged_as("all.csv")), "a,b\n");
    must_stage(&parquet, "SELECT 1 AS a, 'x' AS b WHERE false");
    assert_string_equal(from_parquet("count(*)", staged_as("all.parquet")), "0");
    must_stage(&split, "SELECT 1 AS a WHERE false");
    assert_int_equal(staged.count, 0);
}

/* Each row is in the file of its path, in the model's order. */
static void test_parts(void **state)
{
    (void)state;
    struct output_spec spec = spec_of("parquet", "{meter}/{at:%Y/%m}.parquet");
    must_stage(
        &spec,
        "SELECT 'm' || (i % 3) AS meter, TIMESTAMPTZ '2022-01-31 21:00:00Z' + to_hours(i::INT) AS at, i, "
        "i::HUGEINT AS h FROM range(3000) t(i)");
    assert_int_equal(staged.count, 6 + 5 + 5); /* of January only m0 has an hour */
    /* 22:00Z on 31 January is February in Vilnius. */
    assert_string_equal(from_parquet("string_agg(i, ',')", staged_as("m0/2022/01.parquet")), "0");
    assert_string_equal(from_parquet("min(i)", staged_as("m1/2022/02.parquet")), "1");
    assert_string_equal(from_parquet("typeof(any_value(h))", staged_as("m1/2022/02.parquet")),
                        "DECIMAL(38,0)");
    int64_t rows = 0;
    for (size_t i = 0; i < staged.count; i++) {
        rows += staged.items[i].row_count;
        assert_string_equal(
            value(arena_printf(&arena,
                               "SELECT count(*) FROM (SELECT i, lag(i) OVER () AS before FROM "
                               "read_parquet('%s')) WHERE i < before",
                               staged.items[i].staged)),
            "0");
    }
    assert_int_equal(rows, 3000);
    assert_string_equal(from_parquet("count(*)", &staged.items[0]),
                        arena_printf(&arena, "%lld", (long long)staged.items[0].row_count));
    assert_string_equal(
        value("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'leat output'"), "0");
}

static void test_order_within_files(void **state)
{
    (void)state;
    struct output_spec spec = spec_of("csv", "{g}.csv");
    spec.order_by = "v DESC";
    must_stage(
        &spec,
        "SELECT * FROM (VALUES ('a', 9, 1), ('b', 1, 2), ('a', 10, 3), ('a', 9, 4)) t(g, v, n)");
    assert_string_equal(content(staged_as("a.csv")), "g,v,n\na,10,3\na,9,1\na,9,4\n");
}

static void test_dates(void **state)
{
    (void)state;
    struct output_spec spec = spec_of("csv", "{d:%Y/%j}/{t:%H}-{n}.csv");
    must_stage(&spec,
               "SELECT DATE '2024-12-31' AS d, TIMESTAMP '2022-03-27 01:30:00' AS t, 7 AS n");
    staged_as("2024/366/01-7.csv");
}

static void test_values_that_are_no_names(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *message;
    } cases[] = {
        {"SELECT NULL::VARCHAR AS a", "column \"a\" has no value in 1 rows"},
        {"SELECT '' AS a", "it is empty"},
        {"SELECT '../../etc/x' AS a", "\"../../etc/x\" of column \"a\""},
        {"SELECT '..' AS a", "begins with a dot"},
        {"SELECT '.x' AS a", "begins with a dot"},
        {"SELECT 'x' || chr(0) || 'y' AS a", "control character"},
        {"SELECT 'x' || chr(10) AS a", "control character"},
        {"SELECT repeat('x', 256) AS a", "longer than 255 bytes"},
        {"SELECT repeat('x', 252) AS a", "longer than 255 bytes"},
        {"SELECT unnest(['Foo', 'foo']) AS a", "upper and lower case"},
        {"SELECT unnest(['Ž', 'ž']) AS a", "upper and lower case"},
    };
    struct output_spec spec = spec_of("csv", "{a}.csv");
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        assert_int_equal(stage(&spec, cases[i].sql), -1);
        assert_int_equal(err.kind, ERR_DATA);
        if (!strstr(err.message, cases[i].message))
            fail_msg("%s: %s", cases[i].sql, err.message);
    }
    spec = spec_of("csv", "{a}_{b}.csv");
    assert_int_equal(stage(&spec, "SELECT * FROM (VALUES ('1_2', '3'), ('1', '2_3')) t(a, b)"), -1);
    assert_non_null(strstr(err.message, "different values give one path"));
    spec = spec_of("csv", "{a:%Y}.csv");
    assert_int_equal(stage(&spec, "SELECT TIMESTAMPTZ 'infinity' AS a"), -1);
    assert_non_null(strstr(err.message, "column \"a\" has no (finite) value"));
    assert_string_equal(
        value("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'leat output'"), "0");
}

static void test_types_that_cannot_be_stored(void **state)
{
    (void)state;
    struct output_spec spec = spec_of("parquet", "a.parquet");
    assert_int_equal(stage(&spec, "SELECT INTERVAL 1 DAY AS i"), -1);
    assert_non_null(strstr(err.message, "\"i\""));
}

/* Two outputs with one root: to discard the one leaves the other. */
static void test_shared_root(void **state)
{
    (void)state;
    struct output_spec one = spec_of("csv", "one.csv"), two = spec_of("csv", "two.csv");
    two.node = "output:a.b#2";
    must_stage(&one, "SELECT 1 AS a");
    const char *first = staged.items[0].staged;
    must_stage(&two, "SELECT 1 AS a");
    output_discard(&one, "run1");
    assert_false(file_exists(first));
    assert_true(file_exists(staged.items[0].staged));
    output_discard(&two, "run1");
    assert_false(file_exists(in_folder(".leat")));
}

static void test_errors_of_the_query(void **state)
{
    (void)state;
    struct output_spec spec = spec_of("csv", "{a}.csv");
    assert_int_equal(
        stage(&spec,
              "SELECT CASE WHEN i = 7 THEN error('seven') ELSE 'x' END AS a FROM range(10) t(i)"),
        -1);
    assert_non_null(strstr(err.message, "seven"));
    assert_int_equal(stage(&spec, "SELECT 1 AS b"), -1);
    assert_int_equal(err.kind, ERR_CONFIG);
}

static void test_many_files(void **state)
{
    (void)state;
    struct output_spec spec = spec_of("csv", "{i}.csv");
    must_stage(&spec, "SELECT i FROM range(200) t(i)");
    assert_int_equal(staged.count, 200);
    assert_string_equal(content(staged_as("137.csv")), "i\n137\n");
}

static int set_up(void **state)
{
    (void)state;
    struct engine_options options = {.memory_bytes = 256 << 20, .threads = 2};
    arena_init(&arena, (size_t)256 << 20);
    if (!mkdtemp(folder) || engine_open(&options, &engine, &err) != 0 ||
        conn_open(engine, &conn, &err) != 0) {
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
    return file_remove_tree(folder, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv_values),
        cmocka_unit_test(test_csv_exactly),
        cmocka_unit_test(test_csv_options),
        cmocka_unit_test(test_json_values),
        cmocka_unit_test(test_json_nested),
        cmocka_unit_test(test_json_without_a_number),
        cmocka_unit_test(test_json_files),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_order_within_files),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_values_that_are_no_names),
        cmocka_unit_test(test_types_that_cannot_be_stored),
        cmocka_unit_test(test_shared_root),
        cmocka_unit_test(test_errors_of_the_query),
        cmocka_unit_test(test_many_files),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
