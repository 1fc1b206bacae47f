/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

static void columns_without_running(void **state)
{
    struct fixture *fixture = *state;
    struct column_list columns;
    OK(conn_describe(fixture->conn,
                     "SELECT 1 AS a, {'b c': [1::DECIMAL(9,2)], 'end': MAP {'k': 1}} AS s, "
                     "error('not run') AS e; -- done",
                     NULL, 0, &fixture->arena, &columns, &err));
    assert_int_equal(columns.count, 3);
    assert_string_equal(columns.items[0].name, "a");
    assert_string_equal(columns.items[0].type.id, "INTEGER");
    const struct column *s = &columns.items[1];
    assert_string_equal(s->type_text,
                        "STRUCT(\"b c\" DECIMAL(9,2)[], \"end\" MAP(VARCHAR, INTEGER))");
    assert_string_equal(s->type.id, "STRUCT");
    assert_int_equal(s->type.child_count, 2);
    assert_string_equal(s->type.children[0].name, "b c");
    assert_string_equal(s->type.children[0].type.id, "LIST");
    const struct column *element = &s->type.children[0].type.children[0];
    assert_string_equal(element->name, "element");
    assert_string_equal(element->type_text, "DECIMAL(9,2)");
    assert_int_equal(element->type.width, 9);
    assert_int_equal(element->type.scale, 2);
    assert_string_equal(s->type.children[1].type.children[0].name, "key");
    assert_string_equal(s->type.children[1].type.children[1].name, "value");
}

static void params_decide_types(void **state)
{
    static const struct param params[] = {{"x", "BIGINT", NULL}, {"d", "DATE", "2024-01-01"}};
    struct fixture *fixture = *state;
    struct column_list columns;
    OK(conn_describe(fixture->conn, "SELECT $x + 1 AS a, $d AS d", params, 2, &fixture->arena,
                     &columns, &err));
    assert_string_equal(columns.items[0].type_text, "BIGINT");
    assert_string_equal(columns.items[1].type_text, "DATE");
}

static void places_are_those_of_the_text_given(void **state)
{
    static const struct param params[] = {{"x", "BIGINT", NULL}};
    struct fixture *fixture = *state;
    struct column_list columns;
    struct err err = {0};
    assert_int_equal(conn_describe(fixture->conn, "SELECT $x,\n nope FROM range(2)", params, 1,
                                   &fixture->arena, &columns, &err),
                     -1);
    assert_string_equal(err.where, "2:2");
}

/* What DuckDB prints as a type is read back as the same type. */
static void types_are_parsed(void **state)
{
    static const char *const types[] = {
        "INTEGER",
        "HUGEINT",
        "DECIMAL(18,3)",
        "VARCHAR[]",
        "INTEGER[3]",
        "DOUBLE[][]",
        "STRUCT(a INTEGER, b VARCHAR[])",
        "MAP(VARCHAR, DOUBLE)",
        "UNION(a INTEGER, b VARCHAR)",
        "ENUM('a', 'b''c')",
        "TIMESTAMP WITH TIME ZONE",
        "TIME WITH TIME ZONE",
        "JSON",
        "STRUCT(\"end\" INTEGER, \"x y\" STRUCT(z DATE))",
        "GEOMETRY",
        "VARIANT",
        "BIGNUM",
        "TIMESTAMP_NS",
        "UUID",
        "BIT",
        "BLOB",
        "INTERVAL",
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(types); i++) {
        struct column column;
        OK(conn_parse_type(fixture->conn, types[i], &fixture->arena, &column, &err));
        assert_string_equal(column.type_text, types[i]);
        char *sql = arena_printf(&fixture->arena, "SELECT typeof(NULL::%s)", types[i]);
        assert_string_equal(value_of(fixture, sql), types[i]);
    }
}

static void unknown_type_is_an_error(void **state)
{
    struct fixture *fixture = *state;
    struct column column;
    struct err err = {0};
    assert_int_equal(
        conn_parse_type(fixture->conn, "DECIMAL(40,1)", &fixture->arena, &column, &err), -1);
    assert_non_null(strstr(err.message, "DECIMAL(40,1)"));
    assert_int_equal(conn_parse_type(fixture->conn, "nonsense", &fixture->arena, &column, &err),
                     -1);
    assert_int_equal(err.kind, ERR_CONFIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_without_running),
        cmocka_unit_test(params_decide_types),
        cmocka_unit_test(places_are_those_of_the_text_given),
        cmocka_unit_test(types_are_parsed),
        cmocka_unit_test(unknown_type_is_an_error),
    };
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
