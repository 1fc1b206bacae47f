/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"
#include "text/infer.h"

#include <stdlib.h>
#include <string.h>

#define LOOK_EVERY 1024 /* records between looks at whether to stop */

/* The typings of one split, by field, and which of them still may change. */
struct work {
    struct text_typing *typings;
    size_t count, *active, active_count;
};

static bool is_wanted(const struct inference *all, const struct text_input_file *file, size_t field)
{
    int column = file->column_of[field];
    if (column < 0)
        return false;
    if (all->is_wanted)
        return all->is_wanted[column];
    return !all->table->columns[column].is_typed ||
           (file->decimal == 0 && text_marks_matter(&all->table->columns[column]));
}

static void work_init(struct work *work, const struct inference *all,
                      const struct text_input_file *file)
{
    *work = (struct work){.count = file->head.name_count};
    work->typings = alloc_zeroed((work->count + 1) * sizeof(*work->typings));
    work->active = alloc_zeroed((work->count + 1) * sizeof(size_t));
    for (size_t i = 0; i < work->count; i++) {
        text_typing_init(&work->typings[i]);
        work->typings[i].checks_doubles = all->checks_doubles;
        if (is_wanted(all, file, i))
            work->active[work->active_count++] = i;
    }
}

static void work_release(struct work *work)
{
    free(work->typings);
    free(work->active);
}

static void add_record(struct work *work, const struct text_dialect *dialect,
                       const struct text_record *record, struct text_marks marks)
{
    size_t left = 0;
    for (size_t i = 0; i < work->active_count; i++) {
        size_t at = work->active[i];
        const struct text_field *field = &record->fields[at];
        if (!text_is_null(dialect, field))
            text_typing_add(&work->typings[at], field, marks);
        work->active[left] = at;
        left += work->typings[at].possible != UINT32_C(1) << TEXT_VARCHAR;
    }
    work->active_count = left;
}

/* The mark is known now, so the file can be added to the whole. With the lock held. */
static void end_file(struct inference *all, size_t index)
{
    struct text_input_file *file = &all->table->files[index];
    struct file_typing *whole = &all->files[index];
    size_t count = file->head.name_count;
    char decimal = file->decimal ? file->decimal : text_marks_decide(whole->typings, count);
    for (size_t i = 0; i < count; i++) {
        int column = file->column_of[i];
        if (!is_wanted(all, file, i))
            continue;
        if (decimal == '.' && !file->decimal && text_typing_speaks_for(&whole->typings[i], ',') &&
            (all->uncertain[column] == 0 || all->uncertain[column] > index + 1))
            all->uncertain[column] = index + 1;
        text_typing_settle(&whole->typings[i], decimal);
        text_typing_merge(&all->columns[column], &whole->typings[i]);
    }
    file->decimal = decimal;
    free(TAKE(whole->typings));
}

static void add_work(struct inference *all, const struct work *work, size_t index)
{
    struct file_typing *whole = &all->files[index];
    pthread_mutex_lock(&all->lock);
    if (!whole->typings) {
        whole->typings = alloc_zeroed((work->count + 1) * sizeof(*whole->typings));
        for (size_t i = 0; i < work->count; i++)
            text_typing_init(&whole->typings[i]);
    }
    for (size_t i = 0; i < work->count; i++)
        text_typing_merge(&whole->typings[i], &work->typings[i]);
    if (--whole->splits_left == 0)
        end_file(all, index);
    pthread_mutex_unlock(&all->lock);
}

bool infer_is_stopped(const struct inference *all, size_t job)
{
    return atomic_load(&all->failed_job) < job ||
           (all->source->is_cancelled && *all->source->is_cancelled);
}

static int read_split(struct inference *all, struct text_rows *rows, struct work *work, size_t job,
                      struct err *err)
{
    const struct text_dialect *dialect = &rows->file->head.dialect;
    struct text_marks marks = {rows->file->decimal, dialect->thousands};
    struct text_record record;
    int got;
    while ((got = text_rows_next(rows, &record, err)) > 0) {
        if (!rows->wrong)
            add_record(work, dialect, &record, marks);
        if (rows->count % LOOK_EVERY == 0) {
            text_rows_tell(rows);
            if (infer_is_stopped(all, job))
                return err_set(err, ERR_CANCELLED, "reading %s was stopped", all->source->name);
        }
    }
    return got;
}

int infer_split(struct inference *all, size_t job, struct err *err)
{
    struct text_split *split = &all->table->splits[all->jobs[job]];
    const struct text_input_file *file = &all->table->files[split->file];
    AUTO(text_rows_release)
    struct text_rows rows = {.source = all->source, .file = file, .range = split->range};
    enum text_format format = file->head.dialect.format;
    TRY(text_rows_open(&rows, err));
    if (format == TEXT_JSON || format == TEXT_JSON_LINES) {
        TRY(infer_json_split(all, &rows, job, err));
    } else {
        AUTO(work_release) struct work work;
        work_init(&work, all, file);
        TRY(read_split(all, &rows, &work, job, err));
        add_work(all, &work, split->file);
    }
    split->row_count = rows.count;
    return 0;
}
