/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void parts_are_joined(void **state)
{
    (void)state;
    assert_string_equal(path_join(&arena, "a", "b"), "a/b");
    assert_string_equal(path_join(&arena, "a/", "b"), "a/b");
    assert_string_equal(path_join(&arena, "/", "b"), "/b");
    assert_string_equal(path_join(&arena, "a", "/b"), "/b");
    assert_string_equal(path_join(&arena, "", "b"), "b");
    assert_string_equal(path_join(&arena, "a", ""), "a");
}

static void parts_are_taken(void **state)
{
    (void)state;
    assert_string_equal(path_dirname(&arena, "a/b/c"), "a/b");
    assert_string_equal(path_dirname(&arena, "a/b/"), "a");
    assert_string_equal(path_dirname(&arena, "a"), ".");
    assert_string_equal(path_dirname(&arena, ""), ".");
    assert_string_equal(path_dirname(&arena, "/a"), "/");
    assert_string_equal(path_dirname(&arena, "//a//b"), "//a");
    assert_string_equal(path_dirname(&arena, "/"), "/");
    assert_string_equal(path_basename("a/b"), "b");
    assert_string_equal(path_basename("b"), "b");
    assert_string_equal(path_basename("a/"), "");
}

static void absolute_paths_have_no_dots(void **state)
{
    (void)state;
    assert_string_equal(path_absolute(&arena, "/a/./b/../c//d/"), "/a/c/d");
    assert_string_equal(path_absolute(&arena, "/.."), "/");
    assert_string_equal(path_absolute(&arena, "/a/../../b"), "/b");
    assert_string_equal(path_absolute(&arena, "/..a/b.."), "/..a/b..");
    char *here = getcwd(NULL, 0);
    assert_string_equal(path_absolute(&arena, "."), here);
    assert_string_equal(path_absolute(&arena, ""), here);
    assert_string_equal(path_absolute(&arena, "x/../y"), path_join(&arena, here, "y"));
    free(here);
}

static void being_within_is_by_whole_parts(void **state)
{
    (void)state;
    assert_true(path_is_within("/a/b", "/a"));
    assert_true(path_is_within("/a/b", "/a/"));
    assert_true(path_is_within("/a", "/a"));
    assert_true(path_is_within("/a", "/"));
    assert_false(path_is_within("/ab", "/a"));
    assert_false(path_is_within("/a", "/a/b"));
    assert_string_equal(path_relative_to("/a/b/c", "/a"), "b/c");
    assert_string_equal(path_relative_to("/a/b", "/"), "a/b");
    assert_string_equal(path_relative_to("/ab", "/a"), "/ab");
    assert_string_equal(path_relative_to("/a", "/a"), ".");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_joined),
        cmocka_unit_test(parts_are_taken),
        cmocka_unit_test(absolute_paths_have_no_dots),
        cmocka_unit_test(being_within_is_by_whole_parts),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
