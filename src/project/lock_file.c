/* SPDX-License-Identifier: Apache-2.0 */
#include "project/internal.h"
#include "project/lock.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* schema.lock.yaml. */

enum { TEXT_MAX = 64 << 20 };

static const char header[] =
    "# Written by leat, from its catalog: what the text sources were found to be. Keep it in git.\n"
    "# To change it, run \"leat accept SOURCE\".\n";

char *lock_file_path(const struct project *project, struct arena *arena)
{
    return path_join(arena, project->folder, LOCK_FILE);
}

/* ---- writing ---- */

/* Whether a text can stand without quotes and is read back as the same text. */
static bool is_plain(const char *text)
{
    static const char *const words[] = {"true", "false", "null", "yes", "no", "on", "off"};
    for (size_t i = 0; i < ARRAY_COUNT(words); i++)
        if (strcasecmp(text, words[i]) == 0)
            return false;
    if (!isalpha((unsigned char)text[0]) && text[0] != '_')
        return false;
    for (const char *c = text; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("_(),.", *c))
            return false;
    return true;
}

static void append_scalar(struct str *text, const char *value, bool in_flow)
{
    if (is_plain(value) && !(in_flow && strchr(value, ',')))
        str_append(text, value);
    else
        str_append_json(text, value);
}

static void append_column(struct str *text, const struct lock_column *column)
{
    bool is_map = column->format || column->timezone;
    str_append(text, "    ");
    append_scalar(text, column->name, false);
    str_append(text, is_map ? ": {type: " : ": ");
    append_scalar(text, column->type, is_map);
    if (column->format) {
        str_append(text, ", format: ");
        append_scalar(text, column->format, true);
    }
    if (column->timezone) {
        str_append(text, ", timezone: ");
        append_scalar(text, column->timezone, true);
    }
    str_append(text, is_map ? "}\n" : "\n");
}

char *lock_file_text(const struct lock_entries *entries, struct arena *arena)
{
    AUTO(str_release) struct str text = STR_INIT(TEXT_MAX);
    str_append(&text, header);
    for (size_t i = 0; i < entries->count; i++) {
        const struct source_lock *lock = &entries->items[i].lock;
        str_appendf(&text, "\n%s:\n  dialects:%s\n", entries->items[i].source,
                    lock->dialect_count ? "" : " []");
        for (size_t j = 0; j < lock->dialect_count; j++)
            str_appendf(&text, "    - %s\n", lock->dialects[j]);
        str_append(&text, lock->column_count ? "  columns:\n" : "  columns: {}\n");
        for (size_t j = 0; j < lock->column_count; j++)
            append_column(&text, &lock->columns[j]);
    }
    return arena_strdup(arena, str_text(&text));
}

/* ---- reading ---- */

static int wrong(const struct yaml *node, const char *what, struct err *err)
{
    err_set(err, ERR_CONFIG, "%s", what);
    return err_where(err, LOCK_FILE ":%d:%d", node->place.line, node->place.column);
}

static const char *map_text(const struct yaml *map, const char *key)
{
    const struct yaml *node = map->kind == YAML_MAP ? yaml_get(map, key) : NULL;
    return node && node->kind == YAML_SCALAR ? node->text : NULL;
}

static int read_column(const struct yaml *key, const struct yaml *value,
                       struct lock_column *ret_column, struct err *err)
{
    struct text_type type;
    *ret_column = (struct lock_column){.name = key->text};
    ret_column->type = value->kind == YAML_SCALAR ? value->text : map_text(value, "type");
    ret_column->format = map_text(value, "format");
    ret_column->timezone = map_text(value, "timezone");
    if (!ret_column->type || !text_type_parse(ret_column->type, &type))
        return wrong(value, "this is no column of a schema lock: expected \"name: TYPE\"", err);
    return 0;
}

/* As the catalog has it: JSON without blanks. */
static int read_dialect(const struct yaml *node, struct arena *arena, const char **ret_dialect,
                        struct err *err)
{
    AUTO(str_release) struct str text = STR_INIT(TEXT_MAX);
    if (node->kind != YAML_MAP)
        return wrong(node, "this is no dialect of a schema lock: expected a mapping", err);
    yaml_to_json(node, &text);
    json_t *json = json_loads(str_text(&text), 0, NULL);
    char *compact = json ? json_dumps(json, JSON_COMPACT) : NULL;
    *ret_dialect = arena_strdup(arena, compact);
    free(compact);
    json_decref(json);
    return *ret_dialect ? 0 : wrong(node, "this is no dialect of a schema lock", err);
}

static int read_lock(const struct yaml *map, struct arena *arena, struct source_lock *ret_lock,
                     struct err *err)
{
    const struct yaml *columns = map->kind == YAML_MAP ? yaml_get(map, "columns") : NULL;
    const struct yaml *dialects = map->kind == YAML_MAP ? yaml_get(map, "dialects") : NULL;
    if (!columns || columns->kind != YAML_MAP || !dialects || dialects->kind != YAML_LIST)
        return wrong(map, "this is no schema lock: expected \"dialects\" and \"columns\"", err);
    struct lock_column *items = ARENA_ARRAY(arena, struct lock_column, columns->count + 1);
    const char **texts = ARENA_ARRAY(arena, const char *, dialects->count + 1);
    for (size_t i = 0; i < columns->count; i++)
        TRY(read_column(columns->keys[i], columns->items[i], &items[i], err));
    for (size_t i = 0; i < dialects->count; i++)
        TRY(read_dialect(dialects->items[i], arena, &texts[i], err));
    *ret_lock = (struct source_lock){.columns = items,
                                     .column_count = columns->count,
                                     .dialects = texts,
                                     .dialect_count = dialects->count};
    return 0;
}

static int say_problem(const struct problems *problems, struct err *err)
{
    const struct problem *first = problems->list.items;
    err_set(err, ERR_CONFIG, "%s", first->message);
    return err_where(err, LOCK_FILE ":%d:%d", first->place.line, first->place.column);
}

int lock_file_read(const struct project *project, struct arena *arena,
                   struct lock_entries *ret_entries, struct err *err)
{
    const char *path = lock_file_path(project, arena);
    struct problems problems = {.arena = arena};
    char *text = NULL;
    size_t len = 0;
    *ret_entries = (struct lock_entries){0};
    if (!file_exists(path))
        return 0;
    TRY(file_read(path, YAML_MAX_BYTES, arena, &text, &len, err));
    const struct yaml *tree = yaml_parse(LOCK_FILE, 1, text, len, arena, &problems);
    if (!tree || problems.list.count > 0)
        return say_problem(&problems, err);
    if (tree->kind != YAML_MAP)
        return wrong(tree, "this is no schema lock: expected sources by name", err);
    struct lock_entry *items = ARENA_ARRAY(arena, struct lock_entry, tree->count + 1);
    for (size_t i = 0; i < tree->count; i++) {
        items[i].source = tree->keys[i]->text;
        TRY(read_lock(tree->items[i], arena, &items[i].lock, err));
    }
    *ret_entries = (struct lock_entries){items, tree->count};
    return 0;
}
