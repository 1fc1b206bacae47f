/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_BUILDER_H
#define LEAT_TEXT_BUILDER_H

#include "base/batch.h"
#include "text/typing.h"

/* One column of a batch while it is filled. Its memory goes to the batch with column_builder_finish(). */
struct column_builder {
    struct text_type type;
    size_t cap; /* rows */
    size_t count;
    int64_t null_count;
    uint8_t *validity; /* bit = 1: a value */
    void *values;      /* for text: offsets, int32_t[cap + 1] */
    char *bytes;       /* text only */
    size_t bytes_len, bytes_cap;
};
void column_builder_init(struct column_builder *column, struct text_type type, size_t cap);
void column_builder_release(struct column_builder *column);
void column_builder_add_null(struct column_builder *column);
/* False when the text is no value of the column's type. */
bool column_builder_add(struct column_builder *column, const char *text, size_t len);
/* Takes the columns; the batch's release() frees them. */
void column_builder_finish(struct column_builder *columns, size_t count, struct batch *ret_batch);

#endif
