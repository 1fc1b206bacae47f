/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fault.h"
#include "base/instant.h"
#include "lake/internal.h"
#include "lake/walk.h"

#include <string.h>

/*
 * `leat clean`: old snapshots go, and with them the files that only they name. The files are first
 * written into DuckLake's own list of files to delete, in the transaction that drops the snapshots;
 * then they are removed, then the list is emptied. A crash between leaves the list for the next clean.
 */
struct clean {
    struct lake *lake;
    struct arena *arena;
    int64_t keep_from; /* oldest snapshot that stays */
    struct lake_clean_result result;
};

/* The first snapshot that is young enough; the newest always stays. */
static int find_keep_from(struct clean *clean, int64_t older_than_us, struct err *err)
{
    AUTO(rows_done) struct rows rows = {0};
    int more;
    TRY(db_query(&clean->lake->db, &rows, err,
                 "SELECT snapshot_id, snapshot_time FROM ducklake_snapshot ORDER BY snapshot_id",
                 ""));
    while ((more = rows_next(&rows, err)) > 0) {
        int64_t time_us = INT64_MAX;
        clean->keep_from = rows_i64(&rows, 0);
        snapshot_time_parse(rows_text(&rows, 1), &time_us);
        if (time_us >= older_than_us)
            break;
    }
    return more < 0 ? -1 : 0;
}

#define FILE_PATHS                                                                            \
    "CASE WHEN f.path_is_relative THEN CASE WHEN t.path_is_relative THEN"                     \
    " CASE WHEN s.path_is_relative THEN s.path || t.path || f.path ELSE t.path || f.path END" \
    " ELSE t.path || f.path END ELSE f.path END,"                                             \
    " CASE WHEN f.path_is_relative AND t.path_is_relative AND s.path_is_relative THEN 1 ELSE 0 END"

/* A table has a row for each name it had; any of them gives its folder. */
#define FILE_TABLES                                                                       \
    " JOIN (SELECT table_id, max(schema_id) AS schema_id, max(path) AS path,"             \
    " max(path_is_relative) AS path_is_relative FROM ducklake_table GROUP BY table_id) t" \
    " ON t.table_id = f.table_id JOIN ducklake_schema s ON s.schema_id = t.schema_id"     \
    " WHERE f.end_snapshot <= ?1"

static int schedule(struct clean *clean, struct err *err)
{
    char time[48];
    struct db *db = &clean->lake->db;
    snapshot_time_text(now_us(), time);
    TRY(db_run(
        db, err,
        "INSERT INTO ducklake_files_scheduled_for_deletion SELECT f.data_file_id, " FILE_PATHS
        ", ?2 FROM ducklake_data_file f" FILE_TABLES,
        "it", clean->keep_from, time));
    return db_run(db, err,
                  "INSERT INTO ducklake_files_scheduled_for_deletion SELECT f.delete_file_id,"
                  " " FILE_PATHS ", ?2 FROM ducklake_delete_file f" FILE_TABLES,
                  "it", clean->keep_from, time);
}

/* Files first: the rows of tables and schemas tell where they lie. */
static const char *const expire_sql[] = {
    "DELETE FROM ducklake_file_column_stats WHERE data_file_id IN (SELECT data_file_id FROM ducklake_data_file WHERE end_snapshot <= ?)",
    "DELETE FROM ducklake_file_variant_stats WHERE data_file_id IN (SELECT data_file_id FROM ducklake_data_file WHERE end_snapshot <= ?)",
    "DELETE FROM ducklake_file_partition_value WHERE data_file_id IN (SELECT data_file_id FROM ducklake_data_file WHERE end_snapshot <= ?)",
    "DELETE FROM ducklake_data_file WHERE end_snapshot <= ?",
    "DELETE FROM ducklake_delete_file WHERE end_snapshot <= ?",
    "DELETE FROM ducklake_table WHERE end_snapshot <= ?",
    "DELETE FROM ducklake_view WHERE end_snapshot <= ?",
    "DELETE FROM ducklake_column WHERE end_snapshot <= ?",
    "DELETE FROM ducklake_schema WHERE end_snapshot <= ?",
    "DELETE FROM ducklake_partition_info WHERE end_snapshot <= ?",
    "DELETE FROM ducklake_sort_info WHERE end_snapshot <= ?",
    "DELETE FROM ducklake_tag WHERE end_snapshot <= ?",
    "DELETE FROM ducklake_column_tag WHERE end_snapshot <= ?",
    "DELETE FROM ducklake_snapshot_changes WHERE snapshot_id < ?",
    "DELETE FROM ducklake_snapshot WHERE snapshot_id < ?",
};
/* What belonged to a table of which nothing is left. */
static const char *const orphan_sql[] = {
    "DELETE FROM ducklake_table_stats WHERE table_id NOT IN (SELECT table_id FROM ducklake_table)",
    "DELETE FROM ducklake_table_column_stats WHERE table_id NOT IN (SELECT table_id FROM ducklake_table)",
    "DELETE FROM ducklake_schema_versions WHERE table_id NOT IN (SELECT table_id FROM ducklake_table)",
};

static int expire(struct clean *clean, struct err *err)
{
    struct db *db = &clean->lake->db;
    TRY(schedule(clean, err));
    for (size_t i = 0; i < ARRAY_COUNT(expire_sql); i++)
        TRY(db_run(db, err, expire_sql[i], "i", clean->keep_from));
    clean->result.snapshot_count = db_changed(db);
    for (size_t i = 0; i < ARRAY_COUNT(orphan_sql); i++)
        TRY(db_run(db, err, orphan_sql[i], ""));
    return 0;
}

struct doomed {
    VEC(const char *) list;
};

