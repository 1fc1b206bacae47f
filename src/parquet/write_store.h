/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_PARQUET_WRITE_STORE_H
#define LEAT_PARQUET_WRITE_STORE_H

#include "parquet/write_layout.h"

/*
 * The rows of one leaf until its row group is written: values without the nulls, in the width that
 * Parquet stores, and what tells where the nulls are.
 */
struct column_store {
    struct write_buffer values;
    struct write_buffer ends;  /* byte arrays: uint32_t, the end of each in `values` */
    struct write_buffer valid; /* flat and optional: a bit for each entry */
    struct write_buffer definition, repetition; /* nested: a byte for each entry */
    size_t entry_count, value_count;
};
void column_store_init(struct column_store *store, struct memory *memory);
void column_store_release(struct column_store *store);
void column_store_clear(struct column_store *store); /* keeps the memory */
size_t column_store_bytes(const struct column_store *store);
struct value_view column_store_view(const struct column_store *store, const struct leaf *leaf);

/* Values in Arrow's layout; indices below count from `offset` on. */
struct arrow_values {
    const uint8_t *validity; /* NULL: all are there */
    const void *values;
    const void *offsets; /* texts: int32_t or int64_t */
    int64_t offset;
};
struct arrow_values arrow_values_of(const struct ArrowArray *array, const struct leaf *leaf);

/* Rows `first` … of a flat column. */
int column_store_add(struct column_store *store, const struct parquet_layout *layout,
                     const struct leaf *leaf, const struct arrow_values *from, int64_t first,
                     int64_t count, struct err *err) WARN_UNUSED;
/* Values that are not null, without an entry for them. */
int column_store_add_values(struct column_store *store, const struct parquet_layout *layout,
                            const struct leaf *leaf, const struct arrow_values *from, int64_t first,
                            int64_t count, struct err *err) WARN_UNUSED;
/* Rows of a nested column; `array` is the column. */
int column_store_add_nested(struct column_store *store, const struct parquet_layout *layout,
                            const struct leaf *leaf, const struct ArrowArray *array, int64_t first,
                            int64_t count, struct err *err) WARN_UNUSED;

/* "column "a": a null where the column says that there are none". */
int null_not_allowed(const struct leaf *leaf, struct err *err);

#endif
