/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fault.h"
#include "base/instant.h"
#include "lake/internal.h"

#include <string.h>

#define PUBLISH_ARENA_MAX ((size_t)512 << 20)
#define CHANGES_MAX ((size_t)16 << 20)

void publish_note(struct publish *publish, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    str_append(&publish->changes, publish->changes.len > 0 ? "," : "");
    str_vappendf(&publish->changes, format, args);
    va_end(args);
    publish->is_dirty = true;
}

/* Starts the next snapshot from the newest one. */
static int begin_snapshot(struct publish *publish, struct err *err)
{
    AUTO(rows_done) struct rows rows = {0};
    TRY(db_query(&publish->lake->db, &rows, err,
                 "SELECT snapshot_id, schema_version, next_catalog_id, next_file_id"
                 " FROM ducklake_snapshot ORDER BY snapshot_id DESC LIMIT 1",
                 ""));
    int has_row = rows_next(&rows, err);
    if (has_row < 0)
        return -1;
    if (!has_row)
        return err_set(err, ERR_DATA, "the catalog is damaged: it has no snapshot");
    publish->snapshot_id = rows_i64(&rows, 0) + 1;
    publish->schema_version = rows_i64(&rows, 1);
    publish->next_catalog_id = rows_i64(&rows, 2);
    publish->next_file_id = rows_i64(&rows, 3);
    publish->is_schema_changed = publish->is_dirty = false;
    publish->author = publish->message = NULL;
    str_clear(&publish->changes);
    return 0;
}

static int end_snapshot(struct publish *publish, struct err *err)
{
    char time[48];
    struct db *db = &publish->lake->db;
    if (!publish->is_dirty)
        return 0;
    TRY(db_run(db, err, "INSERT INTO ducklake_snapshot VALUES (?, ?, ?, ?, ?)", "itiii",
               publish->snapshot_id, snapshot_time_text(now_us(), time), publish->schema_version,
               publish->next_catalog_id, publish->next_file_id));
    if (publish->changes.is_failed)
        return err_set(err, ERR_INTERNAL, "too many changes for one snapshot");
    return db_run(db, err, "INSERT INTO ducklake_snapshot_changes VALUES (?, ?, ?, ?, NULL)",
                  "ittt", publish->snapshot_id, str_text(&publish->changes), publish->author,
                  publish->message);
}

static int64_t snapshot_made(const struct publish *publish)
{
    return publish->is_dirty ? publish->snapshot_id : publish->snapshot_id - 1;
}

/* Faults of one change, which the others need not suffer for. */
static bool is_of_change(enum err_kind kind)
{
    return kind == ERR_CONFLICT || kind == ERR_CONFIG || kind == ERR_EXISTS ||
           kind == ERR_NOT_FOUND;
}

static int apply_one(struct publish *publish, struct lake_change *change, struct err *err)
{
    TRY(begin_snapshot(publish, err));
    TRY(publish_change(publish, change, err));
    return end_snapshot(publish, err);
}

static int apply_each(struct publish *publish, struct lake_change *changes, size_t count,
                      struct err *err)
{
    struct db *db = &publish->lake->db;
    for (size_t i = 0; i < count; i++) {
        struct err fault = {0};
        TRY(db_run(db, err, "SAVEPOINT change", ""));
        int failed = apply_one(publish, &changes[i], &fault);
        if (failed && !is_of_change(fault.kind)) {
            if (err != NULL)
                *err = fault;
            return -1;
        }
        changes[i].result = fault;
        if (failed)
            TRY(db_run(db, err, "ROLLBACK TO change", ""));
        else
            changes[i].snapshot_id = snapshot_made(publish);
        TRY(db_run(db, err, "RELEASE change", ""));
        FAULT_POINT("publish.after_change");
    }
    return 0;
}

