/* SPDX-License-Identifier: Apache-2.0 */
#include "run/execute_internal.h"

#include "base/fault.h"

#include <string.h>

/*
 * Jobs that are staged at the same time share one commit of the catalog, each with a snapshot of its own (or one for
 * all with `publish: together`). Then the files outside the warehouse are moved into place.
 */

static void fail_job(struct job *job, const struct err *err)
{
    job->err = *err;
    if (job->err.kind == ERR_NONE)
        err_set(&job->err, ERR_INTERNAL, "\"%s\" was not published", job->node->id);
}

/* Renames an output's files into place; what cannot be done stays in the redo list and is told. */
static void deliver(struct execution *execution, struct job *job)
{
    struct redo_failures failed = {0};
    struct err err = {0};
    if (job->change.redo_count > 0 &&
        lake_redo(execution->session->lake, job->node->id, &job->arena, &failed, &err) != 0)
        fail_job(job, &err);
    else if (failed.count > 0)
        fail_job(job, &failed.items[0].err);
    struct output_spec spec = delivery_spec(job->node, execution->session->project);
    if (job->err.kind == ERR_NONE)
        output_discard(&spec, execution->session->run_id);
}

static size_t add_failures(struct job **jobs, size_t count, struct lake_change *changes, size_t at)
{
    for (size_t i = 0; i < count; i++)
        if (jobs[i]->failures.name != NULL)
            changes[at++] = jobs[i]->failures;
    return at;
}

/* Jobs with an error have only their failing rows published. */
void publish_staged(struct execution *execution, struct job **jobs, size_t count, bool together)
{
    struct err err = {0};
    struct arena arena;
    arena_init(&arena, 64 << 20);
    struct lake_change *changes = ARENA_ARRAY(&arena, struct lake_change, 2 * count + 1);
    struct job **owners = ARENA_ARRAY(&arena, struct job *, 2 * count + 1);
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        if (jobs[i]->err.kind != ERR_NONE)
            continue;
        owners[total] = jobs[i];
        changes[total++] = jobs[i]->change;
    }
    size_t node_changes = total;
    total = add_failures(jobs, count, changes, total);
    FAULT_POINT("run.before_publish");
    int result =
        total > 0 ? lake_publish(execution->session->lake, changes, total, together, &err) : 0;
    FAULT_POINT("run.after_publish");
    for (size_t i = 0; i < node_changes; i++) {
        owners[i]->change.snapshot_id = changes[i].snapshot_id;
        if (result != 0 || changes[i].result.kind != ERR_NONE) {
            fail_job(owners[i], result != 0 ? &err : &changes[i].result);
            job_discard(execution, owners[i]);
        } else if (delivers(owners[i]->node)) {
            deliver(execution, owners[i]);
        }
    }
    arena_release(&arena);
}
