/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_ENGINE_ENGINE_H
#define LEAT_ENGINE_ENGINE_H

#include "base/arena.h"
#include "base/batch.h"
#include "base/err.h"

#include <stdint.h>

struct memory;
/*
 * DuckDB, behind calls of our own. The library is opened on the first engine_open() (dlopen), so a
 * command that needs no SQL never pays for it. The session zone is always UTC, autoinstall and
 * autoload are off, insertion order is preserved.
 */
struct engine;
struct engine_options {
    int64_t memory_bytes; /* DuckDB's memory_limit */
    int threads;
    const char *temp_dir; /* where it may spill; NULL: it may not */
    int64_t temp_bytes;   /* most it may spill; 0: no limit */
};
int engine_open(const struct engine_options *options, struct engine **ret_engine,
                struct err *err) WARN_UNUSED;
void engine_close(struct engine *engine);
/* From any thread. */
int engine_set_memory(struct engine *engine, int64_t memory_bytes, struct err *err) WARN_UNUSED;
/*
 * For SQL that nobody has read before it runs (`leat query`): from now on only these files, and
 * what is below the paths that end in "/", can be opened, and no setting can be changed
 * (engine_set_memory() then does nothing).
 */
int engine_lock(struct engine *engine, const char *const *allowed_paths, size_t count,
                struct err *err) WARN_UNUSED;
/* "v1.5.5": of the library when it is open, else the one it must be. */
const char *engine_version(void);

/* One connection; used by one thread at a time. Temporary views live and die with it. */
struct conn;
int conn_open(struct engine *engine, struct conn **ret_conn, struct err *err) WARN_UNUSED;
void conn_close(struct conn *conn);
void conn_interrupt(struct conn *conn);  /* from any thread: the running query fails as cancelled */
double conn_progress(struct conn *conn); /* 0…100, below 0 when unknown; from any thread */

/* A prepared parameter ($name). The value travels as text and is cast to `type` by the binder. */
struct param {
    const char *name;
    const char *type;  /* SQL type, such as "VARCHAR" or "TIMESTAMPTZ" */
    const char *value; /* NULL is NULL */
};

/* One or more statements, no result. */
int conn_exec(struct conn *conn, const char *sql, struct err *err) WARN_UNUSED;
int conn_execf(struct conn *conn, struct err *err, const char *format, ...)
    __attribute__((format(printf, 3, 4))) WARN_UNUSED;

/*
 * One statement. Parameters the statement does not use are ignored. Errors of the statement carry the place
 * in `err->where` as "line:column" of `sql` where DuckDB gives one.
 * The result streams chunk by chunk (bounded memory). result_text() gives every type as text, as
 * CAST(x AS VARCHAR) does (a DECIMAL(2,2) as 0.50, though, not .50), except that result_i64/f64 read numbers directly.
 */
struct result;
int conn_query(struct conn *conn, const char *sql, const struct param *params, size_t param_count,
               struct result **ret_result, struct err *err) WARN_UNUSED;
void result_free(struct result *result);
size_t result_column_count(const struct result *result);
const char *result_column_name(const struct result *result, size_t column);
const char *result_column_type(const struct result *result,
                               size_t column); /* SQL text: "DECIMAL(18,3)" */
/* 1: a row is there; 0: no more; -1: failed. */
int result_next(struct result *result, struct err *err) WARN_UNUSED;
bool result_is_null(const struct result *result, size_t column);
const char *result_text(struct result *result,
                        size_t column); /* NULL is NULL; valid until the next row */
size_t result_text_len(struct result *result,
                       size_t column); /* of result_text(), which may hold NUL bytes; NULL: 0 */
int64_t result_i64(const struct result *result,
                   size_t column); /* integers and booleans; NULL is 0 */
double result_f64(const struct result *result, size_t column);
int64_t result_changed(const struct result *result); /* rows a COPY or INSERT reports */
/* One value of the first row of a query; NULL when there is no row or it is NULL. */
int conn_value(struct conn *conn, const char *sql, struct arena *arena, char **ret_text,
               struct err *err) WARN_UNUSED;

