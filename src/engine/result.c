/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"
#include "engine/value.h"
#include "engine/wrap.h"

#include <stdlib.h>
#include <string.h>

struct result_column {
    char *name;
    char *type;
    duckdb_logical_type logical; /* of the vector, which may be text where `type` is not */
    duckdb_vector vector;        /* of the current chunk */
    struct str text;             /* of the current row */
    bool has_text;
};

struct result {
    struct arena arena;
    duckdb_prepared_statement statement;
    duckdb_result duck;
    bool is_open; /* `duck` is to be destroyed */
    duckdb_data_chunk chunk;
    idx_t row, row_count; /* in the chunk; `row` counts from 1 */
    struct result_column *columns;
    size_t column_count;
    int64_t changed_rows;
};

static void result_freep(struct result **result)
{
    result_free(*result);
}

static void close_duck(struct result *result)
{
    if (result->chunk != NULL)
        duckdb_destroy_data_chunk(&result->chunk);
    if (result->is_open)
        duckdb_destroy_result(&result->duck);
    result->is_open = false;
    statement_destroy(&result->statement);
}

void result_free(struct result *result)
{
    if (result == NULL)
        return;
    for (size_t i = 0; i < result->column_count; i++) {
        type_destroy(&result->columns[i].logical);
        str_release(&result->columns[i].text);
    }
    close_duck(result);
    arena_release(&result->arena);
    free(result);
}

/* Only a query can stream; the others' count of rows is known once they are through. */
static int execute(struct result *result, struct sql_text text, struct err *err)
{
    bool is_query =
        duckdb_prepared_statement_type(result->statement) == DUCKDB_STATEMENT_TYPE_SELECT;
    TRY(duck_execute(result->statement, is_query, text, &result->duck, err));
    result->is_open = true;
    if (!is_query)
        result->changed_rows = (int64_t)duckdb_rows_changed(&result->duck);
    return 0;
}

static void alloc_columns(struct result *result, size_t count)
{
    result->column_count = count;
    result->columns = ARENA_ARRAY(&result->arena, struct result_column, count > 0 ? count : 1);
    for (size_t i = 0; i < count; i++)
        result->columns[i].text = (struct str)STR_INIT((size_t)1 << 32);
}

static void describe_prepared(struct result *result, struct conn *conn)
{
    duckdb_prepared_statement statement = result->statement;
    alloc_columns(result, duckdb_prepared_statement_column_count(statement));
    for (size_t i = 0; i < result->column_count; i++) {
        struct result_column *column = &result->columns[i];
        AUTO(text_destroy)
        char *name = (char *)duckdb_prepared_statement_column_name(statement, i);
        column->name = arena_strdup(&result->arena, name);
        column->logical = duckdb_prepared_statement_column_logical_type(statement, i);
        column->type = type_text(conn, column->logical, &result->arena);
    }
}

static void describe_run(struct result *result, struct conn *conn)
{
    alloc_columns(result, duckdb_column_count(&result->duck));
    for (size_t i = 0; i < result->column_count; i++) {
        struct result_column *column = &result->columns[i];
        column->name = arena_strdup(&result->arena, duckdb_column_name(&result->duck, i));
        column->logical = duckdb_column_logical_type(&result->duck, i);
        column->type = type_text(conn, column->logical, &result->arena);
    }
}

/*
 * Types whose text is not made here (nested ones, intervals, blobs …) are read again as text, by
 * DuckDB's own CAST, so that no second writer of its text form has to be kept exact.
 */
static bool needs_cast(const struct result *result)
{
    for (size_t i = 0; i < result->column_count; i++) {
        if (!value_has_text(result->columns[i].logical))
            return true;
    }
    return false;
}

static struct sql_text cast_query(const struct result *result, const char *sql, struct str *buffer)
{
    AUTO(str_release) struct str before = STR_INIT(SQL_MAX_BYTES);
    AUTO(str_release) struct str after = STR_INIT(SQL_MAX_BYTES);
    str_append(&before, "SELECT ");
    str_append(&after, ") AS leat_rows(");
    for (size_t i = 0; i < result->column_count; i++) {
        bool is_text = value_has_text(result->columns[i].logical);
        str_appendf(&before, is_text ? "%sc%zu" : "%sCAST(c%zu AS VARCHAR)", i > 0 ? ", " : "", i);
        str_appendf(&after, "%sc%zu", i > 0 ? ", " : "", i);
    }
    str_append(&before, " FROM (");
    str_append(&after, ")");
    return sql_wrap(buffer, str_text(&before), sql, str_text(&after));
}

