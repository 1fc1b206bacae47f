/* SPDX-License-Identifier: Apache-2.0 */
#include "base/instant.h"
#include "text/value.h"

#include <ctype.h>
#include <string.h>

/* Two digits at text[at], or less than 0. */
static int two(const char *text, size_t len, size_t at)
{
    if (at + 2 > len)
        return -1;
    unsigned tens = (unsigned char)(text[at] - '0'), ones = (unsigned char)(text[at + 1] - '0');
    return tens > 9 || ones > 9 ? -1 : (int)(tens * 10 + ones);
}

static bool is_at(const char *text, size_t len, size_t at, char c)
{
    return at < len && text[at] == c;
}

bool text_boolean(const char *text, size_t len, bool *ret_value)
{
    static const char *const words[] = {"true", "True", "TRUE", "false", "False", "FALSE"};
    if (len != 4 && len != 5)
        return false;
    const char *const *candidates = len == 4 ? words : words + 3;
    for (size_t i = 0; i < 3; i++) {
        if (memcmp(candidates[i], text, len) == 0) {
            *ret_value = len == 4;
            return true;
        }
    }
    return false;
}

static bool is_leap_year(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

bool text_day_exists(int year, int month, int day)
{
    static const signed char lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1)
        return false;
    if (day <= 28)
        return true;
    return day <= lengths[month - 1] + (month == 2 && is_leap_year(year));
}

/* days_from_civil() for the years there are here, which is most of the work of reading a date. */
static int32_t days_of(int year, int month, int day)
{
    static const short before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    int past = year - 1;
    return 365 * past + past / 4 - past / 100 + past / 400 + before[month - 1] +
           (month > 2 && is_leap_year(year)) + day - 719163;
}

bool text_date(const char *text, size_t len, int32_t *ret_days)
{
    if (len != 10 || text[4] != '-' || text[7] != '-')
        return false;
    int century = two(text, len, 0), year = two(text, len, 2), month = two(text, len, 5),
        day = two(text, len, 8);
    if (century < 0 || year < 0 || !text_day_exists(century * 100 + year, month, day))
        return false;
    *ret_days = days_of(century * 100 + year, month, day);
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
    int hour = two(text, len, *at), minute = two(text, len, *at + 3), second = 0;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || !is_at(text, len, *at + 2, ':'))
        return false;
    *at += 5;
    int64_t fraction = 0;
    if (is_at(text, len, *at, ':')) {
        second = two(text, len, *at + 1);
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
    int hour = two(text, len, at + 1), minute = 0;
    size_t end = at + 3;
    if (end < len) {
        end += text[end] == ':';
        minute = two(text, len, end);
        end += 2;
    }
    if (hour < 0 || hour > 18 || minute < 0 || minute > 59 || end != len)
        return false;
    *ret_us = (text[at] == '-' ? -US_PER_SECOND : US_PER_SECOND) * 60 * (hour * 60 + minute);
    return true;
}

bool text_is_instant(int64_t us)
{
    return us >= days_of(1, 1, 1) * US_PER_DAY && us < (days_of(9999, 12, 31) + 1) * US_PER_DAY;
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
    return text_is_instant(*ret_us);
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

bool text_blob(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x20 || c > 0x7E)
            return false;
        if (c != '\\')
            continue;
        if (i + 3 >= len || text[i + 1] != 'x' || !isxdigit((unsigned char)text[i + 2]) ||
            !isxdigit((unsigned char)text[i + 3]))
            return false;
        i += 3;
    }
    return true;
}
