/* SPDX-License-Identifier: Apache-2.0 */
#include "series/frame.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

static int reserve(struct frame *frame, size_t bytes, struct err *err)
{
    if (frame->memory != NULL)
        TRY(memory_reserve(frame->memory, (int64_t)bytes, "samples of an hour", err));
    frame->reserved_bytes += (int64_t)bytes;
    return 0;
}

static void set_hour(struct frame *frame, const struct grid_spec *spec, int64_t start_us)
{
    frame->start_us = start_us;
    frame->end_us = period_next(PERIOD_HOUR, spec->zone, start_us);
    frame->start_tick = start_us / spec->tick_us;
    frame->end_tick = frame->end_us / spec->tick_us;
}

static size_t slots_of(const struct frame *frame)
{
    size_t instants = (size_t)(frame->end_tick - frame->start_tick);
    return instants <= 2 * (size_t)SAMPLES_MAX_SLOTS ? instants : 0;
}

struct frame *frame_new(const struct grid_spec *spec, int64_t start_us, struct memory *memory,
                        struct err *err)
{
    struct frame *frame = alloc_zeroed(sizeof(*frame));
    frame->memory = memory;
    set_hour(frame, spec, start_us);
    frame->slot_count = slots_of(frame);
    frame->series_count = spec->series_count;
    if (reserve(frame, 2 * spec->series_count * sizeof(*frame->series), err) != 0) {
        frame_free(frame);
        return NULL;
    }
    frame->series = alloc_zeroed((spec->series_count + 1) * sizeof(*frame->series));
    frame->room = alloc_zeroed((spec->series_count + 1) * sizeof(*frame->room));
    return frame;
}

static void free_samples(struct series_samples *samples)
{
    if (samples != NULL)
        free(samples->items);
    free(samples);
}

void frame_free(struct frame *frame)
{
    if (frame == NULL)
        return;
    for (size_t i = 0; frame->room != NULL && i < frame->series_count; i++) {
        free_samples(frame->series[i]);
        free_samples(frame->room[i]);
    }
    if (frame->memory != NULL)
        memory_release(frame->memory, frame->reserved_bytes);
    free(frame->series);
    free(frame->room);
    free(frame);
}

static size_t room_bytes(const struct frame *frame)
{
    return sizeof(struct series_samples) + 2 * bitmap_words(frame->slot_count) * sizeof(uint64_t) +
           frame->slot_count * sizeof(union grid_value);
}

/* What the hour before did not need either is given back: series may end for good. */
static void keep_room(struct frame *frame, size_t series)
{
    if (frame->series[series] == NULL && frame->room[series] != NULL) {
        free_samples(frame->room[series]);
        frame->reserved_bytes -= (int64_t)room_bytes(frame);
        if (frame->memory != NULL)
            memory_release(frame->memory, (int64_t)room_bytes(frame));
    }
    frame->room[series] = frame->series[series];
    frame->series[series] = NULL;
}

bool frame_reuse(struct frame *frame, const struct grid_spec *spec, int64_t start_us)
{
    set_hour(frame, spec, start_us);
    if (frame->slot_count == 0 || slots_of(frame) != frame->slot_count)
        return false;
    for (size_t i = 0; i < frame->series_count; i++)
        keep_room(frame, i);
    return true;
}

/* Slots lie behind the struct, so that a series is one allocation. */
static struct series_samples *make_room(struct frame *frame, struct err *err)
{
    size_t bytes = room_bytes(frame);
    if (reserve(frame, bytes, err) != 0)
        return NULL;
    struct series_samples *samples = malloc(bytes);
    if (samples == NULL)
        alloc_die("out of memory for the samples of a series");
    return samples;
}

/* Values without their bit are never read. */
struct series_samples *frame_series(struct frame *frame, uint32_t series, struct err *err)
{
    if (frame->series[series] != NULL)
        return frame->series[series];
    struct series_samples *samples = frame->room[series];
    frame->room[series] = NULL;
    if (samples == NULL && (samples = make_room(frame, err)) == NULL)
        return NULL;
    *samples = (struct series_samples){0};
    if (frame->slot_count > 0) {
        size_t words = bitmap_words(frame->slot_count);
        samples->present = (uint64_t *)(samples + 1);
        samples->disputed = samples->present + words;
        samples->slots = (union grid_value *)(samples->disputed + words);
        memset(samples->present, 0, 2 * words * sizeof(uint64_t));
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
