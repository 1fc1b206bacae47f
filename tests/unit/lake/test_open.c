/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include <pthread.h>
#include <sys/wait.h>

static int open_fails(struct fixture *f, enum lake_mode mode, int wait_ms, struct err *err)
{
    struct lake *lake = NULL;
    struct lake_options options = {
        .folder = f->folder, .mode = mode, .run_id = "other", .lock_wait_ms = wait_ms};
    int failed = lake_open(&options, &lake, err);
    lake_close(lake);
    return failed;
}

static void test_two_writers(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    char pid[32];
    snprintf(pid, sizeof(pid), "process %d ", getpid());
    assert_int_equal(open_fails(f, LAKE_WRITE, 0, &err), -1);
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_true(err.retryable);
    assert_non_null(strstr(err.message, pid));
    lake_close(f->lake);
    f->lake = NULL;
    assert_int_equal(open_fails(f, LAKE_WRITE, 0, &err), 0);
}

static void *close_later(void *lake)
{
    usleep(100000);
    lake_close(lake);
    return NULL;
}

static void test_writer_waits(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    pthread_t thread;
    pthread_create(&thread, NULL, close_later, f->lake);
    f->lake = NULL;
    assert_int_equal(open_fails(f, LAKE_WRITE, 5000, &err), 0);
    pthread_join(thread, NULL);
}

static void test_reader_beside_writer(void **state)
{
    struct fixture *f = *state;
    struct lake *reader = open_lake(f, LAKE_READ, NULL);
    struct lake_snapshot snapshot;
    struct lake_change change = {0};
    struct err err = {0};
    publish_one(f, table_change(f, LAKE_REPLACE, "t", 5));
    assert_ok(lake_snapshot_load(reader, -1, &f->arena, &snapshot, &ok_err));
    assert_int_equal(snapshot.id, 1);
    assert_false(lake_is_copy(reader));
    assert_int_equal(lake_publish(reader, &change, 1, false, &err), -1);
    lake_close(reader);
}

static void test_reading_what_is_not_there(void **state)
{
    struct fixture *f = *state;
    struct lake_snapshot snapshot;
    lake_close(f->lake);
    assert_ok(file_remove_tree(f->folder, &ok_err));
    f->lake = open_lake(f, LAKE_READ, NULL);
    assert_ok(lake_snapshot_load(f->lake, -1, &f->arena, &snapshot, &ok_err));
    assert_int_equal(snapshot.table_count, 0);
    assert_false(file_is_dir(f->folder));
    lake_close(f->lake);
    f->lake = open_lake(f, LAKE_WRITE, "again");
}

static void test_copy_in_memory(void **state)
{
    struct fixture *f = *state;
    struct db db = {0};
    int64_t count = 0;
    char path[128], wal[136];
    struct err err = {0};
    publish_one(f, table_change(f, LAKE_REPLACE, "t", 5));
    snprintf(path, sizeof(path), "%s/catalog.sqlite", f->folder);
    snprintf(wal, sizeof(wal), "%s-wal", path);
    assert_true(file_exists(wal)); /* with a -wal beside it */
    assert_ok(db_open_copy(&db, path, &ok_err));
    assert_ok(db_value(&db, -1, &count, &ok_err, "SELECT count(*) FROM ducklake_snapshot", ""));
    assert_int_equal(count, 2);
    assert_int_equal(db_run(&db, &err, "DELETE FROM ducklake_snapshot", ""), -1);
    db_close(&db);
    lake_close(f->lake);
    f->lake = NULL;
    assert_false(file_exists(wal)); /* and without */
    assert_ok(db_open_copy(&db, path, &ok_err));
    assert_ok(db_value(&db, -1, &count, &ok_err, "SELECT count(*) FROM ducklake_snapshot", ""));
    assert_int_equal(count, 2);
    db_close(&db);
}

