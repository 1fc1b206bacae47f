/* SPDX-License-Identifier: Apache-2.0 */
#include "text/builder.h"
#include "base/alloc.h"
#include "text/value.h"

#include <stdlib.h>
#include <string.h>

static size_t value_bytes(struct text_type type, size_t rows)
{
    switch (type.kind) {
    case TEXT_BOOLEAN:
        return (rows + 7) / 8;
    case TEXT_DECIMAL:
        return rows * sizeof(int128_t);
    case TEXT_DATE:
        return rows * sizeof(int32_t);
    case TEXT_UUID:
    case TEXT_VARCHAR:
        return (rows + 1) * sizeof(int32_t);
    default:
        return rows * sizeof(int64_t);
    }
}

void column_builder_init(struct column_builder *column, struct text_type type, size_t cap)
{
    *column = (struct column_builder){.type = type, .cap = cap};
    column->validity = alloc_zeroed((cap + 7) / 8);
    column->values = alloc_zeroed(value_bytes(type, cap));
    if (type.kind == TEXT_VARCHAR || type.kind == TEXT_UUID) {
        column->bytes_cap = 16 * cap;
        column->bytes = alloc_zeroed(column->bytes_cap);
    }
}

void column_builder_release(struct column_builder *column)
{
    free(column->validity);
    free(column->values);
    free(column->bytes);
    *column = (struct column_builder){0};
}

static void set_bit(uint8_t *bits, size_t at)
{
    bits[at / 8] |= (uint8_t)(1u << (at % 8));
}

static bool is_text(const struct column_builder *column)
{
    return column->type.kind == TEXT_VARCHAR || column->type.kind == TEXT_UUID;
}

/* The offset where the current text ends. */
static void end_text(struct column_builder *column)
{
    ((int32_t *)column->values)[column->count + 1] = (int32_t)column->bytes_len;
}

void column_builder_add_null(struct column_builder *column)
{
    if (is_text(column))
        end_text(column);
    column->null_count++;
    column->count++;
}

static bool add_text(struct column_builder *column, const char *text, size_t len)
{
    if (column->bytes_len + len > INT32_MAX)
        return false;
    if (column->bytes_len + len > column->bytes_cap) {
        column->bytes_cap = 2 * (column->bytes_len + len);
        column->bytes = realloc(column->bytes, column->bytes_cap);
        if (!column->bytes)
            alloc_die("out of memory for a column of text");
    }
    memcpy(column->bytes + column->bytes_len, text, len);
    column->bytes_len += len;
    end_text(column);
    return true;
}

static bool add_number(struct column_builder *column, const char *text, size_t len)
{
    struct text_number number;
    if (!text_number(text, len, &number))
        return false;
    if (column->type.kind == TEXT_BIGINT)
        return text_number_bigint(&number, &((int64_t *)column->values)[column->count]);
    if (column->type.kind == TEXT_DECIMAL)
        return text_number_decimal(&number, column->type.scale,
                                   &((int128_t *)column->values)[column->count]);
    return text_number_double(&number, &((double *)column->values)[column->count]);
}

static bool add_boolean(struct column_builder *column, const char *text, size_t len)
{
    bool value;
    if (!text_boolean(text, len, &value))
        return false;
    if (value)
        set_bit(column->values, column->count);
    return true;
}

static bool add_value(struct column_builder *column, const char *text, size_t len)
{
    int64_t *us = &((int64_t *)column->values)[column->type.kind == TEXT_DATE ? 0 : column->count];
    bool has_offset;
    switch (column->type.kind) {
    case TEXT_BOOLEAN:
        return add_boolean(column, text, len);
    case TEXT_DATE:
        return text_date(text, len, &((int32_t *)column->values)[column->count]);
    case TEXT_TIMESTAMP:
    case TEXT_TIMESTAMPTZ:
        return text_timestamp(text, len, us, &has_offset) &&
               has_offset == (column->type.kind == TEXT_TIMESTAMPTZ);
    case TEXT_TIME:
        return text_time(text, len, us);
    default:
        return add_number(column, text, len);
    }
}

bool column_builder_add(struct column_builder *column, const char *text, size_t len)
{
    if (column->type.kind == TEXT_UUID && !text_uuid(text, len))
        return false;
    if (is_text(column) ? !add_text(column, text, len) : !add_value(column, text, len))
        return false;
    set_bit(column->validity, column->count++);
    return true;
}

static void release_column(struct ArrowArray *array)
{
    for (int64_t i = 0; i < array->n_buffers; i++)
        free((void *)array->buffers[i]);
    free(array->buffers);
    array->release = NULL;
}

static void release_rows(struct ArrowArray *array)
{
    for (int64_t i = 0; i < array->n_children; i++) {
        /* A consumer may have moved a child out, as the specification allows. */
        if (array->children[i]->release)
            array->children[i]->release(array->children[i]);
        free(array->children[i]);
    }
    free(array->children);
    free(array->buffers);
    array->release = NULL;
}

static struct ArrowArray *finish_column(struct column_builder *column)
{
    struct ArrowArray *array = alloc_zeroed(sizeof(*array));
    array->length = (int64_t)column->count;
    array->null_count = column->null_count;
    array->n_buffers = is_text(column) ? 3 : 2;
    array->buffers = alloc_zeroed(3 * sizeof(void *));
    array->buffers[0] = column->validity;
    array->buffers[1] = column->values;
    array->buffers[2] = column->bytes;
    array->release = release_column;
    *column = (struct column_builder){0};
    return array;
}

void column_builder_finish(struct column_builder *columns, size_t count, struct batch *ret_batch)
{
    struct ArrowArray *rows = &ret_batch->array;
    *rows = (struct ArrowArray){.length = (int64_t)columns[0].count,
                                .n_buffers = 1,
                                .n_children = (int64_t)count,
                                .release = release_rows};
    rows->buffers = alloc_zeroed(sizeof(void *));
    rows->children = alloc_zeroed(count * sizeof(struct ArrowArray *));
    for (size_t i = 0; i < count; i++)
        rows->children[i] = finish_column(&columns[i]);
}
