/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include "lake/journal.h"

static void test_runs(void **state)
{
    struct fixture *f = *state;
    struct journal *journal = NULL;
    struct run_list runs;
    struct run_node_list nodes;
    struct run_row run = {
        .run_id = "r1", .started_us = 10, .state = "running", .command = "leat run"};
    struct run_row gone = {
        .run_id = "r0", .started_us = 5, .state = "running", .command = "x", .pid = 1};
    run.pid = getpid();
    assert_ok(journal_open(f->folder, true, &journal, &ok_err));
    assert_ok(journal_run_begin(journal, &gone, &ok_err));
    assert_ok(journal_run_begin(journal, &run, &ok_err));
    struct run_node_row rows[] = {
        {.run_id = "r1", .node = "a", .partition = "", .state = "running"},
        {.run_id = "r1", .node = "b", .partition = "", .state = "done"},
        {.run_id = "r1", .node = "a", .state = "failed", .error = "no"}};
    assert_ok(journal_nodes(journal, rows, 3, &ok_err));
    assert_ok(journal_runs(journal, 10, &f->arena, &runs, &ok_err));
    assert_int_equal(runs.count, 2);
    assert_string_equal(runs.items[0].run_id, "r1");
    assert_string_equal(runs.items[0].state, "running"); /* we hold the lock */
    assert_string_equal(runs.items[1].state, "crashed");
    run.state = "done";
    run.finished_us = 20;
    assert_ok(journal_run_end(journal, &run, &ok_err));
    journal_close(journal);
    assert_ok(journal_open(f->folder, false, &journal, &ok_err));
    assert_ok(journal_runs(journal, 1, &f->arena, &runs, &ok_err));
    assert_int_equal(runs.count, 1);
    assert_string_equal(runs.items[0].state, "done");
    assert_ok(journal_run_nodes(journal, "r1", &f->arena, &nodes, &ok_err));
    assert_int_equal(nodes.count, 2);
    assert_string_equal(nodes.items[0].state, "failed");
    assert_string_equal(nodes.items[0].error, "no");
    assert_null(nodes.items[1].error);
    journal_close(journal);
}

static void test_nothing_there(void **state)
{
    struct fixture *f = *state;
    struct journal *journal = NULL;
    struct run_list runs;
    const char *folder = arena_printf(&f->arena, "%s/none", f->folder);
    assert_ok(journal_open(folder, false, &journal, &ok_err));
    assert_ok(journal_runs(journal, 0, &f->arena, &runs, &ok_err));
    assert_int_equal(runs.count, 0);
    journal_close(journal);
    assert_false(file_is_dir(folder));
}

static void test_all_crashed_when_unlocked(void **state)
{
    struct fixture *f = *state;
    struct journal *journal = NULL;
    struct run_list runs;
    struct run_row run = {.run_id = "r1", .state = "running", .pid = getpid()};
    assert_ok(journal_open(f->folder, true, &journal, &ok_err));
    assert_ok(journal_run_begin(journal, &run, &ok_err));
    lake_close(f->lake);
    f->lake = NULL;
    assert_ok(journal_runs(journal, 0, &f->arena, &runs, &ok_err));
    assert_string_equal(runs.items[0].state, "crashed");
    journal_close(journal);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_runs),
        TEST(test_nothing_there),
        TEST(test_all_crashed_when_unlocked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
