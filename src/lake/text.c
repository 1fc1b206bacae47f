/* SPDX-License-Identifier: Apache-2.0 */
#include "lake/internal.h"

/* What the catalog keeps of text sources: schema locks and repairs. */

static int put_lock(struct lake *lake, const struct lake_lock *lock, struct err *err)
{
    return db_run(&lake->db, err,
                  "INSERT OR REPLACE INTO leat_locks VALUES (?, ?, ?, ?, ?, ?, ?, ?)", "ttttitti",
                  lock->source, lock->json, lock->before, lock->accepted, lock->reject_count,
                  lock->reject_file, lock->run_id, lock->done_us);
}

static int put_repair(struct lake *lake, const struct lake_repair *repair, struct err *err)
{
    return db_run(&lake->db, err,
                  "INSERT OR REPLACE INTO leat_repairs VALUES (?, ?, ?, ?, ?, ?, ?, ?)", "tttiittt",
                  repair->source, repair->path, repair->member, repair->record,
                  (int64_t)repair->raw_hash, repair->raw, repair->taken_from, lake->run_id);
}

int publish_text(struct lake *lake, const struct lake_change *change, struct err *err)
{
    if (change->lock != NULL)
        TRY(put_lock(lake, change->lock, err));
    for (size_t i = 0; i < change->repair_count; i++)
        TRY(put_repair(lake, &change->repairs[i], err));
    return 0;
}

/* A catalog of version 1 that is only read does not have these tables. */
static int has_tables(struct lake *lake, int64_t *ret_count, struct err *err)
{
    return db_value(&lake->db, 0, ret_count, err,
                    "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name ="
                    " 'leat_locks'",
                    "");
}

struct lock_items {
    VEC(struct lake_lock) list;
};
struct repair_items {
    VEC(struct lake_repair) list;
};

int lake_locks_load(struct lake *lake, struct arena *arena, struct lock_list *ret_list,
                    struct err *err)
{
    LAKE_LOCKED(locked, lake);
    AUTO(rows_done) struct rows rows = {0};
    struct lock_items items = {0};
    int64_t has = 0;
    int more;
    *ret_list = (struct lock_list){0};
    TRY(has_tables(locked, &has, err));
    if (!has)
        return 0;
    TRY(db_query(&locked->db, &rows, err,
                 "SELECT source, json, before, accepted, reject_count, reject_file, run_id, done_us"
                 " FROM leat_locks ORDER BY source",
                 ""));
    while ((more = rows_next(&rows, err)) > 0) {
        struct lake_lock lock = {
            .source = rows_dup(&rows, 0, arena),
            .json = rows_dup(&rows, 1, arena),
            .before = rows_dup(&rows, 2, arena),
            .accepted = rows_dup(&rows, 3, arena),
            .reject_count = rows_i64(&rows, 4),
            .reject_file = rows_dup(&rows, 5, arena),
            .run_id = rows_dup(&rows, 6, arena),
            .done_us = rows_i64(&rows, 7),
        };
        VEC_PUSH(arena, items.list, lock);
    }
    if (more < 0)
        return -1;
    *ret_list = (struct lock_list){items.list.items, items.list.count};
    return 0;
}

int lake_repairs_load(struct lake *lake, const char *source, struct arena *arena,
                      struct repair_list *ret_list, struct err *err)
{
    LAKE_LOCKED(locked, lake);
    AUTO(rows_done) struct rows rows = {0};
    struct repair_items items = {0};
    int64_t has = 0;
    int more;
    *ret_list = (struct repair_list){0};
    TRY(has_tables(locked, &has, err));
    if (!has)
        return 0;
    TRY(db_query(&locked->db, &rows, err,
                 "SELECT source, path, member, record, raw_hash, raw, taken_from FROM leat_repairs"
                 " WHERE source = coalesce(?1, source)"
                 " ORDER BY source, path, member, record, raw_hash",
                 "t", source));
    while ((more = rows_next(&rows, err)) > 0) {
        struct lake_repair repair = {
            .source = rows_dup(&rows, 0, arena),
            .path = rows_dup(&rows, 1, arena),
            .member = rows_dup(&rows, 2, arena),
            .record = rows_i64(&rows, 3),
            .raw_hash = (uint64_t)rows_i64(&rows, 4),
            .raw = rows_dup(&rows, 5, arena),
            .taken_from = rows_dup(&rows, 6, arena),
        };
        VEC_PUSH(arena, items.list, repair);
    }
    if (more < 0)
        return -1;
    *ret_list = (struct repair_list){items.list.items, items.list.count};
    return 0;
}
