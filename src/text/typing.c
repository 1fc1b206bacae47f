/* SPDX-License-Identifier: Apache-2.0 */
#include "text/typing.h"
#include "text/value.h"

/*
 * A decimal has the digits of a 64-bit integer, or all 38, as whole numbers have 64 bits whatever they are: a price of 10.00
 * after months below it is no change of the column.
 */
#define USUAL_DECIMAL_DIGITS 18
#define BIT(kind) (UINT32_C(1) << (kind))
#define NUMBERS (BIT(TEXT_BIGINT) | BIT(TEXT_DECIMAL) | BIT(TEXT_DOUBLE))
#define TIMESTAMPS (BIT(TEXT_TIMESTAMP) | BIT(TEXT_TIMESTAMPTZ))
/* So many digits a double always gives back. */
#define SHORT_DIGITS 15

void text_typing_init(struct text_typing *typing)
{
    *typing = (struct text_typing){.possible = BIT(TEXT_VARCHAR + 1) - 1};
}

static void note_fraction(struct text_typing *typing, const struct text_number *number)
{
    int fraction = (int)number->fraction_len;
    if (typing->min_fraction == 0 || fraction < typing->min_fraction)
        typing->min_fraction = fraction;
    if (fraction > typing->max_fraction)
        typing->max_fraction = fraction;
    if (number->fraction[fraction - 1] != '0')
        return;
    bool is_whole = true;
    for (int i = 0; i < fraction; i++)
        is_whole = is_whole && number->fraction[i] == '0';
    typing->has_padded_whole |= is_whole;
    if (is_whole && fraction == 1)
        typing->has_point_zero = true;
    else
        typing->has_padding = true;
}

static void note_mark(struct text_typing *typing, const struct text_number *number,
                      struct text_marks marks)
{
    typing->has_point |= number->mark == '.';
    typing->has_comma |= number->mark == ',';
    bool could_be_thousands = number->fraction_len == 3 && number->whole_len <= 3 &&
                              number->whole[0] != '0' && !number->has_exponent &&
                              marks.thousands == 0;
    typing->has_clear_comma |= number->mark == ',' && !could_be_thousands;
    if (marks.decimal == 0 && typing->has_point && typing->has_comma)
        typing->possible &= ~NUMBERS;
}

static bool fits_double(struct text_typing *typing, const struct text_number *number)
{
    double real;
    if (!(typing->possible & BIT(TEXT_DOUBLE)))
        return false;
    if (!number->has_exponent) {
        if (number->whole_len + number->fraction_len <= SHORT_DIGITS)
            return true;
        if (!typing->checks_doubles) {
            typing->has_unchecked = true;
            return true;
        }
    }
    return text_number_double(number, &real);
}

static uint32_t types_of_number(struct text_typing *typing, const struct text_number *number,
                                struct text_marks marks)
{
    uint32_t types = 0;
    int64_t integer;
    if (number->mark)
        note_mark(typing, number, marks);
    if (typing->possible & BIT(TEXT_BIGINT) &&
        ((number->whole_len <= 18 && number->fraction_len == 0 && !number->has_exponent &&
          !number->is_negative) ||
         text_number_bigint(number, &integer)))
        types |= BIT(TEXT_BIGINT);
    bool is_minus_zero = number->is_negative && number->whole[0] == '0' && number->whole_len == 1 &&
                         number->fraction_len == 0;
    if (number->has_exponent || is_minus_zero) {
        typing->has_exponent = true;
    } else if (number->whole_len + number->fraction_len <= TEXT_MAX_DECIMAL_DIGITS + 1) {
        int whole = (int)number->whole_len - (number->whole[0] == '0');
        if (whole > typing->whole_digits)
            typing->whole_digits = whole;
        if (number->fraction_len == 0)
            typing->has_bare = true;
        else
            note_fraction(typing, number);
        types |= BIT(TEXT_DECIMAL);
    }
    if (fits_double(typing, number))
        types |= BIT(TEXT_DOUBLE);
    return types;
}

static uint32_t number_types(struct text_typing *typing, const char *text, size_t len,
                             struct text_marks marks, bool is_native)
{
    struct text_number number;
    char plain[TEXT_MAX_NUMBER_CHARS];
    char first = len > 0 ? text[0] : 'x';
    if (first != '-' && (first < '0' || first > '9'))
        return 0;
    if (marks.thousands && !is_native) {
        if (!text_without_thousands(text, len, marks, plain, &len))
            return 0;
        text = plain;
    }
    if (!text_number(text, len, is_native ? '.' : marks.decimal, is_native, &number))
        return 0;
    return types_of_number(typing, &number, is_native ? (struct text_marks){'.', 0} : marks);
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
    if (possible & TIMESTAMPS && text_timestamp(text, len, &us, &has_offset))
        return has_offset ? BIT(TEXT_TIMESTAMPTZ) : BIT(TEXT_TIMESTAMP);
    if (possible & BIT(TEXT_TIME) && text_time(text, len, &us))
        return BIT(TEXT_TIME);
    if (possible & BIT(TEXT_UUID) && text_uuid(text, len))
        return BIT(TEXT_UUID);
    return 0;
}

