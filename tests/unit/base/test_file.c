/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/str.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct arena arena;
static char folder[64];

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 8 << 20);
    strcpy(folder, "/tmp/leat-file-XXXXXX");
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    (void)state;
    int failed = file_remove_tree(folder, NULL);
    arena_release(&arena);
    return failed;
}

static const char *in_folder(const char *name)
{
    return path_join(&arena, folder, name);
}

static void write_file(const char *path, const char *text)
{
    struct err err = {0};
    if (file_write_atomic(path, text, strlen(text), &err) != 0)
        fail_msg("%s", err.message);
}

static void assert_content(const char *path, const char *expected)
{
    char *data;
    size_t len;
    assert_int_equal(file_read(path, 1000, &arena, &data, &len, NULL), 0);
    assert_string_equal(data, expected);
    assert_int_equal(len, strlen(expected));
}

static int count_entries(const char *path)
{
    int count = 0;
    DIR *dir = opendir(path);
    while (readdir(dir) != NULL)
        count++;
    closedir(dir);
    return count - 2;
}

static void files_are_read_up_to_a_limit(void **state)
{
    (void)state;
    write_file(in_folder("a"), "12345");
    char *data;
    struct err err = {0};
    assert_int_equal(file_read(in_folder("a"), 5, &arena, &data, NULL, &err), 0);
    assert_string_equal(data, "12345");
    assert_int_equal(file_read(in_folder("a"), 4, &arena, &data, NULL, &err), -1);
    assert_int_equal(err.kind, ERR_DATA);
    assert_int_equal(file_read(in_folder("none"), 4, &arena, &data, NULL, &err), -1);
    assert_int_equal(err.kind, ERR_NOT_FOUND);
    assert_int_equal(file_read(folder, 4, &arena, &data, NULL, &err), -1);
    assert_int_equal(err.kind, ERR_IO);
    write_file(in_folder("empty"), "");
    assert_content(in_folder("empty"), "");
}

static void files_without_a_size_are_read_whole(void **state)
{
    (void)state;
    char *data;
    size_t len;
    assert_int_equal(file_read("/proc/self/smaps", 4 << 20, &arena, &data, &len, NULL), 0);
    assert_true(len > 4096);
    assert_int_equal(strlen(data), len);
}

static void writing_replaces_and_leaves_nothing_behind(void **state)
{
    (void)state;
    write_file(in_folder("a"), "old");
    assert_int_equal(chmod(in_folder("a"), 0640), 0);
    write_file(in_folder("a"), "new");
    assert_content(in_folder("a"), "new");
    struct stat info;
    assert_int_equal(stat(in_folder("a"), &info), 0);
    assert_int_equal(info.st_mode & 07777, 0640);
    assert_int_equal(count_entries(folder), 1);
    struct err err = {0};
    assert_int_equal(file_write_atomic(in_folder("no/such"), "x", 1, &err), -1);
    assert_int_equal(err.kind, ERR_NOT_FOUND);
    assert_int_equal(mkdir(in_folder("dir"), 0777), 0);
    assert_int_equal(file_write_atomic(in_folder("dir"), "x", 1, &err), -1);
    assert_int_equal(count_entries(folder), 2);
}

