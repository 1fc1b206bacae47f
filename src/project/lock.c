/* SPDX-License-Identifier: Apache-2.0 */
#include "project/lock.h"

#include "base/str.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* Schema locks as JSON, and what differs between two. */

enum { LOCK_MAX_BYTES = 64 << 20 };

static void free_json(json_t **json)
{
    json_decref(*json);
}

static void append_pair(struct str *json, const char *key, const char *value)
{
    if (!value)
        return;
    str_appendf(json, ",\"%s\":", key);
    str_append_json(json, value);
}

char *lock_to_json(const struct source_lock *lock, struct arena *arena)
{
    AUTO(str_release) struct str json = STR_INIT(LOCK_MAX_BYTES);
    str_append(&json, "{\"columns\":[");
    for (size_t i = 0; i < lock->column_count; i++) {
        const struct lock_column *column = &lock->columns[i];
        str_append(&json, i ? ",{\"name\":" : "{\"name\":");
        str_append_json(&json, column->name);
        append_pair(&json, "type", column->type);
        append_pair(&json, "format", column->format);
        append_pair(&json, "timezone", column->timezone);
        str_append_char(&json, '}');
    }
    str_append(&json, "],\"dialects\":[");
    for (size_t i = 0; i < lock->dialect_count; i++)
        str_appendf(&json, "%s%s", i ? "," : "", lock->dialects[i]);
    str_append(&json, "]}");
    return arena_strdup(arena, str_text(&json));
}

static const char *get_text(const json_t *object, const char *key, struct arena *arena)
{
    return arena_strdup(arena, json_string_value(json_object_get(object, key)));
}

static const char *dump(json_t *value, struct arena *arena)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    const char *kept = arena_strdup(arena, text ? text : "{}");
    free(text);
    return kept;
}

int lock_from_json(const char *json, struct arena *arena, struct source_lock *ret_lock,
                   struct err *err)
{
    AUTO(free_json) json_t *tree = json_loads(json, 0, NULL);
    json_t *columns = json_object_get(tree, "columns"),
           *dialects = json_object_get(tree, "dialects");
    if (!json_is_array(columns) || !json_is_array(dialects))
        return err_set(err, ERR_DATA, "the catalog is damaged: a schema lock cannot be read");
    struct lock_column *items =
        ARENA_ARRAY(arena, struct lock_column, json_array_size(columns) + 1);
    const char **texts = ARENA_ARRAY(arena, const char *, json_array_size(dialects) + 1);
    for (size_t i = 0; i < json_array_size(columns); i++) {
        const json_t *column = json_array_get(columns, i);
        items[i] = (struct lock_column){.name = get_text(column, "name", arena),
                                        .type = get_text(column, "type", arena),
                                        .format = get_text(column, "format", arena),
                                        .timezone = get_text(column, "timezone", arena)};
        if (!items[i].name || !items[i].type)
            return err_set(err, ERR_DATA, "the catalog is damaged: a schema lock cannot be read");
    }
    for (size_t i = 0; i < json_array_size(dialects); i++)
        texts[i] = dump(json_array_get(dialects, i), arena);
    *ret_lock = (struct source_lock){.columns = items,
                                     .column_count = json_array_size(columns),
                                     .dialects = texts,
                                     .dialect_count = json_array_size(dialects)};
    return 0;
}

static bool same_column(const struct lock_column *a, const struct lock_column *b)
{
    return str_eq(a->name, b->name) && str_eq(a->type, b->type) && str_eq(a->format, b->format) &&
           str_eq(a->timezone, b->timezone);
}

bool lock_equal(const struct source_lock *a, const struct source_lock *b)
{
    if (a->column_count != b->column_count || a->dialect_count != b->dialect_count)
        return false;
    for (size_t i = 0; i < a->column_count; i++)
        if (!same_column(&a->columns[i], &b->columns[i]))
            return false;
    for (size_t i = 0; i < a->dialect_count; i++)
        if (!str_eq(a->dialects[i], b->dialects[i]))
            return false;
    return true;
}

const struct source_lock *lock_entries_find(const struct lock_entries *entries, const char *source)
{
    for (size_t i = 0; i < entries->count; i++)
        if (str_eq(entries->items[i].source, source))
            return &entries->items[i].lock;
    return NULL;
}

static const struct lock_column *find(const struct source_lock *lock, const char *name)
{
    for (size_t i = 0; i < lock->column_count; i++)
        if (str_eq(lock->columns[i].name, name))
            return &lock->columns[i];
    return NULL;
}

static void append_line(struct str *text, char sign, const struct lock_column *column)
{
    str_appendf(text, "%c %s %s", sign, column->name, column->type);
    if (column->format)
        str_appendf(text, ", format %s", column->format);
    if (column->timezone)
        str_appendf(text, ", timezone %s", column->timezone);
    str_append_char(text, '\n');
}

/* Whether the columns that both have stand in the same order. */
static bool same_order(const struct source_lock *was, const struct source_lock *is)
{
    size_t at = 0;
    for (size_t i = 0; i < was->column_count; i++) {
        if (!find(is, was->columns[i].name))
            continue;
        while (at < is->column_count && !find(was, is->columns[at].name))
            at++;
        if (at == is->column_count || !str_eq(is->columns[at].name, was->columns[i].name))
            return false;
        at++;
    }
    return true;
}

char *lock_diff(const struct source_lock *was, const struct source_lock *is, struct arena *arena)
{
    AUTO(str_release) struct str text = STR_INIT(LOCK_MAX_BYTES);
    for (size_t i = 0; i < was->column_count; i++) {
        const struct lock_column *now = find(is, was->columns[i].name);
        if (!now || !same_column(&was->columns[i], now))
            append_line(&text, '-', &was->columns[i]);
        if (now && !same_column(&was->columns[i], now))
            append_line(&text, '+', now);
    }
    for (size_t i = 0; i < is->column_count; i++)
        if (!find(was, is->columns[i].name))
            append_line(&text, '+', &is->columns[i]);
    if (!same_order(was, is)) {
        str_append(&text, "~ order:");
        for (size_t i = 0; i < is->column_count; i++)
            str_appendf(&text, "%s %s", i ? "," : "", is->columns[i].name);
        str_append_char(&text, '\n');
    }
    return arena_strdup(arena, str_text(&text));
}
