/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/series_facts.h"

#include "base/alloc.h"
#include "base/instant.h"

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

static void free_result(struct result **result)
{
    result_free(*result);
}

static int restore_row(struct series_reading *series, struct result *result, bool with_counts,
                       struct err *err)
{
    struct series known = {
        .id = result_i64(result, 0), .first_tick = INT64_MAX, .last_tick = INT64_MIN};
    if (with_counts && result_i64(result, 5) > 0) {
        int64_t tick_us = series->spec->series->tick_us;
        known.kind = str_eq(result_text(result, 2), "text") ? SERIES_TEXT : SERIES_NUMBER;
        known.first_tick = result_i64(result, 3) / tick_us;
        known.last_tick = result_i64(result, 4) / tick_us;
        known.sample_count = result_i64(result, 5);
    }
    return registry_restore_json(series->registry, &known, result_text(result, 1), err);
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

struct file_reader { /* one thread */
    struct series_reading *series;
    struct intern *intern;
    struct shared_work *work;
    struct series_facts *facts; /* of the file, by index of the series */
    size_t fact_count;
    const char *path;
    size_t file; /* its index in the plan */
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
        reader->facts[i] = (struct series_facts){0};
    reader->fact_count = count;
}

static int fail_kind(const struct series *series, enum series_kind kind,
                     const struct series_place *before, const struct series_place *place,
                     struct err *err)
{
    static const char *const kinds[] = {[SERIES_NUMBER] = "number", [SERIES_TEXT] = "text"};
    bool is_text = kind == SERIES_TEXT;
    char labels[160];
    series_describe(series, labels, sizeof(labels));
    err_set(err, ERR_DATA, "the series %s has a %s at %s:%lld and a %s here", labels,
            kinds[is_text ? SERIES_NUMBER : SERIES_TEXT], before->path, (long long)before->row + 1,
            kinds[kind]);
    err_where(err, "%s:%lld", place->path, (long long)place->row + 1);
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
        struct series_facts *facts = &reader->facts[index];
        enum series_kind kind = block->is_text[i] ? SERIES_TEXT : SERIES_NUMBER;
        if (facts->sample_count == 0)
            *facts = (struct series_facts){.kind = kind,
                                           .first_tick = tick,
                                           .last_tick = tick,
                                           .first = {reader->path, reader->file, block->rows[i]}};
        if (facts->kind != kind) {
            struct series_place here = {reader->path, reader->file, block->rows[i]};
            return fail_kind(registry_get(reader->series->registry, index), kind, &facts->first,
                             &here, err);
        }
        facts->sample_count++;
        facts->first_tick = tick < facts->first_tick ? tick : facts->first_tick;
        facts->last_tick = tick > facts->last_tick ? tick : facts->last_tick;
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

/* All of it, also when a series changes its kind: the work stops then, and registry_clash() tells where. */
static void note_file(struct file_reader *reader)
{
    struct registry *registry = reader->series->registry;
    for (size_t i = 0; i < reader->fact_count; i++) {
        struct series_facts *facts = &reader->facts[i];
        if (facts->sample_count > 0 &&
            registry_note(registry, registry_get(registry, i), facts) != 0)
            reader->work->is_failed = true;
        facts->sample_count = 0;
    }
}

static int read_file(struct file_reader *reader, struct series_scanner *scanner,
                     const struct input_file *file, struct err *err)
{
    struct series_reading *series = reader->series;
    const char *foreign = NULL;
    int64_t rows = 0;
    reader->path = file->path;
    TRY(series_scan_file(scanner, file->path, &rows, &foreign, err));
    if (foreign != NULL)
        return series_foreign(file->path, foreign, err);
    note_file(reader);
    series->row_count += rows;
    series->reading.read_bytes += file->id.size_bytes;
    return 0;
}

static void *read_some(void *argument)
{
    struct file_reader *reader = argument;
    struct series_reading *series = reader->series;
    struct shared_work *work = reader->work;
    struct series_scan scan = {.layout = series->spec->series,
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
    AUTO(series_scanner_free) struct series_scanner *scanner = series_scanner_new(&scan);
    while (!work->is_failed) {
        size_t at = work->next++;
        if (at >= work->count)
            break;
        reader->file = work->files[at];
        if (read_file(reader, scanner, &series->plan->files[work->files[at]], &reader->err) != 0)
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

/*
 * Files are handed out in order and always read to their end, so what comes first in that order is known whichever thread
 * was quicker: an error of a file, or a series that changes its kind.
 */
static int find_failure(struct series_reading *series, const struct file_reader *readers,
                        size_t count, bool *ret_is_unknown, struct err *err)
{
    struct series_place place = {0};
    struct series_place before = {0};
    enum series_kind kind = SERIES_UNKNOWN;
    const struct series *clash = registry_clash(series->registry, &place, &before, &kind);
    const struct file_reader *failed = NULL;
    for (size_t i = 0; i < count; i++)
        if (readers[i].err.kind != ERR_NONE && (failed == NULL || readers[i].file < failed->file))
            failed = &readers[i];
    if (failed != NULL && (clash == NULL || failed->file <= place.file)) {
        if (err != NULL)
            *err = failed->err;
        return -1;
    }
    *ret_is_unknown = clash != NULL && before.path == NULL;
    if (clash == NULL || *ret_is_unknown)
        return 0;
    return fail_kind(clash, kind, &before, &place, err);
}

static int read_files(struct series_reading *series, const size_t *files, size_t file_count,
                      int threads, bool *ret_is_unknown, struct err *err)
{
    struct intern *intern = intern_new();
    struct shared_work work = {.files = files, .count = file_count};
    struct file_reader readers[MAX_READERS] = {0};
    size_t count = threads < 1 ? 1 : threads > MAX_READERS ? MAX_READERS : (size_t)threads;
    size_t started = 1;
    for (size_t i = 0; i < count; i++)
        readers[i] = (struct file_reader){.series = series, .intern = intern, .work = &work};
    while (started < count &&
           pthread_create(&readers[started].thread, NULL, read_some, &readers[started]) == 0)
        started++;
    (void)read_some(&readers[0]);
    for (size_t i = 1; i < started; i++)
        pthread_join(readers[i].thread, NULL);
    int result = find_failure(series, readers, started, ret_is_unknown, err);
    for (size_t i = 0; i < started; i++)
        free(readers[i].facts);
    intern_free(intern);
    return result;
}

int series_read_files(struct series_reading *series, int threads, struct err *err)
{
    size_t all = series->plan->file_count;
    size_t *files = alloc_zeroed((all + 1) * sizeof(*files));
    size_t count = files_to_read(series, files);
    bool is_unknown = false;
    int result = read_files(series, files, count, threads, &is_unknown, err);
    if (result == 0 && is_unknown) { /* a series changed since the last run: find where it was */
        registry_forget(series->registry);
        for (size_t i = 0; i < all; i++)
            files[i] = i;
        result = read_files(series, files, all, threads, &is_unknown, err);
    }
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
    struct series_scan scan = {.layout = &bare,
                               .registry = registry,
                               .can_add = true,
                               .intern = intern,
                               .memory = memory,
                               .context = range,
                               .take = take_range};
    struct series_scanner *scanner = series_scanner_new(&scan);
    int result = series_scan_file(scanner, path, &rows, &foreign, err);
    series_scanner_free(&scanner);
    registry_free(registry);
    intern_free(intern);
    TRY(result);
    if (foreign != NULL)
        return series_foreign(path, foreign, err);
    *ret_min = range[0];
    *ret_max = range[1];
    return 0;
}
