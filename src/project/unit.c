/* SPDX-License-Identifier: Apache-2.0 */
#include "project/internal.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

/* tests/<any>.yaml: lists of unit tests of models. */

/* Whether a plain scalar is a number as JSON writes it. */
static bool is_json_number(const char *text)
{
    const char *digits = "0123456789";
    text += *text == '-';
    size_t whole = strspn(text, digits);
    if (whole == 0 || (whole > 1 && text[0] == '0'))
        return false;
    text += whole;
    if (*text == '.') {
        size_t fraction = strspn(text + 1, digits);
        if (fraction == 0)
            return false;
        text += 1 + fraction;
    }
    if (*text == 'e' || *text == 'E') {
        text++;
        text += *text == '-' || *text == '+';
        size_t exponent = strspn(text, digits);
        if (exponent == 0)
            return false;
        text += exponent;
    }
    return *text == '\0';
}

void yaml_to_json(const struct yaml *node, struct str *out)
{
    if (node->kind == YAML_SCALAR) {
        if (yaml_is_null(node))
            str_append(out, "null");
        else if (node->is_plain && (str_eq(node->text, "true") || str_eq(node->text, "false") ||
                                    is_json_number(node->text)))
            str_append(out, node->text);
        else
            str_append_json(out, node->text);
        return;
    }
    bool is_map = node->kind == YAML_MAP;
    str_append(out, is_map ? "{" : "[");
    for (size_t i = 0; i < node->count; i++) {
        str_append(out, i ? ", " : "");
        if (is_map) {
            str_append_json(out, node->keys[i]->text);
            str_append(out, ": ");
        }
        yaml_to_json(node->items[i], out);
    }
    str_append(out, is_map ? "}" : "]");
}

static void collect_columns(struct loader *loader, const struct yaml *rows,
                            struct unit_table *table)
{
    VEC(const char *) names = {0};
    struct map seen;
    map_init(&seen, loader->arena);
    for (size_t i = 0; i < rows->count; i++) {
        const struct yaml *row = rows->items[i];
        for (size_t k = 0; k < row->count; k++) {
            if (map_get(&seen, row->keys[k]->text))
                continue;
            map_put(&seen, row->keys[k]->text, row->keys[k]);
            VEC_PUSH(loader->arena, names, row->keys[k]->text);
        }
    }
    table->columns = names.items;
    table->column_count = names.count;
}

static void load_table(struct loader *loader, const char *name, const struct yaml *rows,
                       struct unit_table *ret_table)
{
    *ret_table = (struct unit_table){.name = name, .rows = "[]"};
    bool is_good = rows->kind == YAML_LIST;
    if (!is_good)
        problem_add(loader->problems, rows->place,
                    "expected a list of rows, each a mapping from column to value");
    for (size_t i = 0; is_good && i < rows->count; i++) {
        if (rows->items[i]->kind == YAML_MAP)
            continue;
        problem_add(loader->problems, rows->items[i]->place,
                    "this row is not a mapping; expected {column: value, …}");
        is_good = false;
    }
    if (!is_good)
        return;
    collect_columns(loader, rows, ret_table);
    struct str json = STR_INIT(4 << 20);
    yaml_to_json(rows, &json);
    if (json.is_failed)
        problem_add(loader->problems, rows->place, "the rows are larger than 4 MB");
    else
        ret_table->rows = arena_strdup(loader->arena, str_text(&json));
    str_release(&json);
}

static void load_given(struct loader *loader, const struct yaml *given, struct unit_test *test)
{
    if (!given)
        return;
    if (given->kind != YAML_MAP) {
        problem_add(loader->problems, given->place,
                    "\"given\" is not a mapping; expected the rows of each input by its name");
        return;
    }
    struct unit_table *tables = ARENA_ARRAY(loader->arena, struct unit_table, given->count + 1);
    for (size_t i = 0; i < given->count; i++)
        load_table(loader, given->keys[i]->text, given->items[i], &tables[i]);
    test->given = tables;
    test->given_count = given->count;
}

