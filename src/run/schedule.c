/* SPDX-License-Identifier: Apache-2.0 */
#include "run/execute_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

/*
 * Workers take ready jobs, stage and check them; whoever finds nothing better to do publishes what is staged.
 * The calling thread watches: it shows progress and passes on the user's wish to stop.
 */
enum {
    PUBLISH_AT_ONCE = 64,          /* staged jobs that are worth a commit of their own */
    PUBLISH_AFTER_US = 200 * 1000, /* a staged job waits no longer than this for company */
    WATCH_NS = 100 * 1000 * 1000
};

/* ---- all below with execution->lock held, unless said ---- */

static bool is_ended(const struct job *job)
{
    return job->state >= JOB_DONE;
}

static void end_job(struct execution *execution, struct job *job, enum job_state state);

static void skip_reader(struct execution *execution, struct job *reader, const struct job *input)
{
    if (reader == NULL || is_ended(reader) || reader->state == JOB_STAGED)
        return;
    bool is_cancelled = input->state == JOB_CANCELLED;
    err_set(&reader->err, is_cancelled ? ERR_CANCELLED : ERR_NOT_FOUND, "skipped: \"%s\" %s",
            input->node->id, is_cancelled ? "was cancelled" : "failed");
    end_job(execution, reader, is_cancelled ? JOB_CANCELLED : JOB_SKIPPED);
}

static bool is_same_group(const struct node *a, const struct node *b)
{
    return a->publish_group != NULL && str_eq(a->publish_group, b->publish_group);
}

/* Within a group readers start when their input is staged, else when it is published. */
static void release_readers(struct execution *execution, const struct job *job, bool within_group)
{
    for (size_t i = 0; i < job->node->reader_count; i++) {
        struct job *reader = execution->job_of_node[job->node->readers[i]];
        if (reader == NULL || reader->state != JOB_WAITING ||
            is_same_group(job->node, reader->node) != within_group)
            continue;
        if (--reader->waiting == 0)
            reader->state = JOB_READY;
    }
}

static void count_end(struct execution *execution, const struct job *job)
{
    struct run_summary *summary = &execution->summary;
    summary->done += job->state == JOB_DONE;
    summary->failed += job->state == JOB_FAILED;
    summary->skipped += job->state == JOB_SKIPPED;
    summary->cancelled += job->state == JOB_CANCELLED;
    summary->published_files += job->published_files;
    summary->published_bytes += job->published_bytes;
    if (job->state != JOB_DONE)
        return;
    if (job->node->kind == NODE_SOURCE) {
        summary->rows_in += job->rows_in;
        summary->rows_rejected += job->rows_rejected;
        execution->landed_rows += job->rows_out;
    }
    if (job->node->kind == NODE_MODEL) {
        summary->rows_out += job->rows_out;
        execution->has_model = true;
    }
    if (job->change.snapshot_id > summary->snapshot_id)
        summary->snapshot_id = job->change.snapshot_id;
}

static void end_job(struct execution *execution, struct job *job, enum job_state state)
{
    job->state = state;
    execution->open_count--;
    if (state == JOB_DONE)
        record_published(execution, job);
    count_end(execution, job);
    record_end(execution, job);
    if (state == JOB_DONE) {
        release_readers(execution, job, false);
    } else {
        for (size_t i = 0; i < job->node->reader_count; i++)
            skip_reader(execution, execution->job_of_node[job->node->readers[i]], job);
        if (state == JOB_FAILED && execution->options->is_fail_fast)
            execution->is_stopping = true;
    }
    pthread_cond_broadcast(&execution->changed);
}

static struct job *next_ready(struct execution *execution)
{
    if (execution->is_stopping)
        return NULL;
    for (size_t i = 0; i < execution->job_count; i++)
        if (execution->jobs[i].state == JOB_READY)
            return &execution->jobs[i];
    return NULL;
}

/* A group is published when none of its jobs is still on its way. */
static bool is_group_complete(const struct execution *execution, const char *group)
{
    for (size_t i = 0; i < execution->job_count; i++) {
        const struct job *job = &execution->jobs[i];
        if (str_eq(job->node->publish_group, group) && job->state < JOB_STAGED)
            return false;
    }
    return true;
}

static bool is_group_broken(const struct execution *execution, const char *group)
{
    for (size_t i = 0; i < execution->job_count; i++) {
        const struct job *job = &execution->jobs[i];
        bool is_bad = (is_ended(job) && job->state != JOB_DONE) || job->err.kind != ERR_NONE;
        if (str_eq(job->node->publish_group, group) && is_bad)
            return true;
    }
    return false;
}

/* The staged jobs that one transaction can take: all single ones, or one complete group. */
static size_t take_staged(struct execution *execution, struct job **ret_jobs, bool *ret_together)
{
    size_t count = 0;
    *ret_together = false;
    for (size_t i = 0; i < execution->job_count; i++) {
        struct job *job = &execution->jobs[i];
        if (job->state == JOB_STAGED && job->node->publish_group == NULL)
            ret_jobs[count++] = job;
    }
    for (size_t i = 0; count == 0 && i < execution->job_count; i++) {
        const char *group = execution->jobs[i].node->publish_group;
        if (execution->jobs[i].state != JOB_STAGED || group == NULL ||
            !is_group_complete(execution, group))
            continue;
        bool is_broken = is_group_broken(execution, group);
        for (size_t j = i; j < execution->job_count; j++) {
            struct job *job = &execution->jobs[j];
            if (job->state != JOB_STAGED || !str_eq(job->node->publish_group, group))
                continue;
            if (is_broken && job->err.kind == ERR_NONE)
                err_set(&job->err, ERR_CONFLICT,
                        "not published: another node of the group \"%s\" failed", group);
            ret_jobs[count++] = job;
        }
        *ret_together = true;
    }
    return count;
}

