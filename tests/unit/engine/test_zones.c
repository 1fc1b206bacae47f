/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include "engine/zones.h"

#include <inttypes.h>

static const struct zone *load(struct fixture *fixture, const char *name)
{
    const struct zone *zone = NULL;
    OK(zone_load(fixture->conn, name, &fixture->arena, &zone, &err));
    return zone;
}

/* Offsets of the table and of SQL are the same at many instants, also around each change. */
static void agrees_with_sql(void **state)
{
    static const char *const names[] = {"Europe/Vilnius", "America/Sao_Paulo", "Pacific/Apia",
                                        "Australia/Lord_Howe", "Asia/Kathmandu"};
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        const struct zone *zone = load(fixture, names[i]);
        AUTO(str_release) struct str sql = STR_INIT(1 << 20);
        str_append(&sql, "SELECT s, (epoch_us(timezone(");
        str_append_literal(&sql, names[i]);
        str_append(&sql, ", to_timestamp(s))) // 1000000 - s) FROM (SELECT unnest([-1500000000");
        for (size_t t = 1; t < zone->count; t++)
            str_appendf(&sql, ",%" PRId64 ",%" PRId64, zone->starts_us[t] / US_PER_SECOND,
                        zone->starts_us[t] / US_PER_SECOND - 1);
        str_append(&sql, "]) AS s UNION ALL SELECT -2200000000 + i * 1234567 FROM range(5000) "
                         "t(i))");
        struct result *result = NULL;
        OK(conn_query(fixture->conn, str_text(&sql), NULL, 0, &result, &err));
        while (result_next(result, NULL) == 1) {
            int64_t at_us = result_i64(result, 0) * US_PER_SECOND;
            assert_int_equal(zone_offset_s(zone, at_us), result_i64(result, 1));
        }
        result_free(result);
    }
}

static void knows_the_changes_of_2022(void **state)
{
    const struct zone *zone = load(*state, "Europe/Vilnius");
    int64_t spring = INT64_C(1648342800) * US_PER_SECOND; /* 2022-03-27T01:00Z */
    assert_int_equal(zone_offset_s(zone, spring - 1), 7200);
    assert_int_equal(zone_offset_s(zone, spring), 10800);
    assert_true(zone->count > 200);
}

static void utc_has_no_changes(void **state)
{
    const struct zone *zone = load(*state, "UTC");
    assert_int_equal(zone->count, 1);
    assert_int_equal(zone->offsets_s[0], 0);
}

static void unknown_names_have_a_hint(void **state)
{
    struct fixture *fixture = *state;
    const struct zone *zone;
    struct err err = {0};
    assert_int_equal(zone_load(fixture->conn, "Europe/Vilnus", &fixture->arena, &zone, &err), -1);
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_string_equal(err.message, "unknown time zone \"Europe/Vilnus\"");
    assert_string_equal(err.hint, "Did you mean \"Europe/Vilnius\"?");
    assert_int_equal(zone_load(fixture->conn, "'; x", &fixture->arena, &zone, &err), -1);
    assert_int_equal(zone_load(fixture->conn, "", &fixture->arena, &zone, &err), -1);
}

static void text_is_read_back(void **state)
{
    static const char *const bad[] = {"",      "x",           "0 1",       "- 1;", "- 1;x",
                                      "- 1;5", "- 1;5 6;4 7", "- 1;5 6 7", "-"};
    struct fixture *fixture = *state;
    const struct zone *zone = load(fixture, "Europe/Vilnius"), *again;
    char *text = zone_to_text(zone, &fixture->arena);
    OK(zone_from_text(zone->name, text, &fixture->arena, &again, &err));
    assert_int_equal(again->count, zone->count);
    assert_memory_equal(again->starts_us, zone->starts_us, zone->count * sizeof(int64_t));
    assert_memory_equal(again->offsets_s, zone->offsets_s, zone->count * sizeof(int32_t));
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        if (zone_from_text("x", bad[i], &fixture->arena, &again, NULL) != -1)
            fail_msg("\"%s\" was read", bad[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_sql),    cmocka_unit_test(knows_the_changes_of_2022),
        cmocka_unit_test(utc_has_no_changes), cmocka_unit_test(unknown_names_have_a_hint),
        cmocka_unit_test(text_is_read_back),
    };
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
