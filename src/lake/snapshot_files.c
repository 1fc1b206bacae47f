/* SPDX-License-Identifier: Apache-2.0 */
#include "lake/internal.h"
#include "lake/visible.h"

#include <string.h>

#define FILES_HEAD                                                                   \
    "SELECT f.table_id, f.data_file_id, f.path, f.path_is_relative, f.record_count," \
    " f.file_size_bytes, f.begin_snapshot, f.partial_max, f.mapping_id,"             \
    " f.encryption_key IS NOT NULL OR d.encryption_key IS NOT NULL,"                 \
    " f.file_format <> 'parquet' OR coalesce(d.format, 'parquet') <> 'parquet',"     \
    " d.path, d.path_is_relative, d.delete_count, d.begin_snapshot, d.partial_max"   \
    " FROM ducklake_data_file f"                                                     \
    " LEFT JOIN ducklake_delete_file d ON d.data_file_id = f.data_file_id AND "
#define FILES_TAIL " ORDER BY f.table_id, f.data_file_id"

static const struct at_sql files_sql = {
    FILES_HEAD VISIBLE_NEWEST("d") " WHERE " VISIBLE_NEWEST("f") FILES_TAIL,
    FILES_HEAD VISIBLE_OLDER("d") " WHERE " VISIBLE_OLDER("f") FILES_TAIL,
};
enum { /* columns of that */
       TABLE_ID,
       FILE_ID,
       PATH,
       PATH_IS_RELATIVE,
       RECORDS,
       SIZE,
       BEGIN,
       PARTIAL_MAX,
       MAPPING,
       IS_ENCRYPTED,
       IS_STRANGE,
       DELETE_PATH,
       DELETE_IS_RELATIVE,
       DELETES,
       DELETE_BEGIN,
       DELETE_PARTIAL_MAX
};

static void raise_changed(struct lake_table *table, int64_t snapshot)
{
    if (snapshot > table->changed_snapshot && snapshot <= table->snapshot_id)
        table->changed_snapshot = snapshot;
}

/* What leat does not read of other writers' files; the first reason stays. */
static void note_refusal(struct lake_table *table, const struct rows *rows)
{
    if (table->refused != NULL)
        return;
    if (rows_i64(rows, MAPPING) >= 0) {
        table->refused = "it has files without field ids, added by name (a name mapping)";
        table->refused_hint = "Write it anew with DuckDB: CREATE OR REPLACE TABLE … AS FROM ….";
    } else if (rows_i64(rows, IS_ENCRYPTED) == 1) {
        table->refused = "its files are encrypted";
        table->refused_hint = "Copy it with DuckDB into a table that is not encrypted.";
    } else if (rows_i64(rows, IS_STRANGE) == 1) {
        table->refused = "it has files that are not Parquet";
        table->refused_hint = "Write it anew with DuckDB: CREATE OR REPLACE TABLE … AS FROM ….";
    }
}

static int64_t until(int64_t partial_max, int64_t at)
{
    return partial_max > at ? at : -1;
}

static struct lake_file read_file(struct snapshot_load *load, const struct table_path *paths,
                                  const struct rows *rows)
{
    struct stored_path path = {rows_text(rows, PATH), rows_i64(rows, PATH_IS_RELATIVE) == 1};
    struct lake_file file = {
        .id = rows_i64(rows, FILE_ID),
        .path = paths_resolve(load->lake, load->arena, paths->schema, paths->table, path),
        .row_count = rows_i64(rows, RECORDS),
        .size_bytes = rows_i64(rows, SIZE),
        .begin_snapshot = rows_i64(rows, BEGIN),
        .rows_until = until(rows_i64(rows, PARTIAL_MAX), load->at),
        .deletes_until = until(rows_i64(rows, DELETE_PARTIAL_MAX), load->at),
    };
    if (rows_text(rows, DELETE_PATH) != NULL) {
        path = (struct stored_path){rows_text(rows, DELETE_PATH),
                                    rows_i64(rows, DELETE_IS_RELATIVE) == 1};
        file.delete_path =
            paths_resolve(load->lake, load->arena, paths->schema, paths->table, path);
        file.row_count -= rows_i64(rows, DELETES);
    }
    return file;
}

