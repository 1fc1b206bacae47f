/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

static struct lake_lock make_lock(const char *json)
{
    return (struct lake_lock){.source = "raw.x",
                              .json = json,
                              .accepted = "",
                              .reject_count = 2,
                              .reject_file = "leat-run1-1.parquet",
                              .run_id = "run1",
                              .done_us = 5};
}

static void test_lock_and_repairs_come_with_the_commit(void **state)
{
    struct fixture *f = *state;
    struct lake_lock lock = make_lock("{}");
    struct lake_repair repair = {.source = "raw.x",
                                 .path = "a.csv",
                                 .member = "",
                                 .record = 7,
                                 .raw_hash = UINT64_MAX - 1,
                                 .raw = "1,2",
                                 .taken_from = "h"};
    struct lake_change change = table_change(f, LAKE_REPLACE, "t", 5);
    struct lock_list locks = {0};
    struct repair_list repairs = {0};
    change.lock = &lock;
    change.repairs = &repair;
    change.repair_count = 1;
    publish_one(f, change);
    reopen(f, "run2");
    assert_ok(lake_locks_load(f->lake, &f->arena, &locks, &ok_err));
    assert_int_equal(locks.count, 1);
    assert_string_equal(locks.items[0].json, "{}");
    assert_null(locks.items[0].before);
    assert_string_equal(locks.items[0].reject_file, "leat-run1-1.parquet");
    assert_ok(lake_repairs_load(f->lake, "raw.x", &f->arena, &repairs, &ok_err));
    assert_int_equal(repairs.count, 1);
    assert_true(repairs.items[0].raw_hash == UINT64_MAX - 1);
    assert_ok(lake_repairs_load(f->lake, "raw.y", &f->arena, &repairs, &ok_err));
    assert_int_equal(repairs.count, 0);
    assert_ok(lake_repairs_load(f->lake, NULL, &f->arena, &repairs, &ok_err));
    assert_int_equal(repairs.count, 1);
}

/* The second table of a change is in its snapshot; when one cannot be published, neither is. */
static void test_both_or_none(void **state)
{
    struct fixture *f = *state;
    struct lake_change also = table_change(f, LAKE_APPEND, "rejects", 2);
    struct lake_change change = table_change(f, LAKE_REPLACE, "t", 5);
    struct lake_lock lock = make_lock("{\"a\":1}");
    struct lock_list locks = {0};
    int64_t no_such_file = 4711;
    change.also = &also;
    assert_int_equal(publish_one(f, change), 1);
    struct lake_snapshot snapshot = load(f, -1);
    assert_int_equal(lake_snapshot_table(&snapshot, "s", "rejects")->row_count, 2);
    also = table_change(f, LAKE_APPEND, "rejects", 3);
    also.ended_files = &no_such_file;
    also.ended_count = 1;
    change = table_change(f, LAKE_REPLACE, "t", 6);
    change.also = &also;
    change.lock = &lock;
    assert_int_equal(publish_fails(f, change), ERR_CONFLICT);
    snapshot = load(f, -1);
    assert_int_equal(lake_snapshot_table(&snapshot, "s", "t")->row_count, 5);
    assert_ok(lake_locks_load(f->lake, &f->arena, &locks, &ok_err));
    assert_int_equal(locks.count, 0);
}

/* Tables of leat's own are written by many nodes in one run, each ending files of its own. */
static void test_own_tables_have_many_writers(void **state)
{
    struct fixture *f = *state;
    struct lake_new_file first = make_file(f, "leat", "rejects", 2, "1", "9");
    struct lake_new_file second = make_file(f, "leat", "rejects", 3, "1", "9");
    struct lake_change change = table_change(f, LAKE_APPEND, "rejects", 1);
    change.schema = "leat";
    change.files = &first;
    publish_one(f, change);
    struct lake_snapshot snapshot = load(f, -1);
    int64_t ended = lake_snapshot_table(&snapshot, "leat", "rejects")->files[0].id;
    change.files = &second;
    publish_one(f, change);
    change.file_count = 0;
    change.ended_files = &ended;
    change.ended_count = 1;
    change.base_snapshot = snapshot.id;
    publish_one(f, change);
    snapshot = load(f, -1);
    assert_int_equal(lake_snapshot_table(&snapshot, "leat", "rejects")->row_count, 3);
}

static void test_older_catalogs_get_the_tables(void **state)
{
    struct fixture *f = *state;
    struct lock_list locks = {0};
    lake_close(f->lake);
    f->lake = NULL;
    struct db db = {0};
    char path[128];
    snprintf(path, sizeof(path), "%s/catalog.sqlite", f->folder);
    assert_ok(db_open(&db, path, DB_WRITE, &ok_err));
    assert_ok(db_script(&db,
                        "DROP TABLE leat_locks; DROP TABLE leat_repairs;"
                        "UPDATE leat_meta SET value = '1' WHERE key = 'version'",
                        &ok_err));
    db_close(&db);
    f->lake = open_lake(f, LAKE_READ, NULL);
    assert_ok(lake_locks_load(f->lake, &f->arena, &locks, &ok_err));
    assert_int_equal(locks.count, 0);
    reopen(f, "run2");
    struct lake_lock lock = make_lock("{}");
    struct lake_change change = {.kind = LAKE_KEEP, .lock = &lock};
    assert_ok(lake_publish(f->lake, &change, 1, false, &ok_err));
    assert_ok(lake_locks_load(f->lake, &f->arena, &locks, &ok_err));
    assert_int_equal(locks.count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_lock_and_repairs_come_with_the_commit, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_both_or_none, setup, teardown),
        cmocka_unit_test_setup_teardown(test_own_tables_have_many_writers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_older_catalogs_get_the_tables, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
