/* SPDX-License-Identifier: Apache-2.0 */
#include "base/instant.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct unit {
    const char *name;
    int64_t us;
} units[] = {
    {"us", 1},
    {"microsecond", 1},
    {"ms", 1000},
    {"millisecond", 1000},
    {"s", US_PER_SECOND},
    {"sec", US_PER_SECOND},
    {"second", US_PER_SECOND},
    {"m", 60 * US_PER_SECOND},
    {"min", 60 * US_PER_SECOND},
    {"minute", 60 * US_PER_SECOND},
    {"h", 3600 * US_PER_SECOND},
    {"hr", 3600 * US_PER_SECOND},
    {"hour", 3600 * US_PER_SECOND},
    {"d", US_PER_DAY},
    {"day", US_PER_DAY},
    {"w", 7 * US_PER_DAY},
    {"week", 7 * US_PER_DAY},
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A unit, also in the plural; 0 when there is none. A capital M alone is a month to many. */
static int64_t unit_us(const char *name, size_t len)
{
    if (len == 1 && *name == 'M')
        return 0;
    for (size_t i = 0; i < ARRAY_COUNT(units); i++) {
        size_t unit_len = strlen(units[i].name);
        bool is_plural = unit_len >= 3 && len == unit_len + 1 && (name[unit_len] | 32) == 's';
        if ((len == unit_len || is_plural) && strncasecmp(name, units[i].name, unit_len) == 0)
            return units[i].us;
    }
    return 0;
}

/* ISO 8601: weeks and days before the T, hours, minutes and seconds after it. */
static int64_t iso_unit_us(char letter, bool is_time)
{
    switch (letter | 32) {
    case 'w':
        return is_time ? 0 : 7 * US_PER_DAY;
    case 'd':
        return is_time ? 0 : US_PER_DAY;
    case 'h':
        return is_time ? 3600 * US_PER_SECOND : 0;
    case 'm':
        return is_time ? 60 * US_PER_SECOND : 0;
    case 's':
        return is_time ? US_PER_SECOND : 0;
    default:
        return 0;
    }
}

/* Digits with an optional fraction, as a number of millionths. */
static bool read_millionths(const char **at, int64_t *ret_value)
{
    int64_t value = 0, unit = 1000000;
    if (!is_digit(**at))
        return false;
    for (; is_digit(**at); (*at)++)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, **at - '0', &value))
            return false;
    if (__builtin_mul_overflow(value, unit, &value))
        return false;
    if (**at == '.') {
        (*at)++;
        if (!is_digit(**at))
            return false;
        for (; is_digit(**at); (*at)++) {
            unit /= 10;
            if (unit == 0 || __builtin_add_overflow(value, (**at - '0') * unit, &value))
                return false;
        }
    }
    *ret_value = value;
    return true;
}

/* Adds `millionths` of the unit; what is finer than a microsecond is refused. */
static bool add(int64_t *total_us, int64_t millionths, int64_t one_us)
{
    __int128 product = (__int128)millionths * one_us;
    if (one_us == 0 || product % 1000000 != 0 || product / 1000000 > INT64_MAX)
        return false;
    return !__builtin_add_overflow(*total_us, (int64_t)(product / 1000000), total_us);
}

static bool parse_iso(const char *at, int64_t *ret_us)
{
    bool is_time = false;
    int64_t total_us = 0, value;
    int parts = 0;
    for (; *at != '\0'; parts++) {
        if ((*at | 32) == 't' && !is_time) {
            is_time = true;
            at++;
        }
        if (!read_millionths(&at, &value) || !add(&total_us, value, iso_unit_us(*at, is_time)))
            return false;
        at++;
    }
    if (parts == 0)
        return false;
    *ret_us = total_us;
    return true;
}

static bool parse_words(const char *at, int64_t *ret_us)
{
    int64_t total_us = 0, value;
    do {
        if (!read_millionths(&at, &value))
            return false;
        while (*at == ' ')
            at++;
        size_t len = 0;
        while (is_letter(at[len]))
            len++;
        if (!add(&total_us, value, unit_us(at, len)))
            return false;
        at += len;
        while (*at == ' ')
            at++;
    } while (*at != '\0');
    *ret_us = total_us;
    return true;
}

int duration_parse(const char *text, int64_t *ret_us, struct err *err)
{
    bool is_iso = text[0] == 'P' || text[0] == 'p';
    if (is_iso ? parse_iso(text + 1, ret_us) : parse_words(text, ret_us))
        return 0;
    err_set(err, ERR_CONFIG, "\"%s\" is not a duration", text);
    return err_hint(err, "Write a number and a unit: 500ms, 30s, 15min, 1h, 2d, 1h 30min, PT15M. "
                         "Months and years are no durations, their lengths differ.");
}

char *duration_format(int64_t us, char *buffer)
{
    const char *sign = us < 0 ? "-" : "";
    uint64_t size = us < 0 ? 0 - (uint64_t)us : (uint64_t)us;
    unsigned long long ms = (size + 500) / 1000, tenths = (size + 50000) / 100000;
    unsigned long long seconds = (size + 500000) / 1000000, minutes = (seconds + 30) / 60;
    if (size < 999500)
        snprintf(buffer, 32, "%s%llu ms", sign, ms);
    else if (tenths < 600)
        snprintf(buffer, 32, "%s%llu.%llu s", sign, tenths / 10, tenths % 10);
    else if (seconds < 3600)
        snprintf(buffer, 32, "%s%llu m %02llu s", sign, seconds / 60, seconds % 60);
    else
        snprintf(buffer, 32, "%s%llu h %02llu m", sign, minutes / 60, minutes % 60);
    return buffer;
}
