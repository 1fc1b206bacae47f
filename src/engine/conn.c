/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"
#include "base/str.h"
#include "engine/duck.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

void statement_destroy(duckdb_prepared_statement *statement)
{
    if (*statement != NULL)
        duckdb_destroy_prepare(statement);
}

void type_destroy(duckdb_logical_type *type)
{
    if (*type != NULL)
        duckdb_destroy_logical_type(type);
}

void value_destroy(duckdb_value *value)
{
    if (*value != NULL)
        duckdb_destroy_value(value);
}

void text_destroy(char **text)
{
    if (*text != NULL)
        duckdb_free(*text);
    *text = NULL;
}

int conn_open(struct engine *engine, struct conn **ret_conn, struct err *err)
{
    struct conn *conn = alloc_zeroed(sizeof(*conn));
    conn->engine = engine;
    if (duckdb_connect(engine->database, &conn->duck) != DuckDBSuccess) {
        free(conn);
        return err_set(err, ERR_INTERNAL, "DuckDB could not open a connection");
    }
    *ret_conn = conn;
    return 0;
}

void conn_close(struct conn *conn)
{
    if (conn == NULL)
        return;
    statement_destroy(&conn->serialize);
    duckdb_disconnect(&conn->duck);
    free(conn);
}

void conn_interrupt(struct conn *conn)
{
    duckdb_interrupt(conn->duck);
}

double conn_progress(struct conn *conn)
{
    return duckdb_query_progress(conn->duck).percentage;
}

struct sql_text sql_plain(const char *sql)
{
    return (struct sql_text){.sql = sql, .len = strlen(sql)};
}

static int exec_one(struct conn *conn, duckdb_extracted_statements statements, idx_t index,
                    const char *sql, struct err *err)
{
    AUTO(statement_destroy) duckdb_prepared_statement statement = NULL;
    if (duckdb_prepare_extracted_statement(conn->duck, statements, index, &statement) !=
        DuckDBSuccess)
        return duck_err(err, duckdb_prepare_error(statement), sql, 0, strlen(sql));
    duckdb_result result = {0};
    TRY(duck_execute(statement, false, sql_plain(sql), &result, err));
    duckdb_destroy_result(&result);
    return 0;
}

int conn_exec(struct conn *conn, const char *sql, struct err *err)
{
    duckdb_extracted_statements statements = NULL;
    idx_t count = duckdb_extract_statements(conn->duck, sql, &statements);
    const char *message = duckdb_extract_statements_error(statements);
    int rc = 0;
    if (count == 0 && message != NULL)
        rc = duck_err(err, message, sql, 0, strlen(sql));
    for (idx_t i = 0; i < count && rc == 0; i++)
        rc = exec_one(conn, statements, i, sql, err);
    duckdb_destroy_extracted(&statements);
    return rc;
}

int conn_execf(struct conn *conn, struct err *err, const char *format, ...)
{
    AUTO(str_release) struct str sql = STR_INIT(64u << 20);
    va_list args;
    va_start(args, format);
    str_vappendf(&sql, format, args);
    va_end(args);
    if (sql.is_failed)
        return err_set(err, ERR_MEMORY_LIMIT, "a statement of more than 64 MB");
    return conn_exec(conn, str_text(&sql), err);
}

int duck_prepare(struct conn *conn, struct sql_text text, duckdb_prepared_statement *ret_statement,
                 struct err *err)
{
    AUTO(statement_destroy) duckdb_prepared_statement statement = NULL;
    if (duckdb_prepare(conn->duck, text.sql, &statement) != DuckDBSuccess) {
        const char *message = duckdb_prepare_error(statement);
        if (message != NULL && strstr(message, "Cannot prepare multiple statements") != NULL)
            return err_set(err, ERR_CONFIG, "found several statements, expected one");
        return duck_err(err, message, text.sql, text.skip, text.len);
    }
    *ret_statement = TAKE(statement);
    return 0;
}

/*
 * Runs tasks of the statement on this thread while there are any. DuckDB's own loop asks again and
 * again while the other threads hold the last tasks, which burns a whole core (measured); this one
 * sleeps in between, from 20 µs up to 1 ms.
 */
static bool wait_until_ready(duckdb_pending_result pending)
{
    struct timespec pause = {.tv_nsec = 20000};
    for (;;) {
        duckdb_pending_state state = duckdb_pending_execute_task(pending);
        if (state == DUCKDB_PENDING_ERROR)
            return false;
        if (duckdb_pending_execution_is_finished(state))
            return true;
        if (state == DUCKDB_PENDING_NO_TASKS_AVAILABLE) {
            nanosleep(&pause, NULL);
            pause.tv_nsec = pause.tv_nsec * 2 < 1000000 ? pause.tv_nsec * 2 : 1000000;
        } else {
            pause.tv_nsec = 20000;
        }
    }
}

int duck_execute(duckdb_prepared_statement statement, bool is_streaming, struct sql_text text,
                 duckdb_result *ret_result, struct err *err)
{
    duckdb_pending_result pending = NULL;
    duckdb_state state = is_streaming ? duckdb_pending_prepared_streaming(statement, &pending)
                                      : duckdb_pending_prepared(statement, &pending);
    duckdb_result result = {0};
    int rc = 0;
    if (state != DuckDBSuccess || !wait_until_ready(pending))
        rc = duck_err(err, duckdb_pending_error(pending), text.sql, text.skip, text.len);
    else if (duckdb_execute_pending(pending, &result) != DuckDBSuccess)
        rc = duck_err(err, duckdb_result_error(&result), text.sql, text.skip, text.len);
    duckdb_destroy_pending(&pending);
    if (rc == 0)
        *ret_result = result;
    else
        duckdb_destroy_result(&result);
    return rc;
}

int duck_run(struct conn *conn, struct sql_text text, const struct param *params,
             size_t param_count, duckdb_result *ret_result, struct err *err)
{
    AUTO(statement_destroy) duckdb_prepared_statement statement = NULL;
    TRY(duck_prepare(conn, text, &statement, err));
    TRY(duck_bind(conn, statement, params, param_count, err));
    return duck_execute(statement, false, text, ret_result, err);
}
