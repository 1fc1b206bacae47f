/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

/* The output root, beside the warehouse. */
static const char *root(struct fixture *f)
{
    const char *path = arena_printf(&f->arena, "%s/out", f->folder);
    assert_ok(file_mkdirs(path, &ok_err));
    return path;
}

static struct redo_row put_row(struct fixture *f, const char *name, const char *text)
{
    char *staging = NULL;
    assert_ok(lake_staging_folder(f->lake, root(f), &f->arena, &staging, &ok_err));
    struct redo_row row = {.node = "output:x", .op = REDO_PUT, .root = root(f)};
    row.staged = arena_printf(&f->arena, "%s/%s.part", staging, path_basename(name));
    row.final_path = arena_printf(&f->arena, "%s/%s", row.root, name);
    row.size_bytes = (int64_t)strlen(text);
    row.hash = arena_strdup(&f->arena, hash_bytes(text, strlen(text)).hex);
    assert_ok(file_write_atomic(row.staged, text, strlen(text), &ok_err));
    return row;
}

static struct redo_row delete_row(struct fixture *f, const char *name)
{
    struct redo_row row = {.node = "output:x", .op = REDO_DELETE, .root = root(f)};
    row.final_path = arena_printf(&f->arena, "%s/%s", row.root, name);
    return row;
}

static void publish_redo(struct fixture *f, struct redo_row row)
{
    struct ledger_entry entry = {.node = row.node, .partition = ""};
    struct lake_change change = {.kind = LAKE_KEEP, .redo = &row, .redo_count = 1};
    change.ledger = &entry;
    change.ledger_count = 1;
    publish_one(f, change);
}

static struct redo_failures redo(struct fixture *f)
{
    struct redo_failures failures;
    assert_ok(lake_redo(f->lake, NULL, &f->arena, &failures, &ok_err));
    return failures;
}

static size_t redo_left(struct fixture *f)
{
    struct redo_list list;
    assert_ok(lake_redo_load(f->lake, &f->arena, &list, &ok_err));
    return list.count;
}

static const char *text_of(struct fixture *f, const char *path)
{
    char *text = NULL;
    size_t len;
    if (file_read(path, 1000, &f->arena, &text, &len, NULL) != 0)
        return NULL;
    return text;
}

static void test_put_replace_delete(void **state)
{
    struct fixture *f = *state;
    struct delivered_list delivered;
    struct redo_row row = put_row(f, "deep/a.csv", "one");
    publish_redo(f, row);
    assert_int_equal(redo(f).count, 0);
    assert_string_equal(text_of(f, row.final_path), "one");
    publish_redo(f, put_row(f, "deep/a.csv", "two"));
    assert_int_equal(redo(f).count, 0);
    assert_string_equal(text_of(f, row.final_path), "two");
    assert_ok(lake_delivered_load(f->lake, "output:x", &f->arena, &delivered, &ok_err));
    assert_int_equal(delivered.count, 1);
    assert_int_equal(delivered.items[0].id.size_bytes, 3);
    publish_redo(f, delete_row(f, "deep/a.csv"));
    assert_int_equal(redo(f).count, 0);
    assert_null(text_of(f, row.final_path));
    assert_false(file_is_dir(path_dirname(&f->arena, row.final_path)));
    assert_ok(lake_delivered_load(f->lake, NULL, &f->arena, &delivered, &ok_err));
    assert_int_equal(delivered.count, 0);
}

static void test_done_before(void **state)
{
    struct fixture *f = *state;
    struct redo_row row = put_row(f, "a.csv", "one");
    publish_redo(f, row);
    assert_int_equal(rename(row.staged, row.final_path), 0);
    assert_int_equal(redo(f).count, 0);
    assert_int_equal(redo_left(f), 0);
    publish_redo(f, delete_row(f, "never-there.csv"));
    assert_int_equal(redo(f).count, 0);
}

static void test_lost(void **state)
{
    struct fixture *f = *state;
    struct ledger_list ledger;
    struct redo_row row = put_row(f, "a.csv", "one");
    publish_redo(f, row);
    unlink(row.staged);
    assert_ok(file_write_atomic(row.final_path, "eno", 3, &ok_err)); /* not the hash */
    assert_int_equal(redo(f).count, 0);
    assert_ok(lake_ledger_load(f->lake, &f->arena, &ledger, &ok_err));
    assert_int_equal(ledger.count, 0);
    assert_int_equal(redo_left(f), 0);
}

static void test_adopt(void **state)
{
    struct fixture *f = *state;
    struct redo_row row = put_row(f, "a.csv", "one");
    assert_ok(file_write_atomic(row.final_path, "foreign", 7, &ok_err));
    publish_redo(f, row);
    struct redo_failures failures = redo(f);
    assert_int_equal(failures.count, 1);
    assert_int_equal(failures.items[0].err.kind, ERR_EXISTS);
    assert_string_equal(text_of(f, row.final_path), "foreign");
    assert_ok(file_stat(row.final_path, &row.replaces, &ok_err));
    publish_redo(f, row); /* as --adopt does; overtakes the row that waits */
    assert_int_equal(redo_left(f), 1);
    assert_int_equal(redo(f).count, 0);
    assert_string_equal(text_of(f, row.final_path), "one");
}

static void test_finished_on_open(void **state)
{
    struct fixture *f = *state;
    struct redo_row row = put_row(f, "a.csv", "one");
    publish_redo(f, row);
    reopen(f, "run2");
    assert_string_equal(text_of(f, row.final_path), "one");
    assert_int_equal(redo_left(f), 0);
}

static void test_one_node_only(void **state)
{
    struct fixture *f = *state;
    struct redo_failures failures;
    struct redo_row row = put_row(f, "a.csv", "one"), other = put_row(f, "b.csv", "two");
    other.node = "output:y";
    publish_redo(f, row);
    publish_redo(f, other);
    assert_ok(lake_redo(f->lake, "output:y", &f->arena, &failures, &ok_err));
    assert_null(text_of(f, row.final_path));
    assert_string_equal(text_of(f, other.final_path), "two");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_put_replace_delete), TEST(test_done_before),   TEST(test_lost), TEST(test_adopt),
        TEST(test_finished_on_open),   TEST(test_one_node_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
