/* SPDX-License-Identifier: Apache-2.0 */
#include "series/number.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MAX_NUMBER_BYTES 400

struct parsed {
    bool is_negative;
    uint64_t digits; /* as an integer, when there are at most 19 */
    int digit_count; /* without leading zeros */
    int exponent;    /* of ten */
};

static bool parse_exponent(const char *text, size_t len, int *ret_exponent)
{
    size_t i = 0;
    bool is_negative = len > 0 && text[0] == '-';
    if (len > 0 && (text[0] == '-' || text[0] == '+'))
        i++;
    if (i == len || len - i > 5)
        return false;
    int exponent = 0;
    for (; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        exponent = 10 * exponent + (text[i] - '0');
    }
    *ret_exponent = is_negative ? -exponent : exponent;
    return true;
}

static bool parse(const char *text, size_t len, struct parsed *parsed)
{
    size_t i = 0;
    bool has_point = false;
    bool has_digit = false;
    int fraction = 0;
    *parsed = (struct parsed){.is_negative = len > 0 && text[0] == '-'};
    if (len > 0 && (text[0] == '-' || text[0] == '+'))
        i++;
    for (; i < len; i++) {
        char c = text[i];
        if (c == '.' && !has_point) {
            has_point = true;
            continue;
        }
        if (c < '0' || c > '9')
            break;
        has_digit = true;
        fraction += has_point;
        if (parsed->digit_count > 0 || c != '0')
            parsed->digit_count++;
        parsed->digits = 10 * parsed->digits + (uint64_t)(c - '0'); /* wraps: checked by count */
    }
    if (!has_digit)
        return false;
    if (i < len && (text[i] == 'e' || text[i] == 'E')) {
        if (!parse_exponent(text + i + 1, len - i - 1, &parsed->exponent))
            return false;
    } else if (i < len) {
        return false;
    }
    parsed->exponent -= fraction;
    return true;
}

/*
 * Digits and power of ten are exact in 64 bits of mantissa, so the quotient is off by less than one in its last bit; its
 * rounding to 53 bits is right unless the 11 bits dropped lie next to a half.
 */
static bool quick(const struct parsed *parsed, double *ret_number)
{
#if LDBL_MANT_DIG == 64
    static const long double powers[] = {1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,
                                         1e7L,  1e8L,  1e9L,  1e10L, 1e11L, 1e12L, 1e13L,
                                         1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L, 1e20L,
                                         1e21L, 1e22L, 1e23L, 1e24L, 1e25L, 1e26L, 1e27L};
    if (parsed->digit_count > 19 || parsed->exponent < -27 || parsed->exponent > 27)
        return false;
    long double value = (long double)parsed->digits;
    value =
        parsed->exponent < 0 ? value / powers[-parsed->exponent] : value * powers[parsed->exponent];
    uint64_t mantissa;
    memcpy(&mantissa, &value, sizeof(mantissa));
    unsigned dropped = mantissa & 0x7FF;
    if (dropped >= 0x3FE && dropped <= 0x402)
        return false;
    *ret_number = (double)value;
    return true;
#else
    if (parsed->digits >> 53 != 0 || parsed->digit_count > 19 || parsed->exponent < -22 ||
        parsed->exponent > 0)
        return false;
    double power = 1;
    for (int i = parsed->exponent; i < 0; i++)
        power *= 10;
    *ret_number = (double)parsed->digits / power;
    return true;
#endif
}

bool series_number(const char *text, size_t len, double *ret_number)
{
    struct parsed parsed;
    double number;
    if (len > MAX_NUMBER_BYTES || !parse(text, len, &parsed))
        return false;
    if (quick(&parsed, &number)) {
        *ret_number = parsed.is_negative ? -number : number;
        return true;
    }
    char copy[MAX_NUMBER_BYTES + 1];
    memcpy(copy, text, len);
    copy[len] = '\0';
    number = strtod(copy, NULL);
    if (!isfinite(number))
        return false;
    *ret_number = number;
    return true;
}
