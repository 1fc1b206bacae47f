/* SPDX-License-Identifier: Apache-2.0 */
#include "run/execute_internal.h"

/* Staging of sources, views and tables. */

void change_table(struct execution *execution, struct job *job, enum lake_change_kind kind,
                  const struct staged_rows *rows, const struct lake_new_file *files,
                  size_t file_count)
{
    job->change.kind = kind;
    job->change.schema = job->node->schema;
    job->change.name = job->node->name;
    job->change.columns = rows->stored;
    job->change.files = files;
    job->change.file_count = file_count;
    job->change.base_snapshot = execution->snapshot.id;
}

/* Replaces the node's table by the rows of one SELECT. */
int stage_rows(struct execution *execution, struct job *job, const char *select_sql,
               const struct param *params, size_t param_count, struct err *err)
{
    struct staged_rows rows;
    struct lake_new_file *file = ARENA_NEW(&job->arena, struct lake_new_file);
    TRY(rows_describe(execution, job, select_sql, params, param_count, &rows, err));
    TRY(rows_write(execution, job, &rows, select_sql, params, param_count, file, err));
    job->rows_out = file->stats.row_count;
    change_table(execution, job, LAKE_REPLACE, &rows, file, file->path != NULL);
    return rows_select(execution, job, &rows, file, 1, NULL, NULL, 0, &job->select_sql, err);
}

static void change_inputs(struct job *job, const struct source_plan *plan)
{
    job->change.inputs = plan->files;
    job->change.input_count = plan->file_count;
    job->change.inputs_source = job->node->id;
}

static int read_parquet(struct execution *execution, struct job *job,
                        const struct source_plan *plan, struct err *err)
{
    struct session *session = execution->session;
    struct source_spec spec = source_spec_of(job->node);
    TRY(source_ops_find(spec.format)
            ->read(&spec, plan, session->engine, job->conn, session->memory, session->threads,
                   &job->arena, &job->reading, err));
    const char *sql = job->reading->parts[0].select_sql;
    if (job->node->source.land_table) {
        TRY(stage_rows(execution, job, sql, NULL, 0, err));
        job->rows_in = job->rows_out;
        return 0;
    }
    for (size_t i = 0; i < plan->file_count; i++)
        job->rows_in += plan->files[i].row_count;
    job->rows_out = job->rows_in;
    job->change.kind = LAKE_KEEP;
    job->select_sql = arena_strdup(&job->arena, sql);
    return 0;
}

static int read_source(struct execution *execution, struct job *job, struct err *err)
{
    const struct source_plan *plan = job->steps[0]->source;
    if (job->node->source.format == FORMAT_SERIES)
        TRY(stage_series(execution, job, plan, err));
    else if (!source_is_text(job->node))
        TRY(read_parquet(execution, job, plan, err));
    else
        TRY(stage_text(execution, job, plan, err));
    change_inputs(job, plan);
    return source_plan_verify(plan, err);
}

static int open_conn(void *context, struct conn **ret_conn, struct err *err)
{
    (void)err;
    *ret_conn = ((struct job *)context)->conn;
    return 0;
}

/* A file that changed while it was read is read once more; the second time is an error. */
static int read_source_again(struct execution *execution, struct job *job, struct err *err)
{
    struct source_spec spec = source_spec_of(job->node);
    struct conn_opener opener = {open_conn, job};
    struct input_list known = {0};
    job_discard(execution, job);
    reading_release(job->reading);
    job->reading = NULL;
    job->rows_in = 0;
    job->bytes = 0;
    TRY(source_ops_find(spec.format)
            ->plan(&spec, &known, &opener, &job->arena, job->steps[0]->source, err));
    const struct source_text *text = job->steps[0]->text;
    job->steps[0]->version = source_version(
        job->node, job->steps[0]->source, text,
        text != NULL && text->kept != NULL ? text->kept->accepted : NULL, &job->arena);
    return read_source(execution, job, err);
}

int stage_source(struct execution *execution, struct job *job, struct err *err)
{
    struct err problem = {0};
    if (job->steps[0]->error != NULL) {
        *err = *job->steps[0]->error;
        return -1;
    }
    if (read_source(execution, job, &problem) == 0)
        return 0;
    if (problem.kind == ERR_CONFLICT)
        return read_source_again(execution, job, err);
    *err = problem;
    return -1;
}

int stage_view(struct execution *execution, struct job *job, struct err *err)
{
    struct column_list columns = {0};
    job->select_sql = model_select(job->node, &job->arena);
    if (conn_describe(job->conn, job->select_sql, NULL, 0, &job->arena, &columns, err) != 0)
        return model_error(job->node, err);
    job->change = (struct lake_change){.kind = LAKE_VIEW,
                                       .schema = job->node->schema,
                                       .name = job->node->name,
                                       .view_sql = job->select_sql,
                                       .columns = columns,
                                       .base_snapshot = execution->snapshot.id};
    return 0;
}

int stage_table(struct execution *execution, struct job *job, struct err *err)
{
    struct param *params = NULL;
    size_t count = project_sql_params(execution->session->project, job->node, NULL, NULL,
                                      &job->arena, &params);
    return stage_rows(execution, job, model_select(job->node, &job->arena), params, count, err);
}