static void load_params(struct loader *loader, const struct yaml *map, struct unit_test *test)
{
    static const char *const own[] = {"start", "end", "last"};
    const struct project *project = loader->project;
    if (!map)
        return;
    if (map->kind != YAML_MAP) {
        problem_add(loader->problems, map->place,
                    "\"params\" is not a mapping; expected values by name");
        return;
    }
    const char **names =
        ARENA_ARRAY(loader->arena, const char *, project->param_count + ARRAY_COUNT(own));
    size_t count = 0;
    for (; count < project->param_count; count++)
        names[count] = project->params[count].name;
    for (size_t i = 0; i < ARRAY_COUNT(own); i++)
        names[count++] = own[i];
    struct project_param *params = ARENA_ARRAY(loader->arena, struct project_param, map->count + 1);
    for (size_t i = 0; i < map->count; i++) {
        const struct project_param *known = params_find(project, map->keys[i]->text);
        bool is_own = false;
        for (size_t k = 0; k < ARRAY_COUNT(own); k++)
            is_own |= str_eq(own[k], map->keys[i]->text);
        if (!known && !is_own) {
            problem_add(loader->problems, map->keys[i]->place, "the project has no param \"%s\"",
                        map->keys[i]->text);
            problem_nearest(loader->problems, map->keys[i]->text, names, count);
        }
        params[i] = (struct project_param){.name = map->keys[i]->text,
                                           .type = known ? known->type : PARAM_TEXT,
                                           .place = map->keys[i]->place};
        params[i].value = field_text(loader, map, map->keys[i]->text);
    }
    test->params = params;
    test->param_count = map->count;
}

static void load_test(struct loader *loader, const struct yaml *map, struct unit_test *test)
{
    static const char *const needed[] = {"name", "model", "expect"};
    test->place = map->place;
    test->expect = (struct unit_table){.name = "", .rows = "[]"};
    if (!field_map(loader, map, LEVEL_UNIT_TEST))
        return;
    for (size_t i = 0; i < ARRAY_COUNT(needed); i++)
        if (!yaml_get(map, needed[i]))
            problem_add(loader->problems, map->place, "the unit test has no \"%s\"", needed[i]);
    test->name = field_text(loader, map, "name");
    test->model = field_text(loader, map, "model");
    test->description = field_text(loader, map, "description");
    test->is_ordered = field_boolean(loader, map, "ordered", false);
    load_params(loader, yaml_get(map, "params"), test);
    load_given(loader, yaml_get(map, "given"), test);
    if (yaml_get(map, "expect"))
        load_table(loader, "", yaml_get(map, "expect"), &test->expect);
}

struct tests {
    VEC(struct unit_test) list;
};

static void load_tests(struct loader *loader, const char *file, struct tests *tests)
{
    char *text = NULL;
    size_t len = 0;
    struct err err = {0};
    if (load_file(loader, file, &text, &len, &err) != 0) {
        problem_from_err(loader->problems, (struct place){file, 0, 0}, &err);
        return;
    }
    const struct yaml *list = load_yaml(loader, file, 1, text, len);
    if (list && list->kind != YAML_LIST && list->count > 0) {
        problem_add(loader->problems, list->place,
                    "the file is not a list; expected unit tests, each \"- name: …\"");
        return;
    }
    for (size_t i = 0; list && i < list->count; i++) {
        struct unit_test test = {0};
        load_test(loader, list->items[i], &test);
        VEC_PUSH(loader->arena, tests->list, test);
    }
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void unit_tests_load(struct loader *loader)
{
    struct tests tests = {0};
    VEC(const char *) files = {0};
    DIR *dir = opendir(path_join(loader->arena, loader->project->folder, "tests"));
    const struct dirent *entry;
    while (dir && (entry = readdir(dir)))
        if (entry->d_name[0] != '.' &&
            (str_ends(entry->d_name, ".yaml") || str_ends(entry->d_name, ".yml")))
            VEC_PUSH(loader->arena, files, arena_printf(loader->arena, "tests/%s", entry->d_name));
    if (dir)
        closedir(dir);
    if (files.count > 0)
        qsort(files.items, files.count, sizeof(files.items[0]), compare_names);
    for (size_t i = 0; i < files.count; i++)
        load_tests(loader, files.items[i], &tests);
    loader->project->unit_tests = tests.list.items;
    loader->project->unit_test_count = tests.list.count;
}
