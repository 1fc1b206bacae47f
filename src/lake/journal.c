/* SPDX-License-Identifier: Apache-2.0 */
#include "lake/journal.h"

#include "base/alloc.h"
#include "lake/internal.h"

#include <stdlib.h>
#include <string.h>

struct journal {
    pthread_mutex_t mutex; /* guards: */
    struct db db;
    struct arena arena;
    const char *folder;
};

static const char schema_sql[] =
    "CREATE TABLE IF NOT EXISTS runs(run_id TEXT PRIMARY KEY, started_us INTEGER, finished_us INTEGER,"
    " state TEXT, command TEXT, pid INTEGER, node_count INTEGER, failed_count INTEGER,"
    " peak_bytes INTEGER, snapshot_id INTEGER) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS runs_started ON runs(started_us);"
    "CREATE TABLE IF NOT EXISTS run_nodes(run_id TEXT, node TEXT, \"partition\" TEXT, state TEXT,"
    " reason TEXT, error TEXT, started_us INTEGER, finished_us INTEGER, rows_in INTEGER,"
    " rows_out INTEGER, rows_rejected INTEGER, PRIMARY KEY (run_id, node, \"partition\")) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS exports(source TEXT PRIMARY KEY, file TEXT, record_count INTEGER,"
    " hash TEXT, exported_us INTEGER) WITHOUT ROWID;";

static void journal_lock(struct journal *journal)
{
    pthread_mutex_lock(&journal->mutex);
}

static void journal_unlock(struct journal **journal)
{
    pthread_mutex_unlock(&(*journal)->mutex);
}
#define JOURNAL_LOCKED(name, unlocked)                      \
    AUTO(journal_unlock) struct journal *name = (unlocked); \
    journal_lock(name)

static int open_db(struct journal *journal, bool for_writing, struct err *err)
{
    struct file_id id;
    bool is_copy;
    const char *path = path_join(&journal->arena, journal->folder, "journal.sqlite");
    bool is_there = file_stat(path, &id, NULL) == 0 && id.size_bytes > 0;
    if (!for_writing && is_there)
        return db_open_read(&journal->db, path, &is_copy, err);
    if (for_writing)
        TRY(file_mkdirs(journal->folder, err));
    TRY(db_open(&journal->db, path, for_writing ? DB_WRITE : DB_MEMORY, err));
    /* History may be lost with the power; nothing depends on it. */
    TRY(db_script(&journal->db, "PRAGMA synchronous = OFF", err));
    return db_script(&journal->db, schema_sql, err);
}

int journal_open(const char *warehouse, bool for_writing, struct journal **ret_journal,
                 struct err *err)
{
    struct journal *journal = alloc_zeroed(sizeof(*journal));
    arena_init(&journal->arena, (size_t)1 << 20);
    pthread_mutex_init(&journal->mutex, NULL);
    journal->folder = path_absolute(&journal->arena, warehouse);
    if (open_db(journal, for_writing, err) != 0) {
        journal_close(journal);
        return -1;
    }
    *ret_journal = journal;
    return 0;
}

void journal_close(struct journal *journal)
{
    if (journal == NULL)
        return;
    if (journal->db.handle != NULL)
        db_close(&journal->db);
    pthread_mutex_destroy(&journal->mutex);
    arena_release(&journal->arena);
    free(journal);
}

static int put_run(struct journal *journal, const struct run_row *run, struct err *err)
{
    JOURNAL_LOCKED(locked, journal);
    return db_run(&locked->db, err,
                  "INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", "tiittiiiii",
                  run->run_id, run->started_us, run->finished_us, run->state, run->command,
                  run->pid, run->node_count, run->failed_count, run->peak_bytes, run->snapshot_id);
}

int journal_run_begin(struct journal *journal, const struct run_row *run, struct err *err)
{
    return put_run(journal, run, err);
}

int journal_run_end(struct journal *journal, const struct run_row *run, struct err *err)
{
    return put_run(journal, run, err);
}

static int put_node(struct db *db, const struct run_node_row *row, struct err *err)
{
    return db_run(
        db, err, "INSERT OR REPLACE INTO run_nodes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "ttttttiiiii", row->run_id, row->node, row->partition == NULL ? "" : row->partition,
        row->state, row->reason, row->error, row->started_us, row->finished_us, row->rows_in,
        row->rows_out, row->rows_rejected);
}

int journal_nodes(struct journal *journal, const struct run_node_row *rows, size_t count,
                  struct err *err)
{
    JOURNAL_LOCKED(locked, journal);
    struct db *db = &locked->db;
    TRY(db_run(db, err, "BEGIN IMMEDIATE", ""));
    for (size_t i = 0; i < count; i++) {
        if (put_node(db, &rows[i], err) != 0) {
            db_rollback(db);
            return -1;
        }
    }
    if (db_run(db, err, "COMMIT", "") == 0)
        return 0;
    db_rollback(db);
    return -1;
}

