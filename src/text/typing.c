/* SPDX-License-Identifier: Apache-2.0 */
#include "text/typing.h"
#include "text/value.h"

#include <stdio.h>

#define BIT(kind) (UINT32_C(1) << (kind))
#define NUMBERS (BIT(TEXT_BIGINT) | BIT(TEXT_DECIMAL) | BIT(TEXT_DOUBLE))
#define MAX_DECIMAL_DIGITS 38

void text_typing_init(struct text_typing *typing)
{
    *typing = (struct text_typing){.possible = BIT(TEXT_VARCHAR + 1) - 1};
}

static void note_style(struct text_typing *typing, const struct text_number *number)
{
    int whole = (int)number->whole_len - (number->whole[0] == '0');
    int fraction = (int)number->fraction_len;
    if (whole > typing->whole_digits)
        typing->whole_digits = whole;
    if (fraction == 0) {
        typing->has_bare = true;
        return;
    }
    if (typing->min_fraction == 0 || fraction < typing->min_fraction)
        typing->min_fraction = fraction;
    if (fraction > typing->max_fraction)
        typing->max_fraction = fraction;
    bool is_whole = true;
    for (int i = 0; i < fraction; i++)
        is_whole = is_whole && number->fraction[i] == '0';
    typing->has_padded_whole |= is_whole;
    if (is_whole && fraction == 1)
        typing->has_point_zero = true;
    else if (number->fraction[fraction - 1] == '0')
        typing->has_padding = true;
}

static uint32_t number_types(struct text_typing *typing, const char *text, size_t len)
{
    struct text_number number;
    if (!text_number(text, len, &number))
        return 0;
    uint32_t types = 0;
    int64_t integer;
    double real;
    if (typing->possible & BIT(TEXT_BIGINT) && text_number_bigint(&number, &integer))
        types |= BIT(TEXT_BIGINT);
    if (number.has_exponent) {
        typing->has_exponent = true;
    } else if (number.whole_len + number.fraction_len <= MAX_DECIMAL_DIGITS + 1) {
        note_style(typing, &number);
        types |= BIT(TEXT_DECIMAL);
    }
    /* Few digits always fit; asking strtod for each integer would cost more than the rest. */
    if (typing->possible & BIT(TEXT_DOUBLE) &&
        ((!number.has_exponent && number.whole_len + number.fraction_len <= 15) ||
         text_number_double(&number, &real)))
        types |= BIT(TEXT_DOUBLE);
    return types;
}

static uint32_t other_types(uint32_t possible, const char *text, size_t len)
{
    bool truth, has_offset;
    int32_t days;
    int64_t us;
    if (possible & BIT(TEXT_BOOLEAN) && text_boolean(text, len, &truth))
        return BIT(TEXT_BOOLEAN);
    if (possible & BIT(TEXT_DATE) && text_date(text, len, &days))
        return BIT(TEXT_DATE);
    if (possible & (BIT(TEXT_TIMESTAMP) | BIT(TEXT_TIMESTAMPTZ)) &&
        text_timestamp(text, len, &us, &has_offset))
        return has_offset ? BIT(TEXT_TIMESTAMPTZ) : BIT(TEXT_TIMESTAMP);
    if (possible & BIT(TEXT_TIME) && text_time(text, len, &us))
        return BIT(TEXT_TIME);
    if (possible & BIT(TEXT_UUID) && text_uuid(text, len))
        return BIT(TEXT_UUID);
    return 0;
}

void text_typing_add(struct text_typing *typing, const char *text, size_t len)
{
    typing->has_value = true;
    if (typing->possible == BIT(TEXT_VARCHAR))
        return;
    uint32_t types = 0;
    if (typing->possible & NUMBERS)
        types = number_types(typing, text, len);
    if (types == 0)
        types = other_types(typing->possible, text, len);
    typing->possible &= types | BIT(TEXT_VARCHAR);
}

/*
 * Whether each number of the column can be written in one way only, so that 1.5 and 1.50 (versions,
 * sections, codes) do not become one value. README.md explains the four ways.
 */
static bool is_one_style(const struct text_typing *typing)
{
    bool is_even = typing->min_fraction == typing->max_fraction;
    return (is_even && !typing->has_bare) || (is_even && !typing->has_padded_whole) ||
           (!typing->has_padding && !typing->has_point_zero) ||
           (!typing->has_padding && !typing->has_bare);
}

struct text_type text_typing_end(const struct text_typing *typing)
{
    struct text_type type = {.kind = TEXT_VARCHAR};
    if (!typing->has_value)
        return type;
    for (enum text_kind kind = TEXT_BOOLEAN; kind < TEXT_VARCHAR; kind++) {
        if (!(typing->possible & BIT(kind)))
            continue;
        int width = typing->whole_digits + typing->max_fraction;
        if (kind == TEXT_DECIMAL && (!is_one_style(typing) || width > MAX_DECIMAL_DIGITS))
            continue;
        if (kind == TEXT_DOUBLE && !typing->has_exponent)
            continue;
        type.kind = kind;
        if (kind == TEXT_DECIMAL) {
            type.width = width > 0 ? width : 1;
            type.scale = typing->max_fraction;
        }
        break;
    }
    return type;
}

char *text_type_sql(struct text_type type, char *buffer)
{
    static const char *const names[] = {[TEXT_BOOLEAN] = "BOOLEAN",
                                        [TEXT_BIGINT] = "BIGINT",
                                        [TEXT_DECIMAL] = "DECIMAL",
                                        [TEXT_DOUBLE] = "DOUBLE",
                                        [TEXT_DATE] = "DATE",
                                        [TEXT_TIMESTAMP] = "TIMESTAMP",
                                        [TEXT_TIMESTAMPTZ] = "TIMESTAMP WITH TIME ZONE",
                                        [TEXT_TIME] = "TIME",
                                        [TEXT_UUID] = "UUID",
                                        [TEXT_VARCHAR] = "VARCHAR"};
    if (type.kind == TEXT_DECIMAL)
        snprintf(buffer, 32, "DECIMAL(%d,%d)", type.width, type.scale);
    else
        snprintf(buffer, 32, "%s", names[type.kind]);
    return buffer;
}
