/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include "project/lock.h"

static const struct lock_column columns[] = {
    {"id", "BIGINT", NULL, NULL},
    {"weird: \"name\" # no", "DECIMAL(10,2)", NULL, NULL},
    {"yes", "VARCHAR", NULL, NULL},
    {"Größe", "STRUCT(a INTEGER, \"b c\" VARCHAR)[]", NULL, NULL},
    {"at", "TIMESTAMP WITH TIME ZONE", "%d.%m.%Y %H:%M", "Europe/Vilnius"},
};
static const char *const dialects[] = {"{\"delimiter\":\",\",\"quote\":\"\\\"\",\"skip\":0}",
                                       "{\"delimiter\":\";\",\"decimal\":\",\",\"header\":true}"};
static const struct source_lock lock = {columns, ARRAY_COUNT(columns), dialects,
                                        ARRAY_COUNT(dialects)};

static void setup_folder(struct fixture *fixture)
{
    memset(fixture, 0, sizeof(*fixture));
    strcpy(fixture->folder, "/tmp/leat-lock-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    arena_init(&fixture->arena, (size_t)64 << 20);
}

static void release_folder(struct fixture *fixture)
{
    assert_int_equal(file_remove_tree(fixture->folder, NULL), 0);
    arena_release(&fixture->arena);
}

static void json_gives_the_same_lock_back(void **state)
{
    (void)state;
    struct arena arena;
    struct source_lock back;
    struct err err = {0};
    arena_init(&arena, (size_t)64 << 20);
    assert_int_equal(lock_from_json(lock_to_json(&lock, &arena), &arena, &back, &err), 0);
    assert_true(lock_equal(&lock, &back));
    assert_int_equal(lock_from_json("{\"columns\":[{}],\"dialects\":[]}", &arena, &back, &err), -1);
    assert_int_equal(lock_from_json("nonsense", &arena, &back, &err), -1);
    arena_release(&arena);
}

static void the_file_gives_the_same_lock_back(void **state)
{
    (void)state;
    struct fixture f;
    setup_folder(&f);
    struct project project = {.folder = f.folder};
    struct lock_entry items[] = {{"raw.a", lock}, {"raw.b", {0}}};
    struct lock_entries entries = {items, 2}, back;
    struct err err = {0};
    assert_int_equal(lock_file_read(&project, &f.arena, &back, &err), 0);
    assert_int_equal(back.count, 0);
    const char *text = lock_file_text(&entries, &f.arena);
    assert_non_null(strstr(text, "\n    id: BIGINT\n"));
    assert_non_null(strstr(text, "\n    \"yes\": VARCHAR\n"));
    fixture_write(&f, LOCK_FILE, text, strlen(text));
    if (lock_file_read(&project, &f.arena, &back, &err) != 0)
        fail_msg("%s %s\n%s", err.where, err.message, text);
    assert_int_equal(back.count, 2);
    assert_true(lock_equal(lock_entries_find(&back, "raw.a"), &lock));
    assert_true(lock_equal(lock_entries_find(&back, "raw.b"), &items[1].lock));
    assert_null(lock_entries_find(&back, "raw.c"));
    release_folder(&f);
}

static void a_broken_file_says_where(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "<<<<<<< HEAD\n",
        "raw.a: 1\n",
        "raw.a:\n  dialects: []\n  columns: {x: NOSUCHTYPE}\n",
        "raw.a:\n  dialects: [1]\n  columns: {}\n",
        "- a\n",
    };
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        struct fixture f;
        setup_folder(&f);
        struct project project = {.folder = f.folder};
        struct lock_entries back;
        struct err err = {0};
        fixture_write(&f, LOCK_FILE, texts[i], strlen(texts[i]));
        assert_int_equal(lock_file_read(&project, &f.arena, &back, &err), -1);
        assert_int_equal(err.kind, ERR_CONFIG);
        assert_true(strncmp(err.where, LOCK_FILE ":", strlen(LOCK_FILE ":")) == 0);
        release_folder(&f);
    }
}

static void differences_are_lines(void **state)
{
    (void)state;
    static const struct lock_column was[] = {
        {"a", "BIGINT", NULL, NULL}, {"b", "DATE", "%d/%m/%Y", NULL}, {"c", "VARCHAR", NULL, NULL}};
    static const struct lock_column is[] = {
        {"c", "VARCHAR", NULL, NULL}, {"b", "DATE", NULL, NULL}, {"d", "DOUBLE", NULL, NULL}};
    struct source_lock old = {was, 3, NULL, 0}, new = {is, 3, NULL, 0};
    struct arena arena;
    arena_init(&arena, (size_t)1 << 20);
    assert_string_equal(lock_diff(&old, &new, &arena), "- a BIGINT\n"
                                                       "- b DATE, format %d/%m/%Y\n"
                                                       "+ b DATE\n"
                                                       "+ d DOUBLE\n"
                                                       "~ order: c, b, d\n");
    assert_string_equal(lock_diff(&old, &old, &arena), "");
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_gives_the_same_lock_back),
        cmocka_unit_test(the_file_gives_the_same_lock_back),
        cmocka_unit_test(a_broken_file_says_where),
        cmocka_unit_test(differences_are_lines),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_close_engine);
}
