/* SPDX-License-Identifier: Apache-2.0 */
#include "base/instant.h"

#include <string.h>

struct reading {
    const char *at; /* what is still to be read */
    int64_t of_day_us;
    int64_t days;
    int offset_s;
    bool has_offset;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Exactly `digits` digits, whose value must lie in low..high. */
static bool read_number(struct reading *in, int digits, int low, int high, int *ret_value)
{
    int value = 0;
    for (int i = 0; i < digits; i++) {
        if (!is_digit(in->at[i]))
            return false;
        value = value * 10 + (in->at[i] - '0');
    }
    in->at += digits;
    *ret_value = value;
    return value >= low && value <= high;
}

static bool read_char(struct reading *in, const char *any_of)
{
    if (*in->at == '\0' || strchr(any_of, *in->at) == NULL)
        return false;
    in->at++;
    return true;
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && is_leap ? 29 : days[month - 1];
}

/* Years have four digits, or up to six for what instant_format() writes of far times. */
static bool read_date(struct reading *in)
{
    int sign = read_char(in, "-") ? -1 : 1;
    int year, month, day, digits = 0;
    while (digits < 7 && is_digit(in->at[digits]))
        digits++;
    if (digits < 4 || digits > 6 || !read_number(in, digits, 0, 999999, &year) ||
        !read_char(in, "-") || !read_number(in, 2, 1, 12, &month) || !read_char(in, "-"))
        return false;
    year *= sign;
    if (!read_number(in, 2, 1, month_days(year, month), &day))
        return false;
    in->days = days_from_civil(year, month, day);
    return true;
}

/* Up to six digits count; more may only be zeros, because none is dropped in silence. */
static bool read_fraction(struct reading *in)
{
    if (!is_digit(*in->at))
        return false;
    int64_t unit = US_PER_SECOND;
    for (; is_digit(*in->at); in->at++) {
        unit /= 10;
        if (unit == 0 && *in->at != '0')
            return false;
        in->of_day_us += (*in->at - '0') * unit;
    }
    return true;
}

static bool read_time(struct reading *in)
{
    int hour, minute, second = 0;
    if (!read_number(in, 2, 0, 23, &hour) || !read_char(in, ":") ||
        !read_number(in, 2, 0, 59, &minute))
        return false;
    bool has_seconds = read_char(in, ":");
    if (has_seconds && !read_number(in, 2, 0, 59, &second))
        return false;
    in->of_day_us = ((hour * 60 + minute) * 60 + second) * US_PER_SECOND;
    return !has_seconds || !read_char(in, ".") || read_fraction(in);
}

/* Nothing, Z, +hh, +hhmm or +hh:mm. */
static bool read_offset(struct reading *in)
{
    if (*in->at == '\0')
        return true;
    in->has_offset = true;
    if (read_char(in, "Zz"))
        return *in->at == '\0';
    int sign = *in->at == '-' ? -1 : 1, hours, minutes = 0;
    if (!read_char(in, "+-") || !read_number(in, 2, 0, 15, &hours))
        return false;
    if (*in->at != '\0') {
        read_char(in, ":");
        if (!read_number(in, 2, 0, 59, &minutes))
            return false;
    }
    in->offset_s = sign * (hours * 3600 + minutes * 60);
    return *in->at == '\0';
}

static int from_local(const char *text, const struct zone *zone, int64_t local_us, int64_t *ret_us,
                      struct err *err)
{
    int64_t earlier_us, later_us;
    if (zone_from_local(zone, local_us, &earlier_us, &later_us) == LOCAL_GAP) {
        err_set(err, ERR_CONFIG, "the time \"%s\" does not exist in %s", text, zone->name);
        return err_hint(err, "The clock jumps over it on that day. Write another time, or give an "
                             "offset such as Z or +02:00.");
    }
    *ret_us = earlier_us;
    return 0;
}

int instant_parse(const char *text, const struct zone *zone, int64_t *ret_us, struct err *err)
{
    struct reading in = {.at = text};
    bool is_read = read_date(&in);
    if (is_read && read_char(&in, "T t"))
        is_read = read_time(&in);
    if (!is_read || !read_offset(&in)) {
        err_set(err, ERR_CONFIG, "\"%s\" is not a date or time", text);
        return err_hint(err, "Write it like 2024-06-05, 2024-06-05T10:00 or 2024-06-05T10:00:00Z.");
    }
    __int128 local = (__int128)in.days * (__int128)US_PER_DAY + in.of_day_us;
    __int128 instant = local - (__int128)in.offset_s * US_PER_SECOND;
    if (instant > INT64_MAX || instant < INT64_MIN)
        return err_set(err, ERR_CONFIG, "the time \"%s\" is too far away", text);
    if (!in.has_offset && zone != NULL)
        return from_local(text, zone, (int64_t)instant, ret_us, err);
    *ret_us = (int64_t)instant;
    return 0;
}