static bool is_publish_due(const struct execution *execution, bool has_ready)
{
    size_t staged = 0;
    int64_t oldest = INT64_MAX;
    for (size_t i = 0; i < execution->job_count; i++) {
        const struct job *job = &execution->jobs[i];
        if (job->state != JOB_STAGED)
            continue;
        staged++;
        oldest = job->staged_us < oldest ? job->staged_us : oldest;
    }
    if (staged == 0 || execution->is_publishing)
        return false;
    return !has_ready || staged >= PUBLISH_AT_ONCE || monotonic_us() - oldest > PUBLISH_AFTER_US;
}

static bool publish_some(struct execution *execution)
{
    struct job **jobs = calloc(execution->job_count + 1, sizeof(*jobs));
    bool together = false;
    if (jobs == NULL)
        abort();
    size_t count = take_staged(execution, jobs, &together);
    if (count > 0) {
        execution->is_publishing = true;
        pthread_mutex_unlock(&execution->lock);
        if (!execution->options->is_test_only)
            publish_staged(execution, jobs, count, together);
        pthread_mutex_lock(&execution->lock);
        execution->is_publishing = false;
        for (size_t i = 0; i < count; i++)
            end_job(execution, jobs[i],
                    jobs[i]->err.kind == ERR_NONE        ? JOB_DONE
                    : jobs[i]->err.kind == ERR_CANCELLED ? JOB_CANCELLED
                                                         : JOB_FAILED);
    }
    free(jobs);
    return count > 0;
}

static void work_on(struct execution *execution, struct job *job)
{
    job->state = JOB_RUNNING;
    execution->running_count++;
    record_start(execution, job);
    pthread_mutex_unlock(&execution->lock);
    job_run(execution, job);
    pthread_mutex_lock(&execution->lock);
    execution->running_count--;
    job->staged_us = monotonic_us();
    job->state = JOB_STAGED; /* a failed one too: its failing rows are published */
    if (job->err.kind == ERR_NONE)
        release_readers(execution, job, true);
    pthread_cond_broadcast(&execution->changed);
}

static void cancel_unstarted(struct execution *execution)
{
    for (size_t i = 0; i < execution->job_count; i++) {
        struct job *job = &execution->jobs[i];
        if (job->state != JOB_READY && job->state != JOB_WAITING)
            continue;
        err_set(&job->err, ERR_CANCELLED, "not started: the run was stopped");
        end_job(execution, job, JOB_CANCELLED);
    }
}

void *schedule_work(void *argument)
{
    struct execution *execution = argument;
    pthread_mutex_lock(&execution->lock);
    while (execution->open_count > 0) {
        struct job *ready = next_ready(execution);
        if (is_publish_due(execution, ready != NULL) && publish_some(execution))
            continue;
        if (ready != NULL && ready->state == JOB_READY)
            work_on(execution, ready);
        else if (execution->is_stopping && execution->running_count == 0 &&
                 !execution->is_publishing)
            cancel_unstarted(execution);
        else
            pthread_cond_wait(&execution->changed, &execution->lock);
    }
    pthread_cond_broadcast(&execution->changed);
    pthread_mutex_unlock(&execution->lock);
    return NULL;
}

/* ---- the watching thread ---- */

static void show_progress(struct execution *execution)
{
    for (size_t i = 0; i < execution->job_count; i++) {
        struct job *job = &execution->jobs[i];
        if (job->state != JOB_RUNNING || job->conn == NULL)
            continue;
        struct run_event event = {.kind = NODE_PROGRESS,
                                  .node = job->node->id,
                                  .rows = job->rows_out,
                                  .elapsed_us = now_us() - job->started_us};
        double percent = conn_progress(job->conn);
        if (job->total_units > 1) {
            event.done = job->done_units;
            event.total = job->total_units;
        } else if (job->reading != NULL && job->reading->read_bytes > 0) {
            event.done = job->reading->read_bytes;
            event.total = job->reading->total_bytes;
            event.bytes = event.done;
        } else if (job->reading == NULL && job->typed_bytes > 0) {
            event.done = event.bytes = job->typed_bytes;
            event.total = job->typed_total;
        } else if (percent > 0) {
            event.done = (int64_t)percent;
            event.total = 100;
        }
        record_event(execution, &event);
    }
}

static void interrupt_jobs(struct execution *execution)
{
    execution->is_cancelled = true;
    for (size_t i = 0; i < execution->job_count; i++) {
        if (execution->jobs[i].conn != NULL)
            conn_interrupt(execution->jobs[i].conn);
        parts_interrupt(&execution->jobs[i]);
    }
}

void schedule_watch(struct execution *execution)
{
    pthread_mutex_lock(&execution->lock);
    while (execution->open_count > 0) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += WATCH_NS;
        if (until.tv_nsec >= 1000000000L) {
            until.tv_sec++;
            until.tv_nsec -= 1000000000L;
        }
        int woken = pthread_cond_timedwait(&execution->changed, &execution->lock, &until);
        int stop = execution->options->stop != NULL ? *execution->options->stop : 0;
        if (stop > 0 && !execution->is_stopping) {
            execution->is_stopping = true;
            execution->summary.is_cancelled = true;
            pthread_cond_broadcast(&execution->changed);
        }
        if (stop > 1)
            interrupt_jobs(execution);
        if (woken == ETIMEDOUT) {
            show_progress(execution);
            pthread_cond_broadcast(&execution->changed); /* a staged job may have waited enough */
        }
    }
    pthread_mutex_unlock(&execution->lock);
}
