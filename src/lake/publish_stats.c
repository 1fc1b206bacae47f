/* SPDX-License-Identifier: Apache-2.0 */
#include "lake/internal.h"

#include <stdlib.h>
#include <string.h>

/*
 * Statistics as the official extension keeps them: of each file and leaf column, and of each table,
 * where they only ever widen (they also serve time travel, so what old files hold still counts).
 */
struct merged {
    bool has_null, has_nan, is_nan_known;
    bool has_values; /* some value that is not NULL */
    bool is_unknown; /* values of which the bounds are not known */
    const char *min, *max;
};

static int64_t nan_flag(const struct merged *merged)
{
    return merged->is_nan_known ? merged->has_nan : -1;
}

static void merge(struct merged *merged, const struct sql_type *type,
                  const struct column_stats *stats)
{
    int64_t values = stats->value_count - stats->null_count;
    merged->has_null |= stats->null_count > 0;
    merged->has_nan |= stats->contains_nan > 0;
    merged->is_nan_known |= stats->contains_nan >= 0;
    if (values <= 0)
        return;
    if (stats->min == NULL || stats->max == NULL) {
        /* Nothing but NaN has no bounds, and needs none: contains_nan speaks for it. */
        merged->is_unknown |= stats->contains_nan <= 0;
        return;
    }
    if (!merged->has_values || stats_compare(type, stats->min, merged->min) < 0)
        merged->min = stats->min;
    if (!merged->has_values || stats_compare(type, stats->max, merged->max) > 0)
        merged->max = stats->max;
    merged->has_values = true;
}

static int add_file_stats(struct publish *publish, int64_t file_id, int64_t table_id,
                          const struct leaf *leaf, const struct column_stats *stats,
                          struct err *err)
{
    return db_run(&publish->lake->db, err,
                  "INSERT INTO ducklake_file_column_stats VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
                  "iiiiiitto", file_id, table_id, leaf->id, stats->size_bytes,
                  stats->value_count - stats->null_count, stats->null_count, stats->min, stats->max,
                  (int64_t)stats->contains_nan);
}

static const struct column_stats *find_stats(const struct parquet_stats *stats, const char *path)
{
    for (size_t i = 0; i < stats->column_count; i++)
        if (str_eq(stats->columns[i].path, path))
            return &stats->columns[i];
    return NULL;
}

static int leaf_stats(struct publish *publish, const struct lake_change *change, int64_t table_id,
                      int64_t first_file_id, const struct leaf *leaf, struct merged *ret_merged,
                      struct err *err)
{
    int64_t file_id = first_file_id;
    *ret_merged = (struct merged){0};
    for (size_t i = 0; i < change->file_count; i++) {
        const struct lake_new_file *file = &change->files[i];
        if (file->path == NULL || file->stats.row_count == 0)
            continue;
        const struct column_stats *stats = find_stats(&file->stats, leaf->path);
        if (stats == NULL) {
            ret_merged->is_unknown = ret_merged->has_null = true;
        } else {
            TRY(add_file_stats(publish, file_id, table_id, leaf, stats, err));
            merge(ret_merged, leaf->type, stats);
        }
        file_id++;
    }
    return 0;
}

/* What the table has of this column; without bounds they stay unknown. */
static int widen_table_stats(struct publish *publish, int64_t table_id, const struct leaf *leaf,
                             const struct merged *merged, struct err *err)
{
    AUTO(rows_done) struct rows rows = {0};
    struct db *db = &publish->lake->db;
    TRY(db_query(db, &rows, err,
                 "SELECT min_value, max_value FROM ducklake_table_column_stats"
                 " WHERE table_id = ? AND column_id = ?",
                 "ii", table_id, leaf->id));
    int has_row = rows_next(&rows, err);
    if (has_row <= 0)
        return has_row; /* a column added later: the extension keeps none either */
    const char *min = rows_dup(&rows, 0, publish->arena), *max = rows_dup(&rows, 1, publish->arena);
    rows_done(&rows);
    if (merged->is_unknown)
        min = max = NULL;
    if (merged->has_values && min != NULL && stats_compare(leaf->type, merged->min, min) < 0)
        min = merged->min;
    if (merged->has_values && max != NULL && stats_compare(leaf->type, merged->max, max) > 0)
        max = merged->max;
    return db_run(db, err,
                  "UPDATE ducklake_table_column_stats SET contains_null = max(contains_null, ?1),"
                  " contains_nan = CASE WHEN ?2 IS NULL THEN contains_nan"
                  " ELSE max(coalesce(contains_nan, 0), ?2) END,"
                  " min_value = ?3, max_value = ?4 WHERE table_id = ?5 AND column_id = ?6",
                  "iottii", (int64_t)merged->has_null, nan_flag(merged), min, max, table_id,
                  leaf->id);
}

static int first_table_stats(struct publish *publish, int64_t table_id, const struct leaf *leaf,
                             const struct merged *merged, struct err *err)
{
    bool is_known = merged->has_values && !merged->is_unknown;
    return db_run(&publish->lake->db, err,
                  "INSERT INTO ducklake_table_column_stats VALUES (?, ?, ?, ?, ?, ?, NULL)",
                  "iiiott", table_id, leaf->id, (int64_t)merged->has_null, nan_flag(merged),
                  is_known ? merged->min : NULL, is_known ? merged->max : NULL);
}

/* record_count and size count all that was ever inserted, as the extension does. */
static int add_totals(struct publish *publish, const struct lake_change *change, int64_t table_id,
                      bool *ret_is_first, struct err *err)
{
    struct db *db = &publish->lake->db;
    int64_t records = 0, bytes = 0;
    for (size_t i = 0; i < change->file_count; i++) {
        if (change->files[i].path == NULL || change->files[i].stats.row_count == 0)
            continue;
        records += change->files[i].stats.row_count;
        bytes += change->files[i].stats.size_bytes;
    }
    TRY(db_run(db, err,
               "UPDATE ducklake_table_stats SET record_count = record_count + ?1,"
               " next_row_id = next_row_id + ?1, file_size_bytes = file_size_bytes + ?2"
               " WHERE table_id = ?3",
               "iii", records, bytes, table_id));
    *ret_is_first = db_changed(db) == 0;
    if (!*ret_is_first)
        return 0;
    return db_run(db, err, "INSERT INTO ducklake_table_stats VALUES (?1, ?2, ?2, ?3)", "iii",
                  table_id, records, bytes);
}

int publish_stats(struct publish *publish, const struct lake_change *change,
                  const struct lake_table *table, int64_t first_file_id, struct err *err)
{
    struct leaves leaves;
    bool is_first;
    leaves_of(table, publish->arena, &leaves);
    TRY(add_totals(publish, change, table->id, &is_first, err));
    for (size_t i = 0; i < leaves.list.count; i++) {
        const struct leaf *leaf = &leaves.list.items[i];
        struct merged merged;
        TRY(leaf_stats(publish, change, table->id, first_file_id, leaf, &merged, err));
        if (is_first)
            TRY(first_table_stats(publish, table->id, leaf, &merged, err));
        else
            TRY(widen_table_stats(publish, table->id, leaf, &merged, err));
    }
    return 0;
}
