/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

static void test_replace_append(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(publish_one(f, table_change(f, LAKE_REPLACE, "t", 5)), 1);
    assert_int_equal(publish_one(f, table_change(f, LAKE_APPEND, "t", 3)), 2);
    struct lake_snapshot snapshot = load(f, -1);
    const struct lake_table *table = lake_snapshot_table(&snapshot, "S", "T");
    assert_int_equal(snapshot.id, 2);
    assert_int_equal(table->row_count, 8);
    assert_int_equal(table->file_count, 2);
    assert_int_equal(table->changed_snapshot, 2);
    assert_string_equal(table->columns.items[0].type_text, "INTEGER");
    assert_int_equal(publish_one(f, table_change(f, LAKE_REPLACE, "t", 1)), 3);
    snapshot = load(f, -1);
    assert_int_equal(lake_snapshot_table(&snapshot, "s", "t")->row_count, 1);
    assert_int_equal(lake_snapshot_table(&snapshot, "s", "t")->id, table->id);
    snapshot = load(f, 1);
    assert_int_equal(lake_snapshot_table(&snapshot, "s", "t")->row_count, 5);
    snapshot = load(f, 0);
    assert_null(lake_snapshot_table(&snapshot, "s", "t"));
}

static void test_append_ends_files(void **state)
{
    struct fixture *f = *state;
    publish_one(f, table_change(f, LAKE_REPLACE, "t", 5));
    publish_one(f, table_change(f, LAKE_APPEND, "t", 3));
    struct lake_snapshot snapshot = load(f, -1);
    int64_t ended = lake_snapshot_table(&snapshot, "s", "t")->files[0].id;
    struct lake_change change = table_change(f, LAKE_APPEND, "t", 100);
    change.ended_files = &ended;
    change.ended_count = 1;
    publish_one(f, change);
    snapshot = load(f, -1);
    assert_int_equal(lake_snapshot_table(&snapshot, "s", "t")->row_count, 103);
    change = table_change(f, LAKE_APPEND, "t", 1); /* ended twice */
    change.ended_files = &ended;
    change.ended_count = 1;
    assert_int_equal(publish_fails(f, change), ERR_CONFLICT);
}

static void test_new_columns_make_a_new_table(void **state)
{
    struct fixture *f = *state;
    publish_one(f, table_change(f, LAKE_REPLACE, "t", 5));
    struct lake_snapshot before = load(f, -1);
    struct lake_change change = table_change(f, LAKE_REPLACE, "t", 7);
    change.columns = two_columns(f, "other");
    publish_one(f, change);
    struct lake_snapshot after = load(f, -1);
    assert_string_equal(lake_snapshot_table(&after, "s", "t")->columns.items[0].name, "other");
    assert_int_not_equal(lake_snapshot_table(&after, "s", "t")->id,
                         lake_snapshot_table(&before, "s", "t")->id);
    change = table_change(f, LAKE_APPEND, "t", 7); /* appending never changes columns */
    assert_int_equal(publish_fails(f, change), ERR_CONFLICT);
}

static void test_conflict(void **state)
{
    struct fixture *f = *state;
    publish_one(f, table_change(f, LAKE_REPLACE, "t", 5));
    publish_one(f, table_change(f, LAKE_REPLACE, "other", 5));
    struct lake_change change = table_change(f, LAKE_REPLACE, "t", 7);
    change.base_snapshot = 1;
    publish_one(f, change);
    change = table_change(f, LAKE_REPLACE, "t", 7);
    change.base_snapshot = 2;
    assert_int_equal(publish_fails(f, change), ERR_CONFLICT);
    change = table_change(f, LAKE_VIEW, "t", 7);
    change.view_sql = "SELECT 1";
    change.base_snapshot = 2;
    assert_int_equal(publish_fails(f, change), ERR_CONFLICT);
    assert_int_equal(load(f, -1).id, 3);
}

