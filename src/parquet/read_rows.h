/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_PARQUET_READ_ROWS_H
#define LEAT_PARQUET_READ_ROWS_H

#include "parquet/read.h"

/*
 * A column as one number a row: rows of the same value (a text, a list of lists, null, …) have the
 * same number, and each distinct value is looked at once. Made for columns of labels, which have
 * few values in many rows; work on the values is done per number, and rows are only numbers.
 *
 *     TRY(parquet_rows_start(rows, file, group, leaf, err));
 *     do {
 *         TRY(parquet_rows_next(rows, &ids, &count, err));
 *         … parquet_rows_distinct(rows) may have grown …
 *     } while (count != 0);
 *
 * Numbers count from 0 and are valid in one chunk. A flat dictionary column has the codes of its
 * dictionary as numbers, so that some may belong to no row.
 */
struct parquet_rows;
struct parquet_rows *parquet_rows_new(struct memory *memory);
void parquet_rows_free(struct parquet_rows **rows); /* *rows may be NULL */
/* As parquet_column_start(). */
int parquet_rows_start(struct parquet_rows *rows, struct parquet_file *file, size_t group,
                       int32_t leaf, struct err *err) WARN_UNUSED;
/* The numbers of the next rows, whole rows always; *ret_count 0 at the end. Valid until the next
 * call. */
int parquet_rows_next(struct parquet_rows *rows, const uint32_t **ret_ids, size_t *ret_count,
                      struct err *err) WARN_UNUSED;
/* Numbers given so far in this chunk. */
uint32_t parquet_rows_distinct(const struct parquet_rows *rows);

/*
 * The entries of a row, with their levels (see struct parquet_batch). A value is its bytes in the
 * layout of read.h, the characters for BYTE_ARRAY; `data` is NULL where the entry has no value.
 */
struct parquet_row {
    uint32_t entry_count;
    const uint8_t *definition;
    const uint8_t *repetition;
    const struct parquet_bytes *values;
};
/* What stands behind a number. Valid until the next call of this or of _start(). */
int parquet_rows_value(struct parquet_rows *rows, uint32_t id, struct parquet_row *ret_row,
                       struct err *err) WARN_UNUSED;
/* Bytes read from files so far, all chunks together. */
int64_t parquet_rows_read_bytes(const struct parquet_rows *rows);

#endif
