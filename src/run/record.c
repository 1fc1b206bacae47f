/* SPDX-License-Identifier: Apache-2.0 */
#include "run/execute_internal.h"

/* What happened, for the listener and the journal. A journal that cannot be written never fails a run. */

void record_event(struct execution *execution, const struct run_event *event)
{
    struct run_event full = *event;
    full.run_id = execution->session->run_id;
    pthread_mutex_lock(&execution->event_lock);
    if (execution->listener != NULL && execution->listener->event != NULL)
        execution->listener->event(execution->listener->context, &full);
    pthread_mutex_unlock(&execution->event_lock);
}

static const char *state_name(enum job_state state)
{
    switch (state) {
    case JOB_DONE:
        return "done";
    case JOB_FAILED:
        return "failed";
    case JOB_SKIPPED:
        return "skipped";
    case JOB_CANCELLED:
        return "cancelled";
    default:
        return "running";
    }
}

/* A copy without secrets; NULL stays NULL. */
static const char *masked(const struct execution *execution, struct arena *arena, const char *text)
{
    if (text == NULL)
        return NULL;
    char *copy = arena_strdup(arena, text);
    secrets_mask(&execution->session->project->secrets, copy);
    return copy;
}

static void write_journal(struct execution *execution, struct job *job)
{
    struct run_node_row *rows = ARENA_ARRAY(&job->arena, struct run_node_row, job->step_count);
    for (size_t i = 0; i < job->step_count; i++) {
        const struct step *step = job->steps[i];
        char *key = arena_alloc(&job->arena, 40);
        rows[i] = (struct run_node_row){
            .run_id = execution->session->run_id,
            .node = job->node->id,
            .partition = step->is_partition ? instant_format(step->interval.start_us, key) : "",
            .state = state_name(job->state),
            .reason = masked(execution, &job->arena, step->reason),
            .error =
                job->err.kind != ERR_NONE ? masked(execution, &job->arena, job->err.message) : NULL,
            .started_us = job->started_us,
            .finished_us = job->state >= JOB_DONE ? now_us() : 0,
            .rows_in = i == 0 ? job->rows_in : 0,
            .rows_out = job->partition_rows != NULL ? job->partition_rows[i] : job->rows_out,
            .rows_rejected = i == 0 ? job->rows_rejected : 0,
        };
    }
    if (execution->session->journal != NULL)
        (void)!journal_nodes(execution->session->journal, rows, job->step_count, NULL);
}

void record_start(struct execution *execution, struct job *job)
{
    job->started_us = now_us();
    record_event(execution, &(struct run_event){.kind = NODE_STARTED,
                                                .node = job->node->id,
                                                .text = job->steps[0]->reason});
    if (execution->options->is_test_only)
        return;
    write_journal(execution, job);
}

void record_published(struct execution *execution, struct job *job)
{
    for (size_t i = 0; i < job->change.redo_count; i++) {
        const struct redo_row *row = &job->change.redo[i];
        job->published_files += row->op == REDO_PUT;
        job->published_bytes += row->op == REDO_PUT ? row->size_bytes : 0;
        record_event(execution, &(struct run_event){.kind = FILE_PUBLISHED,
                                                    .node = job->node->id,
                                                    .is_removed = row->op == REDO_DELETE,
                                                    .text = row->final_path,
                                                    .rows = row->row_count,
                                                    .bytes = row->size_bytes});
    }
}

void record_end(struct execution *execution, struct job *job)
{
    static const enum run_event_kind kinds[] = {[JOB_DONE] = NODE_DONE,
                                                [JOB_FAILED] = NODE_FAILED,
                                                [JOB_SKIPPED] = NODE_SKIPPED,
                                                [JOB_CANCELLED] = NODE_SKIPPED};
    bool is_view =
        job->node->kind == NODE_MODEL && job->node->model.materialized == MATERIALIZED_VIEW;
    record_event(
        execution,
        &(struct run_event){.kind = kinds[job->state],
                            .node = job->node->id,
                            .text = job->steps[0]->reason,
                            .err = job->err.kind != ERR_NONE ? &job->err : NULL,
                            .rows = is_view ? -1 : job->rows_out,
                            .rows_in = job->node->kind == NODE_SOURCE ? job->rows_in : 0,
                            .rows_rejected = job->rows_rejected,
                            .bytes = job->bytes,
                            .done = (int64_t)job->step_count,
                            .elapsed_us = job->started_us > 0 ? now_us() - job->started_us : 0});
    if (!execution->options->is_test_only)
        write_journal(execution, job);
}

void record_checks(struct execution *execution, struct job *job,
                   const struct check_results *results)
{
    for (size_t i = 0; i < results->count; i++) {
        const struct check_result *result = &results->items[i];
        if (result->failure_count == 0)
            continue;
        record_event(execution, &(struct run_event){.kind = CHECK_FAILED,
                                                    .node = job->node->id,
                                                    .text = result->message,
                                                    .check = result->check->name,
                                                    .samples = result->samples,
                                                    .rows = result->failure_count,
                                                    .severity = result->check->severity});
    }
}