static void test_log_tables_never_conflict(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 3; i++) {
        struct lake_change change = table_change(f, LAKE_APPEND, "x", 1);
        struct lake_new_file file = make_file(f, "leat", "failures", 2, "1", "2");
        change.schema = "leat";
        change.name = "failures";
        change.files = &file;
        change.base_snapshot = 0;
        publish_one(f, change);
    }
    struct lake_snapshot snapshot = load(f, -1);
    assert_int_equal(lake_snapshot_table(&snapshot, "leat", "failures")->row_count, 6);
}

static void test_failed_change_leaves_the_others(void **state)
{
    struct fixture *f = *state;
    publish_one(f, table_change(f, LAKE_REPLACE, "t", 5));
    struct ledger_entry entry = {.node = "n", .partition = ""};
    struct lake_change changes[] = {table_change(f, LAKE_REPLACE, "a", 1),
                                    table_change(f, LAKE_REPLACE, "t", 1),
                                    table_change(f, LAKE_REPLACE, "b", 1)};
    changes[1].base_snapshot = 0;
    changes[1].ledger = &entry;
    changes[1].ledger_count = 1;
    assert_ok(lake_publish(f->lake, changes, 3, false, &ok_err));
    assert_int_equal(changes[0].result.kind, ERR_NONE);
    assert_int_equal(changes[1].result.kind, ERR_CONFLICT);
    assert_int_equal(changes[2].result.kind, ERR_NONE);
    assert_int_equal(changes[0].snapshot_id, 2);
    assert_int_equal(changes[2].snapshot_id, 3);
    struct ledger_list ledger;
    assert_ok(lake_ledger_load(f->lake, &f->arena, &ledger, &ok_err));
    assert_int_equal(ledger.count, 0);
}

static void test_together(void **state)
{
    struct fixture *f = *state;
    struct lake_change changes[] = {table_change(f, LAKE_REPLACE, "a", 1),
                                    table_change(f, LAKE_REPLACE, "b", 1)};
    assert_ok(lake_publish(f->lake, changes, 2, true, &ok_err));
    assert_int_equal(changes[0].snapshot_id, 1);
    assert_int_equal(changes[1].snapshot_id, 1);
    struct lake_change again[] = {table_change(f, LAKE_REPLACE, "c", 1),
                                  table_change(f, LAKE_REPLACE, "b", 1)};
    again[1].base_snapshot = 0;
    assert_ok(lake_publish(f->lake, again, 2, true, &ok_err));
    assert_int_equal(again[0].result.kind, ERR_CONFLICT);
    assert_int_equal(again[1].result.kind, ERR_CONFLICT);
    struct lake_snapshot snapshot = load(f, -1);
    assert_int_equal(snapshot.id, 1);
    assert_null(lake_snapshot_table(&snapshot, "s", "c"));
}

static void test_views(void **state)
{
    struct fixture *f = *state;
    struct lake_change change = {
        .kind = LAKE_VIEW, .schema = "s", .name = "v", .base_snapshot = -1};
    change.view_sql = "SELECT 1 AS x";
    assert_int_equal(publish_one(f, change), 1);
    assert_int_equal(publish_one(f, change), 1); /* the same text: nothing to do */
    change.view_sql = "SELECT 2 AS x";
    assert_int_equal(publish_one(f, change), 2);
    struct lake_snapshot snapshot = load(f, -1);
    assert_true(lake_snapshot_table(&snapshot, "s", "v")->is_view);
    assert_string_equal(lake_snapshot_table(&snapshot, "s", "v")->view_sql, "SELECT 2 AS x");
    publish_one(f, table_change(f, LAKE_REPLACE, "v", 5));
    snapshot = load(f, -1);
    assert_false(lake_snapshot_table(&snapshot, "s", "v")->is_view);
    assert_int_equal(publish_one(f, change), 4);
    snapshot = load(f, 3);
    assert_int_equal(lake_snapshot_table(&snapshot, "s", "v")->row_count, 5);
}

