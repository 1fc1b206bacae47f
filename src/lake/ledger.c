/* SPDX-License-Identifier: Apache-2.0 */
#include "lake/internal.h"

#include <string.h>

/* Reading leat's own tables. Texts are literals, so that statements are prepared once (db.h). */
#define DELIVERED_SQL                                                               \
    "SELECT node, root, path, size_bytes, mtime_ns, inode, row_count, hash, run_id" \
    " FROM leat_delivered"
#define INPUTS_SQL                                                                   \
    "SELECT source, path, size_bytes, mtime_ns, inode, indexed_us, hash, row_count," \
    " min_time, max_time FROM leat_inputs"

struct ledger_items {
    VEC(struct ledger_entry) list;
};
struct delivered_items {
    VEC(struct delivered_file) list;
};
struct input_items {
    VEC(struct input_file) list;
};
struct redo_items {
    VEC(struct redo_row) list;
};

int lake_ledger_load(struct lake *lake, struct arena *arena, struct ledger_list *ret_list,
                     struct err *err)
{
    LAKE_LOCKED(locked, lake);
    AUTO(rows_done) struct rows rows = {0};
    struct ledger_items items = {0};
    int more;
    TRY(db_query(&locked->db, &rows, err,
                 "SELECT node, partition, fingerprint, details, inputs, version, cursor, row_count,"
                 " run_id, done_us FROM leat_ledger ORDER BY node, partition",
                 ""));
    while ((more = rows_next(&rows, err)) > 0) {
        struct ledger_entry entry = {
            .node = rows_dup(&rows, 0, arena),
            .partition = rows_dup(&rows, 1, arena),
            .fingerprint = rows_dup(&rows, 2, arena),
            .details = rows_dup(&rows, 3, arena),
            .inputs = rows_dup(&rows, 4, arena),
            .version = rows_dup(&rows, 5, arena),
            .cursor = rows_dup(&rows, 6, arena),
            .row_count = rows_i64(&rows, 7),
            .run_id = rows_dup(&rows, 8, arena),
            .done_us = rows_i64(&rows, 9),
        };
        VEC_PUSH(arena, items.list, entry);
    }
    if (more < 0)
        return -1;
    *ret_list = (struct ledger_list){items.list.items, items.list.count};
    return 0;
}

static struct file_id read_id(const struct rows *rows, int column)
{
    return (struct file_id){
        .size_bytes = rows_i64(rows, column),
        .mtime_ns = rows_i64(rows, column + 1),
        .inode = (uint64_t)rows_i64(rows, column + 2),
    };
}

int lake_delivered_load(struct lake *lake, const char *node, struct arena *arena,
                        struct delivered_list *ret_list, struct err *err)
{
    LAKE_LOCKED(locked, lake);
    AUTO(rows_done) struct rows rows = {0};
    struct delivered_items items = {0};
    int more;
    TRY(db_query(&locked->db, &rows, err,
                 node == NULL ? DELIVERED_SQL : DELIVERED_SQL " WHERE node = ?",
                 node == NULL ? "" : "t", node));
    while ((more = rows_next(&rows, err)) > 0) {
        struct delivered_file file = {
            .node = rows_dup(&rows, 0, arena),
            .root = rows_dup(&rows, 1, arena),
            .path = rows_dup(&rows, 2, arena),
            .id = read_id(&rows, 3),
            .row_count = rows_i64(&rows, 6),
            .hash = rows_dup(&rows, 7, arena),
            .run_id = rows_dup(&rows, 8, arena),
        };
        VEC_PUSH(arena, items.list, file);
    }
    if (more < 0)
        return -1;
    *ret_list = (struct delivered_list){items.list.items, items.list.count};
    return 0;
}

int lake_inputs_load(struct lake *lake, const char *source, struct arena *arena,
                     struct input_list *ret_list, struct err *err)
{
    LAKE_LOCKED(locked, lake);
    AUTO(rows_done) struct rows rows = {0};
    struct input_items items = {0};
    int more;
    TRY(db_query(&locked->db, &rows, err,
                 source == NULL ? INPUTS_SQL : INPUTS_SQL " WHERE source = ? ORDER BY path",
                 source == NULL ? "" : "t", source));
    while ((more = rows_next(&rows, err)) > 0) {
        struct input_file file = {
            .source = rows_dup(&rows, 0, arena),
            .path = rows_dup(&rows, 1, arena),
            .id = read_id(&rows, 2),
            .indexed_us = rows_i64(&rows, 5),
            .hash = rows_dup(&rows, 6, arena),
            .row_count = rows_i64(&rows, 7),
            .min_time = rows_dup(&rows, 8, arena),
            .max_time = rows_dup(&rows, 9, arena),
        };
        VEC_PUSH(arena, items.list, file);
    }
    if (more < 0)
        return -1;
    *ret_list = (struct input_list){items.list.items, items.list.count};
    return 0;
}

int lake_redo_load(struct lake *lake, struct arena *arena, struct redo_list *ret_list,
                   struct err *err)
{
    LAKE_LOCKED(locked, lake);
    AUTO(rows_done) struct rows rows = {0};
    struct redo_items items = {0};
    int more;
    TRY(db_query(&locked->db, &rows, err,
                 "SELECT id, node, op, root, staged, final_path, size_bytes, hash, row_count,"
                 " replaces_size, replaces_mtime, replaces_inode FROM leat_redo ORDER BY node, id",
                 ""));
    while ((more = rows_next(&rows, err)) > 0) {
        struct redo_row row = {
            .id = rows_i64(&rows, 0),
            .node = rows_dup(&rows, 1, arena),
            .op = (enum redo_op)rows_i64(&rows, 2),
            .root = rows_dup(&rows, 3, arena),
            .staged = rows_dup(&rows, 4, arena),
            .final_path = rows_dup(&rows, 5, arena),
            .size_bytes = rows_i64(&rows, 6),
            .hash = rows_dup(&rows, 7, arena),
            .row_count = rows_i64(&rows, 8),
            .replaces = read_id(&rows, 9),
        };
        VEC_PUSH(arena, items.list, row);
    }
    if (more < 0)
        return -1;
    *ret_list = (struct redo_list){items.list.items, items.list.count};
    return 0;
}
