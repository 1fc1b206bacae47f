/* SPDX-License-Identifier: Apache-2.0 */
#include "text/builder.h"
#include "base/alloc.h"
#include "text/convert.h"

#include <stdlib.h>
#include <string.h>

/* Of one value in Arrow's layout; booleans and text are apart. */
static size_t value_width(enum text_kind kind)
{
    switch (kind) {
    case TEXT_TINYINT:
    case TEXT_UTINYINT:
        return 1;
    case TEXT_SMALLINT:
    case TEXT_USMALLINT:
        return 2;
    case TEXT_INTEGER:
    case TEXT_UINTEGER:
    case TEXT_FLOAT:
    case TEXT_DATE:
        return 4;
    case TEXT_DECIMAL:
        return 16;
    default:
        return 8;
    }
}

bool text_travels_as_text(enum text_kind kind)
{
    return kind == TEXT_VARCHAR || kind == TEXT_UUID || kind == TEXT_BLOB || kind == TEXT_OTHER;
}

static size_t values_bytes(const struct column_builder *column)
{
    if (column->type.kind == TEXT_BOOLEAN)
        return (column->cap + 7) / 8;
    if (text_travels_as_text(column->type.kind))
        return (column->cap + 1) * sizeof(int32_t);
    return column->cap * value_width(column->type.kind);
}

void column_builder_init(struct column_builder *column, struct text_type type, size_t cap)
{
    *column = (struct column_builder){.type = type, .cap = cap};
    column->validity = alloc_zeroed((cap + 7) / 8);
    column->values = alloc_zeroed(values_bytes(column));
    if (text_travels_as_text(type.kind)) {
        column->bytes_cap = 16 * cap;
        column->bytes = alloc_zeroed(column->bytes_cap);
    }
    column_builder_clear(column);
}

void column_builder_release(struct column_builder *column)
{
    free(column->validity);
    free(column->values);
    free(column->bytes);
    *column = (struct column_builder){0};
}

void column_builder_clear(struct column_builder *column)
{
    memset(column->validity, 0xFF, (column->cap + 7) / 8);
    column->count = column->bytes_len = 0;
    column->null_count = 0;
}

/* The offset where the current text ends. */
static void end_text(struct column_builder *column)
{
    ((int32_t *)column->values)[column->count + 1] = (int32_t)column->bytes_len;
}

void column_builder_add_null(struct column_builder *column)
{
    size_t row = column->count;
    column->validity[row / 8] &= (uint8_t) ~(1u << (row % 8));
    if (text_travels_as_text(column->type.kind))
        end_text(column);
    else if (column->type.kind != TEXT_BOOLEAN)
        memset((char *)column->values + row * value_width(column->type.kind), 0,
               value_width(column->type.kind));
    column->null_count++;
    column->count++;
}

void column_builder_cut(struct column_builder *column, size_t count)
{
    if (column->count <= count)
        return;
    uint8_t bit = (uint8_t)(1u << (count % 8));
    column->null_count -= !(column->validity[count / 8] & bit);
    column->validity[count / 8] |= bit;
    column->count = count;
    if (text_travels_as_text(column->type.kind))
        column->bytes_len = (size_t)((int32_t *)column->values)[count];
}

static void grow_bytes(struct column_builder *column, size_t need)
{
    column->bytes_cap = 2 * need;
    column->bytes = realloc(column->bytes, column->bytes_cap);
    if (!column->bytes)
        alloc_die("out of memory for a column of text");
}

static bool add_text(struct column_builder *column, const char *text, size_t len)
{
    size_t need = column->bytes_len + len;
    if (need > INT32_MAX)
        return false;
    if (need > column->bytes_cap)
        grow_bytes(column, need);
    memcpy(column->bytes + column->bytes_len, text, len);
    column->bytes_len = need;
    end_text(column);
    return true;
}

static bool set_boolean(struct column_builder *column, bool value)
{
    uint8_t *byte = (uint8_t *)column->values + column->count / 8,
            bit = (uint8_t)(1u << (column->count % 8));
    *byte = (uint8_t)(value ? *byte | bit : *byte & ~bit);
    return true;
}

static bool add_nested(struct column_builder *column, const struct text_field *field)
{
    AUTO(str_release) struct str text = STR_INIT((size_t)TEXT_MAX_RECORD_BYTES);
    return text_nested(column->type.sql, field->text, field->len, &text, NULL, 0) &&
           add_text(column, str_text(&text), text.len);
}

bool column_builder_add(struct column_builder *column, const struct text_field *field,
                        struct text_marks marks)
{
    size_t row = column->count;
    bool fits, truth = false;
    switch (column->type.kind) {
    case TEXT_VARCHAR:
        fits = add_text(column, field->text, field->len);
        break;
    case TEXT_UUID:
        fits = text_uuid(field->text, field->len) && add_text(column, field->text, field->len);
        break;
    case TEXT_BLOB:
        fits = text_blob(field->text, field->len) && add_text(column, field->text, field->len);
        break;
    case TEXT_OTHER:
        fits = add_nested(column, field);
        break;
    case TEXT_BOOLEAN:
        fits = text_boolean(field->text, field->len, &truth) && set_boolean(column, truth);
        break;
    default:
        fits = text_convert(column, field, marks,
                            (char *)column->values + row * value_width(column->type.kind));
    }
    column->count += fits;
    column->has_value |= fits;
    return fits;
}
