/* SPDX-License-Identifier: Apache-2.0 */
#include "run/execute_internal.h"

#include <string.h>

/*
 * The registry of a source of series. New files are added to what the last run knew; where rows were rejected before, all
 * files are read again, so that leat.rejects has all there are.
 */

static int find_kept(struct execution *execution, struct job *job,
                     const struct lake_lock **ret_kept, struct err *err)
{
    struct lock_list locks = {0};
    *ret_kept = NULL;
    TRY(lake_locks_load(execution->session->lake, &job->arena, &locks, err));
    for (size_t i = 0; i < locks.count; i++)
        if (str_eq(locks.items[i].source, job->node->id))
            *ret_kept = &locks.items[i];
    return 0;
}

static int open_reading(struct execution *execution, struct job *job,
                        const struct source_plan *plan, const struct lake_lock *kept,
                        struct err *err)
{
    struct session *session = execution->session;
    const struct lake_table *table = job_table(execution, job);
    struct source_spec *spec = ARENA_NEW(&job->arena, struct source_spec);
    struct source_reading *reading = NULL;
    char *previous = NULL;
    *spec = source_spec_of(job->node);
    if (table != NULL && !table->is_view)
        TRY(lake_table_sql(session->lake, table, &job->arena, &previous, err));
    spec->previous_sql = previous;
    spec->temp_folder = lake_temp_folder(session->lake, &job->arena);
    spec->rescans =
        execution->plan_options->is_full_refresh || (kept != NULL && kept->reject_count > 0);
    spec->is_cancelled = &execution->is_cancelled;
    int result = source_ops_find(spec->format)
                     ->read(spec, plan, session->engine, job->conn, session->memory,
                            session->threads, &job->arena, &reading, err);
    job->reading = reading;
    return result;
}

int stage_series(struct execution *execution, struct job *job, const struct source_plan *plan,
                 struct err *err)
{
    const struct lake_lock *kept = NULL;
    struct lake_lock *lock = ARENA_NEW(&job->arena, struct lake_lock);
    TRY(find_kept(execution, job, &kept, err));
    TRY(open_reading(execution, job, plan, kept, err));
    TRY(stage_rows(execution, job, job->reading->parts[0].select_sql, NULL, 0, err));
    job->rows_in = job->reading->rows_in(job->reading);
    job->rows_rejected = text_rejects_count(job->reading->rejects);
    if (job->rows_rejected == 0 && kept == NULL)
        return 0;
    *lock = (struct lake_lock){.source = job->node->id,
                               .json = "{}",
                               .accepted = "",
                               .run_id = execution->session->run_id,
                               .done_us = now_us()};
    TRY(rejects_stage(execution, job, kept, lock, err));
    job->change.lock = lock;
    return 0;
}
