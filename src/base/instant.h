/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_BASE_INSTANT_H
#define LEAT_BASE_INSTANT_H

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

/*
 * Instants are microseconds since 1970-01-01T00:00:00Z (`_us`), as in DuckDB's TIMESTAMPTZ. Local
 * times are microseconds of the local clock counted the same way, and exist only beside a zone.
 */
#define US_PER_SECOND INT64_C(1000000)
#define US_PER_DAY (86400 * US_PER_SECOND)

int64_t days_from_civil(int year, int month,
                        int day); /* days since 1970-01-01, proleptic Gregorian */
void civil_from_days(int64_t days, int *ret_year, int *ret_month, int *ret_day);
int64_t now_us(void);       /* wall clock */
int64_t monotonic_us(void); /* for durations */

/* A time zone: the offset that holds from each transition on. Filled by engine/zones from ICU. */
struct zone {
    const char *name;
    size_t count;             /* transitions, at least 1; the first holds since forever */
    const int64_t *starts_us; /* UTC instants, ascending; starts_us[0] = INT64_MIN */
    const int32_t *offsets_s; /* seconds east of UTC from then on */
};
extern const struct zone zone_utc;

/* The index in starts_us and offsets_s of the stretch of constant offset that holds the instant. */
size_t zone_stretch(const struct zone *zone, int64_t instant_us);
int32_t zone_offset_s(const struct zone *zone, int64_t instant_us);
int64_t zone_to_local(const struct zone *zone, int64_t instant_us);
enum local_kind { LOCAL_UNIQUE, LOCAL_GAP, LOCAL_OVERLAP };
/*
 * The instants a local time means: one (both outputs equal), two (earlier, later), or none (gap:
 * both outputs are the instant of the transition, the first instant after the gap).
 */
enum local_kind zone_from_local(const struct zone *zone, int64_t local_us, int64_t *ret_earlier_us,
                                int64_t *ret_later_us);

enum period { PERIOD_HOUR, PERIOD_DAY, PERIOD_MONTH, PERIOD_YEAR };
bool period_parse(const char *text, enum period *ret_period); /* "hour", "day", "month", "year" */
const char *period_name(enum period period);
/*
 * The start of the period that holds the instant, and of the next one, by the zone's clock. Periods
 * follow each other without gap or overlap. A repeated hour is two hours; a day, month or year
 * starts at the earlier of two midnights, or at the first instant after a skipped one.
 * period_next() takes any instant of a period.
 */
int64_t period_floor(enum period period, const struct zone *zone, int64_t instant_us);
int64_t period_next(enum period period, const struct zone *zone, int64_t start_us);

/*
 * Reads "2024-06-05", "2024-06-05T10:00", "2024-06-05 10:00:00.5", each with optional Z or ±hh:mm;
 * without an offset the clock of `zone` (the earlier instant of an overlap; a gap is an error).
 */
int instant_parse(const char *text, const struct zone *zone, int64_t *ret_us,
                  struct err *err) WARN_UNUSED;
/* "2022-03-27T01:00:00Z", with .ffffff only where it is not zero. Buffer of 40 bytes, returned. */
char *instant_format(int64_t instant_us, char *buffer);
/* "15m", "1h", "2d", "PT1H", "P1D", "15min", "30 minutes" → microseconds; days are 24 hours. */
int duration_parse(const char *text, int64_t *ret_us, struct err *err) WARN_UNUSED;
/* "12 ms", "3.4 s", "2 m 05 s", "1 h 03 m" into a buffer of 32 bytes, which is returned. */
char *duration_format(int64_t us, char *buffer);

#endif
