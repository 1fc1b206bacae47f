/* SPDX-License-Identifier: Apache-2.0 */
#include "run/execute_internal.h"

/*
 * leat.failures keeps the first failing rows of each failed check: a table of the warehouse like any other, committed with
 * its node, or alone when the node is not published.
 */

static void append_failure(struct str *sql, const struct execution *execution,
                           const struct job *job, const struct check_result *result)
{
    str_append(sql, sql->len > 0 ? " UNION ALL SELECT " : "SELECT ");
    str_append_literal(sql, execution->session->run_id);
    str_append(sql, " AS run_id, ");
    str_append_literal(sql, job->node->id);
    str_append(sql, " AS node, ");
    str_append_literal(sql, result->check->name);
    str_append(sql, " AS check_name, ");
    str_append_literal(sql, result->check->severity == SEVERITY_ERROR ? "error" : "warn");
    str_appendf(sql, " AS severity, CAST(%lld AS BIGINT) AS failure_count, ",
                (long long)result->failure_count);
    str_append_literal(sql, result->message != NULL ? result->message : "");
    str_append(sql, " AS message, unnest(CAST(");
    str_append_literal(sql, result->samples != NULL ? result->samples : "[null]");
    str_append(sql, " AS JSON[]))::VARCHAR AS row_json");
}

int failures_stage(struct execution *execution, struct job *job,
                   const struct check_results *results, struct err *err)
{
    AUTO(str_release) struct str sql = STR_INIT(8 << 20);
    struct column_list columns = {0};
    struct lake_new_file *file = ARENA_NEW(&job->arena, struct lake_new_file);
    char *path = NULL;
    char *select_list = NULL;
    char *field_ids = NULL;
    for (size_t i = 0; i < results->count; i++)
        if (results->items[i].failure_count > 0)
            append_failure(&sql, execution, job, &results->items[i]);
    if (sql.len == 0)
        return 0;
    TRY(conn_describe(job->conn, str_text(&sql), NULL, 0, &job->arena, &columns, err));
    TRY(lake_types_map(columns, &job->arena, &select_list, &columns, err));
    const struct lake_table *table = lake_snapshot_table(&execution->snapshot, "leat", "failures");
    TRY(lake_field_ids(columns, table, &job->arena, &field_ids, err));
    TRY(lake_data_path(execution->session->lake, "leat", "failures", &job->arena, &path, err));
    struct parquet_options options = {.field_ids = field_ids,
                                      .field_numbers =
                                          lake_field_numbers(columns, table, &job->arena),
                                      .column_count = columns.count,
                                      .memory = execution->session->memory};
    TRY(conn_write_parquet(job->conn, str_text(&sql), NULL, 0, path, &options, &job->arena,
                           &file->stats, err));
    file->path = path;
    TRY(lake_sync_files(execution->session->lake, &file->path, 1, err));
    job->failures = (struct lake_change){.kind = LAKE_APPEND,
                                         .schema = "leat",
                                         .name = "failures",
                                         .columns = columns,
                                         .files = file,
                                         .file_count = 1,
                                         .base_snapshot = INT64_MAX};
    return 0;
}
