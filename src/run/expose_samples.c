/* SPDX-License-Identifier: Apache-2.0 */
#include "run/execute_internal.h"

/* raw.<name> of a source of series: its files joined with its registry. */

const struct node *samples_registry(const struct project *project, const struct node *node)
{
    return &project->nodes[node->inputs[0]];
}

/* The registry's rows: of this run's job, else of the snapshot. */
static int registry_sql(struct session *session, const struct lake_snapshot *snapshot,
                        const struct job *maker, const struct node *registry, struct arena *arena,
                        const char **ret_sql, struct err *err)
{
    char *sql = NULL;
    if (maker != NULL && maker->select_sql != NULL) {
        *ret_sql = maker->select_sql;
        return 0;
    }
    const struct lake_table *table =
        lake_snapshot_table(snapshot, registry->schema, registry->name);
    if (table == NULL) {
        err_set(err, ERR_NOT_FOUND, "source \"%s\" was never read", registry->id);
        return err_hint(err, "Run \"leat run -s %s\" first.", registry->id);
    }
    TRY(lake_table_sql(session->lake, table, arena, &sql, err));
    *ret_sql = sql;
    return 0;
}

int samples_sql(struct session *session, const struct lake_snapshot *snapshot,
                const struct job *maker, const struct node *node, struct arena *arena,
                const char **ret_sql, struct err *err)
{
    const struct node *registry = samples_registry(session->project, node);
    struct source_spec spec = source_spec_of(registry);
    struct source_plan plan = {0};
    const char *sql = NULL;
    TRY(registry_sql(session, snapshot, maker, registry, arena, &sql, err));
    if (maker != NULL && maker->steps[0]->source != NULL) {
        plan = *maker->steps[0]->source;
    } else {
        struct input_list inputs = {0};
        TRY(lake_inputs_load(session->lake, registry->id, arena, &inputs, err));
        plan.files = inputs.items;
        plan.file_count = inputs.count;
        TRY(source_plan_verify(&plan, err));
    }
    if (plan.file_count == 0)
        return err_set(err, ERR_NOT_FOUND, "source \"%s\" has no files", node->id);
    return series_samples_sql(&spec, &plan, sql, session->memory, arena, ret_sql, err);
}

/* Nothing lands: the node only says that its files, and the registry, are as they are. */
int stage_samples(struct execution *execution, struct job *job, struct err *err)
{
    const struct node *registry = samples_registry(execution->session->project, job->node);
    job->change.kind = LAKE_KEEP;
    return samples_sql(execution->session, &execution->snapshot,
                       execution->job_of_node[registry->index], job->node, &job->arena,
                       &job->select_sql, err);
}
