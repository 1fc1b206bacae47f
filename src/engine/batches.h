/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_ENGINE_BATCHES_H
#define LEAT_ENGINE_BATCHES_H

#include "base/batch.h"
#include "engine/duck.h"

/* A column of Arrow arrays, and how it becomes a column of DuckDB's. */
struct batch_column {
    const char *name;
    duckdb_logical_type type;
    enum { COPY_BYTES, COPY_BITS, COPY_DECIMAL, COPY_TEXT, COPY_LARGE_TEXT } how;
    size_t width; /* bytes of one value in DuckDB; not for text */
};
/* `ret_columns` live in the arena, but their types are to be destroyed. */
int batch_columns_make(const struct ArrowSchema *schema, struct arena *arena,
                       struct batch_column **ret_columns, size_t *ret_count,
                       struct err *err) WARN_UNUSED;
/* Copies `count` values from the `row`th on to the start of a vector. */
int batch_column_copy(const struct batch_column *column, const struct ArrowArray *array,
                      int64_t row, int64_t count, duckdb_vector vector,
                      struct err *err) WARN_UNUSED;

#endif
