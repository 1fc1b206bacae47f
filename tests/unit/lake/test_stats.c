/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

static int order(const char *type, const char *a, const char *b)
{
    struct sql_type of = {.id = type};
    int forward = stats_compare(&of, a, b);
    assert_int_equal(stats_compare(&of, b, a), -forward);
    return forward;
}

static void test_numbers(void **state)
{
    (void)state;
    assert_int_equal(order("INTEGER", "9", "10"), -1);
    assert_int_equal(order("INTEGER", "-9", "-10"), 1);
    assert_int_equal(order("INTEGER", "-1", "0"), -1);
    assert_int_equal(order("INTEGER", "0", "0"), 0);
    assert_int_equal(order("UBIGINT", "18446744073709551615", "18446744073709551614"), 1);
    assert_int_equal(order("DECIMAL", "-0.05", "0.05"), -1);
    assert_int_equal(order("DECIMAL", ".5", "0.50"), 0);
    assert_int_equal(order("DECIMAL", "10.5", "9.75"), 1);
    assert_int_equal(order("DECIMAL", "-10.51", "-10.5"), -1);
    assert_int_equal(order("DECIMAL", "-0.0", "0"), 0);
    assert_int_equal(order("DECIMAL", "99999999999999999999999999999999999999",
                           "100000000000000000000000000000000000000"),
                     -1);
    assert_int_equal(order("BOOLEAN", "0", "1"), -1);
}

static void test_floats(void **state)
{
    (void)state;
    assert_int_equal(order("DOUBLE", "-inf", "-1e+300"), -1);
    assert_int_equal(order("DOUBLE", "1e+300", "9.5"), 1);
    assert_int_equal(order("FLOAT", "inf", "1.5"), 1);
    assert_int_equal(order("FLOAT", "-0.0", "0.0"), 0);
}

static void test_times(void **state)
{
    (void)state;
    assert_int_equal(order("DATE", "2024-01-31", "2024-02-01"), -1);
    assert_int_equal(order("DATE", "12024-01-01", "2024-02-01"), 1);
    assert_int_equal(order("DATE", "0044-01-01 (BC)", "0001-02-01"), -1);
    assert_int_equal(order("DATE", "0045-01-01 (BC)", "0044-01-01 (BC)"), -1);
    assert_int_equal(order("DATE", "infinity", "294247-01-01"), 1);
    assert_int_equal(order("DATE", "-infinity", "290000-01-01 (BC)"), -1);
    assert_int_equal(order("TIMESTAMP", "2024-01-01 00:00:00", "2024-01-01 00:00:00.5"), -1);
    assert_int_equal(
        order("TIMESTAMP WITH TIME ZONE", "2024-01-01 00:00:00+00", "2024-01-01 00:00:00.5+00"),
        -1);
}

static void test_texts(void **state)
{
    (void)state;
    assert_int_equal(order("VARCHAR", "Z", "a"), -1);
    assert_int_equal(order("VARCHAR", "", "a"), -1);
    assert_int_equal(order("BLOB", "00FF", "01"), -1);
}

static void test_names(void **state)
{
    struct arena arena;
    struct sql_type type;
    (void)state;
    arena_init(&arena, (size_t)1 << 20);
    assert_true(type_from_ducklake("decimal(10,2)", &type));
    assert_string_equal(type_make_text(&type, &arena), "DECIMAL(10,2)");
    assert_string_equal(type_to_ducklake(&type, &arena), "decimal(10,2)");
    assert_true(type_from_ducklake("timestamptz", &type));
    assert_string_equal(type.id, "TIMESTAMP WITH TIME ZONE");
    const char *const wrong[] = {
        "decimal", "decimal(10)", "decimal(39,1)", "decimal(5,6)", "decimal(5,2", "decimal(5,2))",
        "",        "float8"};
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++)
        assert_false(type_from_ducklake(wrong[i], &type));
    arena_release(&arena);
}

static void test_field_names_are_quoted(void **state)
{
    AUTO(str_release) struct str text = STR_INIT(1000);
    (void)state;
    const char *const names[] = {"plain", "Upper_1", "select", "1a", "a b", "q\"q", "ą"};
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        type_append_name(&text, names[i]);
        str_append_char(&text, ' ');
    }
    assert_string_equal(str_text(&text),
                        "plain Upper_1 \"select\" \"1a\" \"a b\" \"q\"\"q\" \"ą\" ");
}

static void test_paths(void **state)
{
    struct arena arena;
    struct lake lake = {.data_folder = (char *)"/w/data"};
    (void)state;
    arena_init(&arena, (size_t)1 << 20);
    assert_string_equal(paths_default(&arena, "daily_1"), "daily_1/");
    char *odd = paths_default(&arena, "../x");
    assert_true(str_starts(odd, "___x-"));
    assert_string_equal(odd, paths_default(&arena, "../x"));
    assert_string_not_equal(odd, paths_default(&arena, "..;x"));
    struct stored_path s = {"s/", true}, t = {"t/", true}, f = {"f.parquet", true};
    assert_string_equal(paths_resolve(&lake, &arena, s, t, f), "/w/data/s/t/f.parquet");
    t = (struct stored_path){"/else/", false};
    assert_string_equal(paths_resolve(&lake, &arena, s, t, f), "/else/f.parquet");
    f = (struct stored_path){"/f.parquet", false};
    assert_string_equal(paths_resolve(&lake, &arena, s, t, f), "/f.parquet");
    arena_release(&arena);
}

static void test_times_of_snapshots(void **state)
{
    char buffer[48];
    int64_t us;
    (void)state;
    assert_string_equal(snapshot_time_text(1, buffer), "1970-01-01 00:00:00.000001+00");
    assert_true(snapshot_time_parse(buffer, &us));
    assert_int_equal(us, 1);
    assert_true(snapshot_time_parse("2026-11-21 12:02:44.64907+00", &us));
    assert_int_equal(us % 1000000, 649070);
    assert_true(snapshot_time_parse("1970-01-01 02:00:00+02", &us));
    assert_int_equal(us, 0);
    assert_false(snapshot_time_parse("soon", &us));
    struct uuid uuid = uuid_make(0);
    assert_int_equal(strlen(uuid.text), 36);
    assert_true(str_starts(uuid.text, "00000000-0000-7"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_floats),
        cmocka_unit_test(test_times),   cmocka_unit_test(test_texts),
        cmocka_unit_test(test_names),   cmocka_unit_test(test_field_names_are_quoted),
        cmocka_unit_test(test_paths),   cmocka_unit_test(test_times_of_snapshots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
