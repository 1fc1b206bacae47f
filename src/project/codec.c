/* SPDX-License-Identifier: Apache-2.0 */
#include "project/cache.h"
#include "project/yaml.h"

#include <string.h>

/* Trees as bytes: numbers of 4 bytes, texts as length, bytes, NUL, so that a reader can borrow them. */

#define PUT_MAX ((size_t)64 << 20)
#define DEPTH_MAX 64
#define NO_TEXT UINT32_MAX

struct reader {
    struct arena *arena;
    const char *at, *end;
    bool has_failed;
};

static void put_number(struct str *out, uint32_t value)
{
    str_append_len(out, (const char *)&value, sizeof(value));
}

static void put_text(struct str *out, const char *text)
{
    size_t len = text ? strlen(text) : 0;
    put_number(out, text ? (uint32_t)len : NO_TEXT);
    if (text)
        str_append_len(out, text, len + 1);
}

static uint32_t get_number(struct reader *in)
{
    uint32_t value = 0;
    if ((size_t)(in->end - in->at) < sizeof(value)) {
        in->has_failed = true;
        return 0;
    }
    memcpy(&value, in->at, sizeof(value));
    in->at += sizeof(value);
    return value;
}

static const char *get_text(struct reader *in)
{
    uint32_t len = get_number(in);
    if (in->has_failed || len == NO_TEXT)
        return NULL;
    if (len >= (size_t)(in->end - in->at) || in->at[len] != '\0') {
        in->has_failed = true;
        return NULL;
    }
    const char *text = in->at;
    in->at += (size_t)len + 1;
    return text;
}

/* A count of things that take at least one byte each, so that damage cannot ask for much memory. */
static uint32_t get_count(struct reader *in)
{
    uint32_t count = get_number(in);
    if (count > (size_t)(in->end - in->at)) {
        in->has_failed = true;
        return 0;
    }
    return count;
}

static bool open_entry(struct cache *cache, enum cache_kind kind, struct hash key,
                       struct reader *ret_reader)
{
    const char *data = NULL;
    size_t len = 0;
    if (!cache_get(cache, kind, key, &data, &len))
        return false;
    *ret_reader = (struct reader){.arena = cache->arena, .at = data, .end = data + len};
    return true;
}

static void close_entry(struct cache *cache, enum cache_kind kind, struct hash key, struct str *out)
{
    if (!out->is_failed)
        cache_put(cache, kind, key, str_text(out), out->len);
    str_release(out);
}

/* ---- YAML ---- */

static void put_yaml(struct str *out, const struct yaml *node, int first_line)
{
    put_number(out, (uint32_t)node->kind | (uint32_t)node->is_plain << 4 |
                        (uint32_t)node->is_block << 5);
    put_number(out, (uint32_t)(node->place.line - first_line));
    put_number(out, (uint32_t)node->place.column);
    if (node->kind == YAML_SCALAR) {
        put_text(out, node->text);
        return;
    }
    put_number(out, (uint32_t)node->count);
    for (size_t i = 0; i < node->count; i++) {
        if (node->kind == YAML_MAP)
            put_yaml(out, node->keys[i], first_line);
        put_yaml(out, node->items[i], first_line);
    }
}

static struct yaml *get_yaml(struct reader *in, const char *file, int first_line, int depth)
{
    struct yaml *node = ARENA_NEW(in->arena, struct yaml);
    uint32_t head = get_number(in);
    node->kind = (enum yaml_kind)(head & 15);
    node->is_plain = head & 16;
    node->is_block = head & 32;
    node->place = (struct place){file, first_line + (int)get_number(in), 0};
    node->place.column = (int)get_number(in);
    if (depth > DEPTH_MAX || node->kind > YAML_MAP)
        in->has_failed = true;
    if (node->kind == YAML_SCALAR) {
        node->text = get_text(in);
        in->has_failed |= !node->text;
        return node;
    }
    uint32_t count = get_count(in);
    node->items = ARENA_ARRAY(in->arena, struct yaml *, count + 1);
    node->keys = ARENA_ARRAY(in->arena, struct yaml *, count + 1);
    for (; node->count < count && !in->has_failed; node->count++) {
        if (node->kind == YAML_MAP)
            node->keys[node->count] = get_yaml(in, file, first_line, depth + 1);
        if (!in->has_failed)
            node->items[node->count] = get_yaml(in, file, first_line, depth + 1);
    }
    return node;
}

struct yaml *cache_get_yaml(struct cache *cache, struct hash key, const char *file, int first_line)
{
    struct reader in;
    if (!open_entry(cache, CACHE_YAML, key, &in))
        return NULL;
    struct yaml *tree = get_yaml(&in, file, first_line, 0);
    return in.has_failed ? NULL : tree;
}

