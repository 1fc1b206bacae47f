/* SPDX-License-Identifier: Apache-2.0 */
#include "base/instant.h"
#include "lake/internal.h"
#include "lake/visible.h"

#include <stdlib.h>
#include <string.h>

static const struct at_sql tables_sql =
    AT_SQL("SELECT t.table_id, t.table_name, s.schema_name, t.begin_snapshot, s.path,"
           " s.path_is_relative, t.path, t.path_is_relative"
           " FROM ducklake_table t JOIN ducklake_schema s ON s.schema_id = t.schema_id WHERE ",
           "t", " ORDER BY t.table_id");
static const struct at_sql columns_sql =
    AT_SQL("SELECT c.table_id, c.column_id, c.parent_column, c.begin_snapshot, c.column_name,"
           " c.column_type, c.initial_default FROM ducklake_column c WHERE ",
           "c", " ORDER BY c.table_id, c.column_order");
static const struct at_sql views_sql =
    AT_SQL("SELECT v.view_id, v.view_name, s.schema_name, v.begin_snapshot, v.sql, v.column_aliases"
           " FROM ducklake_view v JOIN ducklake_schema s ON s.schema_id = v.schema_id WHERE ",
           "v", "");

struct tables {
    VEC(struct lake_table) list;
};
struct table_paths {
    VEC(struct table_path) list;
};

/* A damaged catalog may have NULL where a text belongs. */
static const char *dup_text(const struct rows *rows, int column, struct arena *arena)
{
    const char *text = rows_text(rows, column);
    return arena_strdup(arena, text == NULL ? "" : text);
}

static struct table_path read_paths(const struct rows *rows, struct arena *arena)
{
    return (struct table_path){
        .schema = {rows_dup(rows, 4, arena), rows_i64(rows, 5) == 1},
        .table = {rows_dup(rows, 6, arena), rows_i64(rows, 7) == 1},
    };
}

static int load_tables(struct snapshot_load *load, struct tables *tables, struct err *err)
{
    AUTO(rows_done) struct rows rows = {0};
    struct table_paths paths = {0};
    int more;
    TRY(db_query(&load->lake->db, &rows, err, at_sql(&tables_sql, load->is_newest), "i", load->at));
    while ((more = rows_next(&rows, err)) > 0) {
        struct lake_table table = {
            .id = rows_i64(&rows, 0),
            .snapshot_id = load->at,
            .name = dup_text(&rows, 1, load->arena),
            .schema = dup_text(&rows, 2, load->arena),
            .changed_snapshot = rows_i64(&rows, 3),
        };
        VEC_PUSH(load->arena, tables->list, table);
        VEC_PUSH(load->arena, paths.list, read_paths(&rows, load->arena));
    }
    load->paths = paths.list.items;
    return more;
}

static struct field_row read_field(const struct rows *rows, struct arena *arena)
{
    return (struct field_row){
        .id = rows_i64(rows, 1),
        .parent = rows_i64(rows, 2),
        .begin_snapshot = rows_i64(rows, 3),
        .name = dup_text(rows, 4, arena),
        .type = dup_text(rows, 5, arena),
        .default_text = rows_dup(rows, 6, arena),
    };
}

struct field_rows {
    VEC(struct field_row) list;
};

/* The rows come in the order of the tables. */
static int load_columns(struct snapshot_load *load, struct err *err)
{
    AUTO(rows_done) struct rows rows = {0};
    struct lake_snapshot *snapshot = load->snapshot;
    struct field_rows fields = {0};
    size_t i = 0;
    int more;
    TRY(db_query(&load->lake->db, &rows, err, at_sql(&columns_sql, load->is_newest), "i",
                 load->at));
    do {
        if ((more = rows_next(&rows, err)) < 0)
            return -1;
        int64_t table_id = more ? rows_i64(&rows, 0) : INT64_MAX;
        while (i < snapshot->table_count && snapshot->tables[i].id < table_id) {
            TRY(fields_build(fields.list.items, fields.list.count, load->arena,
                             &snapshot->tables[i++], err));
            fields.list.count = 0;
        }
        if (more && i < snapshot->table_count && snapshot->tables[i].id == table_id)
            VEC_PUSH(load->arena, fields.list, read_field(&rows, load->arena));
    } while (more);
    return 0;
}

static int load_views(struct snapshot_load *load, struct tables *tables, struct err *err)
{
    AUTO(rows_done) struct rows rows = {0};
    int more;
    TRY(db_query(&load->lake->db, &rows, err, at_sql(&views_sql, load->is_newest), "i", load->at));
    while ((more = rows_next(&rows, err)) > 0) {
        const char *aliases = rows_text(&rows, 5);
        struct lake_table view = {
            .id = rows_i64(&rows, 0),
            .snapshot_id = load->at,
            .name = dup_text(&rows, 1, load->arena),
            .schema = dup_text(&rows, 2, load->arena),
            .changed_snapshot = rows_i64(&rows, 3),
            .is_view = true,
            .view_sql = rows_dup(&rows, 4, load->arena),
        };
        if (aliases != NULL && aliases[0] != '\0')
            view.view_sql =
                arena_printf(load->arena, "SELECT * FROM (%s) AS v(%s)", view.view_sql, aliases);
        VEC_PUSH(load->arena, tables->list, view);
    }
    return more;
}

