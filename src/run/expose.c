/* SPDX-License-Identifier: Apache-2.0 */
#include "run/execute_internal.h"

#include <string.h>

/*
 * Names in the engine's catalog: CREATE VIEW schema.name AS <the node's rows>. A node is exposed once in a run:
 * from the job that made its rows, or as the snapshot has it.
 */

static int create_view(struct conn *conn, const char *schema, const char *name, const char *sql,
                       struct err *err)
{
    AUTO(str_release) struct str text = STR_INIT(16 << 20);
    str_append(&text, "CREATE SCHEMA IF NOT EXISTS ");
    str_append_ident(&text, schema);
    str_append(&text, "; ");
    size_t schema_len = text.len;
    str_append(&text, "CREATE OR REPLACE VIEW ");
    str_append_ident(&text, schema);
    str_append_char(&text, '.');
    str_append_ident(&text, name);
    str_appendf(&text, " AS %s", sql);
    if (text.is_failed)
        return err_set(err, ERR_INTERNAL, "the view \"%s.%s\" is too long", schema, name);
    /* Mostly the schema is there; a statement more for each of a thousand views can be felt. */
    if (conn_exec(conn, str_text(&text) + schema_len, NULL) == 0)
        return 0;
    return conn_exec(conn, str_text(&text), err);
}

static bool is_raw_view(const struct node *node)
{
    return node->kind == NODE_SOURCE && node->source.format == FORMAT_PARQUET &&
           !node->source.land_table;
}

/* The rows of a source that is a view over the files indexed at its last publish. */
static int raw_view_sql(struct session *session, const char *source, const char *format,
                        struct conn *conn, struct arena *arena, const char **ret_sql,
                        struct err *err)
{
    struct input_list inputs = {0};
    struct source_reading *reading = NULL;
    struct source_spec spec = {.name = source, .format = format};
    TRY(lake_inputs_load(session->lake, source, arena, &inputs, err));
    if (inputs.count == 0) {
        err_set(err, ERR_NOT_FOUND, "source \"%s\" was never read", source);
        return err_hint(err, "Run \"leat run -s source:%s\" first.", source + strlen("raw."));
    }
    struct source_plan plan = {.files = inputs.items, .file_count = inputs.count};
    TRY(source_plan_verify(&plan, err));
    TRY(source_ops_find(format)->read(&spec, &plan, session->engine, conn, session->memory, 1,
                                      arena, &reading, err));
    *ret_sql = arena_strdup(arena, reading->parts[0].select_sql);
    reading_release(reading);
    return 0;
}

static int expose_node(struct execution *execution, struct job *job, const struct node *node,
                       struct err *err);

static int expose_samples(struct execution *execution, struct job *job, const struct node *node,
                          const char **ret_sql, struct err *err)
{
    const struct node *registry = samples_registry(execution->session->project, node);
    TRY(expose_node(execution, job, registry, err));
    return samples_sql(execution->session, execution->job_of_node[registry->index], node, job->conn,
                       &job->arena, ret_sql, err);
}

static int expose_node(struct execution *execution, struct job *job, const struct node *node,
                       struct err *err)
{
    const struct job *maker = execution->job_of_node[node->index];
    const char *sql = NULL;
    if (execution->is_exposed[node->index])
        return 0;
    if (maker != NULL && maker->select_sql != NULL) {
        sql = maker->select_sql;
    } else if (node->kind == NODE_SOURCE && node->source.format == FORMAT_SAMPLES) {
        TRY(expose_samples(execution, job, node, &sql, err));
    } else if (is_raw_view(node)) {
        TRY(raw_view_sql(execution->session, node->id, source_spec_of(node).format, job->conn,
                         &job->arena, &sql, err));
    } else {
        const struct lake_table *table =
            lake_snapshot_table(&execution->snapshot, node->schema, node->name);
        char *table_sql = NULL;
        if (table == NULL && job->node == node) {
            err_set(err, ERR_NOT_FOUND, "\"%s\" was never built", node->id);
            return err_hint(err, "Build it first: leat run -s +%s", node->id);
        }
        if (table == NULL) {
            err_set(err, ERR_NOT_FOUND, "\"%s\" reads \"%s\", which was never built", job->node->id,
                    node->id);
            return err_hint(err, "Select it too: leat run -s +%s", job->node->id);
        }
        if (!table->is_view)
            TRY(lake_table_sql(execution->session->lake, table, &job->arena, &table_sql, err));
        sql = table->is_view ? table->view_sql : table_sql;
    }
    /* A view over views: what it reads must be there before it is made. */
    if (node->kind == NODE_MODEL && node->model.materialized == MATERIALIZED_VIEW)
        for (size_t i = 0; i < node->input_count; i++)
            TRY(expose_node(execution, job, &execution->session->project->nodes[node->inputs[i]],
                            err));
    TRY(create_view(job->conn, node->schema, node->name, sql, err));
    execution->is_exposed[node->index] = true;
    return 0;
}

