/* SPDX-License-Identifier: Apache-2.0 */
#include "text/convert.h"

#include <math.h>
#include <string.h>

struct text_marks text_field_marks(const struct text_field *field, struct text_marks marks)
{
    return field->token == TOKEN_NUMBER || field->token == TOKEN_STRING
               ? (struct text_marks){.decimal = '.'}
               : marks;
}

bool text_field_number(const struct text_field *field, struct text_marks marks, bool is_loose,
                       char *plain, struct text_number *ret_number)
{
    const char *text = field->text;
    size_t len = field->len;
    marks = text_field_marks(field, marks);
    if (marks.thousands) {
        if (!text_without_thousands(text, len, marks, plain, &len))
            return false;
        text = plain;
    }
    return text_number(text, len, marks.decimal ? marks.decimal : '.', is_loose, ret_number);
}

static const struct range {
    int64_t min, max;
    size_t width;
} ranges[] = {
    [TEXT_TINYINT] = {INT8_MIN, INT8_MAX, 1},   [TEXT_SMALLINT] = {INT16_MIN, INT16_MAX, 2},
    [TEXT_INTEGER] = {INT32_MIN, INT32_MAX, 4}, [TEXT_BIGINT] = {INT64_MIN, INT64_MAX, 8},
    [TEXT_UTINYINT] = {0, UINT8_MAX, 1},        [TEXT_USMALLINT] = {0, UINT16_MAX, 2},
    [TEXT_UINTEGER] = {0, UINT32_MAX, 4}};

static bool convert_integer(enum text_kind kind, const struct text_field *field,
                            struct text_marks marks, void *ret_value)
{
    int64_t value;
    char plain[TEXT_MAX_NUMBER_CHARS];
    struct text_number number;
    if (!text_quick_bigint(field->text, field->len, &value) &&
        !(text_field_number(field, marks, false, plain, &number) &&
          text_number_bigint(&number, &value)))
        return false;
    if (value < ranges[kind].min || value > ranges[kind].max)
        return false;
    memcpy(ret_value, &value, ranges[kind].width); /* the low bytes come first */
    return true;
}

static bool convert_ubigint(const struct text_field *field, struct text_marks marks,
                            void *ret_value)
{
    char plain[TEXT_MAX_NUMBER_CHARS];
    struct text_number number;
    return text_field_number(field, marks, false, plain, &number) &&
           text_number_ubigint(&number, ret_value);
}

static bool convert_decimal(struct column_builder *column, const struct text_field *field,
                            struct text_marks marks, void *ret_value)
{
    const struct text_type *type = &column->type;
    char plain[TEXT_MAX_NUMBER_CHARS];
    struct text_number number;
    int64_t small;
    int128_t value;
    char decimal = text_field_marks(field, marks).decimal;
    if (text_quick_decimal(field->text, field->len, decimal, type->width, type->scale, &small)) {
        value = small;
        if (!column->has_fraction)
            column->has_fraction = memchr(field->text, decimal, field->len) != NULL;
    } else if (text_field_number(field, marks, false, plain, &number) &&
               text_number_decimal(&number, type->width, type->scale, &value)) {
        column->has_fraction |= number.fraction_len > 0;
    } else {
        return false;
    }
    memcpy(ret_value, &value, sizeof(value));
    return true;
}

/* Words for what is no number, in a column that is declared to hold floating ones. */
static bool special(const struct text_field *field, double *ret_value)
{
    static const struct {
        const char *word;
        double value;
    } words[] = {{"nan", NAN},        {"NaN", NAN},           {"inf", INFINITY},
                 {"-inf", -INFINITY}, {"Infinity", INFINITY}, {"-Infinity", -INFINITY}};
    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        if (strlen(words[i].word) == field->len &&
            memcmp(words[i].word, field->text, field->len) == 0) {
            *ret_value = words[i].value;
            return true;
        }
    }
    return false;
}

static bool convert_real(struct column_builder *column, const struct text_field *field,
                         struct text_marks marks, void *ret_value)
{
    bool is_float = column->type.kind == TEXT_FLOAT;
    char plain[TEXT_MAX_NUMBER_CHARS];
    struct text_number number = {.has_exponent = true};
    double real = 0;
    float single = 0;
    if (special(field, &real))
        single = (float)real;
    else if (!text_field_number(field, marks, true, plain, &number) ||
             !(is_float ? text_number_float(&number, &single) : text_number_double(&number, &real)))
        return false;
    column->has_exponent |= number.has_exponent;
    memcpy(ret_value, is_float ? (void *)&single : (void *)&real, is_float ? 4 : 8);
    return true;
}

enum local_kind text_local_to_instant(const struct zone *zone, int64_t *us)
{
    int64_t earlier, later;
    enum local_kind kind = zone_from_local(zone, *us, &earlier, &later);
    if (kind == LOCAL_UNIQUE)
        *us = earlier;
    return kind;
}

static bool convert_timestamp(const struct text_type *type, const struct text_field *field,
                              void *ret_value)
{
    int64_t us;
    bool has_offset;
    if (type->format ? !text_by_format(field->text, field->len, type->format, &us, &has_offset)
                     : !text_timestamp(field->text, field->len, &us, &has_offset))
        return false;
    if (type->kind == TEXT_TIMESTAMP ? has_offset : !has_offset && !type->zone)
        return false;
    if (type->kind == TEXT_TIMESTAMPTZ && !has_offset &&
        (text_local_to_instant(type->zone, &us) != LOCAL_UNIQUE || !text_is_instant(us)))
        return false;
    memcpy(ret_value, &us, sizeof(us));
    return true;
}

static bool convert_date(const struct text_type *type, const struct text_field *field,
                         void *ret_value)
{
    int32_t days;
    int64_t us;
    bool has_offset;
    if (!type->format)
        return text_date(field->text, field->len, ret_value);
    if (!text_by_format(field->text, field->len, type->format, &us, &has_offset))
        return false;
    days = (int32_t)(us / US_PER_DAY);
    memcpy(ret_value, &days, sizeof(days));
    return true;
}

bool text_convert(struct column_builder *column, const struct text_field *field,
                  struct text_marks marks, void *ret_value)
{
    const struct text_type *type = &column->type;
    bool has_offset;
    if (field->token >= TOKEN_TRUTH)
        return false;
    switch (type->kind) {
    case TEXT_DECIMAL:
        return convert_decimal(column, field, marks, ret_value);
    case TEXT_UBIGINT:
        return convert_ubigint(field, marks, ret_value);
    case TEXT_DOUBLE:
    case TEXT_FLOAT:
        return convert_real(column, field, marks, ret_value);
    case TEXT_DATE:
        return convert_date(type, field, ret_value);
    case TEXT_TIMESTAMP:
    case TEXT_TIMESTAMPTZ:
        return convert_timestamp(type, field, ret_value);
    case TEXT_TIME:
        return type->format
                   ? text_by_format(field->text, field->len, type->format, ret_value, &has_offset)
                   : text_time(field->text, field->len, ret_value);
    default:
        return convert_integer(type->kind, field, marks, ret_value);
    }
}
