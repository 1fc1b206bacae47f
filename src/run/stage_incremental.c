/* SPDX-License-Identifier: Apache-2.0 */
#include "run/execute_internal.h"

/*
 * Incremental models. The SQL sees $last, the greatest cursor value so far less the lookback (NULL on the first
 * run), and gives new and changed rows. With a key, files that hold a changed key are rewritten
 * without it; all other files stay as they are. A changed model or changed columns build it all anew.
 */

static const char *key_list(struct job *job, const char *prefix)
{
    AUTO(str_release) struct str list = STR_INIT(1 << 16);
    for (size_t i = 0; i < job->node->model.key_count; i++) {
        str_appendf(&list, "%s%s", i > 0 ? ", " : "", prefix);
        str_append_ident(&list, job->node->model.key[i]);
    }
    return arena_strdup(&job->arena, str_text(&list));
}

static const char *column_type(struct column_list columns, const char *name)
{
    for (size_t i = 0; i < columns.count; i++)
        if (str_eq(columns.items[i].name, name))
            return columns.items[i].type_text;
    return NULL;
}

/* $last as text: the ledger's cursor less the lookback. */
static int find_last(struct execution *execution, struct job *job, const char *cursor,
                     char **ret_last, struct err *err)
{
    const struct lake_table *table = job_table(execution, job);
    const char *type = column_type(table->columns, job->node->model.cursor);
    AUTO(str_release) struct str sql = STR_INIT(1 << 16);
    *ret_last = arena_strdup(&job->arena, cursor);
    if (job->node->model.lookback_us == 0 || type == NULL)
        return 0;
    str_append(&sql, "SELECT CAST(");
    str_append_literal(&sql, cursor);
    str_appendf(&sql, "::%s - to_microseconds(%lld) AS VARCHAR)", type,
                (long long)job->node->model.lookback_us);
    return conn_value(job->conn, str_text(&sql), &job->arena, ret_last, err);
}

static int refuse_double_keys(struct job *job, const char *staged_sql, struct err *err)
{
    AUTO(str_release) struct str sql = STR_INIT(1 << 20);
    char *example = NULL;
    str_append(&sql, "SELECT to_json(x) FROM (SELECT ");
    str_appendf(&sql, "%s FROM (%s) GROUP BY ALL HAVING count(*) > 1 LIMIT 1) x", key_list(job, ""),
                staged_sql);
    TRY(conn_value(job->conn, str_text(&sql), &job->arena, &example, err));
    if (example == NULL)
        return 0;
    err_set(err, ERR_DATA, "model \"%s\" gives two rows with the same key %s", job->node->id,
            example);
    return err_hint(err, "Keep one row a key, for example with QUALIFY row_number() OVER "
                         "(PARTITION BY key ORDER BY cursor DESC) = 1.");
}

/* Which of the table's files hold a key that is staged: they are rewritten. */
static int find_touched(struct execution *execution, struct job *job,
                        const struct lake_table *table, const char *staged_sql, bool *is_touched,
                        struct err *err)
{
    for (size_t i = 0; i < table->file_count; i++) {
        AUTO(str_release) struct str sql = STR_INIT(1 << 20);
        char *file_sql = NULL;
        char *found = NULL;
        TRY(lake_files_sql(execution->session->lake, table, &table->files[i], 1, &job->arena,
                           &file_sql, err));
        str_appendf(&sql, "SELECT 1 FROM (%s) old_ SEMI JOIN (%s) new_ USING (%s) LIMIT 1",
                    file_sql, staged_sql, key_list(job, ""));
        TRY(conn_value(job->conn, str_text(&sql), &job->arena, &found, err));
        is_touched[i] = found != NULL;
    }
    return 0;
}

/* Writes the rows of the touched files whose key is not staged. */
static int rewrite_touched(struct execution *execution, struct job *job,
                           const struct staged_rows *rows, const struct lake_file *touched,
                           size_t count, const char *staged_sql, struct lake_new_file *ret_file,
                           struct err *err)
{
    AUTO(str_release) struct str sql = STR_INIT(1 << 20);
    char *touched_sql = NULL;
    TRY(lake_files_sql(execution->session->lake, job_table(execution, job), touched, count,
                       &job->arena, &touched_sql, err));
    str_appendf(&sql, "SELECT * FROM (%s) old_ ANTI JOIN (%s) new_ USING (%s)", touched_sql,
                staged_sql, key_list(job, ""));
    return rows_write(execution, job, rows, str_text(&sql), NULL, 0, ret_file, err);
}

