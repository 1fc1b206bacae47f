/* SPDX-License-Identifier: Apache-2.0 */
#include "run/execute_internal.h"

/*
 * A text source is read in parts, by as many threads as no other job needs now. Each part is written on a connection of
 * its own as a data file of its own (the engine reads a stream whose order counts with one thread); in the order of
 * the parts the files have the rows in the order of the source.
 */
struct parts {
    const struct reading_part *items;
    size_t count;
    struct lake_new_file *files; /* by part */
    _Atomic size_t next;
    _Atomic bool is_failed;
    struct err err; /* of the first that failed; under execution->lock */
};

static void set_conn(struct part_reader *reader, struct conn *conn)
{
    pthread_mutex_lock(&reader->execution->lock);
    reader->conn = conn;
    pthread_mutex_unlock(&reader->execution->lock);
}

void parts_interrupt(struct job *job)
{
    for (size_t i = 0; i < job->reader_count; i++)
        if (job->readers[i].conn != NULL)
            conn_interrupt(job->readers[i].conn);
}

/* The first error counts; the others are only told to stop. */
static void fail(struct part_reader *reader, const struct err *err)
{
    struct parts *parts = reader->parts;
    pthread_mutex_lock(&reader->execution->lock);
    if (!parts->is_failed)
        parts->err = *err;
    parts->is_failed = true;
    parts_interrupt(reader->job);
    pthread_mutex_unlock(&reader->execution->lock);
}

static int write_part(struct part_reader *reader, size_t at, struct err *err)
{
    struct execution *execution = reader->execution;
    const struct reading_part *part = &reader->parts->items[at];
    struct err told = {0};
    if (part->streams != NULL)
        return rows_write_direct(execution, reader->job->node, part, reader->rows, &reader->arena,
                                 &reader->parts->files[at], err);
    if (rows_write_on(execution, reader->job->node, reader->conn, &reader->arena, reader->rows,
                      part->select_sql, NULL, 0, &reader->parts->files[at], err) == 0)
        return 0;
    /* The statement only has the message of what its stream ended with. */
    if (part->batch_key != NULL &&
        engine_batches_failed(execution->session->engine, part->batch_key, &told))
        *err = told;
    return -1;
}

static void *read_parts(void *argument)
{
    struct part_reader *reader = argument;
    struct execution *execution = reader->execution;
    struct conn *conn = NULL;
    struct err err = {0};
    int failed = conn_open(execution->session->engine, &conn, &err);
    set_conn(reader, conn);
    while (failed == 0 && !reader->parts->is_failed) {
        size_t at = reader->parts->next++;
        if (at >= reader->parts->count)
            break;
        failed = execution->is_cancelled ? err_set(&err, ERR_CANCELLED, "the run was stopped")
                                         : write_part(reader, at, &err);
    }
    set_conn(reader, NULL);
    conn_close(conn);
    if (failed != 0)
        fail(reader, &err);
    return NULL;
}

/* Threads beside the job's own: no more than are idle now. */
static size_t spare_threads(struct execution *execution)
{
    pthread_mutex_lock(&execution->lock);
    size_t busy = execution->running_count;
    pthread_mutex_unlock(&execution->lock);
    size_t threads = (size_t)execution->session->threads;
    return threads > busy ? threads - busy : 0;
}

void parts_release(struct job *job)
{
    for (size_t i = 0; i < job->reader_count; i++)
        arena_release(&job->readers[i].arena);
    job->reader_count = 0;
}

static void make_readers(struct execution *execution, struct job *job,
                         const struct staged_rows *rows, struct parts *parts)
{
    size_t count = 1 + spare_threads(execution);
    count = count > parts->count ? parts->count : count;
    struct part_reader *readers = ARENA_ARRAY(&job->arena, struct part_reader, count + 1);
    for (size_t i = 0; i < count; i++) {
        readers[i] =
            (struct part_reader){.execution = execution, .job = job, .rows = rows, .parts = parts};
        arena_init(&readers[i].arena, (size_t)256 << 20);
    }
    pthread_mutex_lock(&execution->lock);
    parts_release(job); /* of a first reading, when the source is read again */
    job->readers = readers;
    job->reader_count = count;
    pthread_mutex_unlock(&execution->lock);
}

static void run_readers(struct job *job)
{
    for (size_t i = 1; i < job->reader_count; i++)
        job->readers[i].is_started =
            pthread_create(&job->readers[i].thread, NULL, read_parts, &job->readers[i]) == 0;
    if (job->reader_count > 0)
        read_parts(&job->readers[0]);
    for (size_t i = 1; i < job->reader_count; i++)
        if (job->readers[i].is_started)
            pthread_join(job->readers[i].thread, NULL);
}

int parts_write(struct execution *execution, struct job *job, const struct staged_rows *rows,
                const struct lake_new_file **ret_files, size_t *ret_count, struct err *err)
{
    struct parts parts = {.items = job->reading->parts, .count = job->reading->part_count};
    size_t written = 0;
    parts.files = ARENA_ARRAY(&job->arena, struct lake_new_file, parts.count + 1);
    make_readers(execution, job, rows, &parts);
    run_readers(job);
    for (size_t i = 0; i < parts.count; i++)
        if (parts.files[i].path != NULL)
            parts.files[written++] = parts.files[i];
    if (parts.is_failed) {
        for (size_t i = 0; i < written; i++)
            (void)!file_remove(parts.files[i].path, NULL);
        *err = parts.err;
        return -1;
    }
    for (size_t i = 0; i < written; i++)
        job->bytes += parts.files[i].stats.size_bytes;
    *ret_files = parts.files;
    *ret_count = written;
    return 0;
}
