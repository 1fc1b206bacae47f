/* SPDX-License-Identifier: Apache-2.0 */
#include "series/grid_run.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/*
 * The thread that writes has room for one frame: the grid keeps two, so that one can be computed while the other is
 * written.
 */
struct writer {
    struct grid_run *run;
    struct grid_files *files;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct grid_frame frame;
    bool has_frame, is_ending;
    struct err err; /* why it stopped */
};

static void *write_frames(void *argument)
{
    struct writer *writer = argument;
    pthread_mutex_lock(&writer->lock);
    for (;;) {
        while (!writer->has_frame && !writer->is_ending)
            pthread_cond_wait(&writer->changed, &writer->lock);
        if (!writer->has_frame)
            break;
        pthread_mutex_unlock(&writer->lock);
        struct err err = {0};
        int result = grid_files_write(writer->files, &writer->frame, &err);
        if (result == 0)
            result = writer->run->closed(writer->run->context, &writer->frame, &err);
        pthread_mutex_lock(&writer->lock);
        writer->has_frame = false;
        if (result != 0)
            writer->err = err;
        pthread_cond_broadcast(&writer->changed);
    }
    pthread_mutex_unlock(&writer->lock);
    return NULL;
}

/* Waits until the frame before is written, and hands this one over. */
static int hand_over(void *context, const struct grid_frame *frame, struct err *err)
{
    struct writer *writer = context;
    pthread_mutex_lock(&writer->lock);
    while (writer->has_frame)
        pthread_cond_wait(&writer->changed, &writer->lock);
    bool is_failed = writer->err.kind != ERR_NONE;
    if (is_failed && err != NULL)
        *err = writer->err;
    if (!is_failed) {
        writer->frame = *frame;
        writer->has_frame = true;
        pthread_cond_broadcast(&writer->changed);
    }
    pthread_mutex_unlock(&writer->lock);
    return is_failed ? -1 : 0;
}

static int end_writer(struct writer *writer, struct err *err)
{
    pthread_mutex_lock(&writer->lock);
    writer->is_ending = true;
    pthread_cond_broadcast(&writer->changed);
    pthread_mutex_unlock(&writer->lock);
    pthread_join(writer->thread, NULL);
    pthread_mutex_destroy(&writer->lock);
    pthread_cond_destroy(&writer->changed);
    if (writer->err.kind == ERR_NONE)
        return 0;
    if (err != NULL)
        *err = writer->err;
    return -1;
}

struct reading {
    struct grid_run *run;
    struct grid *grid;
    const char *path;
};

static int take_block(void *context, const struct series_block *block, struct err *err)
{
    struct reading *reading = context;
    const struct grid_series *series = reading->run->grid->series;
    for (size_t i = 0; i < block->samples.count; i++)
        if (series[block->samples.series[i]].is_text != (bool)block->is_text[i])
            return err_set(err, ERR_CONFLICT, "\"%s\" changed while it was read", reading->path);
    reading->run->sample_count += (int64_t)block->samples.count;
    return grid_add(reading->grid, &block->samples, err);
}

static int by_range(const void *left, const void *right)
{
    const struct grid_input *a = left;
    const struct grid_input *b = right;
    if (a->min_tick != b->min_tick)
        return a->min_tick < b->min_tick ? -1 : 1;
    return (a->max_tick > b->max_tick) - (a->max_tick < b->max_tick);
}

static int read_inputs(struct reading *reading, struct intern *intern, struct writer *writer,
                       struct err *err)
{
    struct grid_run *run = reading->run;
    for (size_t i = 0; i < run->input_count; i++) {
        const char *foreign = NULL;
        int64_t rows = 0;
        reading->path = run->inputs[i].path;
        struct series_scan scan = {.path = reading->path,
                                   .layout = run->layout,
                                   .registry = run->registry,
                                   .intern = intern,
                                   .memory = run->memory,
                                   .context = reading,
                                   .take = take_block,
                                   .transcode = run->transcode,
                                   .transcoder = run->transcoder,
                                   .is_cancelled = run->is_cancelled};
        /* Nothing unread begins before this file does. */
        TRY(grid_close(reading->grid, run->inputs[i].min_tick * run->grid->tick_us, hand_over,
                       writer, err));
        TRY(series_scan(&scan, &rows, &foreign, err));
        if (foreign != NULL)
            return err_set(err, ERR_CONFLICT, "\"%s\" changed while it was read", reading->path);
        if (run->read_bytes != NULL)
            *run->read_bytes += run->inputs[i].size_bytes;
    }
    return grid_close(reading->grid, INT64_MAX, hand_over, writer, err);
}

static int start_writer(struct writer *writer, struct err *err)
{
    pthread_mutex_init(&writer->lock, NULL);
    pthread_cond_init(&writer->changed, NULL);
    if (pthread_create(&writer->thread, NULL, write_frames, writer) == 0)
        return 0;
    pthread_mutex_destroy(&writer->lock);
    pthread_cond_destroy(&writer->changed);
    return err_set(err, ERR_IO, "could not start a thread to write with");
}

int grid_run(struct grid_run *run, struct err *err)
{
    struct writer writer = {.run = run};
    struct reading reading = {.run = run};
    struct err closing = {0};
    if (run->input_count > 1)
        qsort(run->inputs, run->input_count, sizeof(*run->inputs), by_range);
    TRY(grid_files_new(run->files, run->memory, &writer.files, err));
    int result = grid_new(run->grid, run->memory, &reading.grid, err);
    if (result == 0)
        result = start_writer(&writer, err);
    if (result == 0) {
        struct intern *intern = intern_new();
        result = read_inputs(&reading, intern, &writer, err);
        if (end_writer(&writer, &closing) != 0 && result == 0) {
            result = -1;
            if (err != NULL)
                *err = closing;
        }
        run->unmapped_count = grid_unmapped(reading.grid);
        intern_free(intern);
    }
    grid_free(reading.grid);
    grid_files_free(writer.files);
    return result;
}
