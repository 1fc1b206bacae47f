/* SPDX-License-Identifier: Apache-2.0 */
#include "series/frame.h"

#include "base/alloc.h"

#include <stdlib.h>

static int reserve(struct frame *frame, size_t bytes, struct err *err)
{
    if (frame->memory != NULL)
        TRY(memory_reserve(frame->memory, (int64_t)bytes, "samples of an hour", err));
    frame->reserved_bytes += (int64_t)bytes;
    return 0;
}

struct frame *frame_new(const struct grid_spec *spec, int64_t start_us, struct memory *memory,
                        struct err *err)
{
    struct frame *frame = alloc_zeroed(sizeof(*frame));
    frame->memory = memory;
    frame->start_us = start_us;
    frame->end_us = period_next(PERIOD_HOUR, spec->zone, start_us);
    frame->start_tick = start_us / spec->tick_us;
    frame->end_tick = frame->end_us / spec->tick_us;
    size_t instants = (size_t)(frame->end_tick - frame->start_tick);
    frame->slot_count = instants <= 2 * (size_t)SAMPLES_MAX_SLOTS ? instants : 0;
    frame->series_count = spec->series_count;
    if (reserve(frame, spec->series_count * sizeof(*frame->series), err) != 0) {
        frame_free(frame);
        return NULL;
    }
    frame->series = alloc_zeroed((spec->series_count + 1) * sizeof(*frame->series));
    return frame;
}

void frame_free(struct frame *frame)
{
    if (frame == NULL)
        return;
    for (size_t i = 0; frame->series != NULL && i < frame->series_count; i++) {
        if (frame->series[i] != NULL)
            free(frame->series[i]->items);
        free(frame->series[i]);
    }
    if (frame->memory != NULL)
        memory_release(frame->memory, frame->reserved_bytes);
    free(frame->series);
    free(frame);
}

/* Slots lie behind the struct, so that a series is one allocation. Values without their bit are never read. */
struct series_samples *frame_series(struct frame *frame, uint32_t series, struct err *err)
{
    if (frame->series[series] != NULL)
        return frame->series[series];
    size_t words = bitmap_words(frame->slot_count);
    size_t bytes = sizeof(struct series_samples) + 2 * words * sizeof(uint64_t) +
                   frame->slot_count * sizeof(union grid_value);
    if (reserve(frame, bytes, err) != 0)
        return NULL;
    struct series_samples *samples = malloc(bytes);
    if (samples == NULL)
        alloc_die("out of memory for the samples of a series");
    *samples = (struct series_samples){0};
    if (frame->slot_count > 0) {
        samples->present = (uint64_t *)(samples + 1);
        samples->disputed = samples->present + words;
        samples->slots = (union grid_value *)(samples->disputed + words);
        for (size_t i = 0; i < 2 * words; i++)
            samples->present[i] = 0;
    }
    frame->series[series] = samples;
    return samples;
}

int frame_grow(struct frame *frame, struct series_samples *samples, struct err *err)
{
    size_t cap = samples->item_cap > 0 ? 2 * samples->item_cap : 64;
    TRY(reserve(frame, (cap - samples->item_cap) * sizeof(*samples->items), err));
    struct sample *grown = realloc(samples->items, cap * sizeof(*grown));
    if (grown == NULL)
        alloc_die("out of memory for the samples of a series");
    samples->items = grown;
    samples->item_cap = cap;
    return 0;
}
