/* SPDX-License-Identifier: Apache-2.0 */
#include "text/infer.h"
#include "base/alloc.h"

#include <stdlib.h>

#define MAX_THREADS 64

static void *run(void *context)
{
    struct inference *all = context;
    size_t job;
    while ((job = atomic_fetch_add(&all->next_job, 1)) < all->job_count) {
        struct err err = {0};
        if (atomic_load(&all->failed_job) < job)
            break;
        if (infer_split(all, job, &err) == 0)
            continue;
        /* All jobs before the first that failed are done, so the error does not depend on the threads. */
        pthread_mutex_lock(&all->lock);
        if (job < atomic_load(&all->failed_job)) {
            atomic_store(&all->failed_job, job);
            all->err = err;
        }
        pthread_mutex_unlock(&all->lock);
    }
    return NULL;
}

static void run_all(struct inference *all)
{
    pthread_t threads[MAX_THREADS];
    size_t want = all->source->threads > 1 ? (size_t)all->source->threads : 1, started = 0;
    if (want > all->job_count)
        want = all->job_count;
    if (want > MAX_THREADS)
        want = MAX_THREADS;
    while (started + 1 < want && pthread_create(&threads[started], NULL, run, all) == 0)
        started++;
    run(all);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
}

/* Files with a column that is not typed, or without a decimal mark, are read. */
static bool is_needed(const struct inference *all, const struct text_input_file *file)
{
    if (file->head.name_count == 0 || file->decimal == 0)
        return true;
    for (size_t i = 0; i < file->head.name_count; i++) {
        int column = file->column_of[i];
        if (column >= 0 &&
            (all->is_wanted ? all->is_wanted[column] : !all->table->columns[column].is_typed))
            return true;
    }
    return false;
}

static int pass(struct inference *all, struct err *err)
{
    const struct text_table *table = all->table;
    size_t *jobs = alloc_zeroed((table->split_count + 1) * sizeof(size_t));
    all->files = alloc_zeroed((table->file_count + 1) * sizeof(*all->files));
    all->job_count = 0;
    for (size_t i = 0; i < table->split_count; i++) {
        if (!is_needed(all, &table->files[table->splits[i].file]))
            continue;
        jobs[all->job_count++] = i;
        all->files[table->splits[i].file].splits_left++;
    }
    all->jobs = jobs;
    atomic_store(&all->next_job, 0);
    atomic_store(&all->failed_job, SIZE_MAX);
    run_all(all);
    for (size_t i = 0; i < table->file_count; i++) {
        free(all->files[i].typings);
        if (table->files[i].decimal == 0)
            table->files[i].decimal = '.'; /* without records */
    }
    free(TAKE(all->files));
    free(jobs);
    all->jobs = NULL;
    if (atomic_load(&all->failed_job) == SIZE_MAX)
        return 0;
    if (err)
        *err = all->err;
    return -1;
}

static bool is_doubtful(const struct text_typing *typing)
{
    return typing->has_unchecked && typing->has_exponent &&
           text_typing_end(typing).kind == TEXT_DOUBLE;
}

/* A column of floating numbers whose long ones were not tried: a second pass does, for such columns only. */
static int check_doubles(struct inference *all, struct err *err)
{
    size_t count = all->table->column_count;
    bool *wanted = ARENA_ARRAY(all->arena, bool, count + 1), is_any = false;
    for (size_t i = 0; i < count; i++) {
        wanted[i] = !all->table->columns[i].is_typed && is_doubtful(&all->columns[i]);
        is_any |= wanted[i];
        if (wanted[i])
            text_typing_init(&all->columns[i]);
    }
    for (size_t i = 0; i < all->keys.count; i++) {
        bool is_key = is_doubtful(&all->keys.items[i]->typing);
        is_any |= is_key;
        if (is_key)
            text_typing_init(&all->keys.items[i]->typing);
    }
    if (!is_any)
        return 0;
    all->checks_doubles = true;
    all->is_wanted = wanted;
    return pass(all, err);
}

static void note_uncertain(struct inference *all)
{
    struct text_table *table = all->table;
    for (size_t i = 0; i < table->column_count; i++)
        if (all->uncertain[i] > 0 && table->columns[i].type.kind == TEXT_VARCHAR &&
            !table->columns[i].is_declared)
            text_change_add(
                all->arena, table,
                (struct text_change){.kind = NOTE_UNCERTAIN_MARK,
                                     .column = table->columns[i].name,
                                     .was = "numbers with a comma",
                                     .is = "text",
                                     .file = table->files[all->uncertain[i] - 1].file.label});
}

int text_infer(const struct text_source *source, struct arena *arena, struct text_table *table,
               struct err *err)
{
    struct inference all = {.source = source, .table = table, .arena = arena};
    size_t column_count = table->column_count;
    pthread_mutex_init(&all.lock, NULL);
    map_init(&all.keys_by_name, arena);
    all.columns = ARENA_ARRAY(arena, struct text_typing, column_count + 1);
    all.uncertain = ARENA_ARRAY(arena, size_t, column_count + 1);
    for (size_t i = 0; i < column_count; i++)
        text_typing_init(&all.columns[i]);
    int got = pass(&all, err);
    if (got == 0)
        got = check_doubles(&all, err);
    for (size_t i = 0; got == 0 && i < column_count; i++) {
        if (!table->columns[i].is_typed)
            table->columns[i].type = text_typing_end(&all.columns[i]);
    }
    if (got == 0)
        note_uncertain(&all);
    enum text_format format = source->said->format;
    if (got == 0 && (format == TEXT_JSON || format == TEXT_JSON_LINES))
        got = infer_json_columns(&all, err);
    pthread_mutex_destroy(&all.lock);
    if (got != 0)
        return -1;
    for (size_t i = 0; i < table->column_count; i++)
        table->columns[i].is_typed = true;
    table->is_typed = true;
    text_table_end(arena, table);
    return 0;
}
