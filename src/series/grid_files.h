/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_SERIES_GRID_FILES_H
#define LEAT_SERIES_GRID_FILES_H

#include "base/hash.h"
#include "parquet/write.h"
#include "series/grid.h"

/*
 * Closed frames as Parquet files: one for each key that has samples in the hour, with a row a bucket: `time`, the
 * key's columns (DOUBLE, VARCHAR), and what the flag adds. All files of a key have the same columns.
 */
enum grid_flag {
    GRID_FLAG_NONE,
    GRID_FLAG_BITMASK, /* `carried` BIGINT: bit i set: the value of the i-th column is carried */
    GRID_FLAG_COLUMN   /* `<name>_carried` BOOLEAN behind each column */
};
#define GRID_BITMASK_COLUMNS 63

struct grid_file_key {
    const char *const *names; /* of the columns, in order */
    const uint32_t *series;   /* of each column: its number in the grid */
    size_t column_count;
};
struct grid_files_spec {
    const struct grid_spec *grid;
    const struct grid_file_key *keys;
    size_t key_count;
    enum grid_flag flag;
    enum parquet_codec codec;
    const struct parquet_key_value *key_values; /* in every file */
    size_t key_value_count;
    void *context;
    /* Where the file of a key and hour is to be made; NULL: this hour is not wanted. */
    int (*place)(void *context, size_t key, int64_t start_us, const char **ret_path,
                 struct err *err);
    /* It was made. */
    int (*made)(void *context, size_t key, const struct grid_frame *frame, const char *path,
                int64_t size_bytes, const struct hash *hash, struct err *err);
};
struct grid_files;
/* ERR_CONFIG: more columns than the bitmask has bits. */
int grid_files_new(const struct grid_files_spec *spec, struct memory *memory,
                   struct grid_files **ret_files, struct err *err) WARN_UNUSED;
void grid_files_free(struct grid_files *files);
/* Files of one frame; used by one thread at a time. */
int grid_files_write(struct grid_files *files, const struct grid_frame *frame,
                     struct err *err) WARN_UNUSED;
/* Whether any series of the key has samples in the frame. */
bool grid_key_has_samples(const struct grid_file_key *key, const struct grid_frame *frame);

#endif
