/* SPDX-License-Identifier: Apache-2.0 */
#include "series/grid_run.h"

#include "series/block_queue.h"

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
    bool has_thread; /* else the caller writes itself */
    bool has_frame, is_ending;
    struct err err; /* why it stopped */
};

static int write_frame(struct writer *writer, const struct grid_frame *frame, struct err *err)
{
    TRY(grid_files_write(writer->files, frame, err));
    return writer->run->closed(writer->run->context, frame, err);
}

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
        int result = write_frame(writer, &writer->frame, &err);
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
    if (!writer->has_thread)
        return write_frame(writer, frame, err);
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

static int start_writer(struct writer *writer, struct err *err)
{
    if (writer->run->threads < 2)
        return 0;
    pthread_mutex_init(&writer->lock, NULL);
    pthread_cond_init(&writer->changed, NULL);
    writer->has_thread = pthread_create(&writer->thread, NULL, write_frames, writer) == 0;
    if (writer->has_thread)
        return 0;
    pthread_mutex_destroy(&writer->lock);
    pthread_cond_destroy(&writer->changed);
    return err_set(err, ERR_IO, "could not start a thread to write with");
}

static int end_writer(struct writer *writer, struct err *err)
{
    if (!writer->has_thread)
        return 0;
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
    struct intern *intern;
    struct writer *writer;
    struct block_queue *queue; /* NULL: one thread reads and adds */
    const char *path;
    int64_t until_us; /* nothing unread is before it */
};

static int add_samples(struct reading *reading, const struct grid_samples *samples,
                       int64_t until_us, struct err *err)
{
    TRY(grid_close(reading->grid, until_us, hand_over, reading->writer, err));
    reading->run->sample_count += (int64_t)samples->count;
    return grid_add(reading->grid, samples, err);
}

static int take_block(void *context, const struct series_block *block, struct err *err)
{
    struct reading *reading = context;
    const struct grid_series *series = reading->run->grid->series;
    for (size_t i = 0; i < block->samples.count; i++)
        if (series[block->samples.series[i]].is_text != (bool)block->is_text[i])
            return err_set(err, ERR_CONFLICT, "\"%s\" changed while it was read", reading->path);
    return reading->queue != NULL ? block_queue_put(reading->queue, block, reading->until_us, err)
                                  : add_samples(reading, &block->samples, reading->until_us, err);
}

static int by_range(const void *left, const void *right)
{
    const struct grid_input *a = left;
    const struct grid_input *b = right;
    if (a->min_tick != b->min_tick)
        return a->min_tick < b->min_tick ? -1 : 1;
    return (a->max_tick > b->max_tick) - (a->max_tick < b->max_tick);
}

static int read_input(struct reading *reading, struct series_scanner *scanner,
                      const struct grid_input *input, struct err *err)
{
    struct grid_run *run = reading->run;
    const char *foreign = NULL;
    int64_t rows = 0;
    reading->path = input->path;
    TRY(series_scan_file(scanner, input->path, &rows, &foreign, err));
    if (foreign != NULL)
        return err_set(err, ERR_CONFLICT, "\"%s\" changed while it was read", input->path);
    if (run->read_bytes != NULL)
        *run->read_bytes += input->size_bytes;
    return 0;
}

static int read_inputs(struct reading *reading, struct err *err)
{
    struct grid_run *run = reading->run;
    struct series_scan scan = {.layout = run->layout,
                               .registry = run->registry,
                               .intern = reading->intern,
                               .memory = run->memory,
                               .context = reading,
                               .take = take_block,
                               .transcode = run->transcode,
                               .transcoder = run->transcoder,
                               .is_cancelled = run->is_cancelled};
    AUTO(series_scanner_free) struct series_scanner *scanner = series_scanner_new(&scan);
    for (size_t i = 0; i < run->input_count; i++) {
        reading->until_us = run->inputs[i].min_tick * run->grid->tick_us;
        TRY(read_input(reading, scanner, &run->inputs[i], err));
    }
    return 0;
}

static void *read_thread(void *argument)
{
    struct reading *reading = argument;
    struct err err = {0};
    int result = read_inputs(reading, &err);
    block_queue_end(reading->queue, result, &err);
    return NULL;
}

static int add_queued(struct reading *reading, struct err *err)
{
    const struct queued_block *block = NULL;
    int got;
    while ((got = block_queue_take(reading->queue, &block, err)) > 0)
        TRY(add_samples(reading, &block->samples, block->until_us, err));
    return got;
}

/* What another thread reads is added here. */
static int read_and_add(struct reading *reading, struct err *err)
{
    pthread_t thread;
    if (reading->run->threads < 2)
        return read_inputs(reading, err);
    reading->queue = block_queue_new();
    int result = -1;
    if (pthread_create(&thread, NULL, read_thread, reading) != 0) {
        err_set(err, ERR_IO, "could not start a thread to read with");
    } else {
        result = add_queued(reading, err);
        block_queue_stop(reading->queue);
        pthread_join(thread, NULL);
    }
    block_queue_free(reading->queue);
    return result;
}

static int run_all(struct reading *reading, struct err *err)
{
    struct writer *writer = reading->writer;
    struct err closing = {0};
    TRY(start_writer(writer, err));
    int result = read_and_add(reading, err);
    if (result == 0)
        result = grid_close(reading->grid, INT64_MAX, hand_over, writer, err);
    if (end_writer(writer, &closing) != 0 && result == 0) {
        result = -1;
        if (err != NULL)
            *err = closing;
    }
    return result;
}

int grid_run(struct grid_run *run, struct err *err)
{
    struct writer writer = {.run = run};
    struct reading reading = {.run = run, .writer = &writer};
    if (run->input_count > 1)
        qsort(run->inputs, run->input_count, sizeof(*run->inputs), by_range);
    TRY(grid_files_new(run->files, run->memory, &writer.files, err));
    int result = grid_new(run->grid, run->memory, &reading.grid, err);
    if (result == 0) {
        reading.intern = intern_new();
        result = run_all(&reading, err);
        run->unmapped_count = grid_unmapped(reading.grid);
        intern_free(reading.intern);
    }
    grid_free(reading.grid);
    grid_files_free(writer.files);
    return result;
}
