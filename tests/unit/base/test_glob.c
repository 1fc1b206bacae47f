/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/glob_match.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct arena arena;
static char folder[64];
static char *start_folder;

/* A tree to search; the tests run inside it. */
static const char *const tree[] = {
    "a.csv",
    "b.csv",
    "b.txt",
    ".hidden.csv",
    "data/1.csv",
    "data/2.csv",
    "data/x/3.csv",
    "data/x/y/4.csv",
    "data/x/y/5.parquet",
    "data/.leat/6.csv",
    "data/.leat/x/7.csv",
    "data/u/\xC3\xA4.csv",
    "data/u/[1].csv",
    "other/1.csv",
    "2024/01/d.csv",
    "2024/02/d.csv",
    "2025/01/d.csv",
};

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 8 << 20);
    start_folder = getcwd(NULL, 0);
    strcpy(folder, "/tmp/leat-glob-XXXXXX");
    if (mkdtemp(folder) == NULL || chdir(folder) != 0)
        return -1;
    for (size_t i = 0; i < ARRAY_COUNT(tree); i++)
        if (file_mkdirs(path_dirname(&arena, tree[i]), NULL) != 0 ||
            file_write_atomic(tree[i], "", 0, NULL) != 0)
            return -1;
    return mkdir("folder.csv", 0777);
}

static int teardown(void **state)
{
    (void)state;
    int failed = chdir(start_folder) != 0 || file_remove_tree(folder, NULL) != 0;
    free(start_folder);
    arena_release(&arena);
    return failed;
}

/* What the pattern matches, with spaces in between. */
static const char *found(const char *pattern)
{
    struct path_list list;
    struct err err = {0};
    if (glob_expand(pattern, &arena, &list, &err) != 0)
        fail_msg("%s", err.message);
    const char *text = "";
    for (size_t i = 0; i < list.count; i++)
        text = arena_printf(&arena, "%s%s%s", text, i == 0 ? "" : " ", list.items[i]);
    return text;
}

static void stars_match_within_a_folder(void **state)
{
    (void)state;
    assert_string_equal(found("*.csv"), "a.csv b.csv");
    assert_string_equal(found("?.csv"), "a.csv b.csv");
    assert_string_equal(found("[b-z].*"), "b.csv b.txt");
    assert_string_equal(found("[!b].csv"), "a.csv");
    assert_string_equal(found("./*.txt"), "./b.txt");
    assert_string_equal(found("*/1.csv"), "data/1.csv other/1.csv");
    assert_string_equal(found("data//*.csv"), "data/1.csv data/2.csv");
    assert_string_equal(found("data/../other/*"), "data/../other/1.csv");
    assert_string_equal(found("20*/*/d.csv"), "2024/01/d.csv 2024/02/d.csv 2025/01/d.csv");
    assert_string_equal(found("*.none"), "");
    assert_string_equal(found("none/*.csv"), "");
    assert_string_equal(found("a.csv/*"), "");
    assert_string_equal(found(""), "");
}

static void plain_paths_match_themselves(void **state)
{
    (void)state;
    assert_string_equal(found("a.csv"), "a.csv");
    assert_string_equal(found("data/x/3.csv"), "data/x/3.csv");
    assert_string_equal(found("none.csv"), "");
    assert_string_equal(found("data"), ""); /* a folder is no file */
    const char *absolute = path_join(&arena, folder, "a.csv");
    assert_string_equal(found(absolute), absolute);
}

static void two_stars_match_any_depth(void **state)
{
    (void)state;
    assert_string_equal(found("data/**/*.csv"), "data/1.csv data/2.csv data/u/[1].csv "
                                                "data/u/\xC3\xA4.csv data/x/3.csv data/x/y/4.csv");
    assert_string_equal(found("data/**/y/*"), "data/x/y/4.csv data/x/y/5.parquet");
    assert_string_equal(found("data/x/**"), "data/x/3.csv data/x/y/4.csv data/x/y/5.parquet");
    assert_string_equal(found("**/**/**/5.parquet"), "data/x/y/5.parquet");
    assert_string_equal(found("**/x/**/*.csv"), "data/x/3.csv data/x/y/4.csv");
    assert_string_equal(found("**/1.csv"), "data/1.csv other/1.csv");
    assert_string_equal(found("**.txt"), "b.txt"); /* not a part of its own: as one star */
}

static void hidden_files_need_a_dot(void **state)
{
    (void)state;
    assert_string_equal(found(".*.csv"), ".hidden.csv");
    assert_string_equal(found("?hidden.csv"), "");
    assert_string_equal(found("[.]hidden.csv"), "");
    assert_string_equal(found("data/.leat/*.csv"), "data/.leat/6.csv");
    assert_string_equal(found("data/.l*/**/*.csv"), "data/.leat/6.csv data/.leat/x/7.csv");
    assert_string_equal(found("**/.leat/*"), "data/.leat/6.csv");
    assert_string_equal(found("**/6.csv"), "");
}

