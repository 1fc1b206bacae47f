/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_SERIES_GRID_H
#define LEAT_SERIES_GRID_H

#include "base/arena.h"
#include "base/instant.h"
#include "memory/memory.h"

/*
 * Samples of series onto regular buckets. A grid keeps a window of open frames (hours by the clock of a zone); samples
 * come in any order while their frame is open, and a frame is closed when nobody can reach it any more: its buckets are
 * then computed in the order of time, so that values are carried from one frame into the next.
 *
 * The rules are in docs/design/battery.md. An instant has one value a series: repeats count once (`duplicates`), and of
 * different ones (`conflicts`) the greater is used; so the order never matters.
 */
enum grid_method { GRID_MEAN, GRID_FIRST, GRID_LAST, GRID_MIN, GRID_MAX, GRID_SUM, GRID_COUNT };
bool grid_method_find(const char *name, enum grid_method *ret_method);

struct grid_series {
    int key; /* which of grid_spec.keys it belongs to; < 0: not part of the grid, samples are only counted */
    int column; /* in that key's columns; several series of one column are not allowed */
    bool is_text;
    enum grid_method method;
};
struct grid_spec {
    const struct zone *zone;          /* whose hours the frames are */
    int64_t every_us;                 /* of a bucket; divides an hour, and is made of whole ticks */
    int64_t tick_us;                  /* of the samples' clock: 1 s, 1 ms, 1 us */
    int64_t max_gap_us;               /* 0: nothing is carried */
    const struct grid_series *series; /* by id; borrowed */
    size_t series_count;
};
struct grid;

union grid_value {
    double number;
    const char *text; /* equal texts are one pointer, which lives as long as the grid */
};
/* Samples as columns. Times are ticks of the samples' clock since 1970-01-01T00:00:00Z. */
struct grid_samples {
    const int64_t *ticks;
    const uint32_t *series;
    const union grid_value *values;
    size_t count;
};

/* One series in one closed frame. */
struct grid_cells {
    union grid_value *values; /* by bucket; only where measured or carried */
    uint64_t *measured;       /* bit b: bucket b has samples */
    uint64_t *carried;        /* bit b: the value is an earlier bucket's */
    int64_t samples, duplicates,
        conflicts; /* samples = all that came; the used ones are what is left */
    int64_t measured_count, carried_count;
    double min, max, sum; /* of the used samples; numbers only */
};
struct
    grid_frame { /* valid until the second next one is taken, so that another thread may write it */
    int64_t start_us, end_us;
    size_t bucket_count;
    const struct grid_cells
        *cells; /* by series id; NULL values: the series has neither samples nor carried values */
};

int grid_new(const struct grid_spec *spec, struct memory *memory, struct grid **ret_grid,
             struct err *err) WARN_UNUSED;
void grid_free(struct grid *grid);
/*
 * ERR_INTERNAL for a sample before a frame that was closed. Memory: the open frames, reserved; more than the limit is
 * ERR_MEMORY_LIMIT.
 */
int grid_add(struct grid *grid, const struct grid_samples *samples, struct err *err) WARN_UNUSED;
int64_t
grid_unmapped(const struct grid *grid); /* samples of series that are not part of the grid */
/*
 * Closes every frame that ends at or before `until_us`, in order, and gives those with samples to `take`. INT64_MAX: all.
 */
typedef int (*grid_take)(void *context, const struct grid_frame *frame, struct err *err);
int grid_close(struct grid *grid, int64_t until_us, grid_take take, void *context,
               struct err *err) WARN_UNUSED;

#endif
