/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_SERIES_FRAME_H
#define LEAT_SERIES_FRAME_H

#include "series/samples.h"

/* An open frame: one hour of the zone's clock, and the samples of all series in it. Only for series/. */
struct frame {
    int64_t start_us, end_us;
    int64_t start_tick, end_tick;
    size_t slot_count;              /* instants; 0: lists are kept */
    struct series_samples **series; /* by id; NULL: none yet */
    struct series_samples *
        *room; /* by id; what a series had in the hour before, to be used again */
    size_t series_count;
    int64_t reserved_bytes;
    struct memory *memory;
};
struct frame *frame_new(const struct grid_spec *spec, int64_t start_us, struct memory *memory,
                        struct err *err); /* NULL: failed */
void frame_free(struct frame *frame);     /* NULL allowed */
/* Whether a frame that was closed could become that of another hour, without new memory; then it has. */
bool frame_reuse(struct frame *frame, const struct grid_spec *spec, int64_t start_us);
/* The samples of a series, made when there are none yet; NULL: failed. */
struct series_samples *frame_series(struct frame *frame, uint32_t series, struct err *err);
/* Room for one more item of a list. */
int frame_grow(struct frame *frame, struct series_samples *samples, struct err *err) WARN_UNUSED;

/* The values of one series in one frame, bucket by bucket, and what is carried into the next. */
struct carry {
    union grid_value value;
    int64_t bucket_us; /* start of the bucket it was measured in */
    bool has_value;
};
void cells_compute(const struct grid_spec *spec, const struct grid_series *series,
                   const struct frame *frame, struct series_samples *samples, struct carry *carry,
                   struct grid_cells *cells);

#endif