static int compare_names(const void *a, const void *b)
{
    const struct lake_table *left = a, *right = b;
    int by_schema = strcasecmp(left->schema, right->schema);
    return by_schema != 0 ? by_schema : strcasecmp(left->name, right->name);
}

const struct lake_table *lake_snapshot_table(const struct lake_snapshot *snapshot,
                                             const char *schema, const char *name)
{
    struct lake_table wanted = {.schema = schema, .name = name};
    if (snapshot->table_count == 0)
        return NULL;
    return bsearch(&wanted, snapshot->tables, snapshot->table_count, sizeof(wanted), compare_names);
}

/* Tables come in order of their ids until all is loaded. */
struct lake_table *snapshot_find_id(struct lake_snapshot *snapshot, int64_t id)
{
    size_t low = 0, high = snapshot->table_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (snapshot->tables[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    bool is_found = low < snapshot->table_count && snapshot->tables[low].id == id;
    return is_found ? &snapshot->tables[low] : NULL;
}

static int load_head(struct snapshot_load *load, struct err *err)
{
    AUTO(rows_done) struct rows rows = {0};
    int64_t newest;
    TRY(db_value(&load->lake->db, 0, &newest, err, "SELECT max(snapshot_id) FROM ducklake_snapshot",
                 ""));
    if (load->at < 0)
        load->at = newest;
    load->is_newest = load->at == newest;
    TRY(db_query(&load->lake->db, &rows, err,
                 "SELECT snapshot_time FROM ducklake_snapshot WHERE snapshot_id = ?", "i",
                 load->at));
    int has_row = rows_next(&rows, err);
    if (has_row < 0)
        return -1;
    if (!has_row) {
        err_set(err, ERR_NOT_FOUND, "the warehouse has no snapshot %lld", (long long)load->at);
        return err_hint(err, "The newest is %lld; old ones go when they are cleaned away.",
                        (long long)newest);
    }
    load->snapshot->id = load->at;
    snapshot_time_parse(rows_text(&rows, 0), &load->snapshot->time_us);
    return 0;
}

static int load_all(struct snapshot_load *load, struct err *err)
{
    struct tables tables = {0};
    struct lake_snapshot *snapshot = load->snapshot;
    TRY(load_head(load, err));
    TRY(load_tables(load, &tables, err));
    snapshot->tables = tables.list.items;
    snapshot->table_count = tables.list.count;
    TRY(load_columns(load, err));
    TRY(snapshot_load_files(load, err));
    TRY(snapshot_load_changed(load, err));
    TRY(snapshot_refuse(load, err));
    TRY(load_views(load, &tables, err));
    snapshot->tables = tables.list.items;
    snapshot->table_count = tables.list.count;
    if (snapshot->table_count > 0)
        qsort(snapshot->tables, snapshot->table_count, sizeof(*snapshot->tables), compare_names);
    return 0;
}

int lake_snapshot_load(struct lake *lake, int64_t at, struct arena *arena,
                       struct lake_snapshot *ret_snapshot, struct err *err)
{
    LAKE_LOCKED(locked, lake);
    struct lake_snapshot snapshot = {0};
    struct snapshot_load load = {.lake = locked, .arena = arena, .at = at, .snapshot = &snapshot};
    /* One transaction: another writer may commit while we read. */
    TRY(db_run(&locked->db, err, "BEGIN", ""));
    int failed = load_all(&load, err);
    db_rollback(&locked->db);
    if (failed)
        return -1;
    *ret_snapshot = snapshot;
    return 0;
}

int table_load(struct lake *lake, int64_t table_id, struct arena *arena,
               struct lake_table *ret_table, struct err *err)
{
    AUTO(rows_done) struct rows rows = {0};
    struct lake_table table = {.id = table_id, .name = "table"};
    struct field_rows fields = {0};
    int more;
    TRY(db_query(&lake->db, &rows, err,
                 "SELECT table_id, column_id, parent_column, begin_snapshot, column_name,"
                 " column_type, initial_default FROM ducklake_column"
                 " WHERE table_id = ? AND end_snapshot IS NULL ORDER BY column_order",
                 "i", table_id));
    while ((more = rows_next(&rows, err)) > 0)
        VEC_PUSH(arena, fields.list, read_field(&rows, arena));
    if (more < 0)
        return -1;
    TRY(fields_build(fields.list.items, fields.list.count, arena, &table, err));
    *ret_table = table;
    return 0;
}
