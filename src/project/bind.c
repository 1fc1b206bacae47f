/* SPDX-License-Identifier: Apache-2.0 */
#include "project/internal.h"

#include "lake/lake.h"

#include <string.h>

/*
 * Types of all nodes, in order. Statements see the nodes they read as empty tables of the right columns, in a catalog of ours that
 * is attached for the time of binding and made only when something is not in the cache.
 */

#define CATALOG "leat_bind"

static int attach(struct binder *binder)
{
    char *home = NULL;
    TRY(conn_value(binder->conn, "SELECT current_database()", binder->arena, &home, binder->err));
    /* The macros that leat adds live in the other catalog, which therefore stays on the path. */
    TRY(conn_execf(binder->conn, binder->err,
                   "ATTACH ':memory:' AS %s; SET search_path = '%s.main,%s.main'", CATALOG, CATALOG,
                   home));
    binder->home = home;
    map_init(&binder->schemas, binder->arena);
    map_put(&binder->schemas, "main", binder);
    return 0;
}

int binder_conn(struct binder *binder, struct conn **ret_conn)
{
    struct project_state *state = binder->state;
    if (!binder->conn && !state->conn) {
        if (!state->need_conn)
            return err_set(binder->err, ERR_INTERNAL,
                           "binding needs the engine, and no way to open it was given");
        TRY(state->need_conn(state->context, &state->conn, binder->err));
    }
    if (!binder->conn)
        binder->conn = state->conn;
    if (!binder->home)
        TRY(attach(binder));
    *ret_conn = binder->conn;
    return 0;
}

static int detach(struct binder *binder)
{
    if (!binder->home)
        return 0;
    return conn_execf(binder->conn, binder->err,
                      "PRAGMA enable_optimizer; SET search_path = '%s.main'; DETACH %s",
                      binder->home, CATALOG);
}

struct column_list bind_visible(struct binder *binder, const struct node *node)
{
    bool is_stored = node->kind == NODE_SOURCE ? node->source.land_table
                                               : node->model.materialized != MATERIALIZED_VIEW;
    struct column_list stored = {0};
    char *select_list = NULL;
    /* A type that cannot be kept is a problem of that node (bindcheck.c), not of its readers. */
    if (is_stored && lake_types_map(node->bound, binder->arena, &select_list, &stored, NULL) == 0)
        return stored;
    return node->bound;
}

static int bind_source(struct binder *binder, struct node *node, source_columns_fn source_columns,
                       void *context)
{
    struct err err = {0};
    struct column_list columns = {0};
    node->bound = columns;
    if (!node->source.files) /* a mistake in leat.yaml, already told */
        return 0;
    if (source_columns(context, node, binder->arena, &columns, &err) != 0) {
        if (problem_is_fatal(&err) && err.kind != ERR_IO && err.kind != ERR_DENIED) {
            if (binder->err)
                *binder->err = err;
            return -1;
        }
        problem_from_err(binder->problems, node->place, &err);
        return 0;
    }
    node->bound = columns;
    return 0;
}

static bool can_bind(const struct binder *binder, const struct node *node)
{
    const struct part *part = &binder->state->parts[node->index];
    for (size_t i = 0; i < node->input_count; i++)
        if (binder->project->nodes[node->inputs[i]].bound.count == 0)
            return false;
    return part->sql && !part->has_bad_names && !part->has_bad_front;
}

static int bind_node(struct binder *binder, struct node *node, source_columns_fn source_columns,
                     void *context)
{
    struct project *project = binder->project;
    if (node->kind == NODE_SOURCE) {
        TRY(bind_source(binder, node, source_columns, context));
    } else if (node->kind == NODE_OUTPUT) {
        node->bound = project->nodes[node->out.model].bound;
    } else {
        node->bound = (struct column_list){0};
        if (can_bind(binder, node))
            TRY(bind_model(binder, node));
        bindview_check(binder, node);
    }
    if (node->bound.count == 0) {
        project->is_bound = false;
        return 0;
    }
    if (node->kind != NODE_OUTPUT)
        TRY(bind_checks(binder, node));
    return bindcheck_node(binder, node);
}

int project_bind(struct project *project, struct conn *conn, source_columns_fn source_columns,
                 void *context, struct problems *problems, struct err *err)
{
    struct err failure = {0};
    struct binder binder = {.project = project,
                            .problems = problems,
                            .arena = &project->arena,
                            .state = project->state,
                            .conn = conn,
                            .err = &failure};
    int result = 0;
    project->is_bound = true;
    for (size_t i = 0; i < project->node_count; i++)
        project->state->parts[i].is_exposed = false;
    for (size_t i = 0; i < project->node_count && result == 0; i++)
        result = bind_node(&binder, &project->nodes[i], source_columns, context);
    if (err && result != 0)
        *err = failure;
    if (detach(&binder) != 0 && result == 0) {
        if (err)
            *err = failure;
        result = -1;
    }
    project->is_bound = project->is_bound && result == 0;
    problems_sort(problems);
    return result;
}

bool project_recall_columns(struct project *project, const char *key,
                            struct column_list *ret_columns)
{
    return cache_get_columns(&project->state->cache, hash_bytes(key, strlen(key)), ret_columns);
}

void project_remember_columns(struct project *project, const char *key, struct column_list columns)
{
    cache_put_columns(&project->state->cache, hash_bytes(key, strlen(key)), columns);
}
