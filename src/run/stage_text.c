/* SPDX-License-Identifier: Apache-2.0 */
#include "run/execute_internal.h"

#include "project/lock.h"

#include <inttypes.h>
#include <string.h>

/* Staging of a text source: read by its schema lock, in parts, with what did not fit set aside. */

/* Lives as long as the reading. */
static struct source_spec *spec_of(const struct node *node, const struct source_text *text,
                                   struct arena *arena)
{
    struct source_spec *spec = ARENA_NEW(arena, struct source_spec);
    *spec = source_spec_of(node);
    spec->lock = text->is_accepting ? NULL : text->lock;
    spec->repairs = text->repairs;
    spec->repair_count = text->repair_count;
    return spec;
}

/* A column that `columns:` describes must be there; those with a type are the reader's. */
static int check_described(const struct job *job, struct err *err)
{
    const struct text_table *table = job->reading->table;
    const char **names =
        ARENA_ARRAY(&((struct job *)job)->arena, const char *, table->column_count + 1);
    for (size_t i = 0; i < table->column_count; i++)
        names[i] = table->columns[i].name;
    for (size_t i = 0; i < job->node->column_count; i++) {
        const struct node_column *column = &job->node->columns[i];
        bool is_there = false;
        for (size_t j = 0; j < table->column_count; j++)
            is_there |= strcasecmp(names[j], column->name) == 0;
        if (is_there)
            continue;
        err_set(err, ERR_CONFIG, "\"columns\" names column \"%s\", which %s does not have",
                column->name, job->node->id);
        err_where(err, "%s:%d:%d", column->place.file, column->place.line, column->place.column);
        const char *nearest = nearest_name(column->name, names, table->column_count);
        return nearest != NULL ? err_hint(err, "Did you mean \"%s\"?", nearest) : -1;
    }
    return 0;
}

static int write_rows(struct execution *execution, struct job *job, struct err *err)
{
    struct staged_rows rows;
    const struct lake_new_file *files = NULL;
    size_t count = 0;
    TRY(rows_describe(execution, job, job->reading->parts[0].select_sql, NULL, 0, &rows, err));
    TRY(parts_write(execution, job, &rows, &files, &count, err));
    change_table(execution, job, LAKE_REPLACE, &rows, files, count);
    for (size_t i = 0; i < count; i++)
        job->rows_out += files[i].stats.row_count;
    return rows_select(execution, job, &rows, files, count, NULL, NULL, 0, &job->select_sql, err);
}

/* Rows in = rows out + rows rejected: nothing was lost and nothing is there twice. */
static int check_counts(const struct job *job, struct err *err)
{
    if (job->rows_in == job->rows_out + job->rows_rejected)
        return 0;
    return err_set(err, ERR_INTERNAL,
                   "%s: %" PRId64 " rows were read, but %" PRId64 " came out and %" PRId64
                   " were rejected",
                   job->node->id, job->rows_in, job->rows_out, job->rows_rejected);
}

/* What `leat accept` changed; the same lock again keeps the version of the rows. */
static void settle_lock(struct execution *execution, struct job *job,
                        const struct source_text *text, const struct source_plan *plan,
                        struct lake_lock *lock)
{
    struct arena *arena = &job->arena;
    const struct lake_lock *kept = text->kept;
    const struct source_lock *was = text->lock;
    bool is_same = was != NULL && lock_equal(was, job->reading->lock);
    *lock = (struct lake_lock){.source = job->node->id,
                               .json = lock_to_json(job->reading->lock, arena),
                               .accepted = kept != NULL ? kept->accepted : "",
                               .run_id = execution->session->run_id,
                               .done_us = now_us()};
    if (is_same)
        lock->before = kept != NULL ? kept->before : NULL;
    else if (was != NULL)
        lock->before = lock_to_json(was, arena);
    bool is_same_table = was != NULL && lock_diff(was, job->reading->lock, arena)[0] == '\0';
    if (!text->is_accepting || kept == NULL || is_same_table)
        return;
    lock->accepted = execution->session->run_id;
    job->steps[0]->version = source_version(job->node, plan, text, lock->accepted, arena);
}

