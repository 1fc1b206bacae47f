/* SPDX-License-Identifier: Apache-2.0 */
#include "command/answer.h"

#include "base/file.h"
#include "command/rows.h"
#include "engine/sql.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WRAPPED_MAX = 32 * 1024 * 1024 };

const char *answer_staged_name(const char *file, struct arena *arena)
{
    const char *absolute = path_absolute(arena, file);
    return arena_printf(arena, "%s/.%s.%ld.part", path_dirname(arena, absolute),
                        path_basename(absolute), (long)getpid());
}

static enum cell_kind kind_of(const char *type)
{
    static const char *const numbers[] = {
        "TINYINT",  "SMALLINT", "INTEGER",  "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT",
        "UINTEGER", "UBIGINT",  "UHUGEINT", "FLOAT",  "DOUBLE",  "DECIMAL",  "BIGNUM"};
    size_t len = strlen(type);
    if (len > 0 && type[len - 1] == ']')
        return CELL_TEXT;
    for (size_t i = 0; i < ARRAY_COUNT(numbers); i++)
        if (strncmp(type, numbers[i], strcspn(type, "(")) == 0 &&
            strlen(numbers[i]) == strcspn(type, "("))
            return CELL_NUMBER;
    return strcmp(type, "BOOLEAN") == 0 || strcmp(type, "JSON") == 0 ? CELL_JSON : CELL_TEXT;
}

static bool is_nested(const struct column *column)
{
    return column->type.child_count > 0;
}

/* For JSON, lists and structs become JSON in the query: SELECT a, to_json(b) AS b FROM (…). */
static int wrap_nested(const struct answer *answer, struct conn *conn, const char **ret_sql,
                       struct err *err)
{
    struct column_list columns = {0};
    bool has_nested = false;
    AUTO(str_release) struct str sql = STR_INIT(WRAPPED_MAX);
    *ret_sql = answer->sql;
    if (strncmp(answer->format, "json", 4) != 0 ||
        conn_describe(conn, answer->sql, NULL, 0, answer->arena, &columns, NULL) != 0)
        return 0; /* EXPLAIN has nothing to describe */
    str_append(&sql, "SELECT ");
    for (size_t i = 0; i < columns.count; i++) {
        has_nested |= is_nested(&columns.items[i]);
        str_append(&sql, i == 0 ? "" : ", ");
        str_appendf(&sql, is_nested(&columns.items[i]) ? "to_json(c%zu) AS " : "c%zu AS ", i);
        str_append_ident(&sql, columns.items[i].name);
    }
    if (!has_nested)
        return 0;
    str_append(&sql, " FROM (");
    str_append_len(&sql, answer->sql, sql_body_len(answer->sql));
    str_append(&sql, "\n) AS answer(");
    for (size_t i = 0; i < columns.count; i++)
        str_appendf(&sql, "%sc%zu", i == 0 ? "" : ", ", i);
    str_append_char(&sql, ')');
    if (sql.is_failed)
        return err_set(err, ERR_USAGE, "the SQL is too long");
    *ret_sql = arena_strdup(answer->arena, str_text(&sql));
    return 0;
}

/* A query plan is a drawing: a table would spoil it. */
static bool is_plan(const struct result *result)
{
    return result_column_count(result) == 2 &&
           strcmp(result_column_name(result, 0), "explain_key") == 0;
}

static int print_plan(struct result *result, FILE *out, struct err *err)
{
    int status = 0;
    while ((status = result_next(result, err)) == 1)
        fprintf(out, "%s\n", result_text(result, 1));
    return status;
}

