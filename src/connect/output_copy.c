/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/output_json.h"

#include <string.h>
#include <strings.h>
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

static int require_distinct(struct column_list columns, struct err *err)
{
    for (size_t i = 0; i < columns.count; i++)
        for (size_t k = 0; k < i; k++)
            if (strcasecmp(columns.items[i].name, columns.items[k].name) == 0) {
                err_set(err, ERR_CONFIG, "two columns of the output are called \"%s\"",
                        columns.items[i].name);
                return err_hint(err, "Give one of them another name with AS.");
            }
    return 0;
}

static void append_ident(struct str *sql, const struct column *column)
{
    str_append_ident(sql, column->name);
}

/* A value as CSV text: nested ones as JSON, which can be read back. */
static void append_csv_column(struct str *list, const struct column *column)
{
    AUTO(str_release) struct str name = STR_INIT(65536);
    str_append_ident(&name, column->name);
    if (output_is_nested(column)) {
        str_appendf(list, "CASE WHEN %s IS NOT NULL THEN ", str_text(&name));
        output_append_json(list, str_text(&name), column, column->name, 0);
        str_append(list, " END");
    } else {
        output_append_text(list, str_text(&name), column);
    }
    str_appendf(list, " AS %s", str_text(&name));
}

/* One column that is the line. */
static void append_json_line(struct str *list, struct column_list columns)
{
    str_append(list, "'{' || ");
    for (size_t i = 0; i < columns.count; i++) {
        const struct column *column = &columns.items[i];
        AUTO(str_release) struct str name = STR_INIT(65536);
        str_append_ident(&name, column->name);
        output_append_key(list, column->name, i == 0);
        output_append_json(list, str_text(&name), column, column->name, 0);
        str_append(list, " || ");
    }
    str_append(list, "'}' AS line");
}

static void append_each(struct str *list, struct column_list columns,
                        void (*append)(struct str *, const struct column *))
{
    for (size_t i = 0; i < columns.count; i++) {
        str_append(list, i ? ", " : "");
        append(list, &columns.items[i]);
    }
}

int output_select_list(const struct output_spec *spec, struct column_list columns,
                       struct arena *arena, const char **ret_list, struct err *err)
{
    bool is_csv = str_eq(spec->format, "csv"), is_json = str_eq(spec->format, "jsonl");
    struct column_list chosen = {0}, stored;
    TRY(chosen_columns(spec, columns, arena, &chosen, err));
    AUTO(str_release) struct str list = STR_INIT(OUTPUT_MAX_SQL_BYTES);
    if (is_csv || is_json) {
        TRY(require_distinct(chosen, err));
    } else {
        char *mapped;
        TRY(lake_types_map(chosen, arena, &mapped, &stored, err));
        *ret_list = mapped;
        if (!str_eq(mapped, "*"))
            return 0;
    }
    /* "*" would take the columns that are not chosen too, and the path's. */
    if (is_json)
        append_json_line(&list, chosen);
    else
        append_each(&list, chosen, is_csv ? append_csv_column : append_ident);
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

static void append_csv_options(struct str *sql, const struct output_job *job)
{
    const char delimiter[2] = {job->spec->delimiter ? job->spec->delimiter : ',', '\0'};
    str_append(sql, " (FORMAT csv, DELIMITER ");
    str_append_literal(sql, delimiter);
    str_appendf(sql, ", HEADER %s, QUOTE '\"', ESCAPE '\"', NULLSTR ''",
                job->spec->has_header ? "true" : "false");
}

/* COPY of the rows as CSV, or of one column of lines as they are: none holds a line end or the delimiter. */
static int copy_text(const struct output_job *job, const char *select_sql, const char *path,
                     int64_t *ret_rows, struct err *err)
{
    AUTO(str_release) struct str sql = STR_INIT(2 * OUTPUT_MAX_SQL_BYTES);
    str_appendf(&sql, "COPY (%s\n) TO ", select_sql);
    str_append_literal(&sql, path);
    if (str_eq(job->spec->format, "csv"))
        append_csv_options(&sql, job);
    else
        str_append(&sql, " (FORMAT csv, DELIMITER '\x01', HEADER false, QUOTE '', ESCAPE ''");
    str_append(&sql, ", COMPRESSION none, USE_TMP_FILE false)");
    if (sql.is_failed)
        return err_set(err, ERR_CONFIG, "the output's query is too long");
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
        TRY(copy_text(job, select_sql, path, &file.row_count, err));
    }
    TRY(file_stat(path, &id, err));
    TRY(hash_file(path, &file.hash, err));
    file.size_bytes = id.size_bytes;
    *ret_file = file;
    return 0;
}
