/* SPDX-License-Identifier: Apache-2.0 */
#include "run/execute_internal.h"

/*
 * Partitioned models. Each partition is a data file of its own, named by its ledger row. After a run the table
 * is made of the partitions of the plan and of nothing else: files of other layouts, or of intervals that left, end.
 */

/* The names of the files of the plan's partitions that do not run now. */
static void find_kept_files(const struct execution *execution, struct job *job,
                            struct map *ret_names)
{
    map_init(ret_names, &job->arena);
    for (size_t i = 0; i < execution->plan->step_count; i++) {
        const struct step *step = &execution->plan->steps[i];
        if (step->node == job->node && step->state != STEP_RUN && step->done != NULL)
            map_put(ret_names, partition_file(step->done, &job->arena), (void *)step);
    }
}

/* Rows must lie in [start, end) by the partition column; dates and local times by the zone's clock. */
static int check_interval(struct job *job, const struct step *step, const struct staged_rows *rows,
                          const struct lake_new_file *file, struct err *err)
{
    const char *type = NULL;
    char start[40];
    char end[40];
    for (size_t i = 0; i < rows->stored.count; i++)
        if (str_eq(rows->stored.items[i].name, job->node->model.by))
            type = rows->stored.items[i].type_text;
    if (type == NULL)
        return err_set(err, ERR_CONFIG, "partition column \"%s\" is not a column of the model",
                       job->node->model.by);
    if (file->path == NULL)
        return 0;
    bool is_instant = str_eq(type, "TIMESTAMP WITH TIME ZONE");
    AUTO(str_release) struct str sql = STR_INIT(1 << 16);
    str_append(&sql, "SELECT count(*), CAST(min(by_) AS VARCHAR) FROM (SELECT ");
    str_append_ident(&sql, job->node->model.by);
    str_append(&sql, " AS by_ FROM read_parquet(");
    str_append_literal(&sql, file->path);
    str_append(&sql, ")) WHERE by_ IS NULL OR NOT (");
    const char *from = arena_printf(&job->arena, "TIMESTAMPTZ '%s'",
                                    instant_format(step->interval.start_us, start));
    const char *to =
        arena_printf(&job->arena, "TIMESTAMPTZ '%s'", instant_format(step->interval.end_us, end));
    if (!is_instant) {
        from = arena_printf(&job->arena, "timezone('%s', %s)", job->node->model.timezone, from);
        to = arena_printf(&job->arena, "timezone('%s', %s)", job->node->model.timezone, to);
    }
    str_appendf(&sql, "by_ >= %s AND by_ < %s)", from, to);
    struct result *result = NULL;
    TRY(conn_query(job->conn, str_text(&sql), NULL, 0, &result, err));
    int row = result_next(result, err);
    int64_t outside = row == 1 ? result_i64(result, 0) : 0;
    if (outside > 0) {
        const char *example = result_text(result, 1);
        err_set(err, ERR_DATA, "%lld rows of partition %s lie outside it by \"%s\", such as %s",
                (long long)outside, start, job->node->model.by, example != NULL ? example : "NULL");
        err_hint(err, "Filter the model by $start and $end: WHERE %s >= $start AND %s < $end.",
                 job->node->model.by, job->node->model.by);
        row = -1;
    }
    result_free(result);
    return row < 0 ? -1 : 0;
}

static int stage_partition(struct execution *execution, struct job *job, struct step *step,
                           struct staged_rows *rows, struct lake_new_file *file, struct err *err)
{
    struct param *params = NULL;
    const char *sql = model_select(job->node, &job->arena);
    size_t count = project_sql_params(execution->session->project, job->node, &step->interval, NULL,
                                      &job->arena, &params);
    if (rows->field_ids == NULL)
        TRY(rows_describe(execution, job, sql, params, count, rows, err));
    TRY(rows_write(execution, job, rows, sql, params, count, file, err));
    job->rows_out += file->stats.row_count;
    if (check_interval(job, step, rows, file, err) != 0)
        return model_error(job->node, err);
    return 0;
}

static int require_same_columns(const struct job *job, const struct lake_table *table,
                                struct column_list stored, struct err *err)
{
    if (columns_equal(table->columns, stored))
        return 0;
    err_set(err, ERR_CONFLICT, "the columns of \"%s\" changed, but not all its partitions run",
            job->node->id);
    return err_hint(err, "Build all of it again: leat run -s %s --full-refresh", job->node->id);
}

int stage_partitions(struct execution *execution, struct job *job, struct err *err)
{
    const struct lake_table *table = job_table(execution, job);
    struct staged_rows rows = {0};
    size_t old_count = table != NULL ? table->file_count : 0;
    struct lake_new_file *files =
        ARENA_ARRAY(&job->arena, struct lake_new_file, job->step_count + 1);
    struct lake_file *kept = ARENA_ARRAY(&job->arena, struct lake_file, old_count + 1);
    int64_t *ended = ARENA_ARRAY(&job->arena, int64_t, old_count + 1);
    size_t kept_count = 0;
    struct map kept_names;
    find_kept_files(execution, job, &kept_names);
    job->total_units = (int64_t)job->step_count;
    job->change = (struct lake_change){.kind = LAKE_APPEND,
                                       .schema = job->node->schema,
                                       .name = job->node->name,
                                       .base_snapshot = execution->snapshot.id};
    for (size_t i = 0; i < job->step_count; i++) {
        if (execution->options->stop != NULL && *execution->options->stop > 0)
            return err_set(err, ERR_CANCELLED, "stopped after %zu of %zu partitions", i,
                           job->step_count);
        TRY(stage_partition(execution, job, job->steps[i], &rows, &files[i], err));
        job->done_units = (int64_t)i + 1;
    }
    for (size_t i = 0; i < old_count; i++) {
        if (map_get(&kept_names, path_basename(table->files[i].path)) != NULL)
            kept[kept_count++] = table->files[i];
        else
            ended[job->change.ended_count++] = table->files[i].id;
    }
    if (kept_count > 0)
        TRY(require_same_columns(job, table, rows.stored, err));
    else
        job->change.kind = LAKE_REPLACE; /* everything is new: the columns may be too */
    job->change.columns = rows.stored;
    job->change.ended_files = ended;
    TRY(rows_select(execution, job, &rows, files, job->step_count, table, kept, kept_count,
                    &job->select_sql, err));
    for (size_t i = 0; i < job->step_count; i++) { /* the ledger rows name each file */
        const char *name = files[i].path != NULL ? path_basename(files[i].path) : "";
        job->partition_files[i] = arena_strdup(&job->arena, name);
        job->partition_rows[i] = files[i].stats.row_count;
        if (files[i].path != NULL)
            files[job->change.file_count++] = files[i];
    }
    job->change.files = files;
    return 0;
}
