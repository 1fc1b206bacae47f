/* SPDX-License-Identifier: Apache-2.0 */
#include "project/internal.h"

#include <string.h>

/* `columns:` and `checks:` of a source or model. */

/* The kinds of checks in the order of enum check_kind, which is also their name in YAML. */
static const struct {
    const char *key;
    bool of_column, of_table; /* may stand below a column; may stand below the node's own checks */
} kinds[] = {
    [CHECK_NOT_NULL] = {"not_null", true, true},
    [CHECK_UNIQUE] = {"unique", true, true},
    [CHECK_ACCEPTED] = {"accepted_values", true, false},
    [CHECK_MIN] = {"min", true, false},
    [CHECK_MAX] = {"max", true, false},
    [CHECK_PATTERN] = {"pattern", true, false},
    [CHECK_ROWS] = {"rows", false, true},
    [CHECK_SQL] = {"sql", false, true},
};

struct check_list {
    struct loader *loader;
    VEC(struct check) list;
};

static int kind_find(const char *key)
{
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++)
        if (str_eq(kinds[i].key, key))
            return (int)i;
    return -1;
}

static void say_unknown_kind(struct loader *loader, struct place place, const char *name,
                             bool of_column)
{
    const char *names[ARRAY_COUNT(kinds)];
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++)
        if (of_column ? kinds[i].of_column : kinds[i].of_table)
            names[count++] = kinds[i].key;
    problem_add(loader->problems, place, "unknown check \"%s\"", name);
    problem_nearest(loader->problems, name, names, count);
}

/* "unique(a, b)", with a number behind it when the node has one of that name already. */
static const char *make_name(struct check_list *checks, const struct check *check)
{
    struct arena *arena = checks->loader->arena;
    struct str text = STR_INIT(1024);
    str_append(&text, kinds[check->kind].key);
    for (size_t i = 0; i < check->column_count; i++)
        str_appendf(&text, "%s%s", i ? ", " : "(", check->columns[i]);
    str_append(&text, check->column_count ? ")" : "");
    char *name = arena_strdup(arena, str_text(&text));
    str_release(&text);
    size_t same = 0, base_len = strlen(name);
    for (size_t i = 0; i < checks->list.count; i++) {
        const char *other = checks->list.items[i].name;
        same += strncmp(other, name, base_len) == 0 &&
                (other[base_len] == '\0' || other[base_len] == '#');
    }
    return same ? arena_printf(arena, "%s#%zu", name, same + 1) : name;
}

static void add_check(struct check_list *checks, struct check *check, const struct yaml *name)
{
    struct loader *loader = checks->loader;
    check->name = name && name->kind == YAML_SCALAR ? name->text : make_name(checks, check);
    for (size_t i = 0; name && i < checks->list.count; i++)
        if (str_eq(checks->list.items[i].name, check->name))
            problem_add(loader->problems, name->place, "two checks are named \"%s\"", check->name);
    VEC_PUSH(loader->arena, checks->list, *check);
}

static bool load_rows(struct loader *loader, const struct yaml *value, struct check *check)
{
    if (!field_map(loader, value, LEVEL_ROWS))
        return false;
    check->min_rows = field_integer(loader, value, "min", 0, INT64_MAX, -1);
    check->max_rows = field_integer(loader, value, "max", 0, INT64_MAX, -1);
    if (value->count == 0)
        problem_add(loader->problems, value->place, "\"rows\" has neither min nor max");
    if (check->min_rows >= 0 && check->max_rows >= 0 && check->min_rows > check->max_rows)
        problem_add(loader->problems, value->place,
                    "\"rows\" can never hold: min is greater than max");
    return true;
}

/* not_null and unique name columns when they stand below a table, and nothing (or true) below a column. */
static bool load_columns(struct loader *loader, const struct yaml *value, const char *column,
                         struct check *check)
{
    bool is_true = value->kind == YAML_SCALAR &&
                   (yaml_is_null(value) || (value->is_plain && str_eq(value->text, "true")));
    if (column && !is_true) {
        problem_add(loader->problems, value->place, "\"%s\" below a column takes no value",
                    kinds[check->kind].key);
        problem_hint(loader->problems,
                     "For several columns write it below the checks of the table: - %s: [a, b].",
                     kinds[check->kind].key);
        return false;
    }
    if (column)
        return true;
    if (is_true || (value->kind == YAML_LIST && value->count == 0)) {
        problem_add(loader->problems, value->place,
                    "\"%s\" names no column; expected one or a list", kinds[check->kind].key);
        return false;
    }
    struct text_list names = yaml_texts(loader, value);
    check->columns = names.items;
    check->column_count = names.count;
    return names.count > 0;
}

static bool load_value(struct loader *loader, const struct yaml *map, const struct yaml *value,
                       const char *column, struct check *check)
{
    struct text_list list;
    switch (check->kind) {
    case CHECK_NOT_NULL:
    case CHECK_UNIQUE:
        return load_columns(loader, value, column, check);
    case CHECK_ROWS:
        return load_rows(loader, value, check);
    case CHECK_PATTERN:
    case CHECK_SQL:
        check->text = field_text(loader, map, kinds[check->kind].key);
        return check->text != NULL;
    case CHECK_MIN:
    case CHECK_MAX:
        if (!field_text(loader, map, kinds[check->kind].key))
            return false;
        break;
    default:
        break;
    }
    list = yaml_texts(loader, value);
    check->values = list.items;
    check->value_count = list.count;
    if (list.count == 0)
        problem_add(loader->problems, value->place, "\"%s\" has no values", kinds[check->kind].key);
    return list.count > 0;
}

