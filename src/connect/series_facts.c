/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/series_facts.h"

#include "base/alloc.h"
#include "base/instant.h"

#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define MAX_READERS 16

int series_foreign(const char *path, const char *why, struct err *err)
{
    err_set(err, ERR_DATA, "\"%s\" cannot be read as series: %s", path, why);
    return err_hint(err, "Write it anew with zstd or snappy, or declare it without `series`.");
}

/* ---- what is known from the last run ---- */

/* The registry of the last run cannot go on being counted when a file it was made of is gone. */
static bool reads_all(const struct series_reading *series)
{
    return series->plan->has_gone || series->spec->rescans || series->spec->previous_sql == NULL;
}

static void free_json(json_t **json)
{
    json_decref(*json);
}

static void free_result(struct result **result)
{
    result_free(*result);
}

static int restore_row(struct series_reading *series, struct result *result, bool with_counts,
                       struct err *err)
{
    AUTO(free_json) json_t *labels = json_loads(result_text(result, 1), 0, NULL);
    struct label items[256];
    struct series known = {.id = result_i64(result, 0),
                           .labels = {.items = items},
                           .first_tick = INT64_MAX,
                           .last_tick = INT64_MIN};
    const char *name;
    json_t *value;
    if (!json_is_object(labels) || json_object_size(labels) > ARRAY_COUNT(items))
        return err_set(err, ERR_DATA, "the registry of %s has labels that are no object",
                       series->spec->name);
    json_object_foreach(labels, name, value) items[known.labels.count++] =
        (struct label){name, json_string_value(value)};
    if (with_counts && result_i64(result, 5) > 0) {
        int64_t tick_us = series->spec->series->tick_us;
        known.kind = str_eq(result_text(result, 2), "text") ? SERIES_TEXT : SERIES_NUMBER;
        known.first_tick = result_i64(result, 3) / tick_us;
        known.last_tick = result_i64(result, 4) / tick_us;
        known.sample_count = result_i64(result, 5);
    }
    return registry_restore(series->registry, &known, err);
}

int series_restore(struct series_reading *series, struct conn *conn, struct err *err)
{
    AUTO(free_result) struct result *result = NULL;
    AUTO(str_release) struct str sql = STR_INIT(1 << 20);
    int got;
    if (series->spec->previous_sql == NULL)
        return 0;
    str_appendf(&sql,
                "SELECT series, labels, kind, epoch_us(first_seen), epoch_us(last_seen), samples "
                "FROM (%s)",
                series->spec->previous_sql);
    TRY(conn_query(conn, str_text(&sql), NULL, 0, &result, err));
    while ((got = result_next(result, err)) > 0)
        TRY(restore_row(series, result, !reads_all(series), err));
    return got;
}

/* ---- reading files ---- */

struct file_facts { /* of one series in one file */
    struct series_facts facts;
    int64_t first_row; /* in the file, from 0 */
};
struct file_reader { /* one thread */
    struct series_reading *series;
    struct intern *intern;
    struct shared_work *work;
    struct file_facts *facts; /* by index of the series */
    size_t fact_count;
    const char *path;
    struct err err;
    pthread_t thread;
};
struct shared_work {
    const size_t *files; /* indexes in the plan */
    size_t count;
    _Atomic size_t next;
    _Atomic bool is_failed;
};

static void grow_facts(struct file_reader *reader)
{
    size_t count = registry_count(reader->series->registry) + 1024;
    if (count <= reader->fact_count)
        return;
    reader->facts = realloc(reader->facts, count * sizeof(*reader->facts));
    if (reader->facts == NULL)
        alloc_die("out of memory for the facts of series");
    for (size_t i = reader->fact_count; i < count; i++)
        reader->facts[i] = (struct file_facts){.first_row = 0};
    reader->fact_count = count;
}

static int fail_kind(const struct file_reader *reader, size_t index, bool is_text, int64_t row,
                     struct err *err)
{
    char labels[160];
    series_describe(registry_get(reader->series->registry, index), labels, sizeof(labels));
    err_set(err, ERR_DATA, "the series %s was of %s and has a %s here", labels,
            is_text ? "numbers" : "texts", is_text ? "text" : "number");
    err_where(err, "%s:%lld", reader->path, (long long)row + 1);
    return err_hint(err,
                    "A series is of numbers or of texts: give one of them a label of its own.");
}

static int take_block(void *context, const struct series_block *block, struct err *err)
{
    struct file_reader *reader = context;
    grow_facts(reader);
    for (size_t i = 0; i < block->samples.count; i++) {
        size_t index = block->samples.series[i];
        int64_t tick = block->samples.ticks[i];
        struct file_facts *facts = &reader->facts[index];
        enum series_kind kind = block->is_text[i] ? SERIES_TEXT : SERIES_NUMBER;
        if (facts->facts.sample_count == 0) {
            facts->facts =
                (struct series_facts){.kind = kind, .first_tick = tick, .last_tick = tick};
            facts->first_row = block->rows[i];
        }
        if (facts->facts.kind != kind)
            return fail_kind(reader, index, block->is_text[i], block->rows[i], err);
        facts->facts.sample_count++;
        facts->facts.first_tick = tick < facts->facts.first_tick ? tick : facts->facts.first_tick;
        facts->facts.last_tick = tick > facts->facts.last_tick ? tick : facts->facts.last_tick;
    }
    return 0;
}

