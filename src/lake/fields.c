/* SPDX-License-Identifier: Apache-2.0 */
#include "lake/internal.h"

#include <string.h>

/*
 * The columns of a table come as rows of ducklake_column, children naming their parent. They become
 * two trees of the same shape: struct column (what they are) and struct lake_field (how the catalog
 * numbers them; the same numbers are the field ids in the Parquet files).
 */
struct builder {
    const struct field_row *rows;
    size_t count;
    struct arena *arena;
    const char *table; /* for messages */
    int depth;         /* of what is being built */
};
enum { DEPTH_MAX = 100 }; /* a damaged catalog may name a column its own parent */

static size_t count_children(const struct builder *builder, int64_t parent)
{
    size_t count = 0;
    for (size_t i = 0; i < builder->count; i++)
        count += builder->rows[i].parent == parent;
    return count;
}

static int build_children(struct builder *builder, int64_t parent, struct column **ret_columns,
                          struct lake_field **ret_fields, size_t *ret_count, struct err *err);

static int check_shape(const struct builder *builder, const struct field_row *row,
                       const struct sql_type *type, struct err *err)
{
    size_t wanted = type->child_count;
    if (str_eq(type->id, "LIST"))
        wanted = 1;
    else if (str_eq(type->id, "MAP"))
        wanted = 2;
    if (wanted == type->child_count)
        return 0;
    return err_set(err, ERR_DATA, "the catalog is damaged: column \"%s\" of \"%s\" has %zu parts",
                   row->name, builder->table, type->child_count);
}

static int build_one(struct builder *builder, const struct field_row *row,
                     struct column *ret_column, struct lake_field *ret_field, struct err *err)
{
    struct column column = {.name = row->name};
    struct lake_field field = {row->id, row->begin_snapshot, row->default_text, 0, NULL};
    if (!type_from_ducklake(row->type, &column.type))
        return err_set(err, ERR_CONFIG,
                       "column \"%s\" of \"%s\" has type \"%s\", which leat does not know",
                       row->name, builder->table, row->type);
    bool is_nested = str_eq(column.type.id, "STRUCT") || str_eq(column.type.id, "LIST") ||
                     str_eq(column.type.id, "MAP");
    if (is_nested) {
        struct column *columns;
        struct lake_field *fields;
        if (++builder->depth > DEPTH_MAX)
            return err_set(err, ERR_DATA,
                           "the catalog is damaged: column \"%s\" of \"%s\" has no end", row->name,
                           builder->table);
        TRY(build_children(builder, row->id, &columns, &fields, &column.type.child_count, err));
        builder->depth--;
        column.type.children = columns;
        field.children = fields;
        field.child_count = column.type.child_count;
        TRY(check_shape(builder, row, &column.type, err));
    }
    column.type_text = is_nested || str_eq(column.type.id, "DECIMAL")
                           ? type_make_text(&column.type, builder->arena)
                           : column.type.id;
    *ret_column = column;
    *ret_field = field;
    return 0;
}

static int build_children(struct builder *builder, int64_t parent, struct column **ret_columns,
                          struct lake_field **ret_fields, size_t *ret_count, struct err *err)
{
    size_t count = count_children(builder, parent), made = 0;
    struct column *columns = ARENA_ARRAY(builder->arena, struct column, count);
    struct lake_field *fields = ARENA_ARRAY(builder->arena, struct lake_field, count);
    for (size_t i = 0; i < builder->count; i++) {
        if (builder->rows[i].parent != parent)
            continue;
        TRY(build_one(builder, &builder->rows[i], &columns[made], &fields[made], err));
        made++;
    }
    *ret_columns = columns;
    *ret_fields = fields;
    *ret_count = count;
    return 0;
}

int fields_build(const struct field_row *rows, size_t count, struct arena *arena,
                 struct lake_table *table, struct err *err)
{
    struct builder builder = {rows, count, arena, table->name, 0};
    struct column *columns;
    struct lake_field *fields;
    size_t top_count;
    TRY(build_children(&builder, -1, &columns, &fields, &top_count, err));
    table->columns = (struct column_list){columns, top_count};
    table->fields = fields;
    return 0;
}

static bool types_match(const struct sql_type *a, const struct sql_type *b)
{
    const struct type_rule *rule = type_rule_find(a);
    if (rule == NULL || rule != type_rule_find(b) || a->child_count != b->child_count)
        return false;
    if (str_eq(rule->id, "DECIMAL"))
        return a->width == b->width && a->scale == b->scale;
    for (size_t i = 0; i < a->child_count; i++) {
        bool has_names = str_eq(rule->id, "STRUCT");
        if (has_names && !str_eq(a->children[i].name, b->children[i].name))
            return false;
        if (!types_match(&a->children[i].type, &b->children[i].type))
            return false;
    }
    return true;
}

