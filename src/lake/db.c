/* SPDX-License-Identifier: Apache-2.0 */
#include "lake/db.h"

#include "base/alloc.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define BUSY_TIMEOUT_MS 15000

struct db_stmt {
    const char *sql;
    sqlite3_stmt *stmt;
};

static enum err_kind error_kind(int code)
{
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERR_TIMEOUT;
    case SQLITE_IOERR:
    case SQLITE_FULL:
        return ERR_IO;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return ERR_DENIED;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return ERR_DATA;
    default:
        return ERR_INTERNAL;
    }
}

static int db_error(struct db *db, struct err *err)
{
    int code = sqlite3_extended_errcode(db->handle);
    err_set(err, error_kind(code), "could not use \"%s\": %s", db->name,
            sqlite3_errmsg(db->handle));
    if (err != NULL && err->kind == ERR_TIMEOUT) {
        err->retryable = true;
        err_hint(err,
                 "Another program holds the catalog in a transaction. Try again when it is done.");
    }
    return -1;
}

static const char *const write_pragmas = "PRAGMA journal_mode = WAL;"
                                         "PRAGMA synchronous = FULL;";

/*
 * What a savepoint may have to undo is kept in memory up to this, in a temporary file beyond it; each change of a
 * commit has one, and a file for every 64 KB (SQLite's default) was most of the bytes a run wrote.
 */
enum { SAVEPOINT_BYTES = 1 << 20 };

static void configure(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, SAVEPOINT_BYTES);
}

int db_open(struct db *db, const char *path, enum db_mode mode, struct err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, configure);
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    flags |= mode == DB_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    *db = (struct db){.name = mode == DB_MEMORY ? ":memory:" : strrchr(path, '/') + 1};
    if (sqlite3_open_v2(mode == DB_MEMORY ? ":memory:" : path, &db->handle, flags, NULL) != 0) {
        db_error(db, err);
        db_close(db);
        return -1;
    }
    sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
    if (mode == DB_WRITE && db_script(db, write_pragmas, err) != 0) {
        db_close(db);
        return -1;
    }
    return 0;
}

void db_close(struct db *db)
{
    for (size_t i = 0; i < db->stmt_count; i++)
        sqlite3_finalize(db->stmts[i].stmt);
    free(db->stmts);
    sqlite3_close(db->handle);
    *db = (struct db){0};
}

static void keep(struct db *db, const char *sql, sqlite3_stmt *stmt)
{
    if (db->stmt_count == db->stmt_cap) {
        size_t cap = db->stmt_cap == 0 ? 64 : db->stmt_cap * 2;
        struct db_stmt *stmts = alloc_zeroed(cap * sizeof(*stmts));
        if (db->stmt_count > 0)
            memcpy(stmts, db->stmts, db->stmt_count * sizeof(*stmts));
        free(db->stmts);
        db->stmts = stmts;
        db->stmt_cap = cap;
    }
    db->stmts[db->stmt_count++] = (struct db_stmt){.sql = sql, .stmt = stmt};
}

static int prepare(struct db *db, const char *sql, sqlite3_stmt **ret_stmt, struct err *err)
{
    for (size_t i = 0; i < db->stmt_count; i++) {
        if (db->stmts[i].sql == sql) {
            *ret_stmt = db->stmts[i].stmt;
            return 0;
        }
    }
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) != 0)
        return db_error(db, err);
    keep(db, sql, stmt);
    *ret_stmt = stmt;
    return 0;
}

static void bind(sqlite3_stmt *stmt, const char *binds, va_list args)
{
    for (int i = 0; binds[i] != '\0'; i++) {
        if (binds[i] == 't') {
            sqlite3_bind_text(stmt, i + 1, va_arg(args, const char *), -1, SQLITE_STATIC);
            continue;
        }
        int64_t value = va_arg(args, int64_t);
        if (binds[i] == 'o' && value < 0)
            sqlite3_bind_null(stmt, i + 1);
        else
            sqlite3_bind_int64(stmt, i + 1, value);
    }
}

int db_run(struct db *db, struct err *err, const char *sql, const char *binds, ...)
{
    sqlite3_stmt *stmt = NULL;
    TRY(prepare(db, sql, &stmt, err));
    va_list args;
    va_start(args, binds);
    bind(stmt, binds, args);
    va_end(args);
    int code = sqlite3_step(stmt);
    int failed = code != SQLITE_DONE && code != SQLITE_ROW ? db_error(db, err) : 0;
    sqlite3_reset(stmt);
    return failed;
}

int64_t db_changed(struct db *db)
{
    return sqlite3_changes64(db->handle);
}

int db_script(struct db *db, const char *sql, struct err *err)
{
    return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : db_error(db, err);
}

void db_rollback(struct db *db)
{
    if (db->handle != NULL && sqlite3_get_autocommit(db->handle) == 0)
        (void)!db_script(db, "ROLLBACK", NULL);
}

int db_query(struct db *db, struct rows *ret_rows, struct err *err, const char *sql,
             const char *binds, ...)
{
    sqlite3_stmt *stmt = NULL;
    TRY(prepare(db, sql, &stmt, err));
    va_list args;
    va_start(args, binds);
    bind(stmt, binds, args);
    va_end(args);
    *ret_rows = (struct rows){.db = db, .stmt = stmt};
    return 0;
}

int rows_next(struct rows *rows, struct err *err)
{
    int code = sqlite3_step(rows->stmt);
    if (code == SQLITE_ROW)
        return 1;
    return code == SQLITE_DONE ? 0 : db_error(rows->db, err);
}

void rows_done(struct rows *rows)
{
    if (rows->stmt != NULL)
        sqlite3_reset(rows->stmt);
    rows->stmt = NULL;
}

int64_t rows_i64(const struct rows *rows, int column)
{
    if (sqlite3_column_type(rows->stmt, column) == SQLITE_NULL)
        return -1;
    return sqlite3_column_int64(rows->stmt, column);
}

const char *rows_text(const struct rows *rows, int column)
{
    return (const char *)sqlite3_column_text(rows->stmt, column);
}

char *rows_dup(const struct rows *rows, int column, struct arena *arena)
{
    return arena_strdup(arena, rows_text(rows, column));
}

int db_value(struct db *db, int64_t none, int64_t *ret_value, struct err *err, const char *sql,
             const char *binds, ...)
{
    AUTO(rows_done) struct rows rows = {.db = db};
    TRY(prepare(db, sql, &rows.stmt, err));
    va_list args;
    va_start(args, binds);
    bind(rows.stmt, binds, args);
    va_end(args);
    int has_row = rows_next(&rows, err);
    if (has_row < 0)
        return -1;
    bool is_null = !has_row || sqlite3_column_type(rows.stmt, 0) == SQLITE_NULL;
    *ret_value = is_null ? none : sqlite3_column_int64(rows.stmt, 0);
    return 0;
}

int db_value_of(struct db *db, const char *sql, int64_t none, int64_t *ret_value, struct err *err)
{
    struct rows rows = {.db = db};
    if (sqlite3_prepare_v2(db->handle, sql, -1, &rows.stmt, NULL) != 0)
        return db_error(db, err);
    int has_row = rows_next(&rows, err);
    if (has_row >= 0) {
        bool is_null = !has_row || sqlite3_column_type(rows.stmt, 0) == SQLITE_NULL;
        *ret_value = is_null ? none : sqlite3_column_int64(rows.stmt, 0);
    }
    sqlite3_finalize(rows.stmt);
    return has_row < 0 ? -1 : 0;
}