static void load_kind(struct check_list *checks, const struct yaml *map, size_t at,
                      const char *const *column, enum severity severity)
{
    struct loader *loader = checks->loader;
    const struct yaml *key = map->keys[at], *value = map->items[at];
    int kind = kind_find(key->text);
    if (kind < 0)
        return; /* name, severity, or already said to be unknown */
    struct check check = {.kind = (enum check_kind)kind,
                          .severity = severity,
                          .columns = column,
                          .column_count = column ? 1 : 0,
                          .min_rows = -1,
                          .max_rows = -1,
                          .place = value->place};
    if (kind != CHECK_SQL)
        check.place = key->place;
    else /* the errors of SQL count from the first character of its text */
        check.place.column += !value->is_plain && !value->is_block;
    if (column ? !kinds[kind].of_column : !kinds[kind].of_table) {
        problem_add(loader->problems, key->place, "\"%s\" cannot stand here", key->text);
        problem_hint(
            loader->problems,
            column
                ? "It is a check of the whole table: write it below \"checks\" beside \"columns\"."
                : "It is a check of one column: write it below columns.<name>.checks.");
        return;
    }
    if (load_value(loader, map, value, column ? *column : NULL, &check))
        add_check(checks, &check, yaml_get(map, "name"));
}

static void load_map(struct check_list *checks, const struct yaml *item, const char *const *column)
{
    struct loader *loader = checks->loader;
    if (!field_map(loader, item, LEVEL_CHECK))
        return;
    enum severity severity =
        (enum severity)field_choice(loader, item, LEVEL_CHECK, "severity", SEVERITY_ERROR);
    size_t found = 0;
    for (size_t i = 0; i < item->count; i++)
        found += kind_find(item->keys[i]->text) >= 0;
    if (found == 0)
        problem_add(loader->problems, item->place, "this check says nothing to check");
    if (found > 1 && yaml_get(item, "name"))
        problem_add(loader->problems, item->place,
                    "one name for %zu checks; expected one check in each item that has a name",
                    found);
    for (size_t i = 0; i < item->count; i++)
        load_kind(checks, item, i, column, severity);
}

static void load_checks(struct check_list *checks, const struct yaml *list,
                        const char *const *column)
{
    struct loader *loader = checks->loader;
    if (list && list->kind != YAML_LIST) {
        problem_add(loader->problems, list->place, "\"checks\" is not a list; expected %s",
                    column ? "[not_null, {min: 0}]" : "entries such as \"- unique: [a, b]\"");
        return;
    }
    for (size_t i = 0; list && i < list->count; i++) {
        const struct yaml *item = list->items[i];
        if (item->kind != YAML_SCALAR) {
            load_map(checks, item, column);
            continue;
        }
        int kind = kind_find(item->text);
        if (kind != CHECK_NOT_NULL && kind != CHECK_UNIQUE) {
            if (kind < 0)
                say_unknown_kind(loader, item->place, item->text, column != NULL);
            else
                problem_add(loader->problems, item->place, "\"%s\" needs a value: {%s: …}",
                            item->text, item->text);
        } else if (!column) {
            problem_add(loader->problems, item->place,
                        "\"%s\" names no column; expected \"%s: [a, b]\"", item->text, item->text);
        } else {
            struct check check = {.kind = (enum check_kind)kind,
                                  .columns = column,
                                  .column_count = 1,
                                  .min_rows = -1,
                                  .max_rows = -1,
                                  .place = item->place};
            add_check(checks, &check, NULL);
        }
    }
}

static void load_column(struct check_list *checks, const struct yaml *key, const struct yaml *map,
                        struct node_column *column)
{
    struct loader *loader = checks->loader;
    *column = (struct node_column){.name = key->text, .place = key->place};
    if (yaml_is_null(map) || !field_map(loader, map, LEVEL_COLUMN))
        return;
    column->type = field_text(loader, map, "type");
    column->description = field_text(loader, map, "description");
    column->unit = field_text(loader, map, "unit");
    column->format = field_text(loader, map, "format");
    column->zone = field_zone(loader, map, "timezone", &column->timezone);
    load_checks(checks, yaml_get(map, "checks"), &column->name);
}

/* Only text is written in a format or by a clock; all else has its types already. */
static void check_text_keys(struct loader *loader, const struct node *node, const struct yaml *map)
{
    static const char *const keys[] = {"format", "timezone"};
    if (source_is_text(node))
        return;
    for (size_t i = 0; i < ARRAY_COUNT(keys); i++)
        if (map->kind == YAML_MAP && yaml_get(map, keys[i]))
            problem_add(loader->problems, field_place(map, keys[i]),
                        "\"%s\" is for columns of text sources; a model's SQL says it", keys[i]);
}

void columns_load(struct loader *loader, struct draft *draft, const struct yaml *columns,
                  const struct yaml *list)
{
    struct check_list checks = {.loader = loader};
    struct node *node = &draft->node;
    if (columns && columns->kind != YAML_MAP) {
        problem_add(loader->problems, columns->place,
                    "\"columns\" is not a mapping; expected names, each with its settings");
        columns = NULL;
    }
    struct node_column *items =
        ARENA_ARRAY(loader->arena, struct node_column, columns ? columns->count + 1 : 1);
    for (size_t i = 0; columns && i < columns->count; i++)
        load_column(&checks, columns->keys[i], columns->items[i], &items[i]);
    for (size_t i = 0; columns && i < columns->count; i++)
        check_text_keys(loader, node, columns->items[i]);
    node->columns = items;
    node->column_count = columns ? columns->count : 0;
    load_checks(&checks, list, NULL);
    node->checks = checks.list.items;
    node->check_count = checks.list.count;
}