static uint32_t types_of(struct text_typing *typing, const struct text_field *field,
                         struct text_marks marks)
{
    uint32_t types = 0;
    switch (field->token) {
    case TOKEN_TRUTH:
        return BIT(TEXT_BOOLEAN);
    case TOKEN_NUMBER:
        typing->is_no_code = true;
        return number_types(typing, field->text, field->len, marks, true);
    case TOKEN_STRING: /* what is text in JSON was not meant as a number or a truth */
        return other_types(typing->possible & ~BIT(TEXT_BOOLEAN), field->text, field->len);
    case TOKEN_NESTED:
    case TOKEN_NULL:
        return 0;
    default:
        if (typing->possible & NUMBERS)
            types = number_types(typing, field->text, field->len, marks, false);
        return types ? types : other_types(typing->possible, field->text, field->len);
    }
}

void text_typing_add(struct text_typing *typing, const struct text_field *field,
                     struct text_marks marks)
{
    typing->has_value = true;
    if (typing->possible != BIT(TEXT_VARCHAR))
        typing->possible &= types_of(typing, field, marks) | BIT(TEXT_VARCHAR);
}

static int max_int(int a, int b)
{
    return a > b ? a : b;
}

void text_typing_merge(struct text_typing *typing, const struct text_typing *other)
{
    typing->possible &= other->possible;
    typing->has_value |= other->has_value;
    typing->has_exponent |= other->has_exponent;
    typing->whole_digits = max_int(typing->whole_digits, other->whole_digits);
    if (typing->min_fraction == 0 ||
        (other->min_fraction > 0 && other->min_fraction < typing->min_fraction))
        typing->min_fraction = other->min_fraction;
    typing->max_fraction = max_int(typing->max_fraction, other->max_fraction);
    typing->has_bare |= other->has_bare;
    typing->has_point_zero |= other->has_point_zero;
    typing->has_padded_whole |= other->has_padded_whole;
    typing->has_padding |= other->has_padding;
    typing->is_no_code |= other->is_no_code;
    typing->has_point |= other->has_point;
    typing->has_comma |= other->has_comma;
    typing->has_clear_comma |= other->has_clear_comma;
    typing->has_unchecked |= other->has_unchecked;
}

void text_typing_settle(struct text_typing *typing, char decimal)
{
    if (decimal == ',' ? typing->has_point : typing->has_comma)
        typing->possible &= ~NUMBERS;
    else if (decimal == ',' && typing->has_comma)
        typing->is_no_code = true;
    typing->has_point = typing->has_comma = typing->has_clear_comma = false;
}

bool text_typing_speaks_for(const struct text_typing *typing, char decimal)
{
    return typing->possible & (BIT(TEXT_DECIMAL) | BIT(TEXT_DOUBLE)) &&
           (decimal == ',' ? typing->has_comma && !typing->has_point
                           : typing->has_point && !typing->has_comma);
}

/*
 * Whether each number of the column can be written in one way only, so that 1.5 and 1.50 (versions,
 * sections, codes) do not become one value. README.md explains the four ways.
 */
static bool is_one_style(const struct text_typing *typing)
{
    bool is_even = typing->min_fraction == typing->max_fraction;
    return typing->is_no_code || (is_even && !typing->has_bare) ||
           (is_even && !typing->has_padded_whole) ||
           (!typing->has_padding && !typing->has_point_zero) ||
           (!typing->has_padding && !typing->has_bare);
}

struct text_type text_typing_end(const struct text_typing *typing)
{
    struct text_type type = {.kind = TEXT_VARCHAR};
    int width = typing->whole_digits + typing->max_fraction;
    if (!typing->has_value)
        return type;
    for (enum text_kind kind = TEXT_BOOLEAN; kind < TEXT_VARCHAR; kind++) {
        if (!(typing->possible & BIT(kind)) ||
            (kind == TEXT_DECIMAL && (!is_one_style(typing) || width > TEXT_MAX_DECIMAL_DIGITS)) ||
            (kind == TEXT_DOUBLE && !typing->has_exponent))
            continue;
        type.kind = kind;
        if (kind == TEXT_DECIMAL) {
            type.width =
                width <= USUAL_DECIMAL_DIGITS ? USUAL_DECIMAL_DIGITS : TEXT_MAX_DECIMAL_DIGITS;
            type.scale = typing->max_fraction;
        }
        break;
    }
    return type;
}
