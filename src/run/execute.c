/* SPDX-License-Identifier: Apache-2.0 */
#include "run/execute_internal.h"

#include <unistd.h>

/* Carries out a plan: makes the jobs, starts the workers, keeps the books of the run. */

static bool is_step_wanted(const struct execution *execution, const struct step *step)
{
    if (execution->options->is_test_only)
        return step->state != STEP_NOT_SELECTED && step->node->kind != NODE_OUTPUT &&
               step->node->check_count > 0;
    return step->state == STEP_RUN;
}

static void add_step_to_job(struct execution *execution, struct step *step)
{
    struct job **slot = &execution->job_of_node[step->node->index];
    if (*slot == NULL) {
        struct job *job = &execution->jobs[execution->job_count++];
        *job = (struct job){.node = step->node, .change = {.kind = LAKE_KEEP}};
        arena_init(&job->arena, 256 << 20);
        job->steps = ARENA_ARRAY(&execution->arena, struct step *, execution->plan->step_count);
        *slot = job;
    }
    (*slot)->steps[(*slot)->step_count++] = step;
}

/*
 * Column types were bound before the run, from the project as it is now. They hold for nodes whose whole
 * ancestry is selected and reads no source that is read anew, whose types only its rows can tell.
 */
static bool *find_bound(struct execution *execution)
{
    const struct project *project = execution->session->project;
    bool *is_bound = ARENA_ARRAY(&execution->arena, bool, project->node_count + 1);
    for (size_t i = 0; i < execution->plan->step_count; i++)
        is_bound[execution->plan->steps[i].node->index] =
            execution->plan->steps[i].state != STEP_NOT_SELECTED;
    for (size_t i = 0; i < project->node_count; i++) {
        const struct node *node = &project->nodes[i];
        bool is_read_anew = node->kind == NODE_SOURCE && execution->job_of_node[i] != NULL;
        if (is_read_anew || node->bound.count == 0)
            is_bound[i] = false;
        for (size_t j = 0; j < node->input_count; j++)
            is_bound[i] = is_bound[i] && is_bound[node->inputs[j]];
    }
    return is_bound;
}

static void make_jobs(struct execution *execution)
{
    const struct project *project = execution->session->project;
    execution->jobs = ARENA_ARRAY(&execution->arena, struct job, project->node_count + 1);
    execution->job_of_node = ARENA_ARRAY(&execution->arena, struct job *, project->node_count + 1);
    execution->is_exposed = ARENA_ARRAY(&execution->arena, bool, project->node_count + 1);
    for (size_t i = 0; i < execution->plan->step_count; i++) {
        struct step *step = &execution->plan->steps[i];
        if (is_step_wanted(execution, step))
            add_step_to_job(execution, step);
        else
            execution->summary.up_to_date += step->state == STEP_UP_TO_DATE;
    }
    const bool *is_bound = find_bound(execution);
    for (size_t i = 0; i < execution->job_count; i++) {
        struct job *job = &execution->jobs[i];
        bool is_partitioned = job->steps[0]->is_partition;
        job->is_bound = job->node->kind == NODE_MODEL && is_bound[job->node->index];
        job->partition_files =
            is_partitioned ? ARENA_ARRAY(&job->arena, const char *, job->step_count) : NULL;
        job->partition_rows =
            is_partitioned ? ARENA_ARRAY(&job->arena, int64_t, job->step_count) : NULL;
        for (size_t j = 0; !execution->options->is_test_only && j < job->node->input_count; j++)
            job->waiting += execution->job_of_node[job->node->inputs[j]] != NULL;
        job->state = job->waiting == 0 ? JOB_READY : JOB_WAITING;
    }
    execution->open_count = execution->job_count;
}

static void run_jobs(struct execution *execution)
{
    enum { WORKERS_MAX = 64 };
    pthread_t threads[WORKERS_MAX];
    int started = 0;
    int wanted = execution->session->threads;
    if (memory_limit_of(execution->session->memory).bytes < INT64_C(512) << 20)
        wanted = 1;
    wanted = wanted > WORKERS_MAX ? WORKERS_MAX : wanted;
    wanted = (size_t)wanted > execution->job_count ? (int)execution->job_count : wanted;
    for (int i = 0; i < wanted; i++)
        if (pthread_create(&threads[started], NULL, schedule_work, execution) == 0)
            started++;
    if (started == 0)
        schedule_work(execution); /* no thread to be had: do it all here */
    else
        schedule_watch(execution);
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
}