void cache_put_yaml(struct cache *cache, struct hash key, const struct yaml *tree, int first_line)
{
    struct str out = STR_INIT(PUT_MAX);
    put_yaml(&out, tree, first_line);
    close_entry(cache, CACHE_YAML, key, &out);
}

/* ---- what SQL refers to ---- */

static void put_refs(struct str *out, const struct sql_ref *refs, size_t count)
{
    put_number(out, (uint32_t)count);
    for (size_t i = 0; i < count; i++) {
        put_text(out, refs[i].schema);
        put_text(out, refs[i].name);
        put_number(out, (uint32_t)refs[i].line);
        put_number(out, (uint32_t)refs[i].column);
    }
}

static struct sql_ref *get_refs(struct reader *in, size_t *ret_count)
{
    uint32_t count = get_count(in);
    struct sql_ref *refs = ARENA_ARRAY(in->arena, struct sql_ref, count + 1);
    for (uint32_t i = 0; i < count && !in->has_failed; i++) {
        refs[i].schema = get_text(in);
        refs[i].name = get_text(in);
        refs[i].line = (int)get_number(in);
        refs[i].column = (int)get_number(in);
        in->has_failed |= !refs[i].name;
    }
    *ret_count = count;
    return refs;
}

const struct sql_info *cache_get_sql(struct cache *cache, struct hash key)
{
    struct reader in;
    if (!open_entry(cache, CACHE_SQL, key, &in))
        return NULL;
    struct sql_info *info = ARENA_NEW(cache->arena, struct sql_info);
    const char *fingerprint = get_text(&in);
    snprintf(info->fingerprint.hex, sizeof(info->fingerprint.hex), "%s",
             fingerprint ? fingerprint : "");
    info->tables = get_refs(&in, &info->table_count);
    info->functions = get_refs(&in, &info->function_count);
    info->params = get_refs(&in, &info->param_count);
    return in.has_failed ? NULL : info;
}

void cache_put_sql(struct cache *cache, struct hash key, const struct sql_info *info)
{
    struct str out = STR_INIT(PUT_MAX);
    put_text(&out, info->fingerprint.hex);
    put_refs(&out, info->tables, info->table_count);
    put_refs(&out, info->functions, info->function_count);
    put_refs(&out, info->params, info->param_count);
    close_entry(cache, CACHE_SQL, key, &out);
}

/* ---- columns with their types ---- */

static void put_column(struct str *out, const struct column *column)
{
    put_text(out, column->name);
    put_text(out, column->type_text);
    put_text(out, column->type.id);
    put_number(out, (uint32_t)column->type.width);
    put_number(out, (uint32_t)column->type.scale);
    put_number(out, (uint32_t)column->type.array_size);
    put_number(out, (uint32_t)column->type.child_count);
    for (size_t i = 0; i < column->type.child_count; i++)
        put_column(out, &column->type.children[i]);
}

static void get_column(struct reader *in, struct column *column, int depth)
{
    column->name = get_text(in);
    column->type_text = get_text(in);
    column->type.id = get_text(in);
    column->type.width = (int)get_number(in);
    column->type.scale = (int)get_number(in);
    column->type.array_size = get_number(in);
    column->type.child_count = get_count(in);
    in->has_failed |= depth > DEPTH_MAX || !column->type.id;
    struct column *children = ARENA_ARRAY(in->arena, struct column, column->type.child_count + 1);
    for (size_t i = 0; i < column->type.child_count && !in->has_failed; i++)
        get_column(in, &children[i], depth + 1);
    column->type.children = children;
}

bool cache_get_columns(struct cache *cache, struct hash key, struct column_list *ret_columns)
{
    struct reader in;
    if (!open_entry(cache, CACHE_COLUMNS, key, &in))
        return false;
    uint32_t count = get_count(&in);
    struct column *columns = ARENA_ARRAY(cache->arena, struct column, count + 1);
    for (uint32_t i = 0; i < count && !in.has_failed; i++)
        get_column(&in, &columns[i], 0);
    if (in.has_failed)
        return false;
    *ret_columns = (struct column_list){.items = columns, .count = count};
    return true;
}

void cache_put_columns(struct cache *cache, struct hash key, struct column_list columns)
{
    struct str out = STR_INIT(PUT_MAX);
    put_number(&out, (uint32_t)columns.count);
    for (size_t i = 0; i < columns.count; i++)
        put_column(&out, &columns.items[i]);
    close_entry(cache, CACHE_COLUMNS, key, &out);
}