static void test_keep_and_lists(void **state)
{
    struct fixture *f = *state;
    struct ledger_entry entry = {.node = "n", .fingerprint = "f", .row_count = 3, .run_id = "run1"};
    struct input_file input = {.path = "/x", .id = {1, 2, 3}, .hash = "h", .row_count = -1};
    struct lake_change change = {.kind = LAKE_KEEP, .ledger = &entry, .ledger_count = 1};
    change.inputs = &input;
    change.input_count = 1;
    change.inputs_source = "raw.x";
    assert_int_equal(publish_one(f, change), 0);
    struct ledger_list ledger;
    struct input_list inputs;
    assert_ok(lake_ledger_load(f->lake, &f->arena, &ledger, &ok_err));
    assert_ok(lake_inputs_load(f->lake, "raw.x", &f->arena, &inputs, &ok_err));
    assert_int_equal(ledger.count, 1);
    assert_string_equal(ledger.items[0].partition, "");
    assert_null(ledger.items[0].cursor);
    assert_int_equal(inputs.count, 1);
    assert_int_equal(inputs.items[0].id.mtime_ns, 2);
    assert_int_equal(inputs.items[0].row_count, -1);
    assert_null(inputs.items[0].min_time);
    const char *forget = "n";
    change = (struct lake_change){.kind = LAKE_KEEP, .forget_nodes = &forget, .forget_count = 1};
    change.inputs_source = "raw.x";
    publish_one(f, change);
    assert_ok(lake_ledger_load(f->lake, &f->arena, &ledger, &ok_err));
    assert_ok(lake_inputs_load(f->lake, NULL, &f->arena, &inputs, &ok_err));
    assert_int_equal(ledger.count, 0);
    assert_int_equal(inputs.count, 0);
}

static void test_empty_files_are_not_recorded(void **state)
{
    struct fixture *f = *state;
    publish_one(f, table_change(f, LAKE_REPLACE, "t", 0));
    struct lake_snapshot snapshot = load(f, -1);
    const struct lake_table *table = lake_snapshot_table(&snapshot, "s", "t");
    char *sql = NULL;
    assert_int_equal(table->file_count, 0);
    assert_ok(lake_table_sql(f->lake, table, &f->arena, &sql, &ok_err));
    assert_string_equal(sql, "SELECT CAST(NULL AS INTEGER) AS \"a\", CAST(NULL AS VARCHAR) AS \"b\""
                             " WHERE false");
}

static void test_unpublished_files_go(void **state)
{
    struct fixture *f = *state;
    struct lake_change kept = table_change(f, LAKE_REPLACE, "t", 5);
    struct lake_change lost = table_change(f, LAKE_REPLACE, "t", 5);
    publish_one(f, kept);
    reopen(f, "run2");
    assert_true(file_exists(kept.files[0].path));
    assert_false(file_exists(lost.files[0].path));
}

static void test_snapshot_find(void **state)
{
    struct fixture *f = *state;
    int64_t id = -1;
    struct err err = {0};
    publish_one(f, table_change(f, LAKE_REPLACE, "t", 5));
    assert_ok(lake_snapshot_find(f->lake, "1", &id, &ok_err));
    assert_int_equal(id, 1);
    assert_ok(lake_snapshot_find(f->lake, "2999-01-01", &id, &ok_err));
    assert_int_equal(id, 1);
    assert_int_equal(lake_snapshot_find(f->lake, "2", &id, &err), -1);
    assert_int_equal(err.kind, ERR_NOT_FOUND);
    assert_int_equal(lake_snapshot_find(f->lake, "2001-01-01", &id, &err), -1);
    assert_int_equal(err.kind, ERR_NOT_FOUND);
    assert_int_equal(lake_snapshot_find(f->lake, "yesterday", &id, &err), -1);
    assert_int_equal(err.kind, ERR_CONFIG);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_replace_append),
        TEST(test_append_ends_files),
        TEST(test_new_columns_make_a_new_table),
        TEST(test_conflict),
        TEST(test_log_tables_never_conflict),
        TEST(test_failed_change_leaves_the_others),
        TEST(test_together),
        TEST(test_views),
        TEST(test_keep_and_lists),
        TEST(test_empty_files_are_not_recorded),
        TEST(test_unpublished_files_go),
        TEST(test_snapshot_find),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
