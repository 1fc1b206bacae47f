/* SPDX-License-Identifier: Apache-2.0 */
#include "series/frame.h"

#include <math.h>
#include <string.h>

/* One bucket while its samples go by, in the order of time. */
struct bucket {
    size_t index;
    int64_t count;
    double sum;
    union grid_value first, last, least, greatest;
};

static union grid_value bucket_value(const struct bucket *bucket, enum grid_method method)
{
    switch (method) {
    case GRID_FIRST:
        return bucket->first;
    case GRID_LAST:
        return bucket->last;
    case GRID_MIN:
        return bucket->least;
    case GRID_MAX:
        return bucket->greatest;
    case GRID_SUM:
        return (union grid_value){.number = bucket->sum};
    case GRID_COUNT:
        return (union grid_value){.number = (double)bucket->count};
    case GRID_MEAN:
        break;
    }
    return (union grid_value){.number = bucket->sum / (double)bucket->count};
}

static void end_bucket(const struct bucket *bucket, const struct grid_series *series,
                       struct grid_cells *cells)
{
    if (bucket->count == 0)
        return;
    cells->values[bucket->index] = bucket_value(bucket, series->method);
    bitmap_set(cells->measured, bucket->index);
    cells->measured_count++;
}

static void add_to_bucket(struct bucket *bucket, union grid_value value,
                          const struct grid_series *series)
{
    if (bucket->count == 0)
        bucket->first = bucket->least = bucket->greatest = value;
    else if (series->method == GRID_MAX &&
             sample_is_greater(value, bucket->greatest, series->is_text))
        bucket->greatest = value;
    else if (series->method == GRID_MIN && sample_is_greater(bucket->least, value, series->is_text))
        bucket->least = value;
    bucket->last = value;
    bucket->sum += series->is_text ? 0 : value.number;
    bucket->count++;
}

static void note(struct grid_cells *cells, const struct grid_series *series, double value)
{
    if (series->is_text || value != value)
        return;
    cells->min = value < cells->min ? value : cells->min;
    cells->max = value > cells->max ? value : cells->max;
    cells->sum += value;
}

/* Called with the samples in the order of time, one an instant. */
struct fold {
    const struct grid_series *series;
    struct grid_cells *cells;
    int64_t ticks_per_bucket;
    int64_t bucket_end; /* in ticks since the frame's start */
    struct bucket bucket;
};

static void fold_sample(struct fold *fold, int64_t at, union grid_value value)
{
    if (at >= fold->bucket_end) {
        end_bucket(&fold->bucket, fold->series, fold->cells);
        fold->bucket = (struct bucket){.index = (size_t)(at / fold->ticks_per_bucket), .count = 0};
        fold->bucket_end = ((int64_t)fold->bucket.index + 1) * fold->ticks_per_bucket;
    }
    note(fold->cells, fold->series, value.number);
    add_to_bucket(&fold->bucket, value, fold->series);
}

static void fold_slots(struct fold *fold, const struct series_samples *samples, size_t words)
{
    for (size_t w = 0; w < words; w++) {
        for (uint64_t bits = samples->present[w]; bits != 0; bits &= bits - 1) {
            size_t at = 64 * w + (size_t)__builtin_ctzll(bits);
            fold_sample(fold, (int64_t)at, samples->slots[at]);
        }
    }
}

static void measure(const struct grid_spec *spec, const struct grid_series *series,
                    const struct frame *frame, struct series_samples *samples,
                    struct grid_cells *cells)
{
    struct fold fold = {.series = series,
                        .cells = cells,
                        .ticks_per_bucket = spec->every_us / spec->tick_us,
                        .bucket_end = -1};
    cells->min = INFINITY;
    cells->max = -INFINITY;
    if (samples->present != NULL) {
        fold_slots(&fold, samples, bitmap_words(frame->slot_count));
    } else {
        samples_settle(samples, series->is_text);
        for (size_t i = 0; i < samples->item_count; i++)
            fold_sample(&fold, samples->items[i].at, samples->items[i].value);
    }
    end_bucket(&fold.bucket, series, cells);
    cells->samples = samples->count;
    cells->duplicates = samples->duplicates;
    cells->conflicts = samples->conflicts;
}

/* Buckets [from, to), which nothing was measured in. */
static void carry_into(const struct grid_spec *spec, const struct frame *frame,
                       const struct carry *carry, size_t from, size_t to, struct grid_cells *cells)
{
    if (!carry->has_value)
        return;
    int64_t last_us = carry->bucket_us + spec->max_gap_us - frame->start_us;
    for (size_t b = from; b < to && (int64_t)b * spec->every_us <= last_us; b++) {
        cells->values[b] = carry->value;
        bitmap_set(cells->carried, b);
        cells->carried_count++;
    }
}

/* Empty buckets take the value of the last measured one while it is not older than max_gap. */
static void carry_forward(const struct grid_spec *spec, const struct frame *frame,
                          struct carry *carry, struct grid_cells *cells)
{
    size_t count = (size_t)((frame->end_us - frame->start_us) / spec->every_us);
    size_t next = 0; /* bucket after the last measured one */
    for (size_t w = 0; w < bitmap_words(count); w++) {
        for (uint64_t bits = cells->measured[w]; bits != 0; bits &= bits - 1) {
            size_t at = 64 * w + (size_t)__builtin_ctzll(bits);
            if (at > next)
                carry_into(spec, frame, carry, next, at, cells);
            *carry = (struct carry){.value = cells->values[at],
                                    .bucket_us = frame->start_us + (int64_t)at * spec->every_us,
                                    .has_value = true};
            next = at + 1;
        }
    }
    carry_into(spec, frame, carry, next, count, cells);
}

void cells_compute(const struct grid_spec *spec, const struct grid_series *series,
                   const struct frame *frame, struct series_samples *samples, struct carry *carry,
                   struct grid_cells *cells)
{
    if (samples != NULL)
        measure(spec, series, frame, samples, cells);
    carry_forward(spec, frame, carry, cells);
}
