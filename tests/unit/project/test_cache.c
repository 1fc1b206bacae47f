/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"
#include "project/cache.h"
#include "project/yaml.h"

static const char files[] =
    "=== leat.yaml\ntimezone: Europe/Vilnius\nparams: {n: {type: integer, default: 1}}\n"
    "sources: {r: {files: r.parquet, description: \"SELECT 1 AS id, {'a': [1.5], 'b': MAP {'k': DATE '2024-01-01'}} AS s\"}}\n"
    "=== models/a/one.sql\n/*---\ncolumns: {id: {type: integer}}\nchecks: [{sql: \"SELECT * FROM this WHERE id < $n\"}]\n---*/\nSELECT * FROM raw.r\n"
    "=== models/a/two.sql\nSELECT s, count(*) AS c FROM a.one GROUP BY s\n"
    "=== tests/t.yaml\n- {name: t, model: two, expect: []}\n";

static void an_unchanged_project_needs_no_engine(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, files);
    fixture_good(&f);
    assert_true(f.opened > 0);
    struct hash before = fixture_node(&f, "two")->fingerprint;
    project_save_cache(f.project);
    fixture_good(&f);
    assert_int_equal(f.opened, 0);
    assert_true(f.project->is_bound);
    assert_string_equal(fixture_node(&f, "two")->fingerprint.hex, before.hex);
    const struct node *one = fixture_node(&f, "one");
    assert_int_equal(one->bound.count, 2);
    assert_string_equal(one->bound.items[1].type.id, "STRUCT");
    assert_int_equal(one->bound.items[1].type.child_count, 2);
    assert_string_equal(one->bound.items[1].type.children[1].type.children[1].type_text, "DATE");
    fixture_release(&f);
}

static void a_change_asks_the_engine_for_what_it_touches(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, files);
    fixture_good(&f);
    project_save_cache(f.project);
    fixture_files(&f, "=== models/a/one.sql\nSELECT id::BIGINT AS id, s FROM raw.r\n");
    fixture_good(&f);
    assert_true(f.opened > 0);
    assert_string_equal(fixture_node(&f, "one")->bound.items[0].type_text, "BIGINT");
    fixture_release(&f);
}

static void a_mistake_is_told_again_each_time(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(
        &f,
        "=== leat.yaml\nname: x\n=== models/a/m.sql\n/*---\ntags: [a]\ntags: [b]\ncolumns: {b: {}}\n---*/\nSELECT 1 AS a\n"
        "=== models/a/n.sql\nSELECT nope FROM a.m\n");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(fixture_load(&f), 0);
        assert_int_equal(fixture_bind(&f), 0);
        if (f.problems.list.count != 3)
            fail_msg("round %d:\n%s", i, fixture_problems(&f));
        project_save_cache(f.project);
    }
    fixture_release(&f);
}

static char *read_cache(struct fixture *f, size_t *ret_len)
{
    char *data = NULL;
    assert_int_equal(file_read(path_join(&f->arena, f->folder, "warehouse/cache/project.cache"),
                               1 << 20, &f->arena, &data, ret_len, NULL),
                     0);
    return data;
}

static void a_damaged_cache_is_as_if_there_were_none(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, files);
    fixture_good(&f);
    project_save_cache(f.project);
    size_t len = 0;
    const char *data = read_cache(&f, &len);
    for (size_t cut = 0; cut < len; cut += len / 7 + 1) {
        fixture_write(&f, "warehouse/cache/project.cache", data, cut);
        fixture_good(&f);
        assert_true(f.opened > 0);
    }
    for (size_t at = 0; at < len; at += len / 11 + 1) {
        char *damaged = arena_alloc(&f.arena, len);
        memcpy(damaged, data, len);
        damaged[at] ^= 0x41;
        fixture_write(&f, "warehouse/cache/project.cache", damaged, len);
        fixture_good(&f);
        assert_true(f.opened > 0);
    }
    fixture_release(&f);
}

static void what_is_no_longer_used_is_dropped(void **state)
{
    (void)state;
    struct fixture f;
    size_t before = 0, after = 0;
    fixture_init(&f, files);
    fixture_good(&f);
    project_save_cache(f.project);
    (void)read_cache(&f, &before);
    assert_int_equal(file_remove(path_join(&f.arena, f.folder, "models/a/two.sql"), NULL), 0);
    assert_int_equal(file_remove(path_join(&f.arena, f.folder, "tests/t.yaml"), NULL), 0);
    fixture_good(&f);
    assert_int_equal(f.opened, 0);
    project_save_cache(f.project);
    (void)read_cache(&f, &after);
    assert_true(after < before);
    fixture_release(&f);
}

/* The decoders themselves, behind the file's hash: entries cut anywhere and with any byte changed. */
static void damaged_entries_are_not_decoded(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, (size_t)1 << 30);
    struct problems problems = {.arena = &arena};
    const char *text = "a: [1, {b: c}]\nd: \"e\"\n";
    struct yaml *tree = yaml_parse("f", 1, text, strlen(text), &arena, &problems);
    struct cache cache;
    cache_open(&cache, &arena, NULL);
    struct hash key = hash_bytes("x", 1);
    cache_put_yaml(&cache, key, tree, 1);
    const char *data = NULL;
    size_t len = 0;
    assert_true(cache_get(&cache, CACHE_YAML, key, &data, &len));
    char *copy = arena_alloc(&arena, len + 1);
    memcpy(copy, data, len);
    for (size_t cut = 0; cut < len; cut++) {
        cache_put(&cache, CACHE_YAML, key, copy, cut);
        (void)cache_get_yaml(&cache, key, "f", 1);
        cache_put(&cache, CACHE_COLUMNS, key, copy, cut);
        struct column_list columns;
        (void)cache_get_columns(&cache, key, &columns);
        cache_put(&cache, CACHE_SQL, key, copy, cut);
        (void)cache_get_sql(&cache, key);
        for (int bit = 0; bit < 8; bit++) {
            copy[cut] ^= (char)(1 << bit);
            cache_put(&cache, CACHE_YAML, key, copy, len);
            (void)cache_get_yaml(&cache, key, "f", 1);
            copy[cut] ^= (char)(1 << bit);
        }
    }
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unchanged_project_needs_no_engine),
        cmocka_unit_test(a_change_asks_the_engine_for_what_it_touches),
        cmocka_unit_test(a_mistake_is_told_again_each_time),
        cmocka_unit_test(a_damaged_cache_is_as_if_there_were_none),
        cmocka_unit_test(what_is_no_longer_used_is_dropped),
        cmocka_unit_test(damaged_entries_are_not_decoded),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_close_engine);
}