bool fields_match(struct column_list stored, const struct lake_table *table)
{
    if (stored.count != table->columns.count)
        return false;
    for (size_t i = 0; i < stored.count; i++)
        if (!str_eq(stored.items[i].name, table->columns.items[i].name) ||
            !types_match(&stored.items[i].type, &table->columns.items[i].type))
            return false;
    return true;
}

static const char *child_name(const struct sql_type *type, size_t i)
{
    if (str_eq(type->id, "STRUCT"))
        return type->children[i].name;
    return str_eq(type->id, "LIST") ? "element" : i == 0 ? "key" : "value";
}

/* `fields` NULL: numbered from *next on, parents before children, as publishing numbers them. */
static void append_ids(struct str *text, const struct column *column, const char *name,
                       const struct lake_field *field, int64_t *next)
{
    int64_t id = field != NULL ? field->id : (*next)++;
    str_append_ident(text, name);
    if (column->type.child_count == 0) {
        str_appendf(text, ": %lld", (long long)id);
        return;
    }
    str_appendf(text, ": {__duckdb_field_id: %lld", (long long)id);
    for (size_t i = 0; i < column->type.child_count; i++) {
        str_append(text, ", ");
        append_ids(text, &column->type.children[i], child_name(&column->type, i),
                   field != NULL ? &field->children[i] : NULL, next);
    }
    str_append_char(text, '}');
}

int lake_field_ids(struct column_list stored, const struct lake_table *existing,
                   struct arena *arena, char **ret_field_ids, struct err *err)
{
    AUTO(str_release) struct str text = STR_INIT(16 << 20);
    int64_t next = 1;
    bool is_kept = existing != NULL && !existing->is_view && fields_match(stored, existing);
    str_append_char(&text, '{');
    for (size_t i = 0; i < stored.count; i++) {
        str_append(&text, i > 0 ? ", " : "");
        append_ids(&text, &stored.items[i], stored.items[i].name,
                   is_kept ? &existing->fields[i] : NULL, &next);
    }
    str_append_char(&text, '}');
    if (text.is_failed)
        return err_set(err, ERR_CONFIG, "the column list is too long");
    *ret_field_ids = arena_strdup(arena, str_text(&text));
    return 0;
}

static size_t count_fields(const struct column *column)
{
    size_t count = 1;
    for (size_t i = 0; i < column->type.child_count; i++)
        count += count_fields(&column->type.children[i]);
    return count;
}

static void add_numbers(const struct column *column, const struct lake_field *field, int64_t *next,
                        int32_t *numbers, size_t *count)
{
    numbers[(*count)++] = (int32_t)(field != NULL ? field->id : (*next)++);
    for (size_t i = 0; i < column->type.child_count; i++)
        add_numbers(&column->type.children[i], field != NULL ? &field->children[i] : NULL, next,
                    numbers, count);
}

int32_t *lake_field_numbers(struct column_list stored, const struct lake_table *existing,
                            struct arena *arena)
{
    bool is_kept = existing != NULL && !existing->is_view && fields_match(stored, existing);
    size_t total = 0;
    size_t count = 0;
    int64_t next = 1;
    for (size_t i = 0; i < stored.count; i++)
        total += count_fields(&stored.items[i]);
    int32_t *numbers = ARENA_ARRAY(arena, int32_t, total + 1);
    for (size_t i = 0; i < stored.count; i++)
        add_numbers(&stored.items[i], is_kept ? &existing->fields[i] : NULL, &next, numbers,
                    &count);
    return numbers;
}

/* ---- leaves: the columns that have values, for statistics ---- */

static void add_leaves(const struct column *column, const char *name,
                       const struct lake_field *field, const char *prefix, struct arena *arena,
                       struct leaves *leaves)
{
    const char *path = prefix == NULL ? name : arena_printf(arena, "%s\x1f%s", prefix, name);
    if (column->type.child_count == 0) {
        struct leaf leaf = {field->id, path, &column->type};
        VEC_PUSH(arena, leaves->list, leaf);
        return;
    }
    for (size_t i = 0; i < column->type.child_count; i++)
        add_leaves(&column->type.children[i], child_name(&column->type, i), &field->children[i],
                   path, arena, leaves);
}

void leaves_of(const struct lake_table *table, struct arena *arena, struct leaves *ret_leaves)
{
    *ret_leaves = (struct leaves){0};
    for (size_t i = 0; i < table->columns.count; i++)
        add_leaves(&table->columns.items[i], table->columns.items[i].name, &table->fields[i], NULL,
                   arena, ret_leaves);
}