/* A type as a tree, so that the warehouse can number nested fields. */
struct sql_type {
    const char *
        id; /* "INTEGER", "DECIMAL", "STRUCT", "LIST", "ARRAY", "MAP", "ENUM", "UNION", … (upper case) */
    int width, scale;   /* DECIMAL */
    int64_t array_size; /* ARRAY */
    size_t child_count; /* STRUCT: fields; LIST, ARRAY: 1 ("element"); MAP: 2 ("key", "value") */
    const struct column *children;
};
struct column {
    const char *name;
    const char *type_text; /* as DuckDB writes it, usable in a CAST */
    struct sql_type type;
};
struct column_list {
    const struct column *items;
    size_t count;
};
/* The columns a SELECT would give, without running it. */
int conn_describe(struct conn *conn, const char *sql, const struct param *params,
                  size_t param_count, struct arena *arena, struct column_list *ret_columns,
                  struct err *err) WARN_UNUSED;
/* Parses a type's text ("STRUCT(a INTEGER, b VARCHAR[])") into the tree. */
int conn_parse_type(struct conn *conn, const char *type_text, struct arena *arena,
                    struct column *ret_column, struct err *err) WARN_UNUSED;

/*
 * Writes the rows of a SELECT as one Parquet file, in their order, and reports what the warehouse
 * records of it. `field_ids` is the text for COPY's FIELD_IDS ("{a: 1, l: {__duckdb_field_id: 2,
 * element: 3}}") or NULL. A statement may name each column only once.
 */
struct column_stats {
    const char *path; /* "a", nested as "s.b.element" joined by '\x1f' */
    int64_t size_bytes, value_count, null_count;
    const char *min, *max; /* NULL: not known */
    int contains_nan;      /* -1 not known */
};
struct parquet_stats {
    int64_t row_count, size_bytes, footer_bytes;
    struct column_stats *columns;
    size_t column_count;
};
struct parquet_options {
    const char *field_ids; /* NULL: none */
    /*
     * The same as numbers, one for each of `column_count` columns (nested ones: depth first). With them our own
     * writer writes a SELECT of that many columns of types it knows; COPY the others.
     */
    const int32_t *field_numbers;
    size_t column_count;
    struct memory *memory;   /* that our own writer counts in; NULL: what it uses is not counted */
    const char *compression; /* NULL: zstd */
    int64_t row_group_rows;  /* 0: DuckDB's default */
    bool is_any_order;       /* rows may be written in any order, by several threads */
};
int conn_write_parquet(struct conn *conn, const char *select_sql, const struct param *params,
                       size_t param_count, const char *path, const struct parquet_options *options,
                       struct arena *arena, struct parquet_stats *ret_stats,
                       struct err *err) WARN_UNUSED;
/* What our own writer tells of a file, as the warehouse records it; texts stay where they are. */
struct parquet_written;
void parquet_stats_of(const struct parquet_written *written, struct arena *arena,
                      struct parquet_stats *ret_stats);

/*
 * Makes streams of batches readable, once, as the table function's result `SELECT * FROM
 * leat_batches('<key>')`. `next` is called from DuckDB's threads, never twice at a time for one
 * stream; it gives 1 and a batch (which DuckDB's side then releases), 0 at the end, -1 on an error.
 *
 * Where the order of rows counts (COPY, INSERT, a plain SELECT) DuckDB reads a table function with
 * one thread, and the rows come out in the order of the streams; to work in parallel there, register
 * each stream under a key of its own and read each on its own connection. Where order does not count
 * (aggregates) the streams are read in parallel.
 *
 * Types: bool, integers, float and double, decimal128, utf8, date32, time64[us], timestamp[us]
 * (with a zone: TIMESTAMPTZ). Schema and streams are copied; their contexts must outlive the
 * registration.
 */
struct batch_stream {
    void *context;
    int (*next)(void *context, struct batch *ret_batch, struct err *err);
};
int engine_register_batches(struct engine *engine, const char *key,
                            const struct ArrowSchema *schema, const struct batch_stream *streams,
                            size_t stream_count, struct err *err) WARN_UNUSED;
/* The error a stream ended with, whole: a statement that reads it only tells the message. */
bool engine_batches_failed(struct engine *engine, const char *key, struct err *ret_err);
void engine_unregister_batches(struct engine *engine, const char *key);

#endif
