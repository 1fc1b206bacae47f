/* SPDX-License-Identifier: Apache-2.0 */
#include "base/instant.h"
#include "connect/parquet_footer.h"
#include "connect/series_facts.h"
#include "connect/source.h"
#include "connect/source_index.h"
#include "parquet/read.h"

#include <stdlib.h>
#include <string.h>

/*
 * Samples of labelled series in Parquet files. Landing reads the labels of new files and makes the registry of series;
 * the samples stay where they are.
 */

static const char *instant_text(struct arena *arena, int64_t ticks, int64_t tick_us)
{
    char text[40];
    return arena_strdup(arena, instant_format(ticks * tick_us, text));
}

/* From the statistics of the row groups, when all of them have them. */
static bool range_of_footer(const struct parquet_file *file, int32_t leaf, int64_t *ret_min,
                            int64_t *ret_max)
{
    const struct parquet_footer *footer = parquet_footer(file);
    int64_t min = INT64_MAX;
    int64_t max = INT64_MIN;
    for (size_t i = 0; i < footer->group_count; i++) {
        const struct parquet_statistics *stats = &footer->groups[i].chunks[leaf].statistics;
        int64_t low;
        int64_t high;
        if (footer->groups[i].row_count == 0)
            continue;
        if (stats->min.data == NULL || stats->max.data == NULL || stats->min.len != sizeof(low) ||
            stats->max.len != sizeof(high))
            return false;
        memcpy(&low, stats->min.data, sizeof(low));
        memcpy(&high, stats->max.data, sizeof(high));
        min = low < min ? low : min;
        max = high > max ? high : max;
    }
    *ret_min = min;
    *ret_max = max;
    return true;
}

static int index_file(const struct source_spec *spec, struct input_file *file,
                      struct memory *memory, struct arena *arena, struct err *err)
{
    AUTO(parquet_close) struct parquet_file *parquet = NULL;
    const struct series_layout *layout = spec->series;
    const char *foreign = NULL;
    struct hash hash;
    int64_t min = 0;
    int64_t max = -1;
    TRY(parquet_footer_hash(file->path, &hash, err));
    file->hash = arena_strdup(arena, hash.hex);
    TRY(parquet_open(file->path, memory, &parquet, &foreign, err));
    if (parquet == NULL)
        return series_foreign(file->path, foreign, err);
    file->row_count = parquet_footer(parquet)->row_count;
    int32_t leaf = parquet_find_column(parquet, layout->time);
    if (leaf < 0)
        return err_set(err, ERR_CONFIG, "\"%s\" has no column \"%s\", which `series.time` names",
                       file->path, layout->time);
    int64_t lowest;
    int64_t highest;
    series_tick_bounds(layout->tick_us, &lowest, &highest);
    bool is_known = range_of_footer(parquet, leaf, &min, &max);
    if (!is_known || min < lowest || max > highest) /* rows out of all range are rejects */
        TRY(series_time_range(file->path, layout, memory, &min, &max, err));
    if (min <= max) {
        file->min_time = instant_text(arena, min, layout->tick_us);
        file->max_time = instant_text(arena, max, layout->tick_us);
    }
    return 0;
}

static int plan_series(const struct source_spec *spec, const struct input_list *known,
                       const struct conn_opener *opener, struct arena *arena,
                       struct source_plan *ret_plan, struct err *err)
{
    (void)opener;
    struct file_index index;
    struct memory_limit limit = {0};
    TRY(file_index_list(spec, known, arena, &index, err));
    TRY(memory_find_limit(0, &limit, err));
    struct memory *memory = memory_new(limit);
    int result = 0;
    for (size_t i = 0; result == 0 && i < index.new_count; i++)
        result = index_file(spec, &index.plan.files[index.new_files[i]], memory, arena, err);
    memory_free(memory);
    TRY(result);
    file_index_finish(&index);
    /* The registry of the last run goes on being right only if every file it was made of is still there. */
    index.plan.new_files = index.new_files;
    index.plan.has_gone = known->count != index.plan.file_count - index.new_count;
    *ret_plan = index.plan;
    return 0;
}

static int64_t rows_in(struct source_reading *reading)
{
    return ((struct series_reading *)reading)->row_count;
}

static void release_series(struct source_reading *reading)
{
    struct series_reading *series = (struct series_reading *)reading;
    registry_free(series->registry);
    text_rejects_free(reading->rejects);
    reading->rejects = NULL;
}

static int read_series(const struct source_spec *spec, const struct source_plan *plan,
                       struct engine *engine, struct conn *conn, struct memory *memory, int threads,
                       struct arena *arena, struct source_reading **ret_reading, struct err *err)
{
    struct series_reading *series = ARENA_NEW(arena, struct series_reading);
    struct source_reading *reading = &series->reading;
    series->spec = spec;
    series->plan = plan;
    series->memory = memory;
    series->registry = registry_new(memory);
    series->transcoder = (struct series_transcoder){engine, spec->series, spec->temp_folder};
    reading->rejects = text_rejects_new(spec->max_rejects, memory);
    reading->engine = engine;
    reading->total_bytes = plan->total_bytes;
    reading->rows_in = rows_in;
    reading->release = release_series;
    reading->parts = ARENA_NEW(arena, struct reading_part);
    reading->part_count = 1;
    *ret_reading = reading; /* released by the caller, also when this fails */
    TRY(series_restore(series, conn, err));
    TRY(series_read_files(series, threads, err));
    registry_number(series->registry);
    return series_select(series, arena, err);
}

const struct source_ops source_series = {
    .format = "series", .plan = plan_series, .read = read_series};