static int read_cursor(struct job *job, struct err *err)
{
    AUTO(str_release) struct str sql = STR_INIT(16 << 20);
    char *cursor = NULL;
    if (job->node->model.cursor == NULL)
        return 0;
    str_append(&sql, "SELECT CAST(max(");
    str_append_ident(&sql, job->node->model.cursor);
    str_appendf(&sql, ") AS VARCHAR) FROM (%s)", job->select_sql);
    TRY(conn_value(job->conn, str_text(&sql), &job->arena, &cursor, err));
    job->cursor = cursor;
    return 0;
}

/* Decides which old files stay, writes what replaces the others, and fills the change. */
static int merge(struct execution *execution, struct job *job, const struct staged_rows *rows,
                 const struct lake_table *table, const char *staged_sql,
                 struct lake_new_file *files, struct err *err)
{
    bool *is_touched = ARENA_ARRAY(&job->arena, bool, table->file_count + 1);
    struct lake_file *kept = ARENA_ARRAY(&job->arena, struct lake_file, table->file_count + 1);
    struct lake_file *touched = ARENA_ARRAY(&job->arena, struct lake_file, table->file_count + 1);
    int64_t *ended = ARENA_ARRAY(&job->arena, int64_t, table->file_count + 1);
    size_t kept_count = 0;
    size_t touched_count = 0;
    if (job->node->model.key_count > 0 && files[0].path != NULL)
        TRY(find_touched(execution, job, table, staged_sql, is_touched, err));
    for (size_t i = 0; i < table->file_count; i++) {
        if (is_touched[i]) {
            ended[touched_count] = table->files[i].id;
            touched[touched_count++] = table->files[i];
        } else {
            kept[kept_count++] = table->files[i];
        }
    }
    if (touched_count > 0)
        TRY(rewrite_touched(execution, job, rows, touched, touched_count, staged_sql, &files[1],
                            err));
    job->change.kind = LAKE_APPEND;
    job->change.ended_files = ended;
    job->change.ended_count = touched_count;
    return rows_select(execution, job, rows, files, 2, table, kept, kept_count, &job->select_sql,
                       err);
}

static bool is_table_kept(const struct lake_table *table, const struct step *step,
                          const struct job *job, const struct execution *execution)
{
    return table != NULL && step->done != NULL && !execution->plan_options->is_full_refresh &&
           str_eq(step->done->fingerprint, job->node->fingerprint.hex) &&
           (job->node->model.cursor == NULL || step->done->cursor != NULL);
}

int stage_incremental(struct execution *execution, struct job *job, struct err *err)
{
    const struct lake_table *table = job_table(execution, job);
    const struct step *step = job->steps[0];
    struct lake_new_file *files = ARENA_ARRAY(&job->arena, struct lake_new_file, 2);
    const char *sql = model_select(job->node, &job->arena);
    const char *staged_sql = NULL;
    struct staged_rows rows;
    struct param *params = NULL;
    char *last = NULL;
    bool is_kept = is_table_kept(table, step, job, execution);
    if (is_kept && job->node->model.cursor != NULL)
        TRY(find_last(execution, job, step->done->cursor, &last, err));
    size_t count = project_sql_params(execution->session->project, job->node, NULL, last,
                                      &job->arena, &params);
    TRY(rows_describe(execution, job, sql, params, count, &rows, err));
    if (is_kept && !columns_equal(table->columns, rows.stored)) {
        is_kept = false; /* what is there has other columns: build it all anew */
        count = project_sql_params(execution->session->project, job->node, NULL, NULL, &job->arena,
                                   &params);
    }
    TRY(rows_write(execution, job, &rows, sql, params, count, &files[0], err));
    job->rows_out = files[0].stats.row_count;
    TRY(rows_select(execution, job, &rows, files, 1, NULL, NULL, 0, &staged_sql, err));
    if (job->node->model.key_count > 0)
        TRY(refuse_double_keys(job, staged_sql, err));
    job->change = (struct lake_change){.kind = LAKE_REPLACE,
                                       .schema = job->node->schema,
                                       .name = job->node->name,
                                       .columns = rows.stored,
                                       .base_snapshot = execution->snapshot.id};
    job->select_sql = staged_sql;
    if (is_kept)
        TRY(merge(execution, job, &rows, table, staged_sql, files, err));
    job->change.files = files;
    for (size_t i = 0; i < 2; i++)
        if (files[i].path != NULL)
            files[job->change.file_count++] = files[i];
    return read_cursor(job, err);
}