static int load_scheduled(struct clean *clean, struct doomed *doomed, struct err *err)
{
    AUTO(rows_done) struct rows rows = {0};
    int more;
    TRY(db_query(&clean->lake->db, &rows, err,
                 "SELECT path, path_is_relative FROM ducklake_files_scheduled_for_deletion", ""));
    while ((more = rows_next(&rows, err)) > 0) {
        struct stored_path path = {rows_text(&rows, 0), rows_i64(&rows, 1) == 1}, none = {"", true};
        VEC_PUSH(clean->arena, doomed->list,
                 paths_resolve(clean->lake, clean->arena, none, none, path));
    }
    return more;
}

static void count_file(struct clean *clean, const char *path)
{
    struct file_id id;
    if (file_stat(path, &id, NULL) != 0)
        return;
    clean->result.file_count++;
    clean->result.bytes += id.size_bytes;
}

/* Only what lies in our own data folder; the catalog of a stranger's table may name other places. */
static int remove_doomed(struct clean *clean, const struct doomed *doomed, struct err *err)
{
    for (size_t i = 0; i < doomed->list.count; i++) {
        if (!path_is_within(doomed->list.items[i], clean->lake->data_folder))
            continue;
        FAULT_POINT("clean.before_remove");
        TRY(file_remove(doomed->list.items[i], err));
    }
    TRY(db_run(&clean->lake->db, err, "DELETE FROM ducklake_files_scheduled_for_deletion", ""));
    return walk_remove_empty(clean->lake->data_folder, err);
}

static int clean_snapshots(struct clean *clean, int64_t older_than_us, struct doomed *doomed,
                           bool dry_run, struct err *err)
{
    struct db *db = &clean->lake->db;
    TRY(db_run(db, err, "BEGIN IMMEDIATE", ""));
    TRY(catalog_check_fence(clean->lake, err));
    TRY(find_keep_from(clean, older_than_us, err));
    TRY(expire(clean, err));
    TRY(load_scheduled(clean, doomed, err));
    for (size_t i = 0; i < doomed->list.count; i++)
        count_file(clean, doomed->list.items[i]);
    if (dry_run) {
        db_rollback(db);
        return 0;
    }
    FAULT_POINT("clean.before_commit");
    TRY(db_run(db, err, "COMMIT", ""));
    FAULT_POINT("clean.after_commit");
    return 0;
}

/* ---- files of others that no snapshot names ---- */

struct foreign {
    struct clean *clean;
    struct map named; /* absolute paths */
    int64_t older_than_us;
    struct doomed doomed;
};

static int add_foreign(void *context, const char *path, struct err *err)
{
    struct foreign *foreign = context;
    struct file_id id;
    (void)err;
    if (map_get(&foreign->named, path) != NULL || str_starts(path_basename(path), "leat-") ||
        file_stat(path, &id, NULL) != 0 || id.mtime_ns / 1000 >= foreign->older_than_us)
        return 0;
    VEC_PUSH(foreign->clean->arena, foreign->doomed.list,
             arena_strdup(foreign->clean->arena, path));
    count_file(foreign->clean, path);
    return 0;
}

#define NAMED_TABLES                                                                      \
    " JOIN (SELECT table_id, max(schema_id) AS schema_id, max(path) AS path,"             \
    " max(path_is_relative) AS path_is_relative FROM ducklake_table GROUP BY table_id) t" \
    " ON t.table_id = f.table_id JOIN ducklake_schema s ON s.schema_id = t.schema_id"

static int load_named(struct foreign *foreign, struct err *err)
{
    AUTO(rows_done) struct rows rows = {0};
    struct clean *clean = foreign->clean;
    int more;
    map_init(&foreign->named, clean->arena);
    TRY(db_query(&clean->lake->db, &rows, err,
                 "SELECT " FILE_PATHS " FROM ducklake_data_file f" NAMED_TABLES
                 " UNION ALL SELECT " FILE_PATHS " FROM ducklake_delete_file f" NAMED_TABLES,
                 ""));
    while ((more = rows_next(&rows, err)) > 0) {
        struct stored_path path = {rows_text(&rows, 0), rows_i64(&rows, 1) == 1}, none = {"", true};
        map_put(&foreign->named, paths_resolve(clean->lake, clean->arena, none, none, path), clean);
    }
    return more;
}

static int clean_foreign(struct clean *clean, int64_t older_than_us, bool dry_run, struct err *err)
{
    struct foreign foreign = {.clean = clean, .older_than_us = older_than_us};
    TRY(load_named(&foreign, err));
    TRY(walk_files(clean->lake->data_folder, add_foreign, &foreign, err));
    for (size_t i = 0; i < foreign.doomed.list.count && !dry_run; i++)
        TRY(file_remove(foreign.doomed.list.items[i], err));
    return dry_run ? 0 : walk_remove_empty(clean->lake->data_folder, err);
}

int lake_clean(struct lake *lake, int64_t older_than_us, bool foreign, bool dry_run,
               struct lake_clean_result *ret_result, struct err *err)
{
    AUTO(arena_release) struct arena arena;
    LAKE_LOCKED(locked, lake);
    struct clean clean = {.lake = locked, .arena = &arena};
    struct doomed doomed = {0};
    arena_init(&arena, (size_t)1 << 30);
    int failed = clean_snapshots(&clean, older_than_us, &doomed, dry_run, err);
    db_rollback(&locked->db);
    if (!failed && !dry_run)
        failed = remove_doomed(&clean, &doomed, err);
    if (!failed && foreign)
        failed = clean_foreign(&clean, older_than_us, dry_run, err);
    if (failed)
        return -1;
    *ret_result = clean.result;
    return 0;
}