static int take_reject(void *context, int64_t row, const char *column, const char *reason,
                       struct err *err)
{
    const struct file_reader *reader = context;
    struct text_reject reject = {.file = reader->path,
                                 .path = reader->path,
                                 .record = row + 1,
                                 .line = row + 1,
                                 .column = column,
                                 .text = "",
                                 .reason = reason,
                                 .raw = "",
                                 .raw_len = 0};
    return text_reject_add(reader->series->reading.rejects, 0, &reject, err);
}

static int note_file(struct file_reader *reader, struct err *err)
{
    struct registry *registry = reader->series->registry;
    for (size_t i = 0; i < reader->fact_count; i++) {
        struct file_facts *facts = &reader->facts[i];
        if (facts->facts.sample_count > 0 &&
            registry_note(registry, registry_get(registry, i), &facts->facts) != 0)
            return fail_kind(reader, i, facts->facts.kind == SERIES_TEXT, facts->first_row, err);
        facts->facts.sample_count = 0;
    }
    return 0;
}

static int read_file(struct file_reader *reader, const struct input_file *file, struct err *err)
{
    struct series_reading *series = reader->series;
    struct series_scan scan = {.path = file->path,
                               .layout = series->spec->series,
                               .registry = series->registry,
                               .can_add = true,
                               .intern = reader->intern,
                               .memory = series->memory,
                               .context = reader,
                               .take = take_block,
                               .reject = take_reject,
                               .transcode = series_transcode,
                               .transcoder = &series->transcoder,
                               .is_cancelled = series->spec->is_cancelled};
    const char *foreign = NULL;
    int64_t rows = 0;
    reader->path = file->path;
    TRY(series_scan(&scan, &rows, &foreign, err));
    if (foreign != NULL)
        return series_foreign(file->path, foreign, err);
    TRY(note_file(reader, err));
    series->row_count += rows;
    series->reading.read_bytes += file->id.size_bytes;
    return 0;
}

static void *read_some(void *argument)
{
    struct file_reader *reader = argument;
    struct shared_work *work = reader->work;
    while (!work->is_failed) {
        size_t at = work->next++;
        if (at >= work->count)
            break;
        if (read_file(reader, &reader->series->plan->files[work->files[at]], &reader->err) != 0)
            work->is_failed = true;
    }
    return NULL;
}

/* Everything, when the registry of the last run cannot go on being counted. */
static size_t files_to_read(const struct series_reading *series, size_t *ret_files)
{
    const struct source_plan *plan = series->plan;
    if (!reads_all(series)) {
        for (size_t i = 0; i < plan->indexed_count; i++)
            ret_files[i] = plan->new_files[i];
        return plan->indexed_count;
    }
    for (size_t i = 0; i < plan->file_count; i++)
        ret_files[i] = i;
    return plan->file_count;
}

int series_read_files(struct series_reading *series, int threads, struct err *err)
{
    struct intern *intern = intern_new();
    size_t *files = alloc_zeroed((series->plan->file_count + 1) * sizeof(*files));
    struct shared_work work = {.files = files, .count = files_to_read(series, files)};
    struct file_reader readers[MAX_READERS] = {0};
    size_t count = threads < 1 ? 1 : threads > MAX_READERS ? MAX_READERS : (size_t)threads;
    size_t started = 1;
    int result = 0;
    for (size_t i = 0; i < count; i++)
        readers[i] = (struct file_reader){.series = series, .intern = intern, .work = &work};
    while (started < count &&
           pthread_create(&readers[started].thread, NULL, read_some, &readers[started]) == 0)
        started++;
    (void)read_some(&readers[0]);
    for (size_t i = 1; i < started; i++)
        pthread_join(readers[i].thread, NULL);
    for (size_t i = 0; i < started; i++) {
        if (readers[i].err.kind != ERR_NONE && result == 0) {
            if (err != NULL)
                *err = readers[i].err;
            result = -1;
        }
        free(readers[i].facts);
    }
    intern_free(intern);
    free(files);
    return result;
}

static int take_range(void *context, const struct series_block *block, struct err *err)
{
    int64_t *range = context;
    (void)err;
    for (size_t i = 0; i < block->samples.count; i++) {
        int64_t tick = block->samples.ticks[i];
        range[0] = tick < range[0] ? tick : range[0];
        range[1] = tick > range[1] ? tick : range[1];
    }
    return 0;
}

int series_time_range(const char *path, const struct series_layout *layout, struct memory *memory,
                      int64_t *ret_min, int64_t *ret_max, struct err *err)
{
    int64_t range[2] = {INT64_MAX, INT64_MIN};
    struct series_layout bare = *layout;
    struct registry *registry = registry_new(memory);
    struct intern *intern = intern_new();
    const char *foreign = NULL;
    int64_t rows = 0;
    bare.label_count = 0;
    struct series_scan scan = {.path = path,
                               .layout = &bare,
                               .registry = registry,
                               .can_add = true,
                               .intern = intern,
                               .memory = memory,
                               .context = range,
                               .take = take_range};
    int result = series_scan(&scan, &rows, &foreign, err);
    registry_free(registry);
    intern_free(intern);
    TRY(result);
    if (foreign != NULL)
        return series_foreign(path, foreign, err);
    *ret_min = range[0];
    *ret_max = range[1];
    return 0;
}
