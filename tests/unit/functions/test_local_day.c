/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "functions/local_day.h"

#define HOUR (3600 * US_PER_SECOND)

/* Zones with one change each, at `at_hour` UTC of 2022-03-27 or so; day 0 is 1970-01-01. */
static struct zone zone_with_change(int64_t at_us, int32_t before_s, int32_t after_s)
{
    static int64_t starts[2];
    static int32_t offsets[2];
    starts[0] = INT64_MIN;
    starts[1] = at_us;
    offsets[0] = before_s;
    offsets[1] = after_s;
    return (struct zone){"test", 2, starts, offsets};
}

static struct local_day day;

static int release_day(void **state)
{
    (void)state;
    local_day_release(&day);
    return 0;
}

static void make(const struct zone *zone, int64_t date, int64_t resolution_us,
                 enum slot_policy policy)
{
    struct err err = {0};
    if (local_day_make(zone, date, resolution_us, policy, &day, &err) != 0)
        fail_msg("%s", err.message);
}

/* The slots never overlap, and lie in order. */
static void assert_in_order(void)
{
    for (size_t i = 1; i < day.count; i++)
        assert_true(day.slots[i - 1].end_us <= day.slots[i].start_us);
}

static void plain_days_have_one_offset(void **state)
{
    (void)state;
    struct zone zone = zone_with_change(100 * US_PER_DAY + HOUR, 7200, 10800);
    int32_t offset;
    assert_true(local_day_is_plain(&zone, 99, &offset));
    assert_int_equal(offset, 7200);
    assert_false(local_day_is_plain(&zone, 100, &offset));
    assert_true(local_day_is_plain(&zone, 101, &offset));
    assert_int_equal(offset, 10800);
    assert_true(local_day_is_plain(&zone_utc, 0, &offset));
    assert_int_equal(offset, 0);
}

static void a_skipped_hour_has_no_slot(void **state)
{
    (void)state;
    struct zone zone = zone_with_change(100 * US_PER_DAY + HOUR, 7200, 10800);
    make(&zone, 100, HOUR, SLOTS_BY_CLOCK);
    assert_int_equal(day.count, 23);
    assert_int_equal(day.element_count, 24);
    assert_false(day.has_time[3]);
    assert_true(day.has_time[2] && day.has_time[4]);
    assert_in_order();
    assert_int_equal(day.slots[3].element, 4);
    assert_int_equal(day.slots[3].local_us, 100 * US_PER_DAY + 4 * HOUR);
    make(&zone, 100, HOUR, SLOTS_BY_TIME);
    assert_int_equal(day.count, 23);
    assert_int_equal(day.element_count, 23);
    assert_int_equal(day.slots[3].element, 3);
    make(&zone, 100, HOUR / 4, SLOTS_BY_CLOCK);
    assert_int_equal(day.count, 92);
}

static void a_repeated_hour_has_two_slots(void **state)
{
    (void)state;
    struct zone zone = zone_with_change(100 * US_PER_DAY + HOUR, 10800, 7200);
    make(&zone, 100, HOUR, SLOTS_BY_CLOCK);
    assert_int_equal(day.count, 25);
    assert_in_order();
    assert_int_equal(day.slots[3].element, 3);
    assert_int_equal(day.slots[4].element, 3);
    assert_int_equal(day.slots[3].local_us, day.slots[4].local_us);
    assert_int_equal(day.slots[4].share_from * 2, day.slots[4].share_of);
    make(&zone, 100, HOUR / 4, SLOTS_BY_CLOCK);
    assert_int_equal(day.count, 100);
    assert_in_order();
    make(&zone, 100, HOUR / 4, SLOTS_BY_TIME);
    assert_int_equal(day.element_count, 100);
}

static void half_an_hour_in_slots_of_an_hour(void **state)
{
    (void)state;
    struct zone back = zone_with_change(100 * US_PER_DAY - 9 * HOUR, 39600, 37800);
    make(&back, 100, HOUR, SLOTS_BY_CLOCK);
    assert_int_equal(day.count, 24);
    assert_in_order();
    assert_int_equal(day.slots[1].end_us - day.slots[1].start_us, HOUR * 3 / 2);
    make(&back, 100, HOUR / 2, SLOTS_BY_CLOCK);
    assert_int_equal(day.count, 49);
    make(&back, 100, HOUR / 2, SLOTS_BY_TIME);
    assert_int_equal(day.count, 49);
    struct err err = {0};
    assert_int_equal(local_day_make(&back, 100, HOUR, SLOTS_BY_TIME, &day, &err), -1);
    struct zone forth = zone_with_change(100 * US_PER_DAY - 17 * HOUR / 2, 37800, 39600);
    make(&forth, 100, HOUR, SLOTS_BY_CLOCK);
    assert_int_equal(day.count, 24);
    assert_int_equal(day.slots[2].end_us - day.slots[2].start_us, HOUR / 2);
    assert_int_equal(day.slots[2].local_us, 100 * US_PER_DAY + HOUR * 5 / 2);
}

static void changes_at_midnight(void **state)
{
    (void)state;
    struct zone forth = zone_with_change(100 * US_PER_DAY + 3 * HOUR, -10800, -7200);
    make(&forth, 100, HOUR, SLOTS_BY_CLOCK);
    assert_int_equal(day.count, 23);
    assert_false(day.has_time[0]);
    int32_t offset;
    assert_true(local_day_is_plain(&forth, 99, &offset));
    struct zone back = zone_with_change(100 * US_PER_DAY + 2 * HOUR, -7200, -10800);
    make(&back, 99, HOUR, SLOTS_BY_CLOCK);
    assert_int_equal(day.count, 25);
    assert_int_equal(day.slots[24].element, 23);
    assert_true(local_day_is_plain(&back, 100, &offset));
    assert_int_equal(offset, -10800);
}

static void a_skipped_day_has_no_slots(void **state)
{
    (void)state;
    struct zone zone = zone_with_change(100 * US_PER_DAY + 10 * HOUR, -36000, 50400);
    make(&zone, 100, HOUR, SLOTS_BY_CLOCK);
    assert_int_equal(day.count, 0);
    assert_int_equal(day.element_count, 24);
    make(&zone, 100, HOUR, SLOTS_BY_TIME);
    assert_int_equal(day.element_count, 0);
}

static void long_slots_are_not_doubled(void **state)
{
    (void)state;
    struct zone zone = zone_with_change(100 * US_PER_DAY + HOUR, 10800, 7200);
    make(&zone, 100, 6 * HOUR, SLOTS_BY_CLOCK);
    assert_int_equal(day.count, 4);
    assert_int_equal(day.slots[0].end_us - day.slots[0].start_us, 7 * HOUR);
    make(&zone, 100, US_PER_DAY, SLOTS_BY_CLOCK);
    assert_int_equal(day.count, 1);
    assert_int_equal(day.slots[0].end_us - day.slots[0].start_us, 25 * HOUR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_days_have_one_offset),
        cmocka_unit_test(a_skipped_hour_has_no_slot),
        cmocka_unit_test(a_repeated_hour_has_two_slots),
        cmocka_unit_test(half_an_hour_in_slots_of_an_hour),
        cmocka_unit_test(changes_at_midnight),
        cmocka_unit_test(a_skipped_day_has_no_slots),
        cmocka_unit_test(long_slots_are_not_doubled),
    };
    return cmocka_run_group_tests(tests, NULL, release_day);
}
