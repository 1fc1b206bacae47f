/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_SERIES_SAMPLES_H
#define LEAT_SERIES_SAMPLES_H

#include "series/grid.h"

/*
 * The samples of one series in one open frame. A clock of seconds has so few instants in an hour that each has a slot of
 * its own; finer clocks keep a list, which is sorted when the frame is closed. Only for series/.
 */
struct sample {
    int64_t at; /* ticks since the frame's start */
    union grid_value value;
};
struct series_samples {
    int64_t count, duplicates, conflicts; /* see struct grid_cells */
    uint64_t *present;  /* slots: one bit an instant, the values behind them; NULL: a list */
    uint64_t *disputed; /* slots: the instants with different values */
    union grid_value *slots;
    struct sample *items; /* the list, in order of arrival */
    size_t item_count, item_cap;
};
#define SAMPLES_MAX_SLOTS 3600

static inline size_t bitmap_words(size_t bits)
{
    return (bits + 63) / 64;
}
static inline bool bitmap_get(const uint64_t *bits, size_t at)
{
    return bits[at / 64] >> (at % 64) & 1;
}
static inline void bitmap_set(uint64_t *bits, size_t at)
{
    bits[at / 64] |= UINT64_C(1) << (at % 64);
}

/* Whether `a` is the one to use of two values of one instant. NaN is less than all numbers. */
bool sample_is_greater(union grid_value a, union grid_value b, bool is_text);
bool sample_is_equal(union grid_value a, union grid_value b, bool is_text);
/* Sorts a list and leaves one sample an instant. */
void samples_settle(struct series_samples *samples, bool is_text);

#endif
