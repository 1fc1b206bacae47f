/* SPDX-License-Identifier: Apache-2.0 */
#include "run/execute_internal.h"
#include "run/reject_batch.h"

#include <string.h>

/*
 * leat.rejects has what is missing from the tables of text sources now. It is a table of the warehouse; the rows of one
 * source are one data file of it, which is replaced in the snapshot of the source's own table. The catalog's lock
 * of the source has the file's name.
 */
static const char select_columns[] =
    "SELECT run_id, source, file, CAST(record AS BIGINT) AS record, CAST(line AS BIGINT) AS line,"
    " CAST(byte_offset AS BIGINT) AS byte_offset, nullif(column_name, '') AS column_name, text,"
    " reason, raw FROM ";

static int describe(struct execution *execution, struct job *job, const char *sql,
                    struct staged_rows *ret_rows, struct err *err)
{
    struct column_list columns = {0};
    char *select_list = NULL, *field_ids = NULL;
    const struct lake_table *table = lake_snapshot_table(&execution->snapshot, "leat", "rejects");
    TRY(conn_describe(job->conn, sql, NULL, 0, &job->arena, &columns, err));
    TRY(lake_types_map(columns, &job->arena, &select_list, &ret_rows->stored, err));
    TRY(lake_field_ids(ret_rows->stored, table, &job->arena, &field_ids, err));
    ret_rows->select_list = select_list;
    ret_rows->field_ids = field_ids;
    ret_rows->field_numbers = lake_field_numbers(ret_rows->stored, table, &job->arena);
    return 0;
}

static int write_file(struct execution *execution, struct job *job, const char *sql,
                      const struct staged_rows *rows, struct lake_new_file *ret_file,
                      struct err *err)
{
    struct parquet_options options = {.field_ids = rows->field_ids,
                                      .field_numbers = rows->field_numbers,
                                      .column_count = rows->stored.count,
                                      .memory = execution->session->memory};
    char *path = NULL;
    TRY(lake_data_path(execution->session->lake, "leat", "rejects", &job->arena, &path, err));
    if (conn_write_parquet(job->conn, sql, NULL, 0, path, &options, &job->arena, &ret_file->stats,
                           err) != 0) {
        (void)!file_remove(path, NULL);
        return -1;
    }
    ret_file->path = path;
    return lake_sync_files(execution->session->lake, &ret_file->path, 1, err);
}

static const struct lake_file *find_file(const struct lake_table *table, const char *name)
{
    for (size_t i = 0; table != NULL && name != NULL && i < table->file_count; i++)
        if (str_eq(path_basename(table->files[i].path), name))
            return &table->files[i];
    return NULL;
}

/*
 * The source's old rows go with their file. Where another program has rewritten the table they are among others:
 * then all files go, and the rows of the other sources are written again.
 */
static int end_old(struct execution *execution, struct job *job, const struct lake_lock *kept,
                   struct str *sql, bool *ret_is_mixed, struct err *err)
{
    const struct lake_table *table = lake_snapshot_table(&execution->snapshot, "leat", "rejects");
    bool has_old = kept != NULL && kept->reject_count > 0 && table != NULL && !table->is_view;
    const struct lake_file *file = has_old ? find_file(table, kept->reject_file) : NULL;
    char *table_sql = NULL;
    *ret_is_mixed = has_old && file == NULL;
    if (!has_old)
        return 0;
    int64_t *ended = ARENA_ARRAY(&job->arena, int64_t, table->file_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < table->file_count; i++)
        if (file == NULL || file == &table->files[i])
            ended[count++] = table->files[i].id;
    job->rejects.ended_files = ended;
    job->rejects.ended_count = count;
    if (!*ret_is_mixed)
        return 0;
    TRY(lake_table_sql(execution->session->lake, table, &job->arena, &table_sql, err));
    str_appendf(sql, " UNION ALL FROM (%s) WHERE source <> ", table_sql);
    str_append_literal(sql, job->node->id);
    return 0;
}

static int stage_rows_of(struct execution *execution, struct job *job, const struct lake_lock *kept,
                         struct lake_lock *lock, const char *key, struct err *err)
{
    AUTO(str_release) struct str sql = STR_INIT(16 << 20);
    struct staged_rows rows = {0};
    struct lake_new_file *file = ARENA_NEW(&job->arena, struct lake_new_file);
    bool is_mixed = false;
    str_appendf(&sql, "%sleat_batches(", select_columns);
    str_append_literal(&sql, key);
    str_append_char(&sql, ')');
    TRY(end_old(execution, job, kept, &sql, &is_mixed, err));
    if (job->rows_rejected == 0 && job->rejects.ended_count == 0)
        return 0;
    TRY(describe(execution, job, str_text(&sql), &rows, err));
    if (job->rows_rejected > 0 || is_mixed)
        TRY(write_file(execution, job, str_text(&sql), &rows, file, err));
    job->rejects.kind = LAKE_APPEND;
    job->rejects.schema = "leat";
    job->rejects.name = "rejects";
    job->rejects.columns = rows.stored;
    job->rejects.files = file;
    job->rejects.file_count = file->path != NULL;
    job->rejects.base_snapshot = execution->snapshot.id;
    job->change.also = &job->rejects;
    if (!is_mixed && file->path != NULL)
        lock->reject_file = path_basename(file->path);
    return 0;
}

int rejects_stage(struct execution *execution, struct job *job, const struct lake_lock *kept,
                  struct lake_lock *lock, struct err *err)
{
    struct session *session = execution->session;
    struct reject_stream stream = {.rejects = job->reading->rejects,
                                   .memory = session->memory,
                                   .run_id = session->run_id,
                                   .source = job->node->id,
                                   .folder = session->project->folder};
    struct batch_stream batches = {.context = &stream, .next = reject_stream_next};
    struct ArrowSchema schema;
    const char *key = arena_printf(&job->arena, "%s#rejects", job->node->id);
    job->rejects = (struct lake_change){.kind = LAKE_KEEP};
    lock->reject_count = job->rows_rejected;
    reject_schema(&job->arena, &schema);
    TRY(engine_register_batches(session->engine, key, &schema, &batches, 1, err));
    int result = stage_rows_of(execution, job, kept, lock, key, err);
    engine_unregister_batches(session->engine, key);
    return result;
}
