/* SPDX-License-Identifier: Apache-2.0 */
#include "text/value.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* What the parts of a format say. */
enum part {
    YEAR = 1,
    MONTH = 2,
    DAY = 4,
    HOUR = 8,
    HALF = 16,
    MINUTE = 32,
    SECOND = 64,
    OFFSET = 128,
    FRACTION = 256,
    HOUR_12 = 512
};
struct moment {
    int year, month, day, hour, minute, second;
    bool is_afternoon;
    int64_t fraction_us, offset_us;
    unsigned parts;
};

static const char *const month_names[] = {"january",   "february", "march",    "april",
                                          "may",       "june",     "july",     "august",
                                          "september", "october",  "november", "december"};

static unsigned part_of(char c)
{
    switch (c) {
    case 'Y':
        return YEAR;
    case 'm':
    case 'b':
    case 'B':
        return MONTH;
    case 'd':
        return DAY;
    case 'H':
        return HOUR;
    case 'I':
        return HOUR_12;
    case 'p':
        return HALF;
    case 'M':
        return MINUTE;
    case 'S':
        return SECOND;
    case 'f':
        return FRACTION;
    case 'z':
        return OFFSET;
    default:
        return 0;
    }
}

static const char *check_parts(unsigned parts, enum text_kind kind)
{
    unsigned date = YEAR | MONTH | DAY;
    bool is_clock = (parts & MINUTE) && (parts & (HOUR | HOUR_12));
    if (kind != TEXT_TIME && (parts & date) != date)
        return "a date needs a year (%Y), a month (%m, %b or %B) and a day (%d)";
    if (kind == TEXT_DATE)
        return parts & ~date ? "a DATE has no time of day; declare TIMESTAMP" : NULL;
    if (kind == TEXT_TIME && parts & (date | OFFSET))
        return "a TIME has no date and no offset";
    if (!is_clock)
        return "a time needs an hour (%H, or %I with %p) and a minute (%M)";
    if (((parts & HOUR_12) != 0) != ((parts & HALF) != 0) || (parts & HOUR && parts & HOUR_12))
        return "%I and %p belong together, and not with %H";
    if (kind == TEXT_TIMESTAMP && parts & OFFSET)
        return "a TIMESTAMP has no offset (%z); declare TIMESTAMPTZ";
    return parts & FRACTION && !(parts & SECOND) ? "%f needs %S" : NULL;
}

const char *text_format_check(const char *format, enum text_kind kind)
{
    unsigned parts = 0;
    if (kind != TEXT_DATE && kind != TEXT_TIMESTAMP && kind != TEXT_TIMESTAMPTZ &&
        kind != TEXT_TIME)
        return "only DATE, TIMESTAMP, TIMESTAMPTZ and TIME have a format";
    for (const char *p = format; *p; p++) {
        if (*p != '%' || *++p == '%')
            continue;
        if (*p == 'y')
            return "%y leaves the century open; the year must be written with four digits (%Y)";
        unsigned part = part_of(*p);
        if (part == 0)
            return "known are %Y %m %b %B %d %H %I %p %M %S %f %z and %%";
        if (parts & part)
            return "a part is there twice";
        parts |= part;
    }
    return check_parts(parts, kind);
}

/* Between `min` and `max` digits at *at. */
static bool read_digits(const char *text, size_t len, size_t *at, size_t min, size_t max,
                        int *ret_value)
{
    size_t count = 0;
    int value = 0;
    for (; count < max && *at + count < len && isdigit((unsigned char)text[*at + count]); count++)
        value = value * 10 + (text[*at + count] - '0');
    *at += count;
    *ret_value = value;
    return count >= min;
}

static bool read_fraction(const char *text, size_t len, size_t *at, int64_t *ret_us)
{
    size_t start = *at;
    int value;
    if (!read_digits(text, len, at, 1, 6, &value))
        return false;
    *ret_us = value;
    for (size_t i = *at - start; i < 6; i++)
        *ret_us *= 10;
    return true;
}

