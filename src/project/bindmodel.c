/* SPDX-License-Identifier: Apache-2.0 */
#include "project/internal.h"

#include "connect/connect.h"

#include <string.h>

/* The columns of one model: from the cache by everything they depend on, else asked from the engine. */

/* Types tried for $last before the type of the cursor column is known. */
static const char *const cursor_types[] = {"TIMESTAMPTZ", "TIMESTAMP", "DATE", "BIGINT", "VARCHAR"};

static void add_columns(struct hasher *hasher, struct column_list columns)
{
    hasher_add_i64(hasher, (int64_t)columns.count);
    for (size_t i = 0; i < columns.count; i++) {
        hasher_add_text(hasher, columns.items[i].name);
        hasher_add_text(hasher, columns.items[i].type_text);
    }
}

/* What the types of a node's statements depend on beside their text. */
static void add_surroundings(struct binder *binder, const struct node *node, struct hasher *hasher)
{
    const struct project *project = binder->project;
    for (size_t i = 0; i < node->input_count; i++) {
        const struct node *input = &project->nodes[node->inputs[i]];
        hasher_add_text(hasher, input->id);
        add_columns(hasher, bind_visible(binder, input));
    }
    for (size_t i = 0; i < project->param_count; i++) {
        hasher_add_text(hasher, project->params[i].name);
        hasher_add_i64(hasher, project->params[i].type);
    }
}

static struct hash model_key(struct binder *binder, const struct node *node)
{
    struct hasher *hasher = hasher_new();
    hasher_add_text(hasher, node->model.sql);
    hasher_add_i64(hasher, node->model.materialized);
    hasher_add_text(hasher, node->model.cursor);
    add_surroundings(binder, node, hasher);
    return hasher_end(hasher);
}

static int create_schema(struct binder *binder, struct conn *conn, const char *schema)
{
    AUTO(str_release) struct str sql = STR_INIT(4096);
    if (map_get(&binder->schemas, schema))
        return 0;
    str_append(&sql, "CREATE SCHEMA leat_bind.");
    str_append_ident(&sql, schema);
    TRY(conn_exec(conn, str_text(&sql), binder->err));
    map_put(&binder->schemas, schema, binder);
    return 0;
}

/* An empty table with these columns. */
static int create_table(struct binder *binder, struct conn *conn, const char *schema,
                        const char *name, struct column_list columns)
{
    AUTO(str_release) struct str sql = STR_INIT(4 << 20);
    str_append(&sql, "CREATE OR REPLACE TABLE leat_bind.");
    str_append_ident(&sql, schema);
    str_append(&sql, ".");
    str_append_ident(&sql, name);
    for (size_t i = 0; i < columns.count; i++) {
        str_append(&sql, i ? ", " : " (");
        str_append_ident(&sql, columns.items[i].name);
        str_appendf(&sql, " %s", columns.items[i].type_text);
    }
    str_append(&sql, ")");
    if (sql.is_failed)
        return err_set(binder->err, ERR_CONFIG, "%s.%s has too many columns", schema, name);
    return conn_exec(conn, str_text(&sql), binder->err);
}

/* Samples can also be called with bounds. */
static int create_macro(struct binder *binder, struct conn *conn, const struct node *input)
{
    AUTO(str_release) struct str schema = STR_INIT(4096);
    str_append(&schema, "leat_bind.");
    str_append_ident(&schema, input->schema);
    return series_macro_over_table(conn, str_text(&schema), input->name, binder->err);
}

static int expose_inputs(struct binder *binder, struct conn *conn, const struct node *node)
{
    for (size_t i = 0; i < node->input_count; i++) {
        const struct node *input = &binder->project->nodes[node->inputs[i]];
        struct part *part = &binder->state->parts[input->index];
        if (part->is_exposed)
            continue;
        TRY(create_schema(binder, conn, input->schema));
        TRY(create_table(binder, conn, input->schema, input->name, bind_visible(binder, input)));
        if (input->kind == NODE_SOURCE && input->source.format == FORMAT_SAMPLES)
            TRY(create_macro(binder, conn, input));
        part->is_exposed = true;
    }
    return 0;
}

/*
 * Without the optimizer a statement is prepared in half the time. With params it is run to learn its types, and then
 * the optimizer is what makes nothing of LIMIT 0.
 */
static int set_optimizer(struct binder *binder, struct conn *conn, bool is_on)
{
    if (binder->is_optimizer_off == !is_on)
        return 0;
    TRY(conn_exec(conn, is_on ? "PRAGMA enable_optimizer" : "PRAGMA disable_optimizer",
                  binder->err));
    binder->is_optimizer_off = !is_on;
    return 0;
}

/* One SELECT of the node; `last_type` NULL: the type that $last has by now. */
static int describe(struct binder *binder, struct conn *conn, const struct node *node,
                    const char *sql, const char *last_type, struct column_list *ret_columns,
                    struct err *err)
{
    struct param *params = NULL;
    size_t count = project_sql_params(binder->project, node, NULL, NULL, binder->arena, &params);
    for (size_t i = 0; last_type && i < count; i++)
        if (str_eq(params[i].name, "last"))
            params[i].type = last_type;
    return conn_describe(conn, sql, params, count, binder->arena, ret_columns, err);
}