/* One is at fault, so none is published. */
static void blame(struct lake_change *changes, size_t count, size_t at, const struct err *fault)
{
    for (size_t i = 0; i < count; i++) {
        changes[i].result = *fault;
        if (i == at)
            continue;
        err_set(&changes[i].result, ERR_CONFLICT,
                "not published, because \"%s.%s\" could not be: %s",
                changes[at].schema == NULL ? "" : changes[at].schema,
                changes[at].name == NULL ? "" : changes[at].name, fault->message);
    }
}

static int apply_together(struct publish *publish, struct lake_change *changes, size_t count,
                          struct err *err)
{
    struct db *db = &publish->lake->db;
    TRY(begin_snapshot(publish, err));
    TRY(db_run(db, err, "SAVEPOINT change", ""));
    for (size_t i = 0; i < count; i++) {
        struct err fault = {0};
        changes[i].result = (struct err){0};
        if (publish_change(publish, &changes[i], &fault) == 0)
            continue;
        if (!is_of_change(fault.kind)) {
            if (err != NULL)
                *err = fault;
            return -1;
        }
        blame(changes, count, i, &fault);
        TRY(db_run(db, err, "ROLLBACK TO change", ""));
        return db_run(db, err, "RELEASE change", "");
    }
    TRY(end_snapshot(publish, err));
    for (size_t i = 0; i < count; i++)
        changes[i].snapshot_id = snapshot_made(publish);
    return db_run(db, err, "RELEASE change", "");
}

/* The folder may have been moved; other programs go by the path in the metadata. */
static int correct_data_path(struct lake *lake, struct arena *arena, struct err *err)
{
    if (lake->is_data_path_right)
        return 0;
    const char *path = arena_printf(arena, "%s/", lake->data_folder);
    TRY(db_run(&lake->db, err,
               "UPDATE ducklake_metadata SET value = ?1"
               " WHERE key = 'data_path' AND scope IS NULL AND value <> ?1",
               "t", path));
    lake->is_data_path_right = true;
    return 0;
}

static int transaction(struct publish *publish, struct lake_change *changes, size_t count,
                       bool together, struct err *err)
{
    struct db *db = &publish->lake->db;
    TRY(db_run(db, err, "BEGIN IMMEDIATE", ""));
    TRY(catalog_check_fence(publish->lake, err));
    FAULT_POINT("publish.after_begin");
    TRY(correct_data_path(publish->lake, publish->arena, err));
    if (together)
        TRY(apply_together(publish, changes, count, err));
    else
        TRY(apply_each(publish, changes, count, err));
    FAULT_POINT("publish.before_commit");
    TRY(db_run(db, err, "COMMIT", ""));
    FAULT_POINT("publish.after_commit");
    return 0;
}

static void forget_files(struct lake *lake, const struct lake_change *change)
{
    for (size_t i = 0; i < change->file_count; i++)
        if (change->files[i].path != NULL && change->files[i].stats.row_count > 0)
            staged_forget(lake, change->files[i].path);
}

static void forget_staged(struct lake *lake, const struct lake_change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (changes[i].result.kind != ERR_NONE)
            continue;
        forget_files(lake, &changes[i]);
        if (changes[i].also != NULL)
            forget_files(lake, changes[i].also);
    }
}

int lake_publish(struct lake *lake, struct lake_change *changes, size_t count, bool together,
                 struct err *err)
{
    AUTO(arena_release) struct arena arena;
    LAKE_LOCKED(locked, lake);
    arena_init(&arena, PUBLISH_ARENA_MAX);
    struct publish publish = {.lake = locked, .arena = &arena, .changes = STR_INIT(CHANGES_MAX)};
    FAULT_POINT("publish.begin");
    int failed = transaction(&publish, changes, count, together, err);
    if (failed) {
        db_rollback(&locked->db);
        locked->is_data_path_right = false;
    } else {
        forget_staged(locked, changes, count);
    }
    str_release(&publish.changes);
    return failed;
}
