/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_LAKE_DB_H
#define LEAT_LAKE_DB_H

#include "base/arena.h"
#include "base/err.h"

#include <sqlite3.h>
#include <stdint.h>

/*
 * SQLite as the warehouse uses it: statements are prepared once and kept, found again by the address
 * of their text (so texts are literals), and errors become ours. One thread at a time.
 */
struct db {
    sqlite3 *handle;
    const char *name; /* for messages: "catalog.sqlite"; borrowed */
    struct db_stmt *stmts;
    size_t stmt_count, stmt_cap;
};

enum db_mode {
    DB_READ,  /* never writes; fails where the -wal and -shm files could not be made */
    DB_WRITE, /* created if it is not there */
    DB_MEMORY
};
int db_open(struct db *db, const char *path, enum db_mode mode, struct err *err) WARN_UNUSED;
/* Reads a database (and its -wal) that cannot be opened in place into memory. */
int db_open_copy(struct db *db, const char *path, struct err *err) WARN_UNUSED;
/* DB_READ, or a copy in memory where the folder is read-only. */
int db_open_read(struct db *db, const char *path, bool *ret_is_copy, struct err *err) WARN_UNUSED;
void db_close(struct db *db);

/*
 * `binds` has one letter for each parameter: i an int64_t, o an int64_t that is NULL when negative,
 * t a text (NULL is NULL; must live until the call returns, for db_query() until rows_done()).
 */
int db_run(struct db *db, struct err *err, const char *sql, const char *binds, ...) WARN_UNUSED;
int64_t db_changed(struct db *db); /* rows of the last db_run() */
/* Statements without parameters, not kept. */
int db_script(struct db *db, const char *sql, struct err *err) WARN_UNUSED;

struct rows {
    struct db *db;
    sqlite3_stmt *stmt;
};
int db_query(struct db *db, struct rows *ret_rows, struct err *err, const char *sql,
             const char *binds, ...) WARN_UNUSED;
int rows_next(struct rows *rows, struct err *err) WARN_UNUSED; /* 1 a row, 0 the end, -1 failed */
void rows_done(struct rows *rows);                             /* for AUTO */
int64_t rows_i64(const struct rows *rows, int column);         /* NULL is -1 */
const char *rows_text(const struct rows *rows, int column);    /* valid until the next row */
char *rows_dup(const struct rows *rows, int column, struct arena *arena);

/* The first column of the first row; `none` where there is no row or it is NULL. */
int db_value(struct db *db, int64_t none, int64_t *ret_value, struct err *err, const char *sql,
             const char *binds, ...) WARN_UNUSED;

/* Rolls back what is open, if anything is. */
void db_rollback(struct db *db);
/* A statement whose text is made at run time (names of tables that another program made). */
int db_value_of(struct db *db, const char *sql, int64_t none, int64_t *ret_value,
                struct err *err) WARN_UNUSED;

#endif