static bool read_month(const char *text, size_t len, size_t *at, bool is_short, int *ret_month)
{
    for (int i = 0; i < 12; i++) {
        size_t name_len = is_short ? 3 : strlen(month_names[i]);
        if (*at + name_len <= len && strncasecmp(text + *at, month_names[i], name_len) == 0) {
            *at += name_len;
            *ret_month = i + 1;
            return true;
        }
    }
    return false;
}

static bool read_half(const char *text, size_t len, size_t *at, bool *ret_is_afternoon)
{
    if (*at + 2 > len || tolower((unsigned char)text[*at + 1]) != 'm')
        return false;
    char c = (char)tolower((unsigned char)text[*at]);
    *ret_is_afternoon = c == 'p';
    *at += 2;
    return c == 'a' || c == 'p';
}

/* Z, ±hh, ±hhmm or ±hh:mm. */
static bool read_offset(const char *text, size_t len, size_t *at, int64_t *ret_us)
{
    int hour, minute = 0;
    *ret_us = 0;
    if (*at < len && text[*at] == 'Z') {
        ++*at;
        return true;
    }
    if (*at >= len || (text[*at] != '+' && text[*at] != '-'))
        return false;
    bool is_west = text[(*at)++] == '-';
    if (!read_digits(text, len, at, 2, 2, &hour))
        return false;
    bool has_colon = *at < len && text[*at] == ':';
    *at += has_colon;
    if ((has_colon || (*at < len && isdigit((unsigned char)text[*at]))) &&
        !read_digits(text, len, at, 2, 2, &minute))
        return false;
    *ret_us = (is_west ? -60 : 60) * US_PER_SECOND * (hour * 60 + minute);
    return hour <= 18 && minute <= 59;
}

static bool read_part(const char *text, size_t len, size_t *at, char part, struct moment *moment)
{
    switch (part) {
    case 'Y':
        return read_digits(text, len, at, 4, 4, &moment->year);
    case 'm':
        return read_digits(text, len, at, 1, 2, &moment->month);
    case 'b':
    case 'B':
        return read_month(text, len, at, part == 'b', &moment->month);
    case 'd':
        return read_digits(text, len, at, 1, 2, &moment->day);
    case 'H':
    case 'I':
        return read_digits(text, len, at, 1, 2, &moment->hour);
    case 'p':
        return read_half(text, len, at, &moment->is_afternoon);
    case 'M':
        return read_digits(text, len, at, 2, 2, &moment->minute);
    case 'S':
        return read_digits(text, len, at, 2, 2, &moment->second);
    case 'f':
        return read_fraction(text, len, at, &moment->fraction_us);
    default:
        return read_offset(text, len, at, &moment->offset_us);
    }
}

static bool take_clock(struct moment *moment)
{
    if (moment->parts & HALF) {
        if (moment->hour < 1 || moment->hour > 12)
            return false;
        moment->hour = moment->hour % 12 + (moment->is_afternoon ? 12 : 0);
    }
    return moment->hour <= 23 && moment->minute <= 59 && moment->second <= 59;
}

bool text_by_format(const char *text, size_t len, const char *format, int64_t *ret_us,
                    bool *ret_has_offset)
{
    struct moment moment = {0};
    size_t at = 0;
    for (const char *p = format; *p; p++) {
        if (*p == '%' && p[1] != '%') {
            moment.parts |= part_of(*++p);
            if (!read_part(text, len, &at, *p, &moment))
                return false;
            continue;
        }
        p += *p == '%';
        if (at >= len || text[at++] != *p)
            return false;
    }
    bool has_date = moment.parts & YEAR;
    if (at != len || !take_clock(&moment) ||
        (has_date && !text_day_exists(moment.year, moment.month, moment.day)))
        return false;
    int64_t days = has_date ? days_from_civil(moment.year, moment.month, moment.day) : 0;
    *ret_us = days * US_PER_DAY +
              ((moment.hour * 60 + moment.minute) * 60 + moment.second) * US_PER_SECOND +
              moment.fraction_us - moment.offset_us;
    *ret_has_offset = moment.parts & OFFSET;
    return text_is_instant(*ret_us);
}
