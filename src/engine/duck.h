/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_ENGINE_DUCK_H
#define LEAT_ENGINE_DUCK_H

#include "engine/duckdb_api.h"
#include "engine/engine.h"

#include <pthread.h>

/*
 * What engine/ and functions/ share behind engine.h: DuckDB's own handles. Everything else in the
 * program sees engine.h only.
 */
struct batch_registry;
struct keyword_list;

struct engine {
    duckdb_database database;
    struct conn *admin; /* for settings; used under `lock` */
    pthread_mutex_t lock;
    int threads;
    bool is_locked; /* engine_lock() was called: settings stay as they are */
    struct batch_registry *batches;
    struct keyword_list *keywords; /* NULL until first asked for */
};

struct conn {
    struct engine *engine;
    duckdb_connection duck;
    duckdb_prepared_statement serialize; /* of sql_analyze(); NULL until first used */
};

/*
 * Turns what DuckDB says into an error of ours and returns -1. `message` is DuckDB's (JSON, because
 * errors_as_json is on, or plain text); `sql` is the text its position counts in, of which the first
 * `skip` bytes and whatever follows the next `len` are not the user's. NULL: no place.
 */
int duck_err(struct err *err, const char *message, const char *sql, size_t skip, size_t len);
/* "line:column" of a byte of a text, both from 1. */
void text_place(const char *text, size_t offset, int *ret_line, int *ret_column);

/* AUTO helpers. */
void statement_destroy(duckdb_prepared_statement *statement);
void type_destroy(duckdb_logical_type *type);
void value_destroy(duckdb_value *value);
void text_destroy(char **text); /* texts that DuckDB allocated */

/* A text to prepare, and which part of it the user wrote. */
struct sql_text {
    const char *sql;
    size_t skip; /* bytes before the user's text */
    size_t len;  /* bytes of the user's text */
};
struct sql_text sql_plain(const char *sql);
int duck_prepare(struct conn *conn, struct sql_text text, duckdb_prepared_statement *ret_statement,
                 struct err *err) WARN_UNUSED;
/* Binds by name; a name the statement uses but `params` lacks is ERR_CONFIG. */
int duck_bind(struct conn *conn, duckdb_prepared_statement statement, const struct param *params,
              size_t param_count, struct err *err) WARN_UNUSED;
/* Runs a bound statement; `ret_result` is the caller's to duckdb_destroy_result(). */
int duck_execute(duckdb_prepared_statement statement, bool is_streaming, struct sql_text text,
                 duckdb_result *ret_result, struct err *err) WARN_UNUSED;
/* Prepares, binds and runs; `ret_result` is the caller's to duckdb_destroy_result(). */
int duck_run(struct conn *conn, struct sql_text text, const struct param *params,
             size_t param_count, duckdb_result *ret_result, struct err *err) WARN_UNUSED;

/* A type's text as DuckDB prints it, and as a tree in an arena. */
char *type_text(struct conn *conn, duckdb_logical_type type, struct arena *arena);
void type_tree(struct conn *conn, duckdb_logical_type type, struct arena *arena,
               struct column *ret_column);
/* The logical type that a text such as "DECIMAL(18,3)" means; the caller destroys it. */
int type_parse(struct conn *conn, const char *text, duckdb_logical_type *ret_type,
               struct err *err) WARN_UNUSED;

enum keyword_kind { KEYWORD_NONE, KEYWORD_UNRESERVED, KEYWORD_RESERVED };
int keyword_find(struct conn *conn, const char *word, enum keyword_kind *ret_kind,
                 struct err *err) WARN_UNUSED;
void keywords_free(struct keyword_list *keywords);

/* The text of one VARCHAR in a vector's data; not NUL-terminated. */
const char *vector_string(duckdb_vector vector, idx_t row, size_t *ret_len);
bool vector_is_null(duckdb_vector vector, idx_t row);

/* Adds the table functions leat_batches() and leat_nothing(). */
int batches_init(struct engine *engine, struct err *err) WARN_UNUSED;
void batches_free(struct batch_registry *registry);

#endif