static const char *column_type(struct column_list columns, const char *name)
{
    for (size_t i = 0; i < columns.count; i++)
        if (strcasecmp(columns.items[i].name, name) == 0)
            return columns.items[i].type_text;
    return NULL;
}

/* $last has the type of the cursor column, which is known only after binding: binds until both agree. */
static int describe_cursor(struct binder *binder, struct conn *conn, const struct node *node,
                           struct column_list *ret_columns, struct err *err)
{
    struct column_list columns = {0};
    struct err first = {0};
    for (size_t i = 0; i < ARRAY_COUNT(cursor_types); i++) {
        struct err trial = {0};
        if (describe(binder, conn, node, node->model.sql, cursor_types[i], &columns, &trial) != 0) {
            if (first.kind == ERR_NONE)
                first = trial;
            continue;
        }
        const char *type = column_type(columns, node->model.cursor);
        if (type && !str_eq(type, cursor_types[i]))
            return describe(binder, conn, node, node->model.sql, type, ret_columns, err);
        *ret_columns = columns;
        return 0;
    }
    *err = first;
    return -1;
}

static int take_error(struct binder *binder, struct place origin, const struct err *err)
{
    if (problem_is_fatal(err)) {
        *binder->err = *err;
        return -1;
    }
    problem_from_err(binder->problems, sqltext_place(origin, err), err);
    return 0;
}

int bind_model(struct binder *binder, struct node *node)
{
    struct hash key = model_key(binder, node);
    struct conn *conn = NULL;
    struct err err = {0};
    struct column_list columns = {0};
    if (cache_get_columns(&binder->state->cache, key, &node->bound))
        return 0;
    TRY(binder_conn(binder, &conn));
    TRY(expose_inputs(binder, conn, node));
    TRY(set_optimizer(binder, conn, node->model.param_count > 0));
    bool has_cursor = node->model.materialized == MATERIALIZED_INCREMENTAL && node->model.cursor;
    int result = has_cursor ? describe_cursor(binder, conn, node, &columns, &err)
                            : describe(binder, conn, node, node->model.sql, NULL, &columns, &err);
    if (result != 0)
        return take_error(binder, (struct place){node->place.file, 1, 1}, &err);
    if (node->model.materialized == MATERIALIZED_GRID) {
        grid_check_select(binder->problems, node, columns, binder->arena);
        TRY(conn_describe(conn, grid_account_sql(node, binder->arena), NULL, 0, binder->arena,
                          &columns, binder->err));
    }
    node->bound = columns;
    cache_put_columns(&binder->state->cache, key, columns);
    return 0;
}

/* The SQL check at an index, or NULL when it is none or had a mistake before. */
static const struct sql_info *sql_check(const struct binder *binder, const struct node *node,
                                        size_t at)
{
    const struct part *part = &binder->state->parts[node->index];
    return part->check_sql ? part->check_sql[at] : NULL;
}

static bool has_sql_check(const struct binder *binder, const struct node *node)
{
    for (size_t i = 0; i < node->check_count; i++)
        if (sql_check(binder, node, i))
            return true;
    return false;
}

static struct hash checks_key(struct binder *binder, const struct node *node)
{
    struct hasher *hasher = hasher_new();
    hasher_add_text(hasher, "checks");
    for (size_t i = 0; i < node->check_count; i++)
        if (sql_check(binder, node, i))
            hasher_add_text(hasher, node->checks[i].text);
    add_columns(hasher, node->bound);
    add_surroundings(binder, node, hasher);
    return hasher_end(hasher);
}

static int describe_checks(struct binder *binder, struct conn *conn, const struct node *node)
{
    for (size_t i = 0; i < node->check_count; i++) {
        const struct sql_info *sql = sql_check(binder, node, i);
        struct column_list columns = {0};
        struct err err = {0};
        if (!sql)
            continue;
        TRY(set_optimizer(binder, conn, sql->param_count > 0));
        if (describe(binder, conn, node, node->checks[i].text, NULL, &columns, &err) != 0)
            TRY(take_error(binder, node->checks[i].place, &err));
    }
    return 0;
}

int bind_checks(struct binder *binder, const struct node *node)
{
    struct conn *conn = NULL;
    const char *data = NULL;
    size_t len = 0;
    if (!has_sql_check(binder, node))
        return 0;
    struct hash key = checks_key(binder, node);
    if (cache_get(&binder->state->cache, CACHE_CHECKS, key, &data, &len))
        return 0;
    size_t before = problem_count(binder->problems);
    TRY(binder_conn(binder, &conn));
    TRY(expose_inputs(binder, conn, node));
    TRY(create_table(binder, conn, "main", "this", node->bound));
    TRY(describe_checks(binder, conn, node));
    if (problem_count(binder->problems) == before)
        cache_put(&binder->state->cache, CACHE_CHECKS, key, "", 0);
    return 0;
}
