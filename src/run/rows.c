/* SPDX-License-Identifier: Apache-2.0 */
#include "run/execute_internal.h"

#include <ctype.h>
#include <string.h>

const char *model_select(const struct node *node, struct arena *arena)
{
    size_t len = strlen(node->model.sql);
    while (len > 0 &&
           (isspace((unsigned char)node->model.sql[len - 1]) || node->model.sql[len - 1] == ';'))
        len--;
    return arena_strndup(arena, node->model.sql, len);
}

const struct lake_table *job_table(const struct execution *execution, const struct job *job)
{
    const struct lake_table *table =
        lake_snapshot_table(&execution->snapshot, job->node->schema, job->node->name);
    return table != NULL && !table->is_view ? table : NULL;
}

bool columns_equal(struct column_list a, struct column_list b)
{
    if (a.count != b.count)
        return false;
    for (size_t i = 0; i < a.count; i++)
        if (!str_eq(a.items[i].name, b.items[i].name) ||
            !str_eq(a.items[i].type_text, b.items[i].type_text))
            return false;
    return true;
}

int rows_describe(struct execution *execution, struct job *job, const char *select_sql,
                  const struct param *params, size_t param_count, struct staged_rows *ret_rows,
                  struct err *err)
{
    struct column_list columns = {0};
    const struct lake_table *table = job_table(execution, job);
    char *select_list = NULL;
    char *field_ids = NULL;
    *ret_rows = (struct staged_rows){0};
    if (job->is_bound)
        columns = job->node->bound;
    else if (conn_describe(job->conn, select_sql, params, param_count, &job->arena, &columns,
                           err) != 0)
        return model_error(job->node, err);
    TRY(lake_types_map(columns, &job->arena, &select_list, &ret_rows->stored, err));
    bool is_kept = table != NULL && columns_equal(table->columns, ret_rows->stored);
    TRY(lake_field_ids(ret_rows->stored, is_kept ? table : NULL, &job->arena, &field_ids, err));
    ret_rows->select_list = select_list;
    ret_rows->field_ids = field_ids;
    ret_rows->field_numbers =
        lake_field_numbers(ret_rows->stored, is_kept ? table : NULL, &job->arena);
    return 0;
}

int rows_write_on(struct execution *execution, const struct node *node, struct conn *conn,
                  struct arena *arena, const struct staged_rows *rows, const char *select_sql,
                  const struct param *params, size_t param_count, struct lake_new_file *ret_file,
                  struct err *err)
{
    struct parquet_options options = {.field_ids = rows->field_ids,
                                      .field_numbers = rows->field_numbers,
                                      .column_count = rows->stored.count,
                                      .memory = execution->session->memory};
    struct lake_new_file file = {0};
    char *path = NULL;
    /* Rows that are storable as they are keep their statement, and with it their ORDER BY. */
    const char *sql =
        str_eq(rows->select_list, "*")
            ? select_sql
            : arena_printf(arena, "SELECT %s FROM (\n%s\n)", rows->select_list, select_sql);
    TRY(lake_data_path(execution->session->lake, node->schema, node->name, arena, &path, err));
    if (conn_write_parquet(conn, sql, params, param_count, path, &options, arena, &file.stats,
                           err) != 0) {
        (void)!file_remove(path, NULL);
        return model_error(node, err);
    }
    file.path = path;
    if (file.stats.row_count == 0) {
        TRY(file_remove(path, err));
        file.path = NULL;
    }
    *ret_file = file;
    return 0;
}

int rows_write(struct execution *execution, struct job *job, const struct staged_rows *rows,
               const char *select_sql, const struct param *params, size_t param_count,
               struct lake_new_file *ret_file, struct err *err)
{
    TRY(rows_write_on(execution, job->node, job->conn, &job->arena, rows, select_sql, params,
                      param_count, ret_file, err));
    job->bytes += ret_file->path != NULL ? ret_file->stats.size_bytes : 0;
    return 0;
}

static void append_columns(struct str *sql, struct column_list columns)
{
    for (size_t i = 0; i < columns.count; i++) {
        str_append(sql, i > 0 ? ", " : "");
        str_append_ident(sql, columns.items[i].name);
    }
}

static void append_empty(struct str *sql, struct column_list columns)
{
    str_append(sql, "SELECT ");
    for (size_t i = 0; i < columns.count; i++) {
        str_appendf(sql, "%sCAST(NULL AS %s) AS ", i > 0 ? ", " : "", columns.items[i].type_text);
        str_append_ident(sql, columns.items[i].name);
    }
    str_append(sql, " WHERE false");
}

static void append_staged(struct str *sql, struct column_list columns,
                          const struct lake_new_file *files, size_t file_count)
{
    const char *separator = "";
    str_append(sql, "SELECT ");
    append_columns(sql, columns);
    str_append(sql, " FROM read_parquet([");
    for (size_t i = 0; i < file_count; i++) {
        if (files[i].path == NULL)
            continue;
        str_append(sql, separator);
        str_append_literal(sql, files[i].path);
        separator = ", ";
    }
    str_append(sql, "])");
}

static size_t written_count(const struct lake_new_file *files, size_t file_count)
{
    size_t written = 0;
    for (size_t i = 0; i < file_count; i++)
        written += files[i].path != NULL;
    return written;
}

int rows_select(struct execution *execution, struct job *job, const struct staged_rows *rows,
                const struct lake_new_file *files, size_t file_count,
                const struct lake_table *table, const struct lake_file *kept, size_t kept_count,
                const char **ret_sql, struct err *err)
{
    AUTO(str_release) struct str sql = STR_INIT(16 << 20);
    size_t written = written_count(files, file_count);
    if (kept_count > 0) {
        char *kept_sql = NULL;
        TRY(lake_files_sql(execution->session->lake, table, kept, kept_count, &job->arena,
                           &kept_sql, err));
        str_appendf(&sql, "%s%s", kept_sql, written > 0 ? " UNION ALL BY NAME " : "");
    }
    if (written > 0)
        append_staged(&sql, rows->stored, files, file_count);
    if (written == 0 && kept_count == 0)
        append_empty(&sql, rows->stored);
    if (sql.is_failed)
        return err_set(err, ERR_INTERNAL, "the file list of \"%s\" is too long", job->node->id);
    *ret_sql = arena_strdup(&job->arena, str_text(&sql));
    return 0;
}
