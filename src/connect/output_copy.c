/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/output.h"

#include <string.h>
#include <unistd.h>

/* The columns to write, in the order asked for. */
static int chosen_columns(const struct output_spec *spec, struct column_list columns,
                          struct arena *arena, struct column_list *ret_columns, struct err *err)
{
    if (!spec->columns) {
        *ret_columns = columns;
        return 0;
    }
    struct column *items = ARENA_ARRAY(arena, struct column, spec->column_count + 1);
    for (size_t i = 0; i < spec->column_count; i++) {
        const struct column *column = column_find(columns, spec->columns[i]);
        if (!column)
            return column_unknown(columns, spec->columns[i], "the output", arena, err);
        items[i] = *column;
    }
    *ret_columns = (struct column_list){.items = items, .count = spec->column_count};
    return 0;
}

/* A value as CSV text: as CAST to VARCHAR has it, but timestamps as ISO 8601. The session's zone is UTC. */
static void append_csv_column(struct str *list, const struct column *column)
{
    AUTO(str_release) struct str name = STR_INIT(65536);
    str_append_ident(&name, column->name);
    const char *text = str_text(&name);
    bool has_zone = str_eq(column->type_text, "TIMESTAMP WITH TIME ZONE");
    if (has_zone || str_starts(column->type_text, "TIMESTAMP")) {
        /* Not for "infinity" and years before 1, which ISO 8601 does not have. */
        str_appendf(list, "CASE WHEN isfinite(%s) AND year(%s) > 0 THEN ", text, text);
        str_appendf(list,
                    has_zone
                        ? "regexp_replace(replace(CAST(%s AS VARCHAR), ' ', 'T'), '[+]00$', 'Z')"
                        : "replace(CAST(%s AS VARCHAR), ' ', 'T')",
                    text);
        str_appendf(list, " ELSE CAST(%s AS VARCHAR) END", text);
    } else {
        str_appendf(list, "CAST(%s AS VARCHAR)", text);
    }
    str_appendf(list, " AS %s", text);
}

int output_select_list(const struct output_spec *spec, struct column_list columns,
                       struct arena *arena, const char **ret_list, struct err *err)
{
    bool is_csv = str_eq(spec->format, "csv");
    struct column_list chosen = {0}, stored;
    TRY(chosen_columns(spec, columns, arena, &chosen, err));
    if (!is_csv) {
        char *mapped;
        TRY(lake_types_map(chosen, arena, &mapped, &stored, err));
        *ret_list = mapped;
        if (!str_eq(mapped, "*"))
            return 0;
    }
    /* "*" would take the columns that are not chosen too, and the path's. */
    AUTO(str_release) struct str list = STR_INIT(OUTPUT_MAX_SQL_BYTES);
    for (size_t i = 0; i < chosen.count; i++) {
        str_append(&list, i ? ", " : "");
        if (is_csv)
            append_csv_column(&list, &chosen.items[i]);
        else
            str_append_ident(&list, chosen.items[i].name);
    }
    if (list.is_failed)
        return err_set(err, ERR_CONFIG, "the output has too many columns");
    *ret_list = arena_strdup(arena, str_text(&list));
    return 0;
}

static void free_result(struct result **result)
{
    if (*result)
        result_free(*result);
}

static int copy_csv(const struct output_job *job, const char *select_sql, const char *path,
                    int64_t *ret_rows, struct err *err)
{
    AUTO(str_release) struct str sql = STR_INIT(2 * OUTPUT_MAX_SQL_BYTES);
    const char delimiter[2] = {job->spec->delimiter ? job->spec->delimiter : ',', '\0'};
    str_appendf(&sql, "COPY (%s\n) TO ", select_sql);
    str_append_literal(&sql, path);
    str_append(&sql, " (FORMAT csv, DELIMITER ");
    str_append_literal(&sql, delimiter);
    str_appendf(
        &sql,
        ", HEADER %s, QUOTE '\"', ESCAPE '\"', NULLSTR '', COMPRESSION none, USE_TMP_FILE false)",
        job->spec->has_header ? "true" : "false");
    AUTO(free_result) struct result *result = NULL;
    TRY(conn_query(job->conn, str_text(&sql), NULL, 0, &result, err));
    *ret_rows = result_changed(result);
    return 0;
}

int output_copy(const struct output_job *job, const char *select_sql, const char *final_path,
                size_t number, struct staged_file *ret_file, struct err *err)
{
    struct staged_file file = {.final_path = final_path};
    struct file_id id;
    char *path = arena_printf(job->arena, "%s/%s%zu.part", job->folder, job->tag, number);
    file.staged = path;
    if (str_eq(job->spec->format, "parquet")) {
        struct parquet_options options = {.compression = job->spec->compression};
        struct parquet_stats stats;
        TRY(conn_write_parquet(job->conn, select_sql, NULL, 0, path, &options, job->arena, &stats,
                               err));
        file.row_count = stats.row_count;
    } else {
        TRY(copy_csv(job, select_sql, path, &file.row_count, err));
    }
    TRY(file_stat(path, &id, err));
    TRY(hash_file(path, &file.hash, err));
    file.size_bytes = id.size_bytes;
    *ret_file = file;
    return 0;
}
