/* SPDX-License-Identifier: Apache-2.0 */
#include "text/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DECIMAL_DIGITS 38
/* Every decimal number of so many digits comes back from a double unchanged (IEEE 754). */
#define SAFE_DOUBLE_DIGITS 15
#define SAFE_EXPONENT 290
#define MAX_NUMBER_CHARS 400

static size_t digits_at(const char *text, size_t len, size_t at)
{
    size_t i = at;
    while (i < len && text[i] >= '0' && text[i] <= '9')
        i++;
    return i - at;
}

static bool read_exponent(const char *text, size_t len, size_t at, struct text_number *number)
{
    bool is_negative = at < len && text[at] == '-';
    if (at < len && (text[at] == '-' || text[at] == '+'))
        at++;
    size_t count = digits_at(text, len, at);
    if (count == 0 || count > 4 || at + count != len)
        return false;
    int value = 0;
    for (size_t i = 0; i < count; i++)
        value = value * 10 + (text[at + i] - '0');
    number->exponent = is_negative ? -value : value;
    number->has_exponent = true;
    return number->whole_len == 1; /* 2310009E13 is a name */
}

static bool is_zero(const struct text_number *number)
{
    for (size_t i = 0; i < number->whole_len; i++)
        if (number->whole[i] != '0')
            return false;
    for (size_t i = 0; i < number->fraction_len; i++)
        if (number->fraction[i] != '0')
            return false;
    return true;
}

bool text_number(const char *text, size_t len, struct text_number *ret_number)
{
    struct text_number number = {.is_negative = len > 0 && text[0] == '-'};
    size_t at = number.is_negative;
    number.whole = text + at;
    number.whole_len = digits_at(text, len, at);
    if (number.whole_len == 0 || (number.whole[0] == '0' && number.whole_len > 1))
        return false;
    at += number.whole_len;
    if (at < len && text[at] == '.') {
        number.fraction = text + at + 1;
        number.fraction_len = digits_at(text, len, at + 1);
        if (number.fraction_len == 0)
            return false;
        at += 1 + number.fraction_len;
    }
    if (at < len && (text[at] == 'e' || text[at] == 'E')) {
        if (!read_exponent(text, len, at + 1, &number))
            return false;
    } else if (at != len || (number.is_negative && is_zero(&number))) {
        return false;
    }
    *ret_number = number;
    return true;
}

bool text_number_bigint(const struct text_number *number, int64_t *ret_value)
{
    if (number->fraction_len > 0 || number->has_exponent || number->whole_len > 19)
        return false;
    uint64_t value = 0; /* 19 digits always fit */
    for (size_t i = 0; i < number->whole_len; i++)
        value = value * 10 + (uint64_t)(number->whole[i] - '0');
    if (value > (uint64_t)INT64_MAX + number->is_negative)
        return false;
    *ret_value = number->is_negative ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}

bool text_number_decimal(const struct text_number *number, int scale, int128_t *ret_value)
{
    if (number->has_exponent || number->fraction_len > (size_t)scale ||
        number->whole_len - (number->whole[0] == '0') + (size_t)scale > MAX_DECIMAL_DIGITS)
        return false;
    int128_t value = 0;
    for (size_t i = 0; i < number->whole_len; i++)
        value = value * 10 + (number->whole[i] - '0');
    for (int i = 0; i < scale; i++)
        value = value * 10 + ((size_t)i < number->fraction_len ? number->fraction[i] - '0' : 0);
    *ret_value = number->is_negative ? -value : value;
    return true;
}

/* The significant digits, and the power of ten of the first. False when there are too many to matter. */
static bool significant(const struct text_number *number, char *digits, int *ret_count,
                        int *ret_exponent)
{
    int count = 0, exponent = number->exponent + (int)number->whole_len - 1;
    bool is_leading = true;
    for (size_t i = 0; i < number->whole_len + number->fraction_len; i++) {
        char c = i < number->whole_len ? number->whole[i] : number->fraction[i - number->whole_len];
        if (is_leading && c == '0') {
            exponent--;
            continue;
        }
        is_leading = false;
        digits[count++] = c;
    }
    while (count > 0 && digits[count - 1] == '0')
        count--;
    *ret_count = count;
    *ret_exponent = exponent;
    return count <= 17;
}

/* Whether `value` prints, as short as it can, as exactly these digits. */
static bool prints_as(double value, const char *digits, int count, int exponent)
{
    char text[40], mantissa[40];
    for (int precision = 0; precision < 17; precision++) {
        snprintf(text, sizeof(text), "%.*e", precision, value < 0 ? -value : value);
        if (strtod(text, NULL) != (value < 0 ? -value : value))
            continue;
        int len = 0;
        for (const char *p = text; *p != 'e'; p++)
            if (*p != '.')
                mantissa[len++] = *p;
        while (len > 1 && mantissa[len - 1] == '0')
            len--;
        return len == count && memcmp(mantissa, digits, (size_t)len) == 0 &&
               atoi(strchr(text, 'e') + 1) == exponent;
    }
    return false;
}

bool text_number_double(const struct text_number *number, double *ret_value)
{
    char digits[MAX_NUMBER_CHARS], text[MAX_NUMBER_CHARS + 32];
    int count, exponent;
    if (number->whole_len + number->fraction_len > MAX_NUMBER_CHARS ||
        !significant(number, digits, &count, &exponent))
        return false;
    if (count == 0) {
        *ret_value = number->is_negative ? -0.0 : 0.0;
        return true;
    }
    snprintf(text, sizeof(text), "%s%.*se%d", number->is_negative ? "-" : "", count, digits,
             exponent - count + 1);
    double value = strtod(text, NULL);
    bool is_safe =
        count <= SAFE_DOUBLE_DIGITS && exponent < SAFE_EXPONENT && exponent > -SAFE_EXPONENT;
    if (!is_safe &&
        !(value - value == 0 && value != 0 && prints_as(value, digits, count, exponent)))
        return false;
    *ret_value = value;
    return true;
}