int expose_inputs(struct execution *execution, struct job *job, struct err *err)
{
    int result = 0;
    pthread_mutex_lock(&execution->expose_lock);
    for (size_t i = 0; result == 0 && i < job->node->input_count; i++)
        result = expose_node(execution, job,
                             &execution->session->project->nodes[job->node->inputs[i]], err);
    pthread_mutex_unlock(&execution->expose_lock);
    return result;
}

int expose_node_of(struct execution *execution, struct job *job, const struct node *node,
                   struct err *err)
{
    pthread_mutex_lock(&execution->expose_lock);
    int result = expose_node(execution, job, node, err);
    pthread_mutex_unlock(&execution->expose_lock);
    return result;
}

/* The source whose files are read through a view of this node; NULL: none. */
static const struct node *read_through(const struct project *project, const struct node *node)
{
    if (node->kind == NODE_SOURCE && node->source.format == FORMAT_SAMPLES)
        return samples_registry(project, node);
    return is_raw_view(node) ? node : NULL;
}

int verify_inputs(struct execution *execution, const struct node *node, struct err *err)
{
    const struct project *project = execution->session->project;
    for (size_t i = 0; i < node->input_count; i++) {
        const struct node *input = &project->nodes[node->inputs[i]];
        const struct node *source = read_through(project, input);
        const struct job *maker = source == NULL ? NULL : execution->job_of_node[source->index];
        bool is_view = input->kind == NODE_MODEL && input->model.materialized == MATERIALIZED_VIEW;
        if (is_view)
            TRY(verify_inputs(execution, input, err));
        else if (maker != NULL && maker->steps[0]->source != NULL)
            TRY(source_plan_verify(maker->steps[0]->source, err));
    }
    return 0;
}

/* ---- for queries: all of a snapshot ---- */

static bool is_wanted(const struct lake_table *table, const char *const *only, size_t only_count)
{
    for (size_t i = 0; i < only_count; i++) {
        const char *dot = strchr(only[i], '.');
        if (dot != NULL && strlen(table->schema) == (size_t)(dot - only[i]) &&
            strncmp(table->schema, only[i], (size_t)(dot - only[i])) == 0 &&
            str_eq(table->name, dot + 1))
            return true;
    }
    return only == NULL;
}

static int snapshot_samples(struct session *session, const struct lake_snapshot *snapshot,
                            const struct node *node, struct conn *conn, const char **ret_sql,
                            struct err *err)
{
    const struct node *registry = samples_registry(session->project, node);
    const struct lake_table *table =
        lake_snapshot_table(snapshot, registry->schema, registry->name);
    char *sql = NULL;
    if (table == NULL)
        return err_set(err, ERR_NOT_FOUND, "source \"%s\" was never read", registry->id);
    TRY(lake_table_sql(session->lake, table, &session->arena, &sql, err));
    TRY(create_view(conn, registry->schema, registry->name, sql, err));
    return samples_sql(session, NULL, node, conn, &session->arena, ret_sql, err);
}

static int expose_raw_views(struct session *session, const struct lake_snapshot *snapshot,
                            struct conn *conn, struct err *err)
{
    const struct project *project = session->project;
    for (size_t i = 0; i < project->node_count; i++) {
        const struct node *node = &project->nodes[i];
        const char *sql = NULL;
        struct err problem = {0};
        bool is_samples = node->kind == NODE_SOURCE && node->source.format == FORMAT_SAMPLES;
        if (!is_raw_view(node) && !is_samples)
            continue;
        /* A source that cannot be read now must not keep the tables from being queried. */
        int made = is_samples ? snapshot_samples(session, snapshot, node, conn, &sql, &problem)
                              : raw_view_sql(session, node->id, source_spec_of(node).format, conn,
                                             &session->arena, &sql, &problem);
        if (made == 0)
            TRY(create_view(conn, node->schema, node->name, sql, err));
    }
    return 0;
}

int expose_snapshot(struct session *session, const struct lake_snapshot *snapshot,
                    const char *const *only, size_t only_count, struct conn *conn, struct err *err)
{
    TRY(expose_raw_views(session, snapshot, conn, err));
    size_t left = snapshot->table_count;
    bool *is_made = ARENA_ARRAY(&session->arena, bool, snapshot->table_count + 1);
    /* Views may read views in any order: go round until nothing more can be made. */
    for (bool is_moving = true; is_moving && left > 0;) {
        is_moving = false;
        for (size_t i = 0; i < snapshot->table_count; i++) {
            const struct lake_table *table = &snapshot->tables[i];
            char *sql = NULL;
            struct err problem = {0};
            if (is_made[i] || !is_wanted(table, only, only_count))
                continue;
            if (!table->is_view)
                TRY(lake_table_sql(session->lake, table, &session->arena, &sql, err));
            if (create_view(conn, table->schema, table->name,
                            table->is_view ? table->view_sql : sql, &problem) != 0) {
                if (!table->is_view) {
                    *err = problem;
                    return -1;
                }
                continue;
            }
            is_made[i] = true;
            is_moving = true;
            left--;
        }
    }
    return 0;
}
