/* SPDX-License-Identifier: Apache-2.0 */
#include "text/value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * A number is held by a float when the shortest text that gives the float back has the same digits. Any
 * decimal number of 15 digits (float: 6) within the normal range does (IEEE 754); others are tried.
 */
struct real {
    char digits[20]; /* significant ones */
    int count;
    int exponent; /* power of ten of the first */
    bool is_negative;
};

/* False when there are more digits than any shortest text has. */
static bool significant(const struct text_number *number, struct real *ret_real)
{
    struct real real = {.is_negative = number->is_negative,
                        .exponent = number->exponent + (int)number->whole_len - 1};
    size_t total = number->whole_len + number->fraction_len;
    int zeros = 0; /* not yet written: they count only when another digit follows */
    if (total > TEXT_MAX_NUMBER_CHARS)
        return false;
    for (size_t i = 0; i < total; i++) {
        char c = i < number->whole_len ? number->whole[i] : number->fraction[i - number->whole_len];
        if (c == '0') {
            if (real.count == 0)
                real.exponent--;
            else
                zeros++;
            continue;
        }
        if (real.count + zeros >= 17)
            return false;
        for (; zeros > 0; zeros--)
            real.digits[real.count++] = '0';
        real.digits[real.count++] = c;
    }
    *ret_real = real;
    return true;
}

static void print_real(const struct real *real, char *buffer, size_t size)
{
    snprintf(buffer, size, "%s%.*se%d", real->is_negative ? "-" : "", real->count, real->digits,
             real->exponent - real->count + 1);
}

static double read_back(const char *text, bool is_float)
{
    return is_float ? (double)strtof(text, NULL) : strtod(text, NULL);
}

/* Whether `value` prints, as short as it can, as exactly these digits. */
static bool prints_as(double value, const struct real *real, bool is_float)
{
    char text[40], mantissa[40];
    value = fabs(value);
    /* Near zero, floats have fewer digits than that. */
    int first = real->exponent < (is_float ? -36 : -290) ? 0 : is_float ? 5 : 14;
    for (int precision = first; precision < 17; precision++) {
        snprintf(text, sizeof(text), "%.*e", precision, value);
        if (read_back(text, is_float) != value)
            continue;
        int len = 0;
        for (const char *p = text; *p != 'e'; p++)
            if (*p != '.')
                mantissa[len++] = *p;
        while (len > 1 && mantissa[len - 1] == '0')
            len--;
        return len == real->count && memcmp(mantissa, real->digits, (size_t)len) == 0 &&
               strtol(strchr(text, 'e') + 1, NULL, 10) == real->exponent;
    }
    return false;
}

static const double exact_powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                      1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                      1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* Both factors are exact, so the product is the double next to the number (W. D. Clinger). */
static bool by_exact_power(const struct real *real, double *ret_value)
{
    int power = real->exponent - real->count + 1;
    if (real->count > 15 || power < -22 || power > 22)
        return false;
    int64_t mantissa = 0;
    for (int i = 0; i < real->count; i++)
        mantissa = mantissa * 10 + (real->digits[i] - '0');
    double value = power < 0 ? (double)mantissa / exact_powers[-power]
                             : (double)mantissa * exact_powers[power];
    *ret_value = real->is_negative ? -value : value;
    return true;
}

bool text_number_double(const struct text_number *number, double *ret_value)
{
    struct real real;
    char text[64];
    if (!significant(number, &real))
        return false;
    if (real.count == 0) {
        *ret_value = real.is_negative ? -0.0 : 0.0;
        return true;
    }
    if (by_exact_power(&real, ret_value))
        return true;
    print_real(&real, text, sizeof(text));
    double value = strtod(text, NULL);
    bool is_safe = real.count <= 15 && real.exponent < 290 && real.exponent > -290;
    if (!is_safe && !(isfinite(value) && value != 0 && prints_as(value, &real, false)))
        return false;
    *ret_value = value;
    return true;
}

bool text_number_float(const struct text_number *number, float *ret_value)
{
    struct real real;
    char text[64];
    if (!significant(number, &real))
        return false;
    if (real.count == 0) {
        *ret_value = real.is_negative ? -0.0F : 0.0F;
        return true;
    }
    print_real(&real, text, sizeof(text));
    float value = strtof(text, NULL);
    bool is_safe = real.count <= 6 && real.exponent < 36 && real.exponent > -36;
    if (!is_safe && !(isfinite(value) && value != 0 && prints_as((double)value, &real, true)))
        return false;
    *ret_value = value;
    return true;
}
