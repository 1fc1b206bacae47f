/* SPDX-License-Identifier: Apache-2.0 */
#include "project/internal.h"

#include "connect/connect.h"
#include "lake/lake.h"

#include <string.h>

/* Settings that name columns, judged by the columns there are. */

static const struct column *find_column(struct column_list columns, const char *name)
{
    for (size_t i = 0; i < columns.count; i++)
        if (strcasecmp(columns.items[i].name, name) == 0)
            return &columns.items[i];
    return NULL;
}

/* The column, or NULL after a problem. */
static const struct column *need_column(struct binder *binder, const struct node *node,
                                        struct place place, const char *what, const char *name)
{
    const struct column *column = find_column(node->bound, name);
    if (column)
        return column;
    const char **names = ARENA_ARRAY(binder->arena, const char *, node->bound.count + 1);
    for (size_t i = 0; i < node->bound.count; i++)
        names[i] = node->bound.items[i].name;
    const char *id =
        node->kind == NODE_OUTPUT ? binder->project->nodes[node->out.model].id : node->id;
    problem_add(binder->problems, place, "%s names column \"%s\", which %s does not have", what,
                name, id);
    problem_nearest(binder->problems, name, names, node->bound.count);
    return NULL;
}

static void need_columns(struct binder *binder, const struct node *node, struct place place,
                         const char *what, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        (void)need_column(binder, node, place, what, names[i]);
}

/* The text of a type as DuckDB writes it; NULL when there is no such type (a problem was added). */
static int canonical_type(struct binder *binder, const struct node_column *column,
                          const char **ret_text)
{
    struct hash key = hash_bytes(column->type, strlen(column->type));
    struct column parsed = {0};
    struct conn *conn = NULL;
    struct err err = {0};
    size_t len = 0;
    if (cache_get(&binder->state->cache, CACHE_TYPE, key, ret_text, &len))
        return 0;
    TRY(binder_conn(binder, &conn));
    if (conn_parse_type(conn, column->type, binder->arena, &parsed, &err) == 0) {
        *ret_text = parsed.type_text;
        cache_put(&binder->state->cache, CACHE_TYPE, key, parsed.type_text,
                  strlen(parsed.type_text));
        return 0;
    }
    if (problem_is_fatal(&err)) {
        *binder->err = err;
        return -1;
    }
    *ret_text = NULL;
    problem_add(binder->problems, column->place, "\"%s\" is not a type: %s", column->type,
                err.message);
    return 0;
}

static int check_declared(struct binder *binder, const struct node *node, struct column_list stored)
{
    /* Text takes the declared types when it is read; what landed before tells nothing of that. */
    if (source_is_text(node))
        return 0;
    for (size_t i = 0; i < node->column_count; i++) {
        const struct node_column *declared = &node->columns[i];
        const struct column *column =
            need_column(binder, node, declared->place, "\"columns\"", declared->name);
        const struct column *kept = find_column(stored, declared->name);
        const char *type = NULL;
        if (!column || !declared->type)
            continue;
        TRY(canonical_type(binder, declared, &type));
        if (!type || strcasecmp(type, column->type_text) == 0 ||
            (kept && strcasecmp(type, kept->type_text) == 0))
            continue;
        problem_add(binder->problems, declared->place, "column \"%s\" is declared as %s, but is %s",
                    declared->name, type, kept ? kept->type_text : column->type_text);
        if (node->kind == NODE_SOURCE)
            problem_hint(binder->problems, "Correct the declaration; a model can cast the column.");
        else
            problem_hint(binder->problems,
                         "Cast it in the SQL (CAST(… AS %s)), or correct the declaration.", type);
    }
    return 0;
}

/* A check below a column of `columns:`: that the column is not there has been said already. */
static bool is_said(const struct node *node, const struct check *check)
{
    for (size_t i = 0; i < node->column_count; i++)
        if (check->columns == &node->columns[i].name)
            return true;
    return false;
}

