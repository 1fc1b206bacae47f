/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

static const struct column_stats *find_stats(const struct parquet_stats *stats, const char *path)
{
    for (size_t i = 0; i < stats->column_count; i++) {
        if (strcmp(stats->columns[i].path, path) == 0)
            return &stats->columns[i];
    }
    fail_msg("no statistics of %s", path);
    return NULL;
}

static void statistics_of_each_column(void **state)
{
    struct fixture *fixture = *state;
    char *path = fixture_path(fixture, "it's.parquet");
    struct parquet_options options = {.field_ids = "{a: 7, d: 8}", .compression = "snappy"};
    struct parquet_stats stats;
    OK(conn_write_parquet(fixture->conn,
                          "SELECT i AS a, CASE WHEN i > 2 THEN 'nan'::DOUBLE END AS d, "
                          "{'b.\"x\"': [i::VARCHAR]} AS s FROM range(5) t(i); -- end",
                          NULL, 0, path, &options, &fixture->arena, &stats, &err));
    assert_int_equal(stats.row_count, 5);
    assert_true(stats.size_bytes > stats.footer_bytes && stats.footer_bytes > 0);
    const struct column_stats *a = find_stats(&stats, "a");
    assert_string_equal(a->min, "0");
    assert_string_equal(a->max, "4");
    assert_int_equal(a->value_count, 5);
    assert_int_equal(a->null_count, 0);
    assert_int_equal(a->contains_nan, -1);
    assert_true(a->size_bytes > 0);
    assert_int_equal(find_stats(&stats, "d")->null_count, 3);
    assert_int_equal(find_stats(&stats, "d")->contains_nan, 1);
    assert_string_equal(find_stats(&stats, "s\x1f"
                                           "b.\"x\"\x1f"
                                           "element")
                            ->max,
                        "4");
    char *sql = arena_printf(&fixture->arena,
                             "SELECT list(field_id ORDER BY field_id)::VARCHAR FROM parquet_schema("
                             "'%s/it''s.parquet') WHERE name IN ('a', 'd')",
                             fixture->folder);
    assert_string_equal(value_of(fixture, sql), "[7, 8]");
    unlink(path);
}

static void no_rows_is_a_file(void **state)
{
    struct fixture *fixture = *state;
    char *path = fixture_path(fixture, "empty.parquet");
    struct parquet_stats stats;
    OK(conn_write_parquet(fixture->conn, "SELECT 1 AS a WHERE false", NULL, 0, path, NULL,
                          &fixture->arena, &stats, &err));
    assert_int_equal(stats.row_count, 0);
    char *sql = arena_printf(&fixture->arena, "SELECT count(*) FROM '%s'", path);
    assert_string_equal(value_of(fixture, sql), "0");
    unlink(path);
}

static void params_work(void **state)
{
    static const struct param params[] = {{"n", "BIGINT", "3"}, {"s", "VARCHAR", "x"}};
    struct fixture *fixture = *state;
    char *path = fixture_path(fixture, "params.parquet");
    struct parquet_stats stats;
    OK(conn_write_parquet(fixture->conn, "SELECT i, $s AS s FROM range(10) t(i) WHERE i < $n",
                          params, 2, path, NULL, &fixture->arena, &stats, &err));
    assert_int_equal(stats.row_count, 3);
    assert_string_equal(find_stats(&stats, "s")->max, "x");
    unlink(path);
}

/* Sorted rows, and rows as they come, from several threads and row groups. */
static void order_is_kept(void **state)
{
    static const char *const queries[] = {
        "SELECT i AS k FROM range(600000) t(i)",
        "SELECT (i * 7919) % 1000003 AS k FROM range(600000) t(i) ORDER BY k",
        "SELECT i * 3 + unnest([0, 1, 2]) AS k FROM range(300000) t(i)",
    };
    struct fixture *fixture = *state;
    char *path = fixture_path(fixture, "order.parquet"), *copy = fixture_path(fixture, "c.parquet");
    struct parquet_options options = {.row_group_rows = 20000};
    for (size_t i = 0; i < ARRAY_COUNT(queries); i++) {
        struct parquet_stats stats;
        OK(conn_write_parquet(fixture->conn, queries[i], NULL, 0, path, &options, &fixture->arena,
                              &stats, &err));
        char *again = arena_printf(&fixture->arena, "SELECT * FROM '%s'", path);
        OK(conn_write_parquet(fixture->conn, again, NULL, 0, copy, &options, &fixture->arena,
                              &stats, &err));
        assert_k_ascends(fixture, copy);
    }
    unlink(path);
    unlink(copy);
}

static void any_order_writes_all_rows(void **state)
{
    struct fixture *fixture = *state;
    char *path = fixture_path(fixture, "any.parquet");
    struct parquet_options options = {.is_any_order = true};
    struct parquet_stats stats;
    OK(conn_write_parquet(fixture->conn, "SELECT i FROM range(500000) t(i)", NULL, 0, path,
                          &options, &fixture->arena, &stats, &err));
    assert_int_equal(stats.row_count, 500000);
    unlink(path);
}

static void places_are_those_of_the_select(void **state)
{
    struct fixture *fixture = *state;
    struct parquet_stats stats;
    struct err err = {0};
    assert_int_equal(conn_write_parquet(fixture->conn, "SELECT\n nope FROM range(2)", NULL, 0,
                                        "/nope/x.parquet", NULL, &fixture->arena, &stats, &err),
                     -1);
    assert_string_equal(err.where, "2:2");
    assert_int_equal(conn_write_parquet(fixture->conn, "SELECT 1 AS a", NULL, 0, "/nope/x.parquet",
                                        NULL, &fixture->arena, &stats, &err),
                     -1);
    assert_int_equal(err.kind, ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statistics_of_each_column),
        cmocka_unit_test(no_rows_is_a_file),
        cmocka_unit_test(params_work),
        cmocka_unit_test(order_is_kept),
        cmocka_unit_test(any_order_writes_all_rows),
        cmocka_unit_test(places_are_those_of_the_select),
    };
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