int journal_export(struct journal *journal, const struct export_row *row, struct err *err)
{
    JOURNAL_LOCKED(locked, journal);
    return db_run(&locked->db, err, "INSERT OR REPLACE INTO exports VALUES (?, ?, ?, ?, ?)",
                  "ttiti", row->source, row->file, row->count, row->hash, row->exported_us);
}

int journal_last_export(struct journal *journal, const char *source, struct arena *arena,
                        struct export_row *ret_row, struct err *err)
{
    JOURNAL_LOCKED(locked, journal);
    AUTO(rows_done) struct rows rows = {0};
    *ret_row = (struct export_row){0};
    TRY(db_query(&locked->db, &rows, err,
                 "SELECT source, file, record_count, hash, exported_us FROM exports"
                 " WHERE source = ?",
                 "t", source));
    int more = rows_next(&rows, err);
    if (more > 0)
        *ret_row = (struct export_row){.source = rows_dup(&rows, 0, arena),
                                       .file = rows_dup(&rows, 1, arena),
                                       .count = rows_i64(&rows, 2),
                                       .hash = rows_dup(&rows, 3, arena),
                                       .exported_us = rows_i64(&rows, 4)};
    return more < 0 ? -1 : 0;
}

struct run_items {
    VEC(struct run_row) list;
};
struct run_node_items {
    VEC(struct run_node_row) list;
};

/* A run holds the warehouse's lock from start to end. */
static bool is_alive(const struct run_row *run, const struct lock_holder *holder)
{
    return holder->is_held && (holder->pid == 0 || holder->pid == run->pid);
}

int journal_runs(struct journal *journal, int64_t limit, struct arena *arena,
                 struct run_list *ret_list, struct err *err)
{
    JOURNAL_LOCKED(locked, journal);
    AUTO(rows_done) struct rows rows = {0};
    struct run_items items = {0};
    struct lock_holder holder = lock_holder(locked->folder);
    int more;
    TRY(db_query(&locked->db, &rows, err,
                 "SELECT run_id, started_us, finished_us, state, command, pid, node_count,"
                 " failed_count, peak_bytes, snapshot_id FROM runs"
                 " ORDER BY started_us DESC, run_id DESC LIMIT ?",
                 "i", limit > 0 ? limit : INT64_MAX));
    while ((more = rows_next(&rows, err)) > 0) {
        struct run_row run = {
            .run_id = rows_dup(&rows, 0, arena),
            .started_us = rows_i64(&rows, 1),
            .finished_us = rows_i64(&rows, 2),
            .state = rows_dup(&rows, 3, arena),
            .command = rows_dup(&rows, 4, arena),
            .pid = rows_i64(&rows, 5),
            .node_count = rows_i64(&rows, 6),
            .failed_count = rows_i64(&rows, 7),
            .peak_bytes = rows_i64(&rows, 8),
            .snapshot_id = rows_i64(&rows, 9),
        };
        if (str_eq(run.state, "running") && !is_alive(&run, &holder))
            run.state = "crashed";
        VEC_PUSH(arena, items.list, run);
    }
    if (more < 0)
        return -1;
    *ret_list = (struct run_list){items.list.items, items.list.count};
    return 0;
}

#define NODES_SQL                                                                    \
    "SELECT run_id, node, partition, state, reason, error, started_us, finished_us," \
    " rows_in, rows_out, rows_rejected FROM run_nodes"

int journal_run_nodes(struct journal *journal, const char *run_id, struct arena *arena,
                      struct run_node_list *ret_list, struct err *err)
{
    JOURNAL_LOCKED(locked, journal);
    AUTO(rows_done) struct rows rows = {0};
    struct run_node_items items = {0};
    int more;
    TRY(db_query(&locked->db, &rows, err,
                 run_id == NULL ? NODES_SQL " ORDER BY run_id DESC, started_us, node, partition"
                                : NODES_SQL
                     " WHERE run_id = ? ORDER BY started_us, node, partition",
                 run_id == NULL ? "" : "t", run_id));
    while ((more = rows_next(&rows, err)) > 0) {
        struct run_node_row row = {
            .run_id = rows_dup(&rows, 0, arena),
            .node = rows_dup(&rows, 1, arena),
            .partition = rows_dup(&rows, 2, arena),
            .state = rows_dup(&rows, 3, arena),
            .reason = rows_dup(&rows, 4, arena),
            .error = rows_dup(&rows, 5, arena),
            .started_us = rows_i64(&rows, 6),
            .finished_us = rows_i64(&rows, 7),
            .rows_in = rows_i64(&rows, 8),
            .rows_out = rows_i64(&rows, 9),
            .rows_rejected = rows_i64(&rows, 10),
        };
        VEC_PUSH(arena, items.list, row);
    }
    if (more < 0)
        return -1;
    *ret_list = (struct run_node_list){items.list.items, items.list.count};
    return 0;
}
