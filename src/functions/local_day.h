/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_FUNCTIONS_LOCAL_DAY_H
#define LEAT_FUNCTIONS_LOCAL_DAY_H

#include "base/instant.h"

/*
 * The slots of one day of a local clock as stretches of true time. A zone is a row of stretches of
 * constant offset; a slot is what it covers in each of them. That gives nothing for an hour the
 * clock skips, two pieces for an hour it repeats, and one for every other.
 */
enum slot_policy {
    SLOTS_BY_CLOCK, /* element i is the i-th slot of the clock, whatever happened to it */
    SLOTS_BY_TIME   /* element i is the i-th slot that passed */
};
struct local_slot {
    int element;                            /* of the array, from 0 */
    int64_t start_us, end_us;               /* instants, half-open */
    int64_t local_us;                       /* the clock at the start */
    int64_t share_from, share_to, share_of; /* of the element's value; 0, n, n: all of it */
};
struct local_day {
    struct local_slot *slots; /* by start; memory is reused */
    size_t count, cap;
    size_t element_count; /* how long an array of that day has to be */
    bool *has_time;       /* per element: false where the clock skips it */
    size_t has_time_cap;
};
void local_day_release(struct local_day *day);

/* Whether the clock runs through this day without a change; then one offset holds for all of it. */
bool local_day_is_plain(const struct zone *zone, int64_t date, int32_t *ret_offset_s);
/* `date` counts days since 1970-01-01; the resolution divides a day. Any day, plain or not. */
int local_day_make(const struct zone *zone, int64_t date, int64_t resolution_us,
                   enum slot_policy policy, struct local_day *day, struct err *err) WARN_UNUSED;

#endif