static void braces_are_alternatives(void **state)
{
    (void)state;
    assert_string_equal(found("{a,b}.{csv,txt}"), "a.csv b.csv b.txt");
    assert_string_equal(found("{data,other}/1.csv"), "data/1.csv other/1.csv");
    assert_string_equal(found("{data/{1,2},a}.csv"), "a.csv data/1.csv data/2.csv");
    assert_string_equal(found("{a,a,a*}.csv"), "a.csv"); /* each once */
    assert_string_equal(found("a{,.csv}"), "a.csv");
    assert_string_equal(found("{.hidden,a}.csv"), ".hidden.csv a.csv");
    assert_string_equal(found("{a.csv"), "");
    assert_string_equal(found("2024/0{1,2}/*"), "2024/01/d.csv 2024/02/d.csv");
    struct err err = {0};
    struct path_list list;
    const char *many = "{1,2,3,4,5,6,7,8,9}{1,2,3,4,5,6,7,8,9}{1,2,3,4,5,6,7,8,9}"
                       "{1,2,3,4,5,6,7,8,9}{1,2,3,4,5,6,7,8,9}";
    assert_int_equal(glob_expand(many, &arena, &list, &err), -1);
    assert_int_equal(err.kind, ERR_CONFIG);
}

static void characters_are_utf8(void **state)
{
    (void)state;
    assert_string_equal(found("data/u/?.csv"), "data/u/\xC3\xA4.csv");
    assert_string_equal(found("data/u/[\xC3\xA0-\xC3\xBF].csv"), "data/u/\xC3\xA4.csv");
    assert_string_equal(found("data/u/[[]1].csv"), "data/u/[1].csv");
}

static void links_are_followed_but_not_by_two_stars(void **state)
{
    (void)state;
    assert_int_equal(symlink("../..", "data/x/loop"), 0);
    assert_int_equal(symlink("self", "self"), 0);
    assert_int_equal(symlink("nowhere.csv", "dangling.csv"), 0);
    assert_int_equal(symlink("a.csv", "link.csv"), 0);
    assert_int_equal(symlink("data", "ldata"), 0);
    assert_string_equal(found("**/4.csv"), "data/x/y/4.csv");
    assert_string_equal(found("*.csv"), "a.csv b.csv link.csv");
    assert_string_equal(found("l*/1.csv"), "ldata/1.csv");
    assert_string_equal(found("*/1.csv"), "data/1.csv ldata/1.csv other/1.csv");
    assert_string_equal(found("self/*"), "");
    assert_string_equal(found("self"), "");
    assert_string_equal(found("data/x/*/a.csv"), "data/x/loop/a.csv");
    assert_string_equal(found("data/x/**"), "data/x/3.csv data/x/y/4.csv data/x/y/5.parquet");
}

static void a_forbidden_folder_is_an_error(void **state)
{
    (void)state;
    struct path_list list;
    struct err err = {0};
    bool is_root = geteuid() == 0; /* who may read everything */
    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(chmod("data/x", 0), 0);
    assert_int_equal(is_root ? seteuid(65534) : 0, 0);
    int failed = glob_expand("**/*.csv", &arena, &list, &err);
    assert_int_equal(is_root ? seteuid(0) : 0, 0);
    assert_int_equal(chmod("data/x", 0777), 0);
    assert_int_equal(failed, -1);
    assert_int_equal(err.kind, ERR_DENIED);
    assert_string_equal(err.message, "could not open folder \"data/x\": Permission denied");
}

static void roots(void **state)
{
    (void)state;
    assert_string_equal(glob_root(&arena, "data/**/*.csv"), "data");
    assert_string_equal(glob_root(&arena, "data/x{1,2}/*.csv"), "data");
    assert_string_equal(glob_root(&arena, "*.csv"), ".");
    assert_string_equal(glob_root(&arena, "/*.csv"), "/");
    assert_string_equal(glob_root(&arena, "/a/b/c?"), "/a/b");
    assert_string_equal(glob_root(&arena, "/a/b"), "/a/b");
    assert_true(glob_has_magic("a*") && glob_has_magic("[a]") && glob_has_magic("{a}"));
    assert_false(glob_has_magic("a/b.c"));
    assert_false(glob_has_magic(""));
}

static void parts_match_names(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *name;
        bool matches;
    } cases[] = {
        {"*", "", true},
        {"*", "a", true},
        {"a*b*c", "aXbXbXc", true},
        {"a*b*c", "ac", false},
        {"*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", false},
        {"", "", true},
        {"", "a", false},
        {"a", "", false},
        {"[]]", "]", true},
        {"[!]]", "]", false},
        {"[!]]", "a", true},
        {"[a-]", "-", true},
        {"[a-c]", "b", true},
        {"[^a-c]", "b", false},
        {"[c-a]", "b", false},
        {"[a", "[a", true},
        {"[", "[", true},
        {"\\*", "\\x", true},
        {"?", "\xFF", true},
        {"\xFF", "\xFF", true},
        {"**", "abc", true},
        {"a**b", "axxb", true},
        {"*.csv", ".csv", false},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++)
        if (glob_match_part(cases[i].pattern, cases[i].name) != cases[i].matches)
            fail_msg("%s against %s", cases[i].pattern, cases[i].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stars_match_within_a_folder),
        cmocka_unit_test(plain_paths_match_themselves),
        cmocka_unit_test(two_stars_match_any_depth),
        cmocka_unit_test(hidden_files_need_a_dot),
        cmocka_unit_test(braces_are_alternatives),
        cmocka_unit_test(characters_are_utf8),
        cmocka_unit_test(a_forbidden_folder_is_an_error),
        cmocka_unit_test(roots),
        cmocka_unit_test(parts_match_names),
        cmocka_unit_test(links_are_followed_but_not_by_two_stars),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