static int run_as_text(struct result *result, struct conn *conn, const char *sql,
                       const struct param *params, size_t param_count, struct err *err)
{
    close_duck(result);
    AUTO(str_release) struct str buffer = STR_INIT(SQL_MAX_BYTES);
    struct sql_text text = cast_query(result, sql, &buffer);
    TRY(duck_prepare(conn, text, &result->statement, err));
    TRY(duck_bind(conn, result->statement, params, param_count, err));
    TRY(execute(result, text, err));
    for (size_t i = 0; i < result->column_count; i++) {
        type_destroy(&result->columns[i].logical);
        result->columns[i].logical = duckdb_column_logical_type(&result->duck, i);
    }
    return 0;
}

/* Without parameters the columns are known before anything runs. */
static int run_query(struct result *result, struct conn *conn, const char *sql,
                     const struct param *params, size_t param_count, struct err *err)
{
    bool is_query =
        duckdb_prepared_statement_type(result->statement) == DUCKDB_STATEMENT_TYPE_SELECT;
    bool is_known = is_query && duckdb_nparams(result->statement) == 0;
    if (is_known)
        describe_prepared(result, conn);
    if (is_known && needs_cast(result))
        return run_as_text(result, conn, sql, params, param_count, err);
    TRY(execute(result, sql_plain(sql), err));
    if (is_known)
        return 0;
    describe_run(result, conn);
    if (!needs_cast(result))
        return 0;
    if (!is_query)
        return err_set(err, ERR_INTERNAL, "the answer of this statement has no text form");
    return run_as_text(result, conn, sql, params, param_count, err);
}

int conn_query(struct conn *conn, const char *sql, const struct param *params, size_t param_count,
               struct result **ret_result, struct err *err)
{
    AUTO(result_freep) struct result *result = alloc_zeroed(sizeof(*result));
    arena_init(&result->arena, 16u << 20);
    TRY(duck_prepare(conn, sql_plain(sql), &result->statement, err));
    TRY(duck_bind(conn, result->statement, params, param_count, err));
    TRY(run_query(result, conn, sql, params, param_count, err));
    *ret_result = TAKE(result);
    return 0;
}

static int next_chunk(struct result *result, struct err *err)
{
    if (result->chunk != NULL)
        duckdb_destroy_data_chunk(&result->chunk);
    result->row = 0;
    result->row_count = 0;
    result->chunk = duckdb_fetch_chunk(result->duck);
    if (result->chunk == NULL) {
        const char *message = duckdb_result_error(&result->duck);
        return message != NULL ? duck_err(err, message, NULL, 0, 0) : 0;
    }
    result->row_count = duckdb_data_chunk_get_size(result->chunk);
    for (size_t i = 0; i < result->column_count; i++)
        result->columns[i].vector = duckdb_data_chunk_get_vector(result->chunk, i);
    return result->row_count > 0;
}

int result_next(struct result *result, struct err *err)
{
    for (size_t i = 0; i < result->column_count; i++)
        result->columns[i].has_text = false;
    if (result->row < result->row_count) {
        result->row++;
        return 1;
    }
    int rc = next_chunk(result, err);
    result->row += rc == 1;
    return rc;
}

size_t result_column_count(const struct result *result)
{
    return result->column_count;
}

const char *result_column_name(const struct result *result, size_t column)
{
    return result->columns[column].name;
}

const char *result_column_type(const struct result *result, size_t column)
{
    return result->columns[column].type;
}

int64_t result_changed(const struct result *result)
{
    return result->changed_rows;
}

bool result_is_null(const struct result *result, size_t column)
{
    return vector_is_null(result->columns[column].vector, result->row - 1);
}

const char *result_text(struct result *result, size_t column)
{
    struct result_column *at = &result->columns[column];
    if (vector_is_null(at->vector, result->row - 1))
        return NULL;
    if (!at->has_text) {
        str_clear(&at->text);
        value_append_text(&at->text, at->vector, at->logical, result->row - 1);
        at->has_text = true;
    }
    return str_text(&at->text);
}

size_t result_text_len(struct result *result, size_t column)
{
    return result_text(result, column) == NULL ? 0 : result->columns[column].text.len;
}

int64_t result_i64(const struct result *result, size_t column)
{
    const struct result_column *at = &result->columns[column];
    return vector_is_null(at->vector, result->row - 1)
               ? 0
               : value_i64(at->vector, at->logical, result->row - 1);
}

double result_f64(const struct result *result, size_t column)
{
    const struct result_column *at = &result->columns[column];
    return vector_is_null(at->vector, result->row - 1)
               ? 0
               : value_f64(at->vector, at->logical, result->row - 1);
}

int conn_value(struct conn *conn, const char *sql, struct arena *arena, char **ret_text,
               struct err *err)
{
    AUTO(result_freep) struct result *result = NULL;
    TRY(conn_query(conn, sql, NULL, 0, &result, err));
    int rc = result_next(result, err);
    if (rc < 0)
        return -1;
    *ret_text = rc == 1 && result_column_count(result) > 0
                    ? arena_strdup(arena, result_text(result, 0))
                    : NULL;
    return 0;
}
