/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_ENGINE_SQL_H
#define LEAT_ENGINE_SQL_H

#include "base/hash.h"
#include "engine/engine.h"

/*
 * What a model's SQL refers to, read from DuckDB's own parser (json_serialize_sql): no parser of ours, no
 * templating. Names of CTEs are resolved by scope, so a CTE that shadows a table is not a reference.
 * Lines and columns count from 1 in the text given (columns in bytes).
 */
struct sql_ref {
    const char *schema; /* "" when not written */
    const char *name;
    int line, column;
    bool is_call;    /* tables: somewhere called, schema.name(…) */
    bool is_bounded; /* tables: only ever called with arguments, schema.name(…) */
};
struct sql_info {
    struct hash
        fingerprint; /* of the syntax tree without places: white space and comments do not count */
    struct sql_ref *tables; /* distinct, in order of appearance */
    size_t table_count;
    struct sql_ref *functions; /* distinct names (lower case), table functions too */
    size_t function_count;
    struct sql_ref *params; /* $names, distinct */
    size_t param_count;
};

/*
 * Fails with ERR_CONFIG, `where` = "line:column", when the text is not exactly one SELECT that a model may
 * hold: syntax errors, several statements, other statements, top-level PIVOT, `${x}` ("write $x"),
 * file functions (read_csv, …), 'file.parquet' as a table, query_table, positional parameters (? and $1).
 */
int sql_analyze(struct conn *conn, const char *sql, struct arena *arena, struct sql_info *ret_info,
                struct err *err) WARN_UNUSED;
/* The bytes of a statement without the semicolon (and what is blank after it) at its end. */
size_t sql_body_len(const char *sql);
/* A function whose value changes from call to call or run to run: now(), random(), uuid(), current_date … */
bool sql_function_is_volatile(const char *name);
/* Whether DuckDB reserves `word`, so that it cannot be a column or table name without quotes. */
int sql_is_reserved(struct conn *conn, const char *word, bool *ret_is_reserved,
                    struct err *err) WARN_UNUSED;
/* Exactly one statement that is SELECT or EXPLAIN (for `leat query`). */
int sql_require_select(struct conn *conn, const char *sql, struct err *err) WARN_UNUSED;

#endif
