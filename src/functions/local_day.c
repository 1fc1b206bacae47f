/* SPDX-License-Identifier: Apache-2.0 */
#include "functions/local_day.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

/* No offset is as large as this, nor any change of offset. */
#define MAX_SHIFT_US (INT64_C(26) * 3600 * US_PER_SECOND)

/* A piece of true time within which the offset is constant. */
struct piece {
    int64_t start_us, end_us;
    int64_t offset_us;
};

void local_day_release(struct local_day *day)
{
    free(day->slots);
    free(day->has_time);
    *day = (struct local_day){0};
}

static int64_t offset_us(const struct zone *zone, size_t stretch)
{
    return zone->offsets_s[stretch] * US_PER_SECOND;
}

static int64_t min_of(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t max_of(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

bool local_day_is_plain(const struct zone *zone, int64_t date, int32_t *ret_offset_s)
{
    int64_t from = date * US_PER_DAY, to = from + US_PER_DAY;
    size_t i = zone_stretch(zone, from - MAX_SHIFT_US);
    size_t last = zone_stretch(zone, to + MAX_SHIFT_US);
    /* All of the day must lie after the change before it, on both clocks, and before the next. */
    for (; i < last; i++) {
        int64_t change = zone->starts_us[i + 1];
        int64_t before = offset_us(zone, i), after = offset_us(zone, i + 1);
        if (to <= change + min_of(before, after))
            break;
        if (from < change + max_of(before, after))
            return false;
    }
    *ret_offset_s = zone->offsets_s[i];
    return true;
}

/* Room for `count` more slots. */
static void reserve(struct local_day *day, size_t count)
{
    if (day->count + count <= day->cap)
        return;
    day->cap = day->cap * 2 + count;
    day->slots = realloc(day->slots, day->cap * sizeof(day->slots[0]));
    if (day->slots == NULL)
        alloc_die("out of memory");
}

static void mark_elements(struct local_day *day, size_t count)
{
    if (count > day->has_time_cap) {
        free(day->has_time);
        day->has_time = alloc_zeroed(count * sizeof(day->has_time[0]));
        day->has_time_cap = count;
    }
    memset(day->has_time, 0, count * sizeof(day->has_time[0]));
    day->element_count = count;
}

/* A day cannot see more changes than this; the shortest time between two is 4 days. */
#define MAX_PIECES 4

/* What [from, to) of the local clock is in true time, in order of instants. */
static size_t find_pieces(const struct zone *zone, int64_t from, int64_t to, struct piece *pieces)
{
    size_t count = 0;
    size_t last = zone_stretch(zone, to + MAX_SHIFT_US);
    for (size_t i = zone_stretch(zone, from - MAX_SHIFT_US); i <= last && count < MAX_PIECES; i++) {
        int64_t offset = offset_us(zone, i);
        int64_t start = max_of(from - offset, zone->starts_us[i]);
        int64_t end =
            i + 1 < zone->count ? min_of(to - offset, zone->starts_us[i + 1]) : to - offset;
        if (start < end)
            pieces[count++] = (struct piece){start, end, offset};
    }
    return count;
}

/*
 * An hour that comes twice is two rows. But a slot that only contains a change, such as a six-hour
 * slot or a whole day, is one row, shorter or longer than its name.
 */
static size_t join_pieces(struct piece *pieces, size_t count, int64_t resolution_us)
{
    bool are_whole = true;
    for (size_t i = 0; i < count; i++)
        are_whole = are_whole && pieces[i].end_us - pieces[i].start_us == resolution_us;
    if (are_whole || count == 0)
        return count;
    size_t kept = 0;
    for (size_t i = 1; i < count; i++) {
        if (pieces[i].start_us == pieces[kept].end_us)
            pieces[kept].end_us = pieces[i].end_us;
        else
            pieces[++kept] = pieces[i];
    }
    return kept + 1;
}

/* Shares go by duration. */
static void add_slots(struct local_day *day, size_t element, const struct piece *pieces,
                      size_t count)
{
    int64_t total = 0, before = 0;
    for (size_t i = 0; i < count; i++)
        total += pieces[i].end_us - pieces[i].start_us;
    reserve(day, count);
    for (size_t i = 0; i < count; i++) {
        int64_t duration = pieces[i].end_us - pieces[i].start_us;
        day->slots[day->count++] = (struct local_slot){
            .element = (int)element,
            .start_us = pieces[i].start_us,
            .end_us = pieces[i].end_us,
            .local_us = pieces[i].start_us + pieces[i].offset_us,
            .share_from = before,
            .share_to = before + duration,
            .share_of = total,
        };
        before += duration;
    }
    day->has_time[element] = count > 0;
}

static int compare_starts(const void *a, const void *b)
{
    const struct local_slot *x = a, *y = b;
    return (x->start_us > y->start_us) - (x->start_us < y->start_us);
}

static void make_by_clock(const struct zone *zone, int64_t date, int64_t resolution_us,
                          struct local_day *day)
{
    mark_elements(day, (size_t)(US_PER_DAY / resolution_us));
    for (size_t i = 0; i < day->element_count; i++) {
        struct piece pieces[MAX_PIECES];
        int64_t from = date * US_PER_DAY + (int64_t)i * resolution_us;
        size_t count = find_pieces(zone, from, from + resolution_us, pieces);
        add_slots(day, i, pieces, join_pieces(pieces, count, resolution_us));
    }
    if (day->count > 0)
        qsort(day->slots, day->count, sizeof(day->slots[0]), compare_starts);
}

static int64_t local_at(const struct piece *pieces, size_t count, int64_t instant_us)
{
    size_t i = 0;
    while (i + 1 < count && instant_us >= pieces[i].end_us)
        i++;
    return instant_us + pieces[i].offset_us;
}

static int make_by_time(const struct zone *zone, int64_t date, int64_t resolution_us,
                        struct local_day *day, struct err *err)
{
    struct piece pieces[MAX_PIECES];
    int64_t from = date * US_PER_DAY;
    size_t count = find_pieces(zone, from, from + US_PER_DAY, pieces);
    for (size_t i = 1; i < count; i++) {
        if (pieces[i].start_us != pieces[i - 1].end_us)
            return err_set(err, ERR_DATA, "the day is in two pieces in %s", zone->name);
    }
    int64_t length = count > 0 ? pieces[count - 1].end_us - pieces[0].start_us : 0;
    if (length % resolution_us != 0)
        return err_set(err, ERR_DATA,
                       "the day lasts %g hours in %s, which is no whole number of slots",
                       (double)length / (3600.0 * US_PER_SECOND), zone->name);
    mark_elements(day, (size_t)(length / resolution_us));
    for (size_t i = 0; i < day->element_count; i++) {
        int64_t start = pieces[0].start_us + (int64_t)i * resolution_us;
        int64_t local = local_at(pieces, count, start);
        struct piece slot = {start, start + resolution_us, local - start};
        add_slots(day, i, &slot, 1);
    }
    return 0;
}

int local_day_make(const struct zone *zone, int64_t date, int64_t resolution_us,
                   enum slot_policy policy, struct local_day *day, struct err *err)
{
    day->count = 0;
    if (policy == SLOTS_BY_TIME)
        return make_by_time(zone, date, resolution_us, day, err);
    make_by_clock(zone, date, resolution_us, day);
    return 0;
}
