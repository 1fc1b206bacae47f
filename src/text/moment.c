/* SPDX-License-Identifier: Apache-2.0 */
#include "base/instant.h"
#include "text/value.h"

#include <string.h>

/* `count` digits at text[at], or -1. */
static int digits(const char *text, size_t len, size_t at, size_t count)
{
    if (at + count > len)
        return -1;
    int value = 0;
    for (size_t i = at; i < at + count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

static bool is_at(const char *text, size_t len, size_t at, char c)
{
    return at < len && text[at] == c;
}

bool text_boolean(const char *text, size_t len, bool *ret_value)
{
    static const struct {
        const char *word;
        bool value;
    } words[] = {{"true", true},   {"false", false}, {"True", true},
                 {"False", false}, {"TRUE", true},   {"FALSE", false}};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strlen(words[i].word) == len && memcmp(words[i].word, text, len) == 0) {
            *ret_value = words[i].value;
            return true;
        }
    }
    return false;
}

bool text_date(const char *text, size_t len, int32_t *ret_days)
{
    if (len != 10 || text[4] != '-' || text[7] != '-')
        return false;
    int year = digits(text, len, 0, 4), month = digits(text, len, 5, 2),
        day = digits(text, len, 8, 2);
    if (year < 1 || month < 1 || month > 12 || day < 1)
        return false;
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (day > lengths[month - 1] + (month == 2 && is_leap))
        return false;
    *ret_days = (int32_t)days_from_civil(year, month, day);
    return true;
}

/* ".f" of one to six digits at *at, or nothing; microseconds. */
static bool read_fraction(const char *text, size_t len, size_t *at, int64_t *ret_us)
{
    *ret_us = 0;
    if (!is_at(text, len, *at, '.'))
        return true;
    int64_t unit = 100000;
    size_t start = ++*at;
    for (; *at < len && text[*at] >= '0' && text[*at] <= '9'; (*at)++, unit /= 10)
        *ret_us += (text[*at] - '0') * unit;
    return *at > start && *at - start <= 6;
}

/* hh:mm[:ss[.f]] at *at. */
static bool read_clock(const char *text, size_t len, bool needs_seconds, size_t *at,
                       int64_t *ret_us)
{
    int hour = digits(text, len, *at, 2), minute = digits(text, len, *at + 3, 2), second = 0;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || !is_at(text, len, *at + 2, ':'))
        return false;
    *at += 5;
    int64_t fraction = 0;
    if (is_at(text, len, *at, ':')) {
        second = digits(text, len, *at + 1, 2);
        *at += 3;
        if (second < 0 || second > 59 || !read_fraction(text, len, at, &fraction))
            return false;
    } else if (needs_seconds) {
        return false;
    }
    *ret_us = ((hour * 60 + minute) * 60 + second) * US_PER_SECOND + fraction;
    return true;
}

/* Z, ±hh, ±hhmm or ±hh:mm up to the end. */
static bool read_offset(const char *text, size_t len, size_t at, int64_t *ret_us)
{
    *ret_us = 0;
    if (is_at(text, len, at, 'Z'))
        return at + 1 == len;
    if (!is_at(text, len, at, '+') && !is_at(text, len, at, '-'))
        return false;
    int hour = digits(text, len, at + 1, 2), minute = 0;
    size_t end = at + 3;
    if (end < len) {
        end += text[end] == ':';
        minute = digits(text, len, end, 2);
        end += 2;
    }
    if (hour < 0 || hour > 18 || minute < 0 || minute > 59 || end != len)
        return false;
    *ret_us = (text[at] == '-' ? -US_PER_SECOND : US_PER_SECOND) * 60 * (hour * 60 + minute);
    return true;
}

bool text_timestamp(const char *text, size_t len, int64_t *ret_us, bool *ret_has_offset)
{
    int32_t days;
    int64_t clock, offset = 0;
    if (len < 16 || !text_date(text, 10, &days) || (text[10] != 'T' && text[10] != ' '))
        return false;
    size_t at = 11;
    if (!read_clock(text, len, false, &at, &clock))
        return false;
    bool has_offset = at < len;
    if (has_offset && !read_offset(text, len, at, &offset))
        return false;
    *ret_us = days * US_PER_DAY + clock - offset;
    *ret_has_offset = has_offset;
    return true;
}

bool text_time(const char *text, size_t len, int64_t *ret_us)
{
    size_t at = 0;
    return read_clock(text, len, true, &at, ret_us) && at == len;
}

bool text_uuid(const char *text, size_t len)
{
    if (len != 36)
        return false;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        bool is_hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (i == 8 || i == 13 || i == 18 || i == 23 ? c != '-' : !is_hex)
            return false;
    }
    return true;
}
