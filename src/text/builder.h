/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_BUILDER_H
#define LEAT_TEXT_BUILDER_H

#include "base/batch.h"
#include "text/table.h"

/* One column of a batch while it is filled. */
struct column_builder {
    struct text_type type;
    size_t cap, count; /* rows */
    int64_t null_count;
    uint8_t *validity; /* bit = 1: a value */
    void *values;      /* for text: offsets, int32_t[cap + 1] */
    char *bytes;       /* text only */
    size_t bytes_len, bytes_cap;
    /* Of all values ever added, for the notes about narrower types: */
    bool has_value, has_fraction, has_exponent;
};
void column_builder_init(struct column_builder *column, struct text_type type, size_t cap);
void column_builder_release(struct column_builder *column);
void column_builder_clear(struct column_builder *column);
void column_builder_add_null(struct column_builder *column);
/* False when the field is no value of the column's type; nothing is added then. */
bool column_builder_add(struct column_builder *column, const struct text_field *field,
                        struct text_marks marks);
/* Takes back what was added after the first `count` rows: at most one. */
void column_builder_cut(struct column_builder *column, size_t count);

/* Why a field is no value of a type: "is no BIGINT: 12.7 has a fraction". */
void text_reason(const struct text_type *type, const struct text_field *field,
                 struct text_marks marks, char *buffer, size_t size);

/*
 * All columns of a batch. Its memory serves batch after batch: column_set_finish() lends it to the batch, and
 * when the reader has released that, the set can be cleared and filled again.
 */
struct column_set {
    struct column_builder *columns;
    size_t count, cap;
    struct ArrowArray *arrays; /* of the columns */
    struct ArrowArray **children;
    const void **buffers; /* three a column, and the one of the rows */
    atomic_int references;
};
struct column_set *column_set_new(const struct text_column *columns, size_t count, size_t cap);
void column_set_free(struct column_set *set); /* once no batch has it; NULL allowed */
bool column_set_is_lent(const struct column_set *set);
void column_set_clear(struct column_set *set);
int64_t column_set_bytes(const struct column_set *set); /* taken from the heap */
void column_set_finish(struct column_set *set, struct batch *ret_batch);

#endif