static int print_rows(const struct answer *answer, struct result *result, FILE *out,
                      int64_t *ret_count, struct err *err)
{
    size_t count = result_column_count(result);
    struct row_column *columns = ARENA_ARRAY(answer->arena, struct row_column, count + 1);
    const char **cells = ARENA_ARRAY(answer->arena, const char *, count + 1);
    size_t *lens = ARENA_ARRAY(answer->arena, size_t, count + 1);
    for (size_t i = 0; i < count; i++)
        columns[i] = (struct row_column){result_column_name(result, i),
                                         kind_of(result_column_type(result, i))};
    AUTO(rows_release)
    struct rows rows =
        rows_for_terminal(answer->terminal, rows_format_of(answer->format), columns, count);
    rows.secrets = NULL; /* data is shown as it is */
    rows.out = out;
    rows.width = answer->file == NULL ? rows.width : 0;
    rows_begin(&rows);
    int status = 0;
    while ((status = result_next(result, err)) == 1) {
        for (size_t i = 0; i < count; i++) {
            cells[i] = result_text(result, i);
            lens[i] = result_text_len(result, i);
        }
        rows_add_len(&rows, cells, lens);
        if (ferror(out))
            break; /* nobody reads on: rows_end() says so */
    }
    *ret_count = rows.row_count;
    if (status < 0)
        return -1;
    return rows_end(&rows, err);
}

static int print_to(const struct answer *answer, struct conn *conn, FILE *out, struct err *err)
{
    struct result *result = NULL;
    const char *sql = NULL;
    int64_t row_count = -1;
    char text[32];
    bool is_table = strcmp(answer->format, "table") == 0;
    TRY(wrap_nested(answer, conn, &sql, err));
    TRY(conn_query(conn, sql, NULL, 0, &result, err));
    int status = is_table && is_plan(result) ? print_plan(result, out, err)
                                             : print_rows(answer, result, out, &row_count, err);
    result_free(result);
    TRY(status);
    if (is_table && row_count >= 0)
        fprintf(out, "(%s row%s)\n", format_count(row_count, text), row_count == 1 ? "" : "s");
    return 0;
}

/* As the warehouse stores it: what Parquet would change silently (HUGEINT) is cast or refused. */
static int storable_sql(const struct answer *answer, struct conn *conn, const char **ret_sql,
                        struct err *err)
{
    struct column_list columns = {0}, stored = {0};
    char *list = NULL;
    TRY(conn_describe(conn, answer->sql, NULL, 0, answer->arena, &columns, err));
    TRY(lake_types_map(columns, answer->arena, &list, &stored, err));
    *ret_sql = str_eq(list, "*") ? answer->sql
                                 : arena_printf(answer->arena, "SELECT %s FROM (\n%.*s\n)", list,
                                                (int)sql_body_len(answer->sql), answer->sql);
    return 0;
}

static int write_parquet(const struct answer *answer, struct conn *conn, struct err *err)
{
    struct parquet_options options = {0};
    struct parquet_stats stats = {0};
    const char *sql = NULL;
    TRY(storable_sql(answer, conn, &sql, err));
    return conn_write_parquet(conn, sql, NULL, 0, answer->staged, &options, answer->arena, &stats,
                              err);
}

static int write_text(const struct answer *answer, struct conn *conn, struct err *err)
{
    FILE *out = fopen(answer->staged, "we");
    if (out == NULL)
        return err_errno(err, "could not write the file \"%s\"", answer->file);
    int status = print_to(answer, conn, out, err);
    if (status == 0 && fflush(out) != 0)
        status = err_errno(err, "could not write the file \"%s\"", answer->file);
    fclose(out);
    return status;
}

int answer_print(const struct answer *answer, struct conn *conn, struct err *err)
{
    if (answer->file == NULL)
        return print_to(answer, conn, answer->terminal->out, err);
    int status = strcmp(answer->format, "parquet") == 0 ? write_parquet(answer, conn, err)
                                                        : write_text(answer, conn, err);
    if (status == 0)
        status = file_sync(answer->staged, err);
    if (status == 0)
        status = file_rename(answer->staged, answer->file, err);
    if (status != 0)
        unlink(answer->staged);
    return status;
}
