/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"
#include "project/yaml.h"

struct parsed {
    struct arena arena;
    struct problems problems;
    struct yaml *tree;
};

static void parse(struct parsed *parsed, const char *text, size_t len)
{
    *parsed = (struct parsed){0};
    arena_init(&parsed->arena, (size_t)512 << 20);
    parsed->problems.arena = &parsed->arena;
    parsed->tree = yaml_parse("f.yaml", 1, text, len, &parsed->arena, &parsed->problems);
    problems_sort(&parsed->problems);
}

static void places_are_those_of_the_file(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct problems problems = {.arena = &arena};
    const char *text = "a: 1\nlist:\n  - x\n  - {k: \"v\"}\nempty:\n";
    struct yaml *tree = yaml_parse("models/a/b.sql", 3, text, strlen(text), &arena, &problems);
    assert_non_null(tree);
    const struct yaml *list = yaml_get(tree, "list");
    assert_int_equal(list->kind, YAML_LIST);
    assert_int_equal(list->items[0]->place.line, 5);
    assert_int_equal(list->items[0]->place.column, 5);
    const struct yaml *value = yaml_get(list->items[1], "k");
    assert_int_equal(value->place.line, 6);
    assert_int_equal(value->place.column, 9);
    assert_false(value->is_plain);
    assert_true(yaml_is_null(yaml_get(tree, "empty")));
    assert_int_equal(yaml_get(tree, "empty")->place.line, 7);
    assert_null(yaml_get(tree, "nothing"));
    assert_string_equal(tree->place.file, "models/a/b.sql");
    arena_release(&arena);
}

static void an_empty_text_is_an_empty_map(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "\n\n", "# only a comment\n", "---\n", "~\n"};
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        struct parsed parsed;
        parse(&parsed, texts[i], strlen(texts[i]));
        assert_non_null(parsed.tree);
        assert_int_equal(parsed.tree->kind, YAML_MAP);
        assert_int_equal(parsed.tree->count, 0);
        arena_release(&parsed.arena);
    }
}

static void aliases_stand_for_their_anchor(void **state)
{
    (void)state;
    struct parsed parsed;
    const char *text = "a: &x [1, 2]\nb: *x\n";
    parse(&parsed, text, strlen(text));
    assert_int_equal(parsed.problems.list.count, 0);
    assert_string_equal(yaml_get(parsed.tree, "b")->items[1]->text, "2");
    arena_release(&parsed.arena);
}

static void every_mistake_has_its_message(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int line, column;
        const char *message;
    } cases[] = {
        {"a: {f: ${input}/x}\n", 1, 8, "\"${\" between brackets"},
        {"a: 1\nb: [x, ${y}]\n", 2, 8, "\"${\" between brackets"},
        {"files: *.parquet\n", 1, 8, "begins with \"*\""},
        {"files: **/*.csv\n", 1, 8, "begins with \"*\""},
        {"a:\n\tb: 1\n", 2, 1, "a tab indents this line"},
        {"a: @x\n", 1, 4, "may not begin with"},
        {"a: `x`\n", 1, 4, "may not begin with"},
        {"a: 1\nb: 2\na: 3\n", 3, 1, "key \"a\" is there twice: first in line 1"},
        {"{a: 1, a: 2}\n", 1, 8, "key \"a\" is there twice"},
        {"a: 1\n---\nb: 2\n", 2, 1, "a second YAML document"},
        {"a: !!int 3\n", 1, 10, "tags"},
        {"<<: {a: 1}\n", 1, 1, "merge keys"},
        {"? [a]\n: 1\n", 1, 3, "a key must be plain text"},
        {"a: [1, 2\n", 2, 1, "this is not YAML"},
        {"a: \"x\n", 1, 5, "this is not YAML"},
        {"a: \xff\n", 1, 4, "byte 0xFF is not text in UTF-8"},
        {"a: &x [*x]\n", 1, 8, "begins with \"*\""},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct parsed parsed;
        parse(&parsed, cases[i].text, strlen(cases[i].text));
        if (parsed.problems.list.count == 0)
            fail_msg("no problem in: %s", cases[i].text);
        const struct problem *problem = &parsed.problems.list.items[0];
        if (!strstr(problem->message, cases[i].message) || problem->place.line != cases[i].line ||
            problem->place.column != cases[i].column)
            fail_msg("%s gave %d:%d: %s", cases[i].text, problem->place.line, problem->place.column,
                     problem->message);
        arena_release(&parsed.arena);
    }
}

