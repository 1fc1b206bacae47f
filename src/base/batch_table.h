/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_BASE_BATCH_TABLE_H
#define LEAT_BASE_BATCH_TABLE_H

#include "base/arena.h"
#include "base/batch.h"
#include "base/err.h"

#include <stdbool.h>

/*
 * A small table of known rows as one Arrow batch: columns are added whole and copied. Everything lives in the arena, so nothing
 * is released.
 */
struct batch_table {
    struct arena *arena;
    size_t row_count;
    VEC(struct ArrowSchema *) schemas;
    VEC(struct ArrowArray *) arrays;
    bool is_given;
};
/* Format "u"; NULL is null. */
void batch_table_texts(struct batch_table *table, const char *name, const char *const *values);
/* Eight bytes a value: "l", "g", "tsu:UTC" …; `is_null` (or NULL) tells by row. */
void batch_table_words(struct batch_table *table, const char *name, const char *format,
                       const void *values, const bool *is_null);
/* Borrows the table. */
void batch_table_schema(struct batch_table *table, struct ArrowSchema *ret_schema);
/* Gives the rows once, as the `next` of a stream of batches (engine_register_batches); context: the table. */
int batch_table_next(void *context, struct batch *ret_batch, struct err *err);

#endif