static void tell_accepted(struct execution *execution, struct job *job,
                          const struct source_text *text)
{
    if (!text->is_accepting)
        return;
    struct source_lock nothing = {0};
    const char *diff =
        lock_diff(text->lock != NULL ? text->lock : &nothing, job->reading->lock, &job->arena);
    const char *note = diff[0] != '\0'
                           ? arena_printf(&job->arena, "accepted:\n%s", diff)
                           : "nothing to accept: the files have the columns and types of the lock";
    record_event(execution,
                 &(struct run_event){.kind = NODE_NOTE, .node = job->node->id, .text = note});
}

static int read_all(struct execution *execution, struct job *job, const struct source_text *text,
                    struct err *err)
{
    TRY(drift_check(execution, job, text, 0, err));
    size_t told = job->reading->table->change_count;
    TRY(check_described(job, err));
    if (write_rows(execution, job, err) != 0)
        return drift_explain(job, text, err);
    job->rows_in = job->reading->rows_in(job->reading);
    job->rows_rejected = text_rejects_count(job->reading->rejects);
    TRY(drift_check(execution, job, text, told, err)); /* what only all values tell */
    TRY(drift_check_rejects(job, text, err));
    return check_counts(job, err);
}

int stage_text(struct execution *execution, struct job *job, const struct source_plan *plan,
               struct err *err)
{
    struct session *session = execution->session;
    const struct source_text *text = job->steps[0]->text;
    struct source_spec *spec = spec_of(job->node, text, &job->arena);
    struct lake_lock *lock = ARENA_NEW(&job->arena, struct lake_lock);
    struct source_reading *reading = NULL;
    job->rows_in = job->rows_out = job->rows_rejected = 0;
    job->typed_bytes = 0;
    job->typed_total = plan->total_bytes;
    spec->is_cancelled = &execution->is_cancelled;
    spec->typed_bytes = &job->typed_bytes;
    TRY(source_ops_find(spec->format)
            ->read(spec, plan, session->engine, job->conn, session->memory, session->threads,
                   &job->arena, &reading, err));
    job->reading = reading;
    TRY(read_all(execution, job, text, err));
    settle_lock(execution, job, text, plan, lock);
    TRY(rejects_stage(execution, job, text->kept, lock, err));
    tell_accepted(execution, job, text);
    job->change.lock = lock;
    job->change.repairs = text->taken;
    job->change.repair_count = text->taken_count;
    return 0;
}

/* ---- leat accept --dry-run ---- */

static int open_conn(void *context, struct conn **ret_conn, struct err *err)
{
    return session_conn(context, ret_conn, err);
}

int source_text_preview(struct session *session, const struct node *node, struct arena *arena,
                        const char **ret_diff, struct err *err)
{
    struct plan_options options = {.is_accept = true};
    struct conn_opener opener = {open_conn, session};
    const struct source_text *text = NULL;
    const struct source_lock nothing = {0};
    struct input_list known = {0};
    struct source_plan plan = {0};
    struct source_reading *reading = NULL;
    struct conn *conn = NULL;
    TRY(source_text_load(session, node, &options, arena, &text, err));
    struct source_spec *spec = spec_of(node, text, arena);
    const struct source_ops *ops = source_ops_find(spec->format);
    TRY(lake_inputs_load(session->lake, node->id, arena, &known, err));
    TRY(ops->plan(spec, &known, &opener, arena, &plan, err));
    TRY(session_conn(session, &conn, err));
    TRY(ops->read(spec, &plan, session->engine, conn, session->memory, session->threads, arena,
                  &reading, err));
    *ret_diff = lock_diff(text->lock != NULL ? text->lock : &nothing, reading->lock, arena);
    reading_release(reading);
    return 0;
}
