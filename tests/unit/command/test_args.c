/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "command/args.h"

/* Parses "leat <words…>"; the words are split at spaces. */
static int parse(struct invocation *invocation, const char *words, struct err *err)
{
    char *argv[32] = {(char *)"leat"};
    int argc = 1;
    invocation_init(invocation);
    char *text = arena_strdup(&invocation->arena, words);
    for (char *word = strtok(text, " "); word != NULL; word = strtok(NULL, " "))
        argv[argc++] = word;
    return args_parse(argc, argv, invocation, err);
}

static void expect_error(const char *words, const char *message, const char *hint)
{
    struct invocation invocation;
    struct err err = {0};
    assert_int_equal(parse(&invocation, words, &err), -1);
    assert_int_equal(err.kind, ERR_USAGE);
    assert_string_equal(err.message, message);
    assert_string_equal(err.hint, hint);
    invocation_release(&invocation);
}

static void test_values(void **state)
{
    struct invocation invocation;
    struct err err = {0};
    const char *const *items = NULL;
    (void)state;
    assert_int_equal(
        parse(&invocation, "-C p run a --memory=4GB -s x --select +y -sz --fail-fast -- -b", &err),
        0);
    assert_string_equal(invocation.command->name, "run");
    assert_string_equal(invocation_option(&invocation, "directory"), "p");
    assert_string_equal(invocation_option(&invocation, "memory"), "4GB");
    assert_null(invocation_option(&invocation, "threads"));
    assert_true(invocation_flag(&invocation, "fail-fast"));
    assert_false(invocation_flag(&invocation, "dry-run"));
    assert_int_equal(invocation_list(&invocation, "select", &items), 3);
    assert_string_equal(items[1], "+y");
    assert_string_equal(items[2], "z");
    assert_int_equal(invocation_args(&invocation, &items), 2);
    assert_string_equal(items[1], "-b");
    invocation_release(&invocation);
}

static void test_last_value_wins_and_flags_can_be_turned_off(void **state)
{
    struct invocation invocation;
    (void)state;
    assert_int_equal(parse(&invocation, "run --threads 1 --threads 2 --dry-run --dry-run=no", NULL),
                     0);
    assert_string_equal(invocation_option(&invocation, "threads"), "2");
    assert_false(invocation_flag(&invocation, "dry-run"));
    invocation_release(&invocation);
}

static void test_params(void **state)
{
    struct invocation invocation;
    (void)state;
    assert_int_equal(parse(&invocation, "build --input data/ --school-year=2024", NULL), 0);
    assert_string_equal(invocation.command->name, "run");
    assert_int_equal(invocation.params.count, 2);
    assert_string_equal(invocation.params.items[0].name, "input");
    assert_string_equal(invocation.params.items[0].value, "data/");
    assert_string_equal(invocation.params.items[1].name, "school_year");
    invocation_release(&invocation);
}

static void test_environment(void **state)
{
    struct invocation invocation;
    struct err err = {0};
    (void)state;
    setenv("LEAT_MEMORY", "1GB", 1);
    setenv("LEAT_FULL_REFRESH", "yes", 1);
    assert_int_equal(parse(&invocation, "run", NULL), 0);
    assert_string_equal(invocation_option(&invocation, "memory"), "1GB");
    assert_true(invocation_flag(&invocation, "full-refresh"));
    invocation_release(&invocation);
    assert_int_equal(parse(&invocation, "run --memory 2GB", NULL), 0);
    assert_string_equal(invocation_option(&invocation, "memory"), "2GB");
    invocation_release(&invocation);
    setenv("LEAT_FULL_REFRESH", "maybe", 1);
    assert_int_equal(parse(&invocation, "run", &err), -1);
    assert_string_equal(err.message, "LEAT_FULL_REFRESH is on or off and takes no \"maybe\"");
    invocation_release(&invocation);
    unsetenv("LEAT_MEMORY");
    unsetenv("LEAT_FULL_REFRESH");
}

static void test_mistakes(void **state)
{
    (void)state;
    expect_error("rnu", "unknown command \"rnu\"", "Did you mean \"leat run\"?");
    expect_error("zzzzzz", "unknown command \"zzzzzz\"", "\"leat help\" lists the commands.");
    expect_error("run --full-refesh", "unknown option \"--full-refesh\"",
                 "Did you mean --full-refresh?");
    expect_error("version --memori 3", "unknown option \"--memori\"", "Did you mean --memory?");
    expect_error("run --memory", "--memory needs a value: --memory SIZE", "");
    expect_error("run --p", "--p needs a value: --p VALUE",
                 "It can only be a param; \"leat help run\" lists params and options.");
    expect_error("ls -o jsn", "-o cannot be \"jsn\": expected one of table, csv, json, jsonl",
                 "Did you mean json?");
    expect_error("query", "leat query needs SQL", "\"leat help query\" tells how it is used.");
    expect_error("version x", "leat version does not know what to do with \"x\"",
                 "\"leat help version\" tells how it is used.");
    expect_error("run -x", "unknown option \"-x\"",
                 "Long options begin with two dashes; \"leat help run\" lists them.");
}

/* A letter or name that stands for two things would make one of them unreachable. */
static void test_tables_are_unambiguous(void **state)
{
    (void)state;
    for (size_t c = 0; c < command_count; c++)
        for (const struct option *o = commands[c].options; o != NULL && o->name != NULL; o++) {
            assert_ptr_equal(option_find(&commands[c], o->name), o);
            for (const struct option *g = global_options; g->name != NULL; g++) {
                assert_string_not_equal(o->name, g->name);
                assert_true(o->letter == 0 || o->letter != g->letter);
            }
            assert_true((o->kind == OPTION_FLAG) == (o->value_name == NULL));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_last_value_wins_and_flags_can_be_turned_off),
        cmocka_unit_test(test_params),
        cmocka_unit_test(test_environment),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_tables_are_unambiguous),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
