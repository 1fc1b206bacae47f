/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/instant.h"

#include <string.h>

#define ZONE(id, ...)                                    \
    static const struct {                                \
        int64_t start_s;                                 \
        int32_t offset_s;                                \
    } id##_rows[] = {__VA_ARGS__};                       \
    static int64_t id##_starts[ARRAY_COUNT(id##_rows)];  \
    static int32_t id##_offsets[ARRAY_COUNT(id##_rows)]; \
    static const struct zone id = {#id, ARRAY_COUNT(id##_rows), id##_starts, id##_offsets}

#define FOREVER INT64_MIN
/* Europe/Vilnius 2022: +2, from 27 March 01:00Z +3, from 30 October 01:00Z +2. */
ZONE(vilnius, {FOREVER, 7200}, {1648342800, 10800}, {1667091600, 7200});
/* Australia/Lord_Howe 2022: +11, from 2 April 15:00Z +10:30, from 1 October 15:30Z +11. */
ZONE(lord_howe, {FOREVER, 39600}, {1648911600, 37800}, {1664638200, 39600});
/* America/Sao_Paulo 2018: -2, from 18 February 02:00Z (midnight) -3, from 4 November 03:00Z -2. */
ZONE(sao_paulo, {FOREVER, -7200}, {1518919200, -10800}, {1541300400, -7200});
/* Pacific/Apia: the 30th of December 2011 never was. */
ZONE(apia, {FOREVER, -36000}, {1325239200, 50400});
/* America/St_Johns 2006: the clock goes back from 00:01 to 23:01 of the day before. */
ZONE(st_johns, {FOREVER, -9000}, {1162089060, -12600});

#define FILL(id)                                                                      \
    for (size_t i = 0; i < ARRAY_COUNT(id##_rows); i++) {                             \
        bool is_first = id##_rows[i].start_s == FOREVER;                              \
        id##_starts[i] = is_first ? INT64_MIN : id##_rows[i].start_s * US_PER_SECOND; \
        id##_offsets[i] = id##_rows[i].offset_s;                                      \
    }

static int setup(void **state)
{
    (void)state;
    FILL(vilnius) FILL(lord_howe) FILL(sao_paulo) FILL(apia) FILL(st_johns) return 0;
}

static int64_t at(const char *text)
{
    int64_t us;
    struct err err = {0};
    if (instant_parse(text, NULL, &us, &err) != 0)
        fail_msg("%s", err.message);
    return us;
}

static void assert_instant(int64_t us, const char *expected)
{
    char buffer[40];
    assert_string_equal(instant_format(us, buffer), expected);
}

static void utc_is_its_own_local_time(void **state)
{
    (void)state;
    int64_t earlier, later;
    assert_int_equal(zone_from_local(&zone_utc, 5, &earlier, &later), LOCAL_UNIQUE);
    assert_int_equal(earlier, 5);
    assert_int_equal(later, 5);
    zone_from_local(&zone_utc, INT64_MAX, &earlier, &later);
    assert_true(earlier == INT64_MAX);
    zone_from_local(&zone_utc, INT64_MIN, &earlier, &later);
    assert_true(earlier == INT64_MIN);
    assert_true(zone_to_local(&vilnius, INT64_MAX) == INT64_MAX);
    assert_true(zone_to_local(&sao_paulo, INT64_MIN) == INT64_MIN);
}

static void offsets_change_at_the_transition(void **state)
{
    (void)state;
    assert_int_equal(zone_offset_s(&vilnius, INT64_MIN), 7200);
    assert_int_equal(zone_offset_s(&vilnius, at("2022-03-27T01:00Z") - 1), 7200);
    assert_int_equal(zone_offset_s(&vilnius, at("2022-03-27T01:00Z")), 10800);
    assert_int_equal(zone_offset_s(&vilnius, at("2022-10-30T01:00Z")), 7200);
    assert_int_equal(zone_offset_s(&vilnius, INT64_MAX), 7200);
    assert_instant(zone_to_local(&vilnius, at("2022-07-01")), "2022-07-01T03:00:00Z");
}

static void check_local(const struct zone *zone, const char *local, enum local_kind kind,
                        const char *earlier, const char *later)
{
    int64_t earlier_us, later_us;
    assert_int_equal(zone_from_local(zone, at(local), &earlier_us, &later_us), kind);
    assert_instant(earlier_us, earlier);
    assert_instant(later_us, later);
}

static void local_times_in_gaps_and_overlaps(void **state)
{
    (void)state;
    check_local(&vilnius, "2022-03-27T02:59:59.999999", LOCAL_UNIQUE, "2022-03-27T00:59:59.999999Z",
                "2022-03-27T00:59:59.999999Z");
    check_local(&vilnius, "2022-03-27T03:00", LOCAL_GAP, "2022-03-27T01:00:00Z",
                "2022-03-27T01:00:00Z");
    check_local(&vilnius, "2022-03-27T03:59:59.999999", LOCAL_GAP, "2022-03-27T01:00:00Z",
                "2022-03-27T01:00:00Z");
    check_local(&vilnius, "2022-03-27T04:00", LOCAL_UNIQUE, "2022-03-27T01:00:00Z",
                "2022-03-27T01:00:00Z");
    check_local(&vilnius, "2022-10-30T03:00", LOCAL_OVERLAP, "2022-10-30T00:00:00Z",
                "2022-10-30T01:00:00Z");
    check_local(&vilnius, "2022-10-30T04:00", LOCAL_UNIQUE, "2022-10-30T02:00:00Z",
                "2022-10-30T02:00:00Z");
    check_local(&apia, "2011-12-30T12:00", LOCAL_GAP, "2011-12-30T10:00:00Z",
                "2011-12-30T10:00:00Z");
    check_local(&sao_paulo, "2018-11-04T00:30", LOCAL_GAP, "2018-11-04T03:00:00Z",
                "2018-11-04T03:00:00Z");
    check_local(&sao_paulo, "2018-02-18T00:00", LOCAL_UNIQUE, "2018-02-18T03:00:00Z",
                "2018-02-18T03:00:00Z");
}

static void a_gap_cannot_be_written(void **state)
{
    (void)state;
    int64_t us;
    struct err err = {0};
    assert_int_equal(instant_parse("2022-03-27 03:30", &vilnius, &us, &err), -1);
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_int_equal(instant_parse("2022-03-27 03:30+02:00", &vilnius, &us, &err), 0);
    assert_int_equal(instant_parse("2022-10-30 03:30", &vilnius, &us, &err), 0);
    assert_instant(us, "2022-10-30T00:30:00Z");
}

static void periods_have_names(void **state)
{
    (void)state;
    static const enum period all[] = {PERIOD_HOUR, PERIOD_DAY, PERIOD_MONTH, PERIOD_YEAR};
    enum period period;
    for (size_t i = 0; i < ARRAY_COUNT(all); i++) {
        assert_true(period_parse(period_name(all[i]), &period));
        assert_int_equal(period, all[i]);
    }
    assert_false(period_parse("week", &period));
    assert_false(period_parse("Day", &period));
    assert_false(period_parse(NULL, &period));
}

static void check_period(enum period period, const struct zone *zone, const char *instant,
                         const char *start, const char *next)
{
    int64_t start_us = period_floor(period, zone, at(instant));
    assert_instant(start_us, start);
    assert_instant(period_next(period, zone, start_us), next);
    assert_instant(period_next(period, zone, at(instant)), next); /* from anywhere inside */
}

static void days_of_23_and_25_hours(void **state)
{
    (void)state;
    check_period(PERIOD_DAY, &vilnius, "2022-03-27T12:00Z", "2022-03-26T22:00:00Z",
                 "2022-03-27T21:00:00Z");
    check_period(PERIOD_DAY, &vilnius, "2022-10-30T12:00Z", "2022-10-29T21:00:00Z",
                 "2022-10-30T22:00:00Z");
    check_period(PERIOD_DAY, &vilnius, "2022-03-26T22:00Z", "2022-03-26T22:00:00Z",
                 "2022-03-27T21:00:00Z");
    check_period(PERIOD_DAY, &zone_utc, "1969-12-31T23:59:59.999999", "1969-12-31T00:00:00Z",
                 "1970-01-01T00:00:00Z");
}

static void days_without_a_midnight(void **state)
{
    (void)state;
    check_period(PERIOD_DAY, &sao_paulo, "2018-11-04T12:00Z", "2018-11-04T03:00:00Z",
                 "2018-11-05T02:00:00Z");
    check_period(PERIOD_DAY, &sao_paulo, "2018-02-18T02:30Z", "2018-02-17T02:00:00Z",
                 "2018-02-18T03:00:00Z");
    check_period(PERIOD_DAY, &apia, "2011-12-30T09:59Z", "2011-12-29T10:00:00Z",
                 "2011-12-30T10:00:00Z");
    check_period(PERIOD_DAY, &apia, "2011-12-30T10:00Z", "2011-12-30T10:00:00Z",
                 "2011-12-31T10:00:00Z");
}

static void a_clock_set_back_over_midnight(void **state)
{
    (void)state;
    /* 29 October 00:00 is first shown at 02:30Z; the second 23:01 is 02:31Z. */
    check_period(PERIOD_DAY, &st_johns, "2006-10-29T02:29Z", "2006-10-28T02:30:00Z",
                 "2006-10-29T02:30:00Z");
    check_period(PERIOD_DAY, &st_johns, "2006-10-29T03:00Z", "2006-10-29T02:30:00Z",
                 "2006-10-30T03:30:00Z");
}

static void months_and_years(void **state)
{
    (void)state;
    check_period(PERIOD_MONTH, &vilnius, "2022-03-15", "2022-02-28T22:00:00Z",
                 "2022-03-31T21:00:00Z");
    check_period(PERIOD_MONTH, &vilnius, "2022-12-31T21:59Z", "2022-11-30T22:00:00Z",
                 "2022-12-31T22:00:00Z");
    check_period(PERIOD_YEAR, &vilnius, "2022-06-01", "2021-12-31T22:00:00Z",
                 "2022-12-31T22:00:00Z");
    check_period(PERIOD_YEAR, &zone_utc, "0000-06-01", "0000-01-01T00:00:00Z",
                 "0001-01-01T00:00:00Z");
    check_period(PERIOD_MONTH, &zone_utc, "-0001-12-31", "-0001-12-01T00:00:00Z",
                 "0000-01-01T00:00:00Z");
}

static void hours_follow_the_clock(void **state)
{
    (void)state;
    check_period(PERIOD_HOUR, &vilnius, "2022-03-27T00:59Z", "2022-03-27T00:00:00Z",
                 "2022-03-27T01:00:00Z");
    check_period(PERIOD_HOUR, &vilnius, "2022-10-30T00:30Z", "2022-10-30T00:00:00Z",
                 "2022-10-30T01:00:00Z");
    check_period(PERIOD_HOUR, &vilnius, "2022-10-30T01:30Z", "2022-10-30T01:00:00Z",
                 "2022-10-30T02:00:00Z");
    /* 02:00 becomes 01:30: the hour "01" lasts 90 minutes. */
    check_period(PERIOD_HOUR, &lord_howe, "2022-04-02T15:10Z", "2022-04-02T14:00:00Z",
                 "2022-04-02T15:30:00Z");
    check_period(PERIOD_HOUR, &lord_howe, "2022-04-02T14:10Z", "2022-04-02T14:00:00Z",
                 "2022-04-02T15:30:00Z");
    /* 02:00 becomes 02:30: the hour "02" lasts 30 minutes. */
    check_period(PERIOD_HOUR, &lord_howe, "2022-10-01T15:40Z", "2022-10-01T15:30:00Z",
                 "2022-10-01T16:00:00Z");
    check_period(PERIOD_HOUR, &lord_howe, "2022-10-01T15:10Z", "2022-10-01T14:30:00Z",
                 "2022-10-01T15:30:00Z");
}

/* Every instant lies in [floor, next), and periods follow each other without gap or overlap. */
static void check_tiling(enum period period, const struct zone *zone, const char *from,
                         const char *to)
{
    int64_t start_us = period_floor(period, zone, at(from)), end_us = at(to);
    while (start_us < end_us) {
        int64_t next_us = period_next(period, zone, start_us);
        assert_true(next_us > start_us);
        assert_true(period_floor(period, zone, start_us) == start_us);
        assert_true(period_floor(period, zone, (start_us + next_us) / 2) == start_us);
        assert_true(period_floor(period, zone, next_us - 1) == start_us);
        assert_true(period_floor(period, zone, next_us) == next_us);
        start_us = next_us;
    }
}

static void periods_tile_time(void **state)
{
    (void)state;
    for (enum period period = PERIOD_HOUR; period <= PERIOD_YEAR; period++) {
        check_tiling(period, &zone_utc, "1969-11-01", "1970-02-01");
        check_tiling(period, &vilnius, "2022-01-01", "2023-01-01");
        check_tiling(period, &lord_howe, "2022-03-01", "2022-11-01");
        check_tiling(period, &sao_paulo, "2018-02-01", "2018-12-01");
        check_tiling(period, &apia, "2011-12-01", "2012-02-01");
        check_tiling(period, &st_johns, "2006-10-01", "2006-12-01");
    }
}

static void the_ends_of_time_are_held(void **state)
{
    (void)state;
    for (enum period period = PERIOD_HOUR; period <= PERIOD_YEAR; period++) {
        assert_true(period_floor(period, &vilnius, INT64_MIN) == INT64_MIN);
        assert_true(period_next(period, &vilnius, INT64_MAX) == INT64_MAX);
        assert_true(period_floor(period, &vilnius, INT64_MAX) <= INT64_MAX);
        assert_true(period_next(period, &sao_paulo, INT64_MIN) > INT64_MIN);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utc_is_its_own_local_time),
        cmocka_unit_test(offsets_change_at_the_transition),
        cmocka_unit_test(local_times_in_gaps_and_overlaps),
        cmocka_unit_test(a_gap_cannot_be_written),
        cmocka_unit_test(periods_have_names),
        cmocka_unit_test(days_of_23_and_25_hours),
        cmocka_unit_test(days_without_a_midnight),
        cmocka_unit_test(a_clock_set_back_over_midnight),
        cmocka_unit_test(months_and_years),
        cmocka_unit_test(hours_follow_the_clock),
        cmocka_unit_test(periods_tile_time),
        cmocka_unit_test(the_ends_of_time_are_held),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
