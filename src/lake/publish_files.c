/* SPDX-License-Identifier: Apache-2.0 */
#include "lake/internal.h"

#include <string.h>

static int end_all(struct publish *publish, int64_t table_id, bool *ret_ended, struct err *err)
{
    struct db *db = &publish->lake->db;
    TRY(db_run(db, err,
               "UPDATE ducklake_data_file SET end_snapshot = ?"
               " WHERE table_id = ? AND end_snapshot IS NULL AND begin_snapshot < ?1",
               "ii", publish->snapshot_id, table_id));
    *ret_ended = db_changed(db) > 0;
    return db_run(db, err,
                  "UPDATE ducklake_delete_file SET end_snapshot = ?"
                  " WHERE table_id = ? AND end_snapshot IS NULL",
                  "ii", publish->snapshot_id, table_id);
}

static int end_one(struct publish *publish, const struct lake_change *change, int64_t table_id,
                   int64_t file_id, struct err *err)
{
    struct db *db = &publish->lake->db;
    TRY(db_run(db, err,
               "UPDATE ducklake_data_file SET end_snapshot = ?"
               " WHERE data_file_id = ? AND table_id = ? AND end_snapshot IS NULL",
               "iii", publish->snapshot_id, file_id, table_id));
    if (db_changed(db) != 1) {
        err_set(err, ERR_CONFLICT, "file %lld of table \"%s.%s\" is not there any more",
                (long long)file_id, change->schema, change->name);
        return err_hint(err, "Another program rewrote the table meanwhile. Run it again.");
    }
    return db_run(db, err,
                  "UPDATE ducklake_delete_file SET end_snapshot = ?"
                  " WHERE data_file_id = ? AND end_snapshot IS NULL",
                  "ii", publish->snapshot_id, file_id);
}

int publish_end_files(struct publish *publish, const struct lake_change *change,
                      const struct entry *entry, bool *ret_ended, struct err *err)
{
    if (change->kind == LAKE_REPLACE)
        return end_all(publish, entry->table_id, ret_ended, err);
    for (size_t i = 0; i < change->ended_count; i++)
        TRY(end_one(publish, change, entry->table_id, change->ended_files[i], err));
    *ret_ended = change->ended_count > 0;
    return 0;
}

static int read_next_row_id(struct publish *publish, int64_t table_id, int64_t *ret_row_id,
                            struct err *err)
{
    return db_value(&publish->lake->db, 0, ret_row_id, err,
                    "SELECT next_row_id FROM ducklake_table_stats WHERE table_id = ?", "i",
                    table_id);
}

static int add_file(struct publish *publish, const struct lake_change *change,
                    const struct entry *entry, const char *folder, const struct lake_new_file *file,
                    int64_t *row_id, struct err *err)
{
    if (!str_starts(file->path, folder)) {
        err_set(err, ERR_CONFLICT, "file \"%s\" is not in the folder of table \"%s.%s\"",
                file->path, change->schema, change->name);
        return err_hint(err, "Another program changed the table meanwhile. Run it again.");
    }
    TRY(db_run(&publish->lake->db, err,
               "INSERT INTO ducklake_data_file VALUES"
               " (?, ?, ?, NULL, NULL, ?, 1, 'parquet', ?, ?, ?, ?, NULL, NULL, NULL, NULL)",
               "iiitiiii", publish->next_file_id++, entry->table_id, publish->snapshot_id,
               file->path + strlen(folder), file->stats.row_count, file->stats.size_bytes,
               file->stats.footer_bytes, *row_id));
    *row_id += file->stats.row_count;
    return 0;
}

/* Files without rows are not recorded; nobody would read anything from them. */
int publish_add_files(struct publish *publish, const struct lake_change *change,
                      const struct entry *entry, const struct lake_table *table, bool *ret_added,
                      struct err *err)
{
    const char *folder = paths_resolve(publish->lake, publish->arena, entry->schema_path,
                                       entry->table_path, (struct stored_path){"", true});
    int64_t first_file_id = publish->next_file_id, row_id = 0;
    TRY(read_next_row_id(publish, entry->table_id, &row_id, err));
    for (size_t i = 0; i < change->file_count; i++)
        if (change->files[i].path != NULL && change->files[i].stats.row_count > 0)
            TRY(add_file(publish, change, entry, folder, &change->files[i], &row_id, err));
    *ret_added = publish->next_file_id > first_file_id;
    if (!*ret_added)
        return 0;
    return publish_stats(publish, change, table, first_file_id, err);
}
