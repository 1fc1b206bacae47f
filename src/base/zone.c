/* SPDX-License-Identifier: Apache-2.0 */
#include "base/instant.h"

#define US_PER_HOUR (3600 * US_PER_SECOND)

static const int64_t utc_starts_us[] = {INT64_MIN};
static const int32_t utc_offsets_s[] = {0};
const struct zone zone_utc = {"UTC", 1, utc_starts_us, utc_offsets_s};

/* a + b, held at the ends of time. */
static int64_t plus(int64_t a, int64_t b)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return b > 0 ? INT64_MAX : INT64_MIN;
    return sum;
}

size_t zone_stretch(const struct zone *zone, int64_t instant_us)
{
    size_t low = 0, high = zone->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (zone->starts_us[middle] <= instant_us)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static int64_t stretch_end(const struct zone *zone, size_t i)
{
    return i + 1 < zone->count ? zone->starts_us[i + 1] : INT64_MAX;
}

static int64_t offset_us(const struct zone *zone, size_t i)
{
    return zone->offsets_s[i] * US_PER_SECOND;
}

int32_t zone_offset_s(const struct zone *zone, int64_t instant_us)
{
    return zone->offsets_s[zone_stretch(zone, instant_us)];
}

int64_t zone_to_local(const struct zone *zone, int64_t instant_us)
{
    return plus(instant_us, zone_offset_s(zone, instant_us) * US_PER_SECOND);
}

/* The transition that the local time falls into: it is not yet reached before and passed after. */
static int64_t gap_transition(const struct zone *zone, int64_t local_us, size_t first, size_t last)
{
    for (size_t i = first + 1; i <= last; i++)
        if (plus(zone->starts_us[i], offset_us(zone, i)) > local_us)
            return zone->starts_us[i];
    return zone->starts_us[last];
}

enum local_kind zone_from_local(const struct zone *zone, int64_t local_us, int64_t *ret_earlier_us,
                                int64_t *ret_later_us)
{
    /* No offset is as much as two days (dates were once skipped), so these stretches are enough. */
    size_t first = zone_stretch(zone, plus(local_us, -2 * US_PER_DAY));
    size_t last = zone_stretch(zone, plus(local_us, 2 * US_PER_DAY));
    int found = 0;
    for (size_t i = first; i <= last; i++) {
        int64_t instant_us = plus(local_us, -offset_us(zone, i));
        bool is_inside = instant_us >= zone->starts_us[i] &&
                         (i + 1 == zone->count || instant_us < zone->starts_us[i + 1]);
        if (!is_inside)
            continue;
        if (found++ == 0)
            *ret_earlier_us = instant_us;
        *ret_later_us = instant_us;
    }
    if (found > 0)
        return found == 1 ? LOCAL_UNIQUE : LOCAL_OVERLAP;
    *ret_earlier_us = *ret_later_us = gap_transition(zone, local_us, first, last);
    return LOCAL_GAP;
}

static const char *const period_names[] = {
    [PERIOD_HOUR] = "hour", [PERIOD_DAY] = "day", [PERIOD_MONTH] = "month", [PERIOD_YEAR] = "year"};

bool period_parse(const char *text, enum period *ret_period)
{
    for (size_t i = 0; i < ARRAY_COUNT(period_names); i++)
        if (str_eq(text, period_names[i])) {
            *ret_period = (enum period)i;
            return true;
        }
    return false;
}

const char *period_name(enum period period)
{
    return period_names[period];
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/*
 * Hours are those of the clock's face: a repeated hour counts twice, and a shift by part of an hour
 * makes the hour it falls into longer or shorter. So an hour starts where the local time is a full
 * hour, or where a transition jumps into another one.
 */
static bool is_hour_start(const struct zone *zone, size_t i)
{
    int64_t after_us = plus(zone->starts_us[i], offset_us(zone, i));
    int64_t before_us = plus(plus(zone->starts_us[i], offset_us(zone, i - 1)), -1);
    return after_us % US_PER_HOUR == 0 ||
           floor_div(after_us, US_PER_HOUR) != floor_div(before_us, US_PER_HOUR);
}

/* How far into the hour of the clock's face. */
static int64_t past_hour(int64_t local_us)
{
    int64_t past_us = local_us % US_PER_HOUR;
    return past_us < 0 ? past_us + US_PER_HOUR : past_us;
}

static int64_t hour_floor(const struct zone *zone, int64_t instant_us)
{
    for (size_t i = zone_stretch(zone, instant_us);; i--) {
        int64_t past_us = past_hour(plus(instant_us, offset_us(zone, i)));
        int64_t start_us = plus(instant_us, -past_us);
        if (i == 0 || start_us >= zone->starts_us[i])
            return start_us;
        if (is_hour_start(zone, i))
            return zone->starts_us[i];
        instant_us = zone->starts_us[i] - 1;
    }
}

static int64_t hour_next(const struct zone *zone, int64_t start_us)
{
    for (size_t i = zone_stretch(zone, start_us);; i++) {
        int64_t past_us = past_hour(plus(start_us, offset_us(zone, i)));
        int64_t next_us = plus(start_us, US_PER_HOUR - past_us);
        if (i + 1 == zone->count || next_us < stretch_end(zone, i))
            return next_us;
        start_us = zone->starts_us[i + 1];
        if (is_hour_start(zone, i + 1))
            return start_us;
    }
}

/* Months since year 0, years or days: the number of the local period that holds a local day. */
static int64_t period_number(enum period period, int64_t local_us)
{
    int64_t days = floor_div(local_us, US_PER_DAY);
    int year, month, day;
    if (period == PERIOD_DAY)
        return days;
    civil_from_days(days, &year, &month, &day);
    return period == PERIOD_YEAR ? year : (int64_t)year * 12 + month - 1;
}

/* Its first instant: the earlier one of two, the first after a gap. */
static int64_t period_start(enum period period, const struct zone *zone, int64_t number)
{
    int64_t days = number, earlier_us, later_us;
    if (period == PERIOD_YEAR)
        days = days_from_civil((int)number, 1, 1);
    else if (period == PERIOD_MONTH)
        days = days_from_civil((int)floor_div(number, 12),
                               (int)(number - floor_div(number, 12) * 12) + 1, 1);
    int64_t local_us;
    if (__builtin_mul_overflow(days, US_PER_DAY, &local_us))
        return days < 0 ? INT64_MIN : INT64_MAX;
    zone_from_local(zone, local_us, &earlier_us, &later_us);
    return earlier_us;
}

/*
 * A clock set back over midnight shows the old day again; that stretch stays with the new one, so
 * that every instant lies in one period: the last that has started.
 */
int64_t period_floor(enum period period, const struct zone *zone, int64_t instant_us)
{
    if (period == PERIOD_HOUR)
        return hour_floor(zone, instant_us);
    int64_t number = period_number(period, zone_to_local(zone, instant_us));
    int64_t next_us = period_start(period, zone, number + 1);
    return next_us <= instant_us ? next_us : period_start(period, zone, number);
}

int64_t period_next(enum period period, const struct zone *zone, int64_t start_us)
{
    if (period == PERIOD_HOUR)
        return hour_next(zone, start_us);
    int64_t number = period_number(period, zone_to_local(zone, start_us));
    int64_t next_us;
    do
        next_us = period_start(period, zone, ++number);
    while (next_us <= start_us && next_us != INT64_MAX);
    return next_us;
}
