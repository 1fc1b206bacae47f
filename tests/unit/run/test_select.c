/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "run/select.h"

/* raw.a → x.b → x.c → y.d, and an output of x.c; tag "t" on b and d. */
static const char *const tags[] = {"t"};
static const size_t in_b[] = {0}, in_c[] = {1}, in_d[] = {2}, in_out[] = {2};
static const size_t out_a[] = {1}, out_b[] = {2}, out_c[] = {3, 4};
static struct node nodes[] = {
    {.kind = NODE_SOURCE,
     .id = "raw.a",
     .schema = "raw",
     .name = "a",
     .index = 0,
     .readers = out_a,
     .reader_count = 1,
     .place = {"leat.yaml", 3, 1}},
    {.kind = NODE_MODEL,
     .id = "x.b",
     .schema = "x",
     .name = "b",
     .index = 1,
     .inputs = in_b,
     .input_count = 1,
     .readers = out_b,
     .reader_count = 1,
     .tags = tags,
     .tag_count = 1,
     .place = {"models/x/b.sql", 1, 1}},
    {.kind = NODE_MODEL,
     .id = "x.c",
     .schema = "x",
     .name = "c",
     .index = 2,
     .inputs = in_c,
     .input_count = 1,
     .readers = out_c,
     .reader_count = 2,
     .place = {"models/x/c.sql", 1, 1}},
    {.kind = NODE_MODEL,
     .id = "y.d",
     .schema = "y",
     .name = "d",
     .index = 3,
     .inputs = in_d,
     .input_count = 1,
     .tags = tags,
     .tag_count = 1,
     .place = {"models/y/d.sql", 1, 1}},
    {.kind = NODE_OUTPUT,
     .id = "output:x.c#1",
     .schema = "x",
     .name = "c",
     .index = 4,
     .inputs = in_out,
     .input_count = 1,
     .out = {.model = 2}},
};
static struct project project = {.nodes = nodes, .node_count = ARRAY_COUNT(nodes)};

/* The selected nodes as letters of "abcdo". */
static const char *selected(const char *select, const char *exclude, struct err *err)
{
    static char letters[8];
    struct arena arena;
    struct selection selection = {&select, select != NULL, &exclude, exclude != NULL};
    bool *marks = NULL;
    arena_init(&arena, 1 << 20);
    size_t count = 0;
    if (select_nodes(&project, &selection, &arena, &marks, err) == 0)
        for (size_t i = 0; i < ARRAY_COUNT(nodes); i++)
            if (marks[i])
                letters[count++] = "abcdo"[i];
    letters[count] = '\0';
    arena_release(&arena);
    return letters;
}

static void test_grammar(void **state)
{
    static const struct {
        const char *select, *exclude, *wanted;
    } rows[] = {
        {NULL, NULL, "abcdo"},
        {"b", NULL, "b"},
        {"x.b", NULL, "b"},
        {"+b", NULL, "ab"},
        {"b+", NULL, "bcdo"},
        {"+c+", NULL, "abcdo"},
        {"1+d", NULL, "cdo"},
        {"2+d", NULL, "bcdo"},
        {"a+1", NULL, "ab"},
        {"tag:t", NULL, "bd"},
        {"path:models/x", NULL, "bco"},
        {"source:a", NULL, "a"},
        {"source:a+", NULL, "abcdo"},
        {"b d", NULL, "bd"},
        {"tag:t,x.*", NULL, "b"},
        {"+d,path:models/x/", NULL, "bco"},
        {NULL, "c", "abd"},
        {"b+", "tag:t", "co"},
        {"output:*", NULL, "o"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
        assert_string_equal(selected(rows[i].select, rows[i].exclude, NULL), rows[i].wanted);
}

static void test_unknown_name_gives_the_nearest(void **state)
{
    struct err err = {0};
    (void)state;
    assert_string_equal(selected("x.bb", NULL, &err), "");
    assert_int_equal(err.kind, ERR_USAGE);
    assert_non_null(strstr(err.message, "x.bb"));
    assert_non_null(strstr(err.hint, "\"x.b\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grammar),
        cmocka_unit_test(test_unknown_name_gives_the_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