static void test_foreign_catalogs_refused(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    struct db db = {0};
    char path[128];
    lake_close(f->lake);
    f->lake = NULL;
    snprintf(path, sizeof(path), "%s/catalog.sqlite", f->folder);
    assert_ok(db_open(&db, path, DB_WRITE, &ok_err));
    assert_ok(db_script(&db, "UPDATE ducklake_metadata SET value = '2.0' WHERE key = 'version'",
                        &ok_err));
    assert_int_equal(open_fails(f, LAKE_READ, 0, &err), -1);
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_string_equal(err.message,
                        "the warehouse has version 2.0 of DuckLake, this leat reads version 1.0");
    assert_int_equal(open_fails(f, LAKE_WRITE, 0, &err), -1);
    assert_ok(db_script(&db, "DROP TABLE leat_meta", &ok_err));
    assert_int_equal(open_fails(f, LAKE_READ, 0, &err), -1);
    assert_non_null(strstr(err.message, "was not made by leat"));
    db_close(&db);
    assert_ok(file_write_atomic(path, "this is not a database, but quite long", 38, &ok_err));
    assert_int_equal(open_fails(f, LAKE_READ, 0, &err), -1);
    assert_int_equal(err.kind, ERR_DATA);
}

static void test_stale_fence(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    char lock[128];
    snprintf(lock, sizeof(lock), "%s/lock", f->folder);
    unlink(lock);
    struct lake *next = open_lake(f, LAKE_WRITE, "next");
    struct lake_change change = table_change(f, LAKE_REPLACE, "t", 5);
    assert_int_equal(lake_publish(f->lake, &change, 1, false, &err), -1);
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_int_equal(lake_check_fence(f->lake, &err), -1);
    assert_ok(lake_check_fence(next, &ok_err));
    lake_close(next);
}

static void test_lock_is_free_after_a_crash(void **state)
{
    struct fixture *f = *state;
    lake_close(f->lake);
    f->lake = NULL;
    pid_t child = fork();
    if (child == 0) {
        struct lake *lake = open_lake(f, LAKE_WRITE, "child");
        _exit(lake == NULL); /* without closing */
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    f->lake = open_lake(f, LAKE_WRITE, "next");
    char temp[128];
    snprintf(temp, sizeof(temp), "%s/temp/child", f->folder);
    assert_false(file_is_dir(temp));
}

struct path_thread {
    struct fixture *f;
    struct arena arena;
    const char *last;
};

static void *take_paths(void *context)
{
    struct path_thread *thread = context;
    for (int i = 0; i < 200; i++) {
        char *path = NULL;
        if (lake_data_path(thread->f->lake, "s", "t", &thread->arena, &path, NULL) != 0)
            return NULL;
        if (file_exists(path)) /* given twice */
            return NULL;
        if (file_write_atomic(path, "x", 1, NULL) != 0)
            return NULL;
        thread->last = path;
    }
    return thread;
}

static void test_threads(void **state)
{
    struct fixture *f = *state;
    struct path_thread contexts[3] = {{.f = f}, {.f = f}, {.f = f}};
    pthread_t threads[3];
    for (int i = 0; i < 3; i++) {
        arena_init(&contexts[i].arena, (size_t)16 << 20);
        pthread_create(&threads[i], NULL, take_paths, &contexts[i]);
    }
    for (int i = 0; i < 20; i++)
        publish_one(f, table_change(f, LAKE_APPEND, "t", 1));
    for (int i = 0; i < 3; i++) {
        void *result = NULL;
        pthread_join(threads[i], &result);
        assert_non_null(result);
        arena_release(&contexts[i].arena);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_two_writers),
        TEST(test_writer_waits),
        TEST(test_reader_beside_writer),
        TEST(test_reading_what_is_not_there),
        TEST(test_copy_in_memory),
        TEST(test_foreign_catalogs_refused),
        TEST(test_stale_fence),
        TEST(test_lock_is_free_after_a_crash),
        TEST(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
