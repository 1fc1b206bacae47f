/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fault.h"
#include "lake/redo.h"

#include <string.h>
#include <unistd.h>

/* The redo list as a whole: every row, then every folder, then one commit. */

struct redo_run {
    struct lake *lake;
    struct arena *arena;
    const struct redo_row *rows;
    enum redo_outcome *outcomes;
    size_t count;
    VEC(struct redo_failure) failures;
};

static void add_failure(struct redo_run *run, const struct redo_row *row, const struct err *err)
{
    for (size_t i = 0; i < run->failures.count; i++)
        if (str_eq(run->failures.items[i].node, row->node))
            return; /* the first reason is enough */
    struct redo_failure failure = {.node = row->node, .err = *err};
    VEC_PUSH(run->arena, run->failures, failure);
}

static int do_steps(struct redo_run *run, struct err *err)
{
    for (size_t i = 0; i < run->count; i++) {
        struct err fault = {0};
        TRY(lake_check_fence(run->lake, err));
        if (redo_step(run->lake, &run->rows[i], run->arena, &run->outcomes[i], &fault) == 0)
            continue;
        run->outcomes[i] = REDO_FAILED;
        add_failure(run, &run->rows[i], &fault);
    }
    return 0;
}

/* What cannot be made durable keeps the rows that are in it in the list. */
static void keep_rows(struct redo_run *run, const char *folder, const struct err *fault)
{
    for (size_t i = 0; i < run->count; i++) {
        if (run->outcomes[i] != REDO_DONE || !path_is_within(run->rows[i].final_path, folder))
            continue;
        run->outcomes[i] = REDO_FAILED;
        add_failure(run, &run->rows[i], fault);
    }
}

/* Folders may be new, so those above them are touched too, up to the root. */
static void sync_folders(struct redo_run *run, const struct redo_row *row, struct map *seen)
{
    char *folder = path_dirname(run->arena, row->final_path);
    for (; path_is_within(folder, row->root); folder = path_dirname(run->arena, folder)) {
        struct err fault = {0};
        if (map_get(seen, folder) != NULL)
            continue;
        map_put(seen, folder, folder);
        FAULT_POINT("redo.before_folder_sync");
        if (file_is_dir(folder) && file_sync(folder, &fault) != 0)
            keep_rows(run, folder, &fault);
    }
}

static void sync_root(struct redo_run *run, const struct redo_row *row, struct map *seen)
{
    struct err fault = {0};
    if (map_get(seen, row->root) != NULL)
        return;
    map_put(seen, row->root, (void *)row->root);
    FAULT_POINT("redo.before_folder_sync");
    if (file_sync_all(row->root, &fault) != 0)
        keep_rows(run, row->root, &fault);
}

static void sync_done(struct redo_run *run)
{
    struct map seen;
    map_init(&seen, run->arena);
    for (size_t i = 0; i < run->count; i++) {
        if (run->outcomes[i] != REDO_DONE)
            continue;
        if (run->count > SYNC_EACH_MAX)
            sync_root(run, &run->rows[i], &seen);
        else
            sync_folders(run, &run->rows[i], &seen);
    }
    FAULT_POINT("redo.after_folder_sync");
}

static int record_put(struct redo_run *run, const struct redo_row *row, struct err *err)
{
    struct file_id id;
    TRY(file_stat(row->final_path, &id, err));
    return db_run(&run->lake->db, err,
                  "INSERT OR REPLACE INTO leat_delivered VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
                  " (SELECT run_id FROM leat_redo WHERE id = ?9))",
                  "tttiiiiti", row->final_path, row->node, row->root, id.size_bytes, id.mtime_ns,
                  (int64_t)id.inode, row->row_count, row->hash, row->id);
}

static int record_row(struct redo_run *run, size_t i, struct err *err)
{
    const struct redo_row *row = &run->rows[i];
    struct db *db = &run->lake->db;
    if (run->outcomes[i] == REDO_FAILED)
        return 0;
    if (run->outcomes[i] == REDO_LOST)
        TRY(db_run(db, err, "DELETE FROM leat_ledger WHERE node = ?", "t", row->node));
    else if (row->op == REDO_PUT)
        TRY(record_put(run, row, err));
    else
        TRY(db_run(db, err, "DELETE FROM leat_delivered WHERE path = ?", "t", row->final_path));
    return db_run(db, err, "DELETE FROM leat_redo WHERE id = ?", "i", row->id);
}

static int record(struct redo_run *run, struct err *err)
{
    LAKE_LOCKED(locked, run->lake);
    TRY(db_run(&locked->db, err, "BEGIN IMMEDIATE", ""));
    int failed = catalog_check_fence(locked, err);
    for (size_t i = 0; i < run->count && !failed; i++)
        failed = record_row(run, i, err);
    FAULT_POINT("redo.before_finish");
    if (!failed)
        failed = db_run(&locked->db, err, "COMMIT", "");
    if (failed)
        db_rollback(&locked->db);
    FAULT_POINT("redo.after_finish");
    return failed;
}

/* <root>/.leat/<run> and <root>/.leat, when nothing is left in them. */
static void remove_staging(struct redo_run *run)
{
    const char *last = "";
    for (size_t i = 0; i < run->count; i++) {
        if (run->rows[i].staged == NULL)
            continue;
        char *folder = path_dirname(run->arena, run->rows[i].staged);
        if (str_eq(folder, last))
            continue;
        last = folder;
        if (rmdir(folder) == 0)
            (void)!rmdir(path_dirname(run->arena, folder));
    }
}

static void keep_node(struct redo_list *list, const char *node)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++)
        if (node == NULL || str_eq(list->items[i].node, node))
            list->items[kept++] = list->items[i];
    list->count = kept;
}

int lake_redo(struct lake *lake, const char *node, struct arena *arena,
              struct redo_failures *ret_failed, struct err *err)
{
    struct redo_list list;
    *ret_failed = (struct redo_failures){0};
    TRY(lake_redo_load(lake, arena, &list, err));
    keep_node(&list, node);
    if (list.count == 0)
        return 0;
    struct redo_run run = {.lake = lake, .arena = arena, .rows = list.items, .count = list.count};
    run.outcomes = ARENA_ARRAY(arena, enum redo_outcome, list.count);
    FAULT_POINT("redo.begin");
    TRY(do_steps(&run, err));
    sync_done(&run);
    TRY(record(&run, err));
    remove_staging(&run);
    *ret_failed = (struct redo_failures){run.failures.items, run.failures.count};
    return 0;
}
