/* SPDX-License-Identifier: Apache-2.0 */
#include "text/value.h"

#include <string.h>

static size_t digits_at(const char *text, size_t len, size_t at)
{
    size_t i = at;
    while (i < len && (unsigned char)(text[i] - '0') <= 9)
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
    return true;
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

static bool is_mark(char c, char decimal)
{
    return decimal ? c == decimal : c == '.' || c == ',';
}

bool text_number(const char *text, size_t len, char decimal, bool is_loose,
                 struct text_number *ret_number)
{
    struct text_number number = {.is_negative = len > 0 && text[0] == '-'};
    size_t at = number.is_negative;
    number.whole = text + at;
    number.whole_len = digits_at(text, len, at);
    if (number.whole_len == 0 || (number.whole[0] == '0' && number.whole_len > 1))
        return false;
    at += number.whole_len;
    if (at < len && is_mark(text[at], decimal)) {
        number.mark = text[at];
        number.fraction = text + at + 1;
        number.fraction_len = digits_at(text, len, at + 1);
        if (number.fraction_len == 0)
            return false;
        at += 1 + number.fraction_len;
    }
    if (at < len && (text[at] == 'e' || text[at] == 'E')) {
        if (!read_exponent(text, len, at + 1, &number))
            return false;
        if (number.whole_len > 1 && !is_loose)
            return false; /* 2310009E13 is a name */
    } else if (at != len) {
        return false;
    }
    if (number.is_negative && !is_loose && !number.has_exponent && is_zero(&number))
        return false;
    *ret_number = number;
    return true;
}

bool text_number_ubigint(const struct text_number *number, uint64_t *ret_value)
{
    if (number->fraction_len > 0 || number->has_exponent || number->whole_len > 20 ||
        number->is_negative)
        return false;
    uint64_t value = 0;
    for (size_t i = 0; i < number->whole_len; i++) {
        if (__builtin_mul_overflow(value, UINT64_C(10), &value) ||
            __builtin_add_overflow(value, (uint64_t)(number->whole[i] - '0'), &value))
            return false;
    }
    *ret_value = value;
    return true;
}

bool text_number_bigint(const struct text_number *number, int64_t *ret_value)
{
    if (number->fraction_len > 0 || number->has_exponent || number->whole_len > 19)
        return false;
    uint64_t value = 0; /* 19 digits always fit */
    for (size_t i = 0; i < number->whole_len; i++)
        value = value * 10 + (uint64_t)(number->whole[i] - '0');
    if (value > (uint64_t)INT64_MAX + number->is_negative || (number->is_negative && value == 0))
        return false;
    *ret_value = number->is_negative ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}

bool text_number_decimal(const struct text_number *number, int width, int scale,
                         int128_t *ret_value)
{
    if (number->has_exponent || number->fraction_len > (size_t)scale ||
        number->whole_len - (number->whole[0] == '0') + (size_t)scale > (size_t)width)
        return false;
    int128_t value = 0;
    for (size_t i = 0; i < number->whole_len; i++)
        value = value * 10 + (number->whole[i] - '0');
    for (int i = 0; i < scale; i++)
        value = value * 10 + ((size_t)i < number->fraction_len ? number->fraction[i] - '0' : 0);
    if (number->is_negative && value == 0)
        return false;
    *ret_value = number->is_negative ? -value : value;
    return true;
}

/* Whether groups of three digits follow a first one of one to three, up to the decimal mark. */
static bool are_groups_even(const char *text, size_t len, struct text_marks marks)
{
    size_t at = len > 0 && text[0] == '-', group = digits_at(text, len, at);
    if (group == 0 || group > 3 || text[at] == '0')
        return false;
    at += group;
    while (at < len && text[at] == marks.thousands) {
        group = digits_at(text, len, at + 1);
        if (group != 3)
            return false;
        at += 4;
    }
    return at == len || (is_mark(text[at], marks.decimal) && text[at] != marks.thousands &&
                         !memchr(text + at, marks.thousands, len - at));
}

bool text_without_thousands(const char *text, size_t len, struct text_marks marks, char *ret_buffer,
                            size_t *ret_len)
{
    if (len > TEXT_MAX_NUMBER_CHARS)
        return false;
    bool has_mark = len > 0 && memchr(text, marks.thousands, len) != NULL;
    if (has_mark && !are_groups_even(text, len, marks))
        return false;
    size_t count = 0;
    for (size_t i = 0; i < len; i++)
        if (text[i] != marks.thousands)
            ret_buffer[count++] = text[i];
    *ret_len = count;
    return true;
}

#define EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Eight digits at once (little endian), as D. Lemire's "Quickly parsing eight digits" describes it. */
static bool eight_digits(const char *text, uint64_t *ret_value)
{
    uint64_t word;
    memcpy(&word, text, 8);
    if (((word & EACH_BYTE(0xF0)) | (((word + EACH_BYTE(0x06)) & EACH_BYTE(0xF0)) >> 4)) !=
        EACH_BYTE(0x33))
        return false;
    word = (word & EACH_BYTE(0x0F)) * 2561 >> 8;
    word = (word & UINT64_C(0x00FF00FF00FF00FF)) * 6553601 >> 16;
    *ret_value = (word & UINT64_C(0x0000FFFF0000FFFF)) * UINT64_C(42949672960001) >> 32;
    return true;
}

/* `len` digits and nothing else; at most 19. */
static bool all_digits(const char *text, size_t len, uint64_t *ret_value)
{
    uint64_t value = 0, eight;
    while (len >= 8) {
        if (!eight_digits(text, &eight))
            return false;
        value = value * 100000000 + eight;
        text += 8;
        len -= 8;
    }
    for (; len > 0; len--, text++) {
        unsigned digit = (unsigned char)(*text - '0');
        if (digit > 9)
            return false;
        value = value * 10 + digit;
    }
    *ret_value = value;
    return true;
}

bool text_quick_bigint(const char *text, size_t len, int64_t *ret_value)
{
    bool is_negative = len > 0 && text[0] == '-';
    text += is_negative;
    len -= is_negative;
    uint64_t value;
    if (len == 0 || len > 18 || (text[0] == '0' && (len > 1 || is_negative)) ||
        !all_digits(text, len, &value))
        return false;
    *ret_value = is_negative ? -(int64_t)value : (int64_t)value;
    return true;
}

static const int64_t powers_of_ten[] = {1,
                                        10,
                                        100,
                                        1000,
                                        10000,
                                        100000,
                                        1000000,
                                        10000000,
                                        100000000,
                                        1000000000,
                                        10000000000,
                                        100000000000,
                                        1000000000000,
                                        10000000000000,
                                        100000000000000,
                                        1000000000000000,
                                        10000000000000000,
                                        100000000000000000,
                                        1000000000000000000};

bool text_quick_decimal(const char *text, size_t len, char decimal, int width, int scale,
                        int64_t *ret_value)
{
    bool is_negative = len > 0 && text[0] == '-';
    text += is_negative;
    len -= is_negative;
    if (len == 0 || len > 19 || width > 18)
        return false;
    size_t whole_len = 0;
    while (whole_len < len && text[whole_len] != decimal)
        whole_len++;
    size_t fraction_len = whole_len < len ? len - whole_len - 1 : 0;
    uint64_t whole, fraction = 0;
    if (whole_len == 0 || (text[0] == '0' && whole_len > 1) || fraction_len > (size_t)scale ||
        whole_len - (text[0] == '0') > (size_t)(width - scale) ||
        (whole_len < len && fraction_len == 0) || !all_digits(text, whole_len, &whole) ||
        !all_digits(text + len - fraction_len, fraction_len, &fraction))
        return false;
    int64_t value = (int64_t)whole * powers_of_ten[scale] +
                    (int64_t)fraction * powers_of_ten[(size_t)scale - fraction_len];
    if (is_negative && value == 0)
        return false;
    *ret_value = is_negative ? -value : value;
    return true;
}
