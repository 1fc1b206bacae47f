/* SPDX-License-Identifier: Apache-2.0 */
#include "series/grid.h"

#include "base/alloc.h"
#include "series/frame.h"

#include <stdlib.h>
#include <string.h>

#define MAX_OPEN_FRAMES 10000

/* What a closed frame is given in; two, so that one can be written while the next is computed. */
struct cells_buffer {
    struct grid_cells *cells; /* by series */
    union grid_value *values;
    uint64_t *bits;
};
struct grid {
    struct grid_spec spec;
    struct memory *memory;
    struct frame **frames; /* open, ascending */
    size_t frame_count, frame_cap;
    struct frame *spare;  /* one that was closed: fresh memory costs more than the samples in it */
    struct frame *last;   /* of the sample before: the next one is nearly always there too */
    int64_t closed_until; /* us */
    struct carry *carries;
    struct cells_buffer buffers[2];
    size_t turn;
    size_t bucket_cap;
    int64_t reserved_bytes;
    int64_t unmapped;
};

bool grid_method_find(const char *name, enum grid_method *ret_method)
{
    static const char *const names[] = {"mean", "first", "last", "min", "max", "sum", "count"};
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        if (strcmp(names[i], name) == 0) {
            *ret_method = (enum grid_method)i;
            return true;
        }
    }
    return false;
}

static void buffer_init(struct cells_buffer *buffer, size_t series_count, size_t bucket_cap)
{
    buffer->cells = alloc_zeroed((series_count + 1) * sizeof(*buffer->cells));
    buffer->values = alloc_zeroed((series_count * bucket_cap + 1) * sizeof(*buffer->values));
    buffer->bits =
        alloc_zeroed((2 * series_count * bitmap_words(bucket_cap) + 1) * sizeof(*buffer->bits));
}

int grid_new(const struct grid_spec *spec, struct memory *memory, struct grid **ret_grid,
             struct err *err)
{
    size_t buckets = (size_t)(INT64_C(7200) * US_PER_SECOND / spec->every_us); /* zones may skip */
    int64_t bytes = 2 * (int64_t)spec->series_count *
                    (int64_t)(buckets * sizeof(union grid_value) + sizeof(struct grid_cells) +
                              2 * bitmap_words(buckets) * sizeof(uint64_t));
    if (memory != NULL)
        TRY(memory_reserve(memory, bytes, "the buckets of a grid", err));
    struct grid *grid = alloc_zeroed(sizeof(*grid));
    grid->spec = *spec;
    grid->memory = memory;
    grid->reserved_bytes = bytes;
    grid->bucket_cap = buckets;
    grid->closed_until = INT64_MIN;
    grid->carries = alloc_zeroed((spec->series_count + 1) * sizeof(*grid->carries));
    for (size_t i = 0; i < ARRAY_COUNT(grid->buffers); i++)
        buffer_init(&grid->buffers[i], spec->series_count, buckets);
    *ret_grid = grid;
    return 0;
}

void grid_free(struct grid *grid)
{
    if (grid == NULL)
        return;
    for (size_t i = 0; i < grid->frame_count; i++)
        frame_free(grid->frames[i]);
    frame_free(grid->spare);
    for (size_t i = 0; i < ARRAY_COUNT(grid->buffers); i++) {
        free(grid->buffers[i].cells);
        free(grid->buffers[i].values);
        free(grid->buffers[i].bits);
    }
    if (grid->memory != NULL)
        memory_release(grid->memory, grid->reserved_bytes);
    free(grid->carries);
    free(grid->frames);
    free(grid);
}

int64_t grid_unmapped(const struct grid *grid)
{
    return grid->unmapped;
}

static int insert_frame(struct grid *grid, size_t at, struct frame *frame, struct err *err)
{
    if (grid->frame_count == MAX_OPEN_FRAMES) {
        frame_free(frame);
        return err_set(err, ERR_MEMORY_LIMIT, "the samples lie in more than %d hours at a time",
                       MAX_OPEN_FRAMES);
    }
    if (grid->frame_count == grid->frame_cap) {
        grid->frame_cap = grid->frame_cap > 0 ? 2 * grid->frame_cap : 8;
        grid->frames = realloc(grid->frames, grid->frame_cap * sizeof(*grid->frames));
        if (grid->frames == NULL)
            alloc_die("out of memory for the frames of a grid");
    }
    memmove(grid->frames + at + 1, grid->frames + at,
            (grid->frame_count - at) * sizeof(*grid->frames));
    grid->frames[at] = frame;
    grid->frame_count++;
    return 0;
}

static struct frame *open_frame(struct grid *grid, int64_t start_us, struct err *err)
{
    struct frame *spare = grid->spare;
    grid->spare = NULL;
    if (spare != NULL && frame_reuse(spare, &grid->spec, start_us))
        return spare;
    frame_free(spare);
    return frame_new(&grid->spec, start_us, grid->memory, err);
}

