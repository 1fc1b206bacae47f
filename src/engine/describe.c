/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/wrap.h"

/* Without parameters the prepared statement knows its columns. */
static struct column_list describe_prepared(struct conn *conn, duckdb_prepared_statement statement,
                                            struct arena *arena)
{
    idx_t count = duckdb_prepared_statement_column_count(statement);
    struct column *columns = ARENA_ARRAY(arena, struct column, count > 0 ? count : 1);
    for (idx_t i = 0; i < count; i++) {
        AUTO(text_destroy)
        char *name = (char *)duckdb_prepared_statement_column_name(statement, i);
        AUTO(type_destroy)
        duckdb_logical_type type = duckdb_prepared_statement_column_logical_type(statement, i);
        columns[i].name = arena_strdup(arena, name);
        type_tree(conn, type, arena, &columns[i]);
    }
    return (struct column_list){.items = columns, .count = count};
}

/* With parameters it does not, before it is run with values: then without rows. */
static int describe_empty_run(struct conn *conn, const char *sql, const struct param *params,
                              size_t param_count, struct arena *arena,
                              struct column_list *ret_columns, struct err *err)
{
    AUTO(str_release) struct str buffer = STR_INIT(SQL_MAX_BYTES);
    struct sql_text text = sql_wrap(&buffer, "SELECT * FROM (", sql, ") LIMIT 0");
    duckdb_result result = {0};
    TRY(duck_run(conn, text, params, param_count, &result, err));
    idx_t count = duckdb_column_count(&result);
    struct column *columns = ARENA_ARRAY(arena, struct column, count > 0 ? count : 1);
    for (idx_t i = 0; i < count; i++) {
        AUTO(type_destroy) duckdb_logical_type type = duckdb_column_logical_type(&result, i);
        columns[i].name = arena_strdup(arena, duckdb_column_name(&result, i));
        type_tree(conn, type, arena, &columns[i]);
    }
    duckdb_destroy_result(&result);
    *ret_columns = (struct column_list){.items = columns, .count = count};
    return 0;
}

int conn_describe(struct conn *conn, const char *sql, const struct param *params,
                  size_t param_count, struct arena *arena, struct column_list *ret_columns,
                  struct err *err)
{
    AUTO(statement_destroy) duckdb_prepared_statement statement = NULL;
    TRY(duck_prepare(conn, sql_plain(sql), &statement, err));
    if (duckdb_nparams(statement) > 0)
        return describe_empty_run(conn, sql, params, param_count, arena, ret_columns, err);
    *ret_columns = describe_prepared(conn, statement, arena);
    return 0;
}