static void all_common_mistakes_are_named_at_once(void **state)
{
    (void)state;
    const char *text =
        "a: {f: ${x}, g: 1}\nb: `y`\nt: |\n  *not a mistake {${z}}\n\ttab in a text\nc:\n\td: 1\n";
    struct parsed parsed;
    parse(&parsed, text, strlen(text));
    assert_null(parsed.tree);
    assert_int_equal(parsed.problems.list.count, 3);
    assert_int_equal(parsed.problems.list.items[0].place.line, 1);
    assert_int_equal(parsed.problems.list.items[1].place.line, 2);
    assert_int_equal(parsed.problems.list.items[2].place.line, 7);
    arena_release(&parsed.arena);
}

static char *repeat(const char *text, size_t count)
{
    size_t len = strlen(text);
    char *all = malloc(len * count + 1);
    for (size_t i = 0; i < count; i++)
        memcpy(all + i * len, text, len);
    all[len * count] = '\0';
    return all;
}

/* Aliases of aliases: 12 lines that stand for 10^12 values. */
static char *billion_laughs(void)
{
    struct str text = STR_INIT(1 << 16);
    str_append(&text, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 12; i++) {
        str_appendf(&text, "a%d: &a%d [", i, i);
        for (int k = 0; k < 10; k++)
            str_appendf(&text, "%s*a%d", k ? ", " : "", i - 1);
        str_append(&text, "]\n");
    }
    char *copy = strdup(str_text(&text));
    str_release(&text);
    return copy;
}

static void hostile_texts_are_refused_and_never_crash(void **state)
{
    (void)state;
    char *texts[] = {repeat("[", 100000),       repeat("{a: ", 5000), repeat("- ", 3000),
                     repeat("- - a\n", 150000), repeat("&a ", 1000),  repeat("? ", 3000),
                     repeat("\t", 5000),        repeat("'", 5001),    repeat("%YAML ", 100),
                     billion_laughs(),          repeat("* ", 3000),   repeat("!x ", 1000),
                     repeat("x", 2 << 20)};
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        struct parsed parsed;
        parse(&parsed, texts[i], strlen(texts[i]));
        if (parsed.problems.list.count == 0)
            fail_msg("no problem in text %zu", i);
        arena_release(&parsed.arena);
        free(texts[i]);
    }
}

/* Every prefix, and every prefix with a strange byte behind it, of a text that has a bit of everything. */
static void cut_and_damaged_texts_never_crash(void **state)
{
    (void)state;
    static const char text[] =
        "a: {b: [1, \"two\", 'three', ${x}], c: &d e}\nf: *d\ng: |\n  lines\n  more\nh: >-\n  fold\n? k\n: v\n--- \n...\n";
    static const char strange[] = "\0\t{}[]\"'|>*&!%@`#:-\xff";
    for (size_t len = 0; len < sizeof(text); len++) {
        for (size_t i = 0; i < sizeof(strange); i++) {
            char cut[sizeof(text) + 1];
            memcpy(cut, text, len);
            cut[len] = strange[i];
            struct parsed parsed;
            parse(&parsed, cut, len + 1);
            assert_true(parsed.tree || parsed.problems.list.count > 0);
            arena_release(&parsed.arena);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_are_those_of_the_file),
        cmocka_unit_test(an_empty_text_is_an_empty_map),
        cmocka_unit_test(aliases_stand_for_their_anchor),
        cmocka_unit_test(every_mistake_has_its_message),
        cmocka_unit_test(all_common_mistakes_are_named_at_once),
        cmocka_unit_test(hostile_texts_are_refused_and_never_crash),
        cmocka_unit_test(cut_and_damaged_texts_never_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
