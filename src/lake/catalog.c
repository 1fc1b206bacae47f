/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fault.h"
#include "base/instant.h"
#include "lake/internal.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CATALOG "catalog.sqlite"
#define DUCKLAKE_VERSION "1.0"
#define LEAT_TABLES_VERSION "2"

void lake_lock(struct lake *lake)
{
    pthread_mutex_lock(&lake->mutex);
}

void lake_unlock(struct lake **lake)
{
    pthread_mutex_unlock(&(*lake)->mutex);
}

static int fill_new(struct lake *lake, struct err *err)
{
    char time[48];
    int64_t now = now_us();
    struct db *db = &lake->db;
    char *data = arena_printf(&lake->arena, "%s/", lake->data_folder);
    TRY(db_script(db, lake_schema_sql, err));
    TRY(db_run(db, err,
               "INSERT INTO ducklake_metadata VALUES ('version', ?, NULL, NULL),"
               " ('created_by', 'leat " LEAT_VERSION "', NULL, NULL), ('data_path', ?, NULL, NULL),"
               " ('encrypted', 'false', NULL, NULL), ('data_inlining_row_limit', '0', NULL, NULL)",
               "tt", DUCKLAKE_VERSION, data));
    TRY(db_run(db, err, "INSERT INTO ducklake_snapshot VALUES (0, ?, 0, 1, 0)", "t",
               snapshot_time_text(now, time)));
    TRY(db_run(db, err,
               "INSERT INTO ducklake_snapshot_changes VALUES"
               " (0, 'created_schema:\"main\"', NULL, NULL, NULL)",
               ""));
    return db_run(db, err, "INSERT INTO ducklake_schema VALUES (0, ?, 0, NULL, 'main', 'main/', 1)",
                  "t", uuid_make(now).text);
}

/* Everything or nothing: a crash leaves an empty file, which is filled the next time. */
static int create(struct lake *lake, struct err *err)
{
    TRY(db_script(&lake->db, "BEGIN IMMEDIATE", err));
    if (fill_new(lake, err) != 0) {
        db_rollback(&lake->db);
        return -1;
    }
    FAULT_POINT("catalog.before_create");
    return db_script(&lake->db, "COMMIT", err);
}

static int has_table(struct lake *lake, const char *name, int64_t *ret_count, struct err *err)
{
    return db_value(&lake->db, 0, ret_count, err,
                    "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?", "t",
                    name);
}

static int refuse_version(const char *what, const char *found, const char *wanted, struct err *err)
{
    err_set(err, ERR_CONFIG, "the warehouse has version %s of %s, this leat reads version %s",
            found, what, wanted);
    return err_hint(err, "Use the leat that wrote it, or upgrade leat.");
}

static int read_version(struct lake *lake, const char *sql, char *ret_version, size_t size,
                        struct err *err)
{
    AUTO(rows_done) struct rows rows = {0};
    TRY(db_query(&lake->db, &rows, err, sql, ""));
    int has_row = rows_next(&rows, err);
    if (has_row < 0)
        return -1;
    const char *found = has_row ? rows_text(&rows, 0) : NULL;
    snprintf(ret_version, size, "%s", found == NULL ? "?" : found);
    return 0;
}

/* Adds the tables of later versions; a catalog that is only read does without them. */
static int upgrade(struct lake *lake, struct err *err)
{
    if (lake->mode != LAKE_WRITE)
        return 0;
    TRY(db_script(&lake->db, "BEGIN IMMEDIATE", err));
    if (db_script(&lake->db, lake_schema_2_sql, err) == 0 &&
        db_script(&lake->db, "COMMIT", err) == 0)
        return 0;
    db_rollback(&lake->db);
    return -1;
}

static int check_versions(struct lake *lake, struct err *err)
{
    int64_t is_ducklake, is_ours;
    char version[32];
    TRY(has_table(lake, "ducklake_metadata", &is_ducklake, err));
    TRY(has_table(lake, "leat_meta", &is_ours, err));
    if (!is_ducklake || !is_ours) {
        err_set(err, ERR_CONFIG, "\"%s/" CATALOG "\" was not made by leat", lake->folder);
        return err_hint(err, "Name another folder as warehouse: in leat.yaml.");
    }
    TRY(read_version(lake,
                     "SELECT value FROM ducklake_metadata WHERE key = 'version' AND scope IS NULL",
                     version, sizeof(version), err));
    if (!str_eq(version, DUCKLAKE_VERSION))
        return refuse_version("DuckLake", version, DUCKLAKE_VERSION, err);
    TRY(read_version(lake, "SELECT value FROM leat_meta WHERE key = 'version'", version,
                     sizeof(version), err));
    if (str_eq(version, "1"))
        return upgrade(lake, err);
    return str_eq(version, LEAT_TABLES_VERSION)
               ? 0
               : refuse_version("leat's tables", version, LEAT_TABLES_VERSION, err);
}

static int create_or_check(struct lake *lake, bool can_create, struct err *err)
{
    int64_t count;
    TRY(db_value(&lake->db, 0, &count, err, "SELECT count(*) FROM sqlite_master", ""));
    if (count > 0 || !can_create)
        return check_versions(lake, err);
    TRY(create(lake, err));
    /* SQLite does not make the new file's name durable in WAL mode. */
    return lake->mode == LAKE_WRITE ? file_sync(lake->folder, err) : 0;
}

static int raise_fence(struct lake *lake, struct err *err)
{
    char host[128] = "";
    gethostname(host, sizeof(host) - 1);
    TRY(db_run(&lake->db, err,
               "UPDATE leat_fence SET number = number + 1, run_id = ?, pid = ?, host = ?,"
               " taken_us = ?",
               "titi", lake->run_id, (int64_t)getpid(), host, now_us()));
    return db_value(&lake->db, 0, &lake->fence, err, "SELECT number FROM leat_fence", "");
}

int catalog_open(struct lake *lake, struct err *err)
{
    struct file_id id;
    const char *path = path_join(&lake->arena, lake->folder, CATALOG);
    bool is_there = file_stat(path, &id, NULL) == 0 && id.size_bytes > 0;
    if (lake->mode == LAKE_WRITE) {
        TRY(db_open(&lake->db, path, DB_WRITE, err));
        TRY(create_or_check(lake, true, err));
        return raise_fence(lake, err);
    }
    if (is_there) {
        int64_t count;
        TRY(db_open_read(&lake->db, path, &lake->is_copy, err));
        TRY(db_value(&lake->db, 0, &count, err, "SELECT count(*) FROM sqlite_master", ""));
        is_there = count > 0; /* a writer that died while it made the catalog left no table */
        if (!is_there)
            db_close(&lake->db);
    }
    if (!is_there)
        TRY(db_open(&lake->db, NULL, DB_MEMORY, err));
    return create_or_check(lake, !is_there, err);
}

int catalog_check_fence(struct lake *lake, struct err *err)
{
    int64_t number;
    if (lake->mode != LAKE_WRITE)
        return err_set(err, ERR_INTERNAL, "the warehouse is open for reading only");
    TRY(db_value(&lake->db, -1, &number, err, "SELECT number FROM leat_fence", ""));
    if (number == lake->fence)
        return 0;
    err_set(err, ERR_CONFLICT, "another run took over the warehouse \"%s\"", lake->folder);
    return err_hint(err, "This run was stopped or its lock file was removed. Nothing of it was "
                         "published since. Run it again.");
}

int lake_check_fence(struct lake *lake, struct err *err)
{
    LAKE_LOCKED(locked, lake);
    return catalog_check_fence(locked, err);
}
