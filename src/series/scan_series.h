/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_SERIES_SCAN_SERIES_H
#define LEAT_SERIES_SCAN_SERIES_H

#include "series/label_cache.h"
#include "series/scan.h"

/*
 * From label columns to series. A column gives each row the number of its labels; pairs of numbers are looked up in a
 * table of the row group, and only what is not in it goes to the registry. Only for series/.
 */
struct scan_labels { /* one label column */
    const char *name;
    int32_t leaf;
    const struct parquet_node *node;
    struct parquet_rows *rows;
    const uint32_t *ids; /* of the rows that were read, not yet given from `at` on */
    size_t at, count;
};
struct code_pair {
    uint64_t key;   /* number so far << 32 | number of this column, + 1; 0: free */
    uint32_t value; /* number of both; at the last column the series' index */
};
struct pair_table { /* one a column */
    struct code_pair *slots;
    uint32_t slot_count, count;
    struct pair_codes { /* what a combined number is made of */
        uint32_t before, here;
    } * made;
    size_t made_cap;
};
struct scan_series {
    const struct series_scan *scan;
    const char *path; /* of the file */
    struct label_cache *cache;
    struct label_key *key;
    struct parquet_file *file;
    struct scan_labels *columns;
    size_t column_count;
    struct pair_table *pairs; /* the first column's number stands for itself, if there are more */
};
void scan_series_init(struct scan_series *series, const struct series_scan *scan);
void scan_series_release(struct scan_series *series);
int scan_series_open(struct scan_series *series, const char *path, struct parquet_file *file,
                     const int32_t *leaves, struct err *err) WARN_UNUSED;
int scan_series_start(struct scan_series *series, size_t group, struct err *err) WARN_UNUSED;
int scan_series_fill(struct scan_series *series, size_t rows, int64_t first_row,
                     uint32_t *ret_series, struct err *err) WARN_UNUSED;

/* Appends the labels of one row of a column. ERR_DATA when they are no pairs. */
int labels_append(const struct scan_labels *column, const struct parquet_row *row,
                  struct arena *arena, struct label_set *set, struct err *err) WARN_UNUSED;

#endif