static void free_jobs(struct execution *execution)
{
    for (size_t i = 0; i < execution->job_count; i++) {
        parts_release(&execution->jobs[i]);
        stage_grid_release(&execution->jobs[i]);
        arena_release(&execution->jobs[i].arena);
    }
    pthread_mutex_destroy(&execution->lock);
    pthread_mutex_destroy(&execution->expose_lock);
    pthread_mutex_destroy(&execution->event_lock);
    pthread_cond_destroy(&execution->changed);
    arena_release(&execution->claims);
    arena_release(&execution->arena);
}

/*
 * Files so young that they had to be looked at again, and had not changed: keep that, so that the next
 * plan need not look. No snapshot; an index that cannot be kept costs time only.
 */
static void keep_index(struct session *session, const struct plan *plan)
{
    for (size_t i = 0; i < plan->step_count; i++) {
        const struct step *step = &plan->steps[i];
        if (step->state != STEP_UP_TO_DATE || step->source == NULL ||
            step->source->indexed_count == 0)
            continue;
        struct lake_change change = {.kind = LAKE_KEEP,
                                     .inputs = step->source->files,
                                     .input_count = step->source->file_count,
                                     .inputs_source = step->node->id,
                                     .base_snapshot = -1};
        (void)!lake_publish(session->lake, &change, 1, false, NULL);
    }
}

static int begin_run(struct execution *execution, struct err *err)
{
    struct session *session = execution->session;
    TRY(session_engine(session, NULL, err));
    TRY(lake_snapshot_load(session->lake, -1, &execution->arena, &execution->snapshot, err));
    TRY(lake_ledger_load(session->lake, &execution->arena, &execution->ledger, err));
    make_jobs(execution);
    return 0;
}

static void journal_run(struct execution *execution, const char *state, int64_t started_us)
{
    struct session *session = execution->session;
    const struct run_summary *summary = &execution->summary;
    struct run_row row = {
        .run_id = session->run_id,
        .started_us = started_us,
        .finished_us = str_eq(state, "running") ? 0 : now_us(),
        .state = state,
        .command = execution->options->command,
        .pid = getpid(),
        .node_count = (int64_t)(summary->done + summary->failed + summary->skipped),
        .failed_count = (int64_t)summary->failed,
        .peak_bytes = summary->peak_bytes,
        .snapshot_id = summary->snapshot_id,
    };
    if (session->journal == NULL || execution->options->is_test_only)
        return;
    if (str_eq(state, "running"))
        (void)!journal_run_begin(session->journal, &row, NULL);
    else
        (void)!journal_run_end(session->journal, &row, NULL);
}

int run_execute(struct session *session, const struct plan *plan,
                const struct plan_options *plan_options, const struct run_options *options,
                const struct run_listener *listener, struct run_summary *ret_summary,
                struct err *err)
{
    struct execution execution = {.session = session,
                                  .plan = plan,
                                  .plan_options = plan_options,
                                  .options = options,
                                  .listener = listener};
    int64_t started_us = now_us();
    pthread_mutex_init(&execution.lock, NULL);
    pthread_mutex_init(&execution.expose_lock, NULL);
    pthread_mutex_init(&execution.event_lock, NULL);
    pthread_cond_init(&execution.changed, NULL);
    arena_init(&execution.arena, (size_t)1 << 30);
    arena_init(&execution.claims, (size_t)1 << 30);
    map_init(&execution.claimed, &execution.claims);
    bool has_work = plan->run_count > 0 || options->is_test_only;
    if (!options->is_test_only)
        keep_index(session, plan);
    if (has_work && begin_run(&execution, err) != 0) {
        free_jobs(&execution);
        return -1;
    }
    if (!has_work)
        for (size_t i = 0; i < plan->step_count; i++)
            execution.summary.up_to_date += plan->steps[i].state == STEP_UP_TO_DATE;
    if (execution.job_count > 0) {
        journal_run(&execution, "running", started_us);
        record_event(&execution, &(struct run_event){.kind = RUN_STARTED,
                                                     .total = (int64_t)execution.job_count});
        run_jobs(&execution);
    }
    if (!options->is_test_only)
        lock_export(&execution);
    struct run_summary *summary = &execution.summary;
    if (!execution.has_model)
        summary->rows_out = execution.landed_rows;
    summary->elapsed_us = now_us() - started_us;
    summary->peak_bytes = memory_process_peak();
    if (execution.job_count > 0)
        journal_run(&execution,
                    summary->is_cancelled || summary->cancelled > 0 ? "cancelled"
                    : summary->failed + summary->skipped > 0        ? "failed"
                                                                    : "done",
                    started_us);
    record_event(&execution,
                 &(struct run_event){.kind = RUN_DONE, .elapsed_us = summary->elapsed_us});
    *ret_summary = *summary;
    free_jobs(&execution);
    return 0;
}