static void check_checks(struct binder *binder, const struct node *node)
{
    for (size_t i = 0; i < node->check_count; i++) {
        const struct check *check = &node->checks[i];
        if (!is_said(node, check))
            need_columns(binder, node, check->place, "a check", check->columns,
                         check->column_count);
    }
}

static void check_partition(struct binder *binder, const struct node *node, const struct part *part)
{
    const struct column *by =
        node->model.by ? need_column(binder, node, part->by, "\"by\"", node->model.by) : NULL;
    if (!by || str_eq(by->type.id, "TIMESTAMP WITH TIME ZONE") ||
        str_eq(by->type.id, "TIMESTAMPTZ"))
        return;
    bool is_clock = str_starts(by->type.id, "TIMESTAMP") || str_eq(by->type.id, "DATE");
    if (is_clock && str_eq(node->model.timezone, "UTC"))
        return;
    if (is_clock)
        problem_add(binder->problems, part->by,
                    "\"%s\" is %s, which has no zone, but the partitions follow the clock of %s",
                    by->name, by->type_text, node->model.timezone);
    else
        problem_add(binder->problems, part->by, "\"%s\" is %s; expected TIMESTAMPTZ", by->name,
                    by->type_text);
    problem_hint(binder->problems,
                 is_clock ? "Make it an instant: timezone('%s', %s)."
                          : "Partition by the column of time.",
                 node->model.timezone, by->name);
}

static void check_output(struct binder *binder, const struct node *node)
{
    static const char *const formats[] = {
        [OUTPUT_PARQUET] = "parquet", [OUTPUT_CSV] = "csv", [OUTPUT_JSONL] = "jsonl"};
    const struct output *output = node->out.output;
    size_t before = binder->problems->list.count;
    need_columns(binder, node, output->place, "\"columns\" of the output", output->columns,
                 output->column_count);
    if (!output->path || binder->problems->list.count > before)
        return;
    struct output_spec spec = {.node = node->id,
                               .format = formats[output->format],
                               .path = output->path,
                               .root = output->root,
                               .timezone = output->timezone,
                               .columns = output->columns,
                               .column_count = output->column_count,
                               .order_by = output->order_by,
                               .compression = output->compression,
                               .delimiter = output->delimiter,
                               .has_header = output->has_header};
    struct err err = {0};
    if (output_validate(&spec, node->bound, &err) != 0)
        problem_from_err(binder->problems, output->place, &err);
}

/* The columns as they will be kept. False after a problem. */
static bool map_types(struct binder *binder, const struct node *node,
                      struct column_list *ret_stored)
{
    char *select_list = NULL;
    struct err err = {0};
    if (lake_types_map(node->bound, binder->arena, &select_list, ret_stored, &err) == 0)
        return true;
    problem_from_err(binder->problems, node->place, &err);
    return false;
}

int bindcheck_node(struct binder *binder, const struct node *node)
{
    const struct part *part = &binder->state->parts[node->index];
    struct column_list stored = node->bound;
    if (node->kind == NODE_OUTPUT) {
        check_output(binder, node);
        return 0;
    }
    bool is_kept = node->kind == NODE_SOURCE ? node->source.land_table
                                             : node->model.materialized != MATERIALIZED_VIEW;
    if (is_kept)
        (void)map_types(binder, node, &stored);
    TRY(check_declared(binder, node, stored));
    check_checks(binder, node);
    if (node->kind == NODE_SOURCE) {
        if (node->source.time)
            (void)need_column(binder, node, part->time, "\"time\"", node->source.time);
        return 0;
    }
    need_columns(binder, node, part->key, "\"key\"", node->model.key, node->model.key_count);
    if (node->model.cursor)
        (void)need_column(binder, node, part->cursor, "\"cursor\"", node->model.cursor);
    if (node->model.materialized == MATERIALIZED_PARTITIONED)
        check_partition(binder, node, part);
    return 0;
}