/* The open frame that holds the instant; opened when there is none. NULL: failed. */
static struct frame *find_frame(struct grid *grid, int64_t tick, struct err *err)
{
    size_t low = 0;
    size_t high = grid->frame_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (grid->frames[middle]->end_tick <= tick)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < grid->frame_count && grid->frames[low]->start_tick <= tick)
        return grid->frames[low];
    int64_t start_us = period_floor(PERIOD_HOUR, grid->spec.zone, tick * grid->spec.tick_us);
    if (start_us < grid->closed_until) {
        err_set(err, ERR_INTERNAL, "a sample came for an hour that was closed already");
        return NULL;
    }
    struct frame *frame = open_frame(grid, start_us, err);
    return frame != NULL && insert_frame(grid, low, frame, err) == 0 ? frame : NULL;
}

static void put_slot(struct series_samples *samples, size_t slot, union grid_value value,
                     bool is_text)
{
    if (!bitmap_get(samples->present, slot)) {
        bitmap_set(samples->present, slot);
        samples->slots[slot] = value;
        return;
    }
    samples->duplicates++;
    if (sample_is_equal(samples->slots[slot], value, is_text))
        return;
    samples->conflicts += !bitmap_get(samples->disputed, slot);
    bitmap_set(samples->disputed, slot);
    if (sample_is_greater(value, samples->slots[slot], is_text))
        samples->slots[slot] = value;
}

static int add_sample(struct grid *grid, int64_t tick, uint32_t id, union grid_value value,
                      struct err *err)
{
    const struct grid_series *series = &grid->spec.series[id];
    if (series->key < 0) {
        grid->unmapped++;
        return 0;
    }
    struct frame *frame = grid->last;
    if (frame == NULL || tick < frame->start_tick || tick >= frame->end_tick)
        frame = find_frame(grid, tick, err);
    if (frame == NULL)
        return -1;
    grid->last = frame;
    struct series_samples *samples = frame->series[id];
    if (samples == NULL && (samples = frame_series(frame, id, err)) == NULL)
        return -1;
    samples->count++;
    if (samples->present != NULL) {
        put_slot(samples, (size_t)(tick - frame->start_tick), value, series->is_text);
        return 0;
    }
    if (samples->item_count == samples->item_cap)
        TRY(frame_grow(frame, samples, err));
    samples->items[samples->item_count++] =
        (struct sample){.at = tick - frame->start_tick, .value = value};
    return 0;
}

int grid_add(struct grid *grid, const struct grid_samples *samples, struct err *err)
{
    for (size_t i = 0; i < samples->count; i++)
        TRY(add_sample(grid, samples->ticks[i], samples->series[i], samples->values[i], err));
    return 0;
}

static int close_frame(struct grid *grid, struct frame *frame, grid_take take, void *context,
                       struct err *err)
{
    struct cells_buffer *buffer = &grid->buffers[grid->turn++ % ARRAY_COUNT(grid->buffers)];
    size_t words = bitmap_words(grid->bucket_cap);
    struct grid_frame closed = {
        .start_us = frame->start_us,
        .end_us = frame->end_us,
        .bucket_count = (size_t)((frame->end_us - frame->start_us) / grid->spec.every_us),
        .cells = buffer->cells};
    memset(buffer->bits, 0, 2 * grid->spec.series_count * words * sizeof(*buffer->bits));
    for (size_t i = 0; i < grid->spec.series_count; i++) {
        struct grid_cells *cells = &buffer->cells[i];
        *cells = (struct grid_cells){.values = buffer->values + i * grid->bucket_cap,
                                     .measured = buffer->bits + 2 * i * words,
                                     .carried = buffer->bits + (2 * i + 1) * words};
        if (grid->spec.series[i].key >= 0)
            cells_compute(&grid->spec, &grid->spec.series[i], frame, frame->series[i],
                          &grid->carries[i], cells);
        if (cells->measured_count + cells->carried_count == 0)
            cells->values = NULL;
    }
    return take(context, &closed, err);
}

int grid_close(struct grid *grid, int64_t until_us, grid_take take, void *context, struct err *err)
{
    size_t count = 0;
    int result = 0;
    while (result == 0 && count < grid->frame_count && grid->frames[count]->end_us <= until_us) {
        struct frame *frame = grid->frames[count];
        grid->closed_until = frame->end_us;
        result = close_frame(grid, frame, take, context, err);
        frame_free(grid->spare);
        grid->spare = frame;
        count++;
    }
    if (count > 0)
        memmove(grid->frames, grid->frames + count,
                (grid->frame_count - count) * sizeof(*grid->frames));
    grid->frame_count -= count;
    grid->last = NULL;
    return result;
}
