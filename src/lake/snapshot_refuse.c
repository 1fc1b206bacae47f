/* SPDX-License-Identifier: Apache-2.0 */
#include "lake/internal.h"

#include <string.h>

/*
 * What other programs may do to a table that leat does not read: rows and deletes kept inside the
 * catalog ("inlined"), and fields changed inside a struct. Such a table is marked, and an error is made
 * of it when somebody wants its rows.
 */

/* How many rows of a table that the extension made in the catalog are visible at a snapshot. */
static int count_inlined(struct lake *lake, const char *table, bool has_end, int64_t at,
                         int64_t *ret_count, struct err *err)
{
    AUTO(str_release) struct str sql = STR_INIT(4096);
    str_append(&sql, "SELECT count(*) FROM ");
    str_append_ident(&sql, table);
    str_appendf(&sql, " WHERE begin_snapshot <= %lld", (long long)at);
    if (has_end)
        str_appendf(&sql, " AND (end_snapshot IS NULL OR end_snapshot > %lld)", (long long)at);
    return db_value_of(&lake->db, str_text(&sql), 0, ret_count, err);
}

static void refuse_inlined(struct lake_table *table)
{
    table->refused =
        "it has rows or deletes that another program keeps inside the catalog (inlined)";
    table->refused_hint = "Write them out with DuckDB: CALL ducklake_flush_inlined_data('w');";
}

static int check_inlined(struct snapshot_load *load, const char *name, int64_t table_id,
                         bool has_end, struct err *err)
{
    struct lake_table *table = snapshot_find_id(load->snapshot, table_id);
    int64_t count = 0;
    if (table == NULL || name == NULL)
        return 0;
    TRY(count_inlined(load->lake, name, has_end, load->at, &count, err));
    if (count > 0)
        refuse_inlined(table);
    return 0;
}

static int refuse_inlined_rows(struct snapshot_load *load, struct err *err)
{
    AUTO(rows_done) struct rows rows = {0};
    int more;
    TRY(db_query(&load->lake->db, &rows, err,
                 "SELECT i.table_id, i.table_name FROM ducklake_inlined_data_tables i"
                 " JOIN sqlite_master m ON m.name = i.table_name",
                 ""));
    while ((more = rows_next(&rows, err)) > 0)
        TRY(check_inlined(load, rows_text(&rows, 1), rows_i64(&rows, 0), true, err));
    return more;
}

#define INLINED_DELETE "ducklake_inlined_delete_"

static int refuse_inlined_deletes(struct snapshot_load *load, struct err *err)
{
    AUTO(rows_done) struct rows rows = {0};
    int more;
    TRY(db_query(&load->lake->db, &rows, err,
                 "SELECT CAST(substr(name, length('" INLINED_DELETE "') + 1) AS INTEGER), name"
                 " FROM sqlite_master WHERE type = 'table' AND name GLOB '" INLINED_DELETE "*'",
                 ""));
    while ((more = rows_next(&rows, err)) > 0)
        TRY(check_inlined(load, rows_text(&rows, 1), rows_i64(&rows, 0), false, err));
    return more;
}

static bool has_nested(const struct lake_table *table)
{
    for (size_t i = 0; i < table->columns.count; i++)
        if (table->columns.items[i].type.child_count > 0)
            return true;
    return false;
}

/*
 * DuckDB maps the children of a struct by name and would read NULL from files older than the change,
 * so those are refused. A nested column belongs to its parent from the parent's first snapshot to its
 * end; any other begin or end is such a change.
 */
static int nested_change(struct snapshot_load *load, int64_t table_id, int64_t *ret_snapshot,
                         struct err *err)
{
    return db_value(
        &load->lake->db, 0, ret_snapshot, err,
        "SELECT max(CASE WHEN c.begin_snapshot > p.first THEN c.begin_snapshot"
        " WHEN c.end_snapshot <= ?1 AND (p.last IS NULL OR p.last > ?1) THEN c.end_snapshot END)"
        " FROM ducklake_column c JOIN (SELECT column_id, min(begin_snapshot) AS first,"
        " CASE WHEN count(*) = count(end_snapshot) THEN max(end_snapshot) END AS last"
        " FROM ducklake_column WHERE table_id = ?2 GROUP BY column_id) p"
        " ON p.column_id = c.parent_column WHERE c.table_id = ?2 AND c.begin_snapshot <= ?1",
        "ii", load->at, table_id);
}

static int refuse_nested(struct snapshot_load *load, struct lake_table *table, struct err *err)
{
    int64_t snapshot;
    TRY(nested_change(load, table->id, &snapshot, err));
    for (size_t i = 0; i < table->file_count && table->refused == NULL; i++) {
        if (table->files[i].begin_snapshot >= snapshot)
            continue;
        table->refused = arena_printf(load->arena,
                                      "fields inside a struct were changed in snapshot"
                                      " %lld, after some of its files were written",
                                      (long long)snapshot);
        table->refused_hint = "Write it anew with DuckDB: CREATE OR REPLACE TABLE … AS FROM ….";
    }
    return 0;
}

int snapshot_refuse(struct snapshot_load *load, struct err *err)
{
    TRY(refuse_inlined_rows(load, err));
    TRY(refuse_inlined_deletes(load, err));
    for (size_t i = 0; i < load->snapshot->table_count; i++)
        if (has_nested(&load->snapshot->tables[i]))
            TRY(refuse_nested(load, &load->snapshot->tables[i], err));
    return 0;
}

int table_has_inlined(struct lake *lake, int64_t table_id, bool *ret_has, struct err *err)
{
    struct lake_table table = {.id = table_id};
    struct lake_snapshot snapshot = {.tables = &table, .table_count = 1};
    struct snapshot_load load = {.lake = lake, .at = INT64_MAX, .snapshot = &snapshot};
    TRY(refuse_inlined_rows(&load, err));
    TRY(refuse_inlined_deletes(&load, err));
    *ret_has = table.refused != NULL;
    return 0;
}