struct files {
    VEC(struct lake_file) list;
};

static void add_file(struct snapshot_load *load, struct lake_table *table, const struct rows *rows,
                     struct files *files)
{
    const struct table_path *paths = &load->paths[table - load->snapshot->tables];
    struct lake_file file = read_file(load, paths, rows);
    note_refusal(table, rows);
    raise_changed(table, rows_i64(rows, BEGIN));
    raise_changed(table, rows_i64(rows, DELETE_BEGIN));
    raise_changed(table, rows_i64(rows, DELETE_PARTIAL_MAX));
    VEC_PUSH(load->arena, files->list, file);
    table->files = files->list.items;
    table->file_count = files->list.count;
    table->row_count += file.row_count;
}

int snapshot_load_files(struct snapshot_load *load, struct err *err)
{
    AUTO(rows_done) struct rows rows = {0};
    struct lake_table *table = NULL;
    struct files files = {0};
    int more;
    TRY(db_query(&load->lake->db, &rows, err, at_sql(&files_sql, load->is_newest), "i", load->at));
    while ((more = rows_next(&rows, err)) > 0) {
        int64_t id = rows_i64(&rows, TABLE_ID);
        if (table == NULL || table->id != id) {
            table = snapshot_find_id(load->snapshot, id);
            files = (struct files){0};
        }
        if (table != NULL)
            add_file(load, table, &rows, &files);
    }
    return more;
}

/* Definitions, ended files and ended deletes; what is there now was seen with the files. */
static int ended_changes(struct lake *lake, int64_t table_id, int64_t at, int64_t *ret_snapshot,
                         struct err *err)
{
    return db_value(&lake->db, 0, ret_snapshot, err,
                    "SELECT max("
                    "coalesce((SELECT max(begin_snapshot) FROM ducklake_schema_versions"
                    " WHERE table_id = ?2 AND begin_snapshot <= ?1), 0),"
                    "coalesce((SELECT max(end_snapshot) FROM ducklake_data_file"
                    " WHERE table_id = ?2 AND end_snapshot <= ?1), 0),"
                    "coalesce((SELECT max(end_snapshot) FROM ducklake_delete_file"
                    " WHERE table_id = ?2 AND end_snapshot <= ?1), 0))",
                    "ii", at, table_id);
}

int snapshot_load_changed(struct snapshot_load *load, struct err *err)
{
    for (size_t i = 0; i < load->snapshot->table_count; i++) {
        struct lake_table *table = &load->snapshot->tables[i];
        int64_t snapshot;
        TRY(ended_changes(load->lake, table->id, load->at, &snapshot, err));
        raise_changed(table, snapshot);
    }
    return 0;
}

int table_changed(struct lake *lake, int64_t table_id, int64_t at, int64_t *ret_snapshot,
                  struct err *err)
{
    int64_t ended, live;
    TRY(ended_changes(lake, table_id, at, &ended, err));
    TRY(db_value(&lake->db, 0, &live, err,
                 "SELECT max("
                 "coalesce((SELECT max(begin_snapshot) FROM ducklake_table WHERE table_id = ?), 0),"
                 "coalesce((SELECT max(begin_snapshot) FROM ducklake_data_file"
                 " WHERE table_id = ? AND end_snapshot IS NULL), 0),"
                 "coalesce((SELECT max(max(begin_snapshot, coalesce(partial_max, 0)))"
                 " FROM ducklake_delete_file WHERE table_id = ? AND end_snapshot IS NULL), 0))",
                 "iii", table_id, table_id, table_id));
    *ret_snapshot = ended > live ? ended : live;
    return 0;
}