static void writing_through_a_link_keeps_the_link(void **state)
{
    (void)state;
    write_file(in_folder("target"), "old");
    assert_int_equal(symlink("target", in_folder("link")), 0);
    write_file(in_folder("link"), "new");
    assert_content(in_folder("target"), "new");
    struct stat info;
    assert_int_equal(lstat(in_folder("link"), &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_int_equal(symlink("nowhere", in_folder("dangling")), 0);
    assert_int_equal(file_write_atomic(in_folder("dangling"), "x", 1, NULL), -1);
}

static void identities(void **state)
{
    (void)state;
    struct file_id first, second;
    struct err err = {0};
    write_file(in_folder("a"), "12345");
    assert_int_equal(file_stat(in_folder("a"), &first, NULL), 0);
    assert_int_equal(first.size_bytes, 5);
    write_file(in_folder("b"), "12345");
    assert_int_equal(file_stat(in_folder("b"), &second, NULL), 0);
    assert_true(first.inode != second.inode);
    assert_int_equal(file_stat(folder, &second, &err), -1);
    assert_int_equal(file_stat(in_folder("none"), &second, &err), -1);
    assert_int_equal(err.kind, ERR_NOT_FOUND);
    assert_true(file_exists(folder) && file_exists(in_folder("a")));
    assert_false(file_exists(in_folder("none")));
    assert_true(file_is_dir(folder));
    assert_false(file_is_dir(in_folder("a")));
}

static void folders_are_made_with_their_parents(void **state)
{
    (void)state;
    struct err err = {0};
    assert_int_equal(file_mkdirs(in_folder("a/b//c/"), &err), 0);
    assert_int_equal(file_mkdirs(in_folder("a/b/c"), &err), 0);
    assert_int_equal(file_mkdirs_durable(in_folder("d/e/f"), &err), 0);
    assert_true(file_is_dir(in_folder("a/b/c")) && file_is_dir(in_folder("d/e/f")));
    write_file(in_folder("file"), "");
    assert_int_equal(file_mkdirs(in_folder("file"), &err), -1);
    assert_int_equal(err.kind, ERR_EXISTS);
    assert_int_equal(file_mkdirs(in_folder("file/x"), &err), -1);
    assert_int_equal(file_mkdirs("", &err), -1);
    assert_int_equal(file_mkdirs("/", &err), 0);
    assert_int_equal(symlink("a", in_folder("link")), 0);
    assert_int_equal(file_mkdirs(in_folder("link/b/x"), &err), 0);
    assert_true(file_is_dir(in_folder("a/b/x")));
    char *here = getcwd(NULL, 0);
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(file_mkdirs_durable("relative/x", &err), 0);
    assert_int_equal(file_mkdirs_durable("./y/../z", &err), 0);
    assert_int_equal(chdir(here), 0);
    free(here);
    assert_true(file_is_dir(in_folder("relative/x")));
}

static void removing(void **state)
{
    (void)state;
    write_file(in_folder("outside"), "kept");
    assert_int_equal(file_mkdirs(in_folder("tree/a/b"), NULL), 0);
    write_file(in_folder("tree/a/b/c"), "");
    assert_int_equal(symlink("../outside", in_folder("tree/link")), 0);
    assert_int_equal(symlink("..", in_folder("tree/loop")), 0);
    assert_int_equal(symlink("nowhere", in_folder("tree/dangling")), 0);
    assert_int_equal(file_remove_tree(in_folder("tree"), NULL), 0);
    assert_false(file_exists(in_folder("tree")));
    assert_content(in_folder("outside"), "kept");
    assert_int_equal(file_remove_tree(in_folder("tree"), NULL), 0);
    assert_int_equal(symlink(folder, in_folder("link")), 0);
    assert_int_equal(file_remove_tree(in_folder("link"), NULL), 0);
    assert_int_equal(file_remove(in_folder("outside"), NULL), 0);
    assert_int_equal(file_remove(in_folder("outside"), NULL), 0);
    assert_int_equal(file_remove(folder, NULL), -1);
}

static void renaming_and_syncing(void **state)
{
    (void)state;
    struct err err = {0};
    write_file(in_folder("a"), "1");
    assert_int_equal(file_rename(in_folder("a"), in_folder("b"), &err), 0);
    assert_int_equal(file_sync(in_folder("b"), &err), 0);
    assert_int_equal(file_sync(folder, &err), 0);
    assert_int_equal(file_sync(in_folder("a"), &err), -1);
    assert_int_equal(err.kind, ERR_NOT_FOUND);
    assert_int_equal(file_rename(in_folder("a"), in_folder("b"), &err), -1);
    assert_true(str_ends(err.message, "/b\": No such file or directory"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(files_are_read_up_to_a_limit),
        CASE(files_without_a_size_are_read_whole),
        CASE(writing_replaces_and_leaves_nothing_behind),
        CASE(writing_through_a_link_keeps_the_link),
        CASE(identities),
        CASE(folders_are_made_with_their_parents),
        CASE(removing),
        CASE(renaming_and_syncing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
