/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char units[] = "BKMGTPE"; /* each 1024 times the one before */

/* "", "B", "K", "KB", "KiB" … → the power of 1024, or -1. */
static int unit_power(const char *suffix)
{
    if (*suffix == '\0')
        return 0;
    const char *unit = strchr(units, *suffix >= 'a' ? *suffix - 'a' + 'A' : *suffix);
    if (unit == NULL)
        return -1;
    bool is_bare = suffix[1] == '\0';
    bool is_known = strcasecmp(suffix + 1, "b") == 0 || strcasecmp(suffix + 1, "ib") == 0;
    return is_bare || (unit != units && is_known) ? (int)(unit - units) : -1;
}

/* Digits into *ret_value; counts them. False when they are more than fit. */
static bool read_digits(const char **text, long long *ret_value, int *ret_count)
{
    *ret_value = 0;
    *ret_count = 0;
    for (; **text >= '0' && **text <= '9'; (*text)++, (*ret_count)++)
        if (__builtin_mul_overflow(*ret_value, 10, ret_value) ||
            __builtin_add_overflow(*ret_value, **text - '0', ret_value))
            return false;
    return true;
}

bool parse_bytes(const char *text, long long *ret_bytes)
{
    long long whole, fraction = 0, scale = 1;
    int digits, decimals = 0;
    if (text == NULL || !read_digits(&text, &whole, &digits) || digits == 0)
        return false;
    if (*text == '.') {
        text++;
        if (!read_digits(&text, &fraction, &decimals) || decimals == 0 || decimals > 9)
            return false;
    }
    while (*text == ' ')
        text++;
    int power = unit_power(text);
    if (power < 0 || (power == 0 && decimals > 0))
        return false;
    for (int i = 0; i < decimals; i++)
        scale *= 10;
    __int128 factor = (__int128)1 << (10 * power);
    __int128 bytes = whole * factor + fraction * factor / scale;
    if (bytes > LLONG_MAX)
        return false;
    *ret_bytes = (long long)bytes;
    return true;
}

char *format_bytes(long long bytes, char *buffer)
{
    const char *sign = bytes < 0 ? "-" : "";
    unsigned long long size =
        bytes < 0 ? 0ULL - (unsigned long long)bytes : (unsigned long long)bytes;
    int power = 0;
    double value = (double)size;
    while (value >= (power == 0 ? 1024.0 : 1023.95)) {
        value /= 1024;
        power++;
    }
    unsigned long long tenths = (unsigned long long)(value * 10 + 0.5);
    const char *rest = power == 0 ? "" : "B";
    if (tenths % 10 == 0)
        snprintf(buffer, 32, "%s%llu %c%s", sign, tenths / 10, units[power], rest);
    else
        snprintf(buffer, 32, "%s%llu.%llu %c%s", sign, tenths / 10, tenths % 10, units[power],
                 rest);
    return buffer;
}

char *format_count(long long count, char *buffer)
{
    char digits[24];
    unsigned long long size =
        count < 0 ? 0ULL - (unsigned long long)count : (unsigned long long)count;
    int len = snprintf(digits, sizeof(digits), "%llu", size);
    char *out = buffer;
    if (count < 0)
        *out++ = '-';
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            *out++ = ',';
        *out++ = digits[i];
    }
    *out = '\0';
    return buffer;
}
