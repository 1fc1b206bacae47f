/* SPDX-License-Identifier: Apache-2.0 */
#include "run/execute_internal.h"

/*
 * raw.<name> of a source of series: a macro over its files and its registry, raw.<name>(time_from := …, time_to := …), and a
 * view of all of it.
 */

const struct node *samples_registry(const struct project *project, const struct node *node)
{
    return &project->nodes[node->inputs[0]];
}

/* "schema"."name" */
static const char *name_in_sql(const char *schema, const char *name, struct arena *arena)
{
    AUTO(str_release) struct str sql = STR_INIT(1 << 16);
    str_append_ident(&sql, schema);
    str_append(&sql, name != NULL ? "." : "");
    if (name != NULL)
        str_append_ident(&sql, name);
    return arena_strdup(arena, str_text(&sql));
}

static int find_plan(struct session *session, const struct job *maker, const struct node *registry,
                     struct arena *arena, struct source_plan *ret_plan, struct err *err)
{
    struct input_list inputs = {0};
    if (maker != NULL && maker->steps[0]->source != NULL) {
        *ret_plan = *maker->steps[0]->source;
        return 0;
    }
    TRY(lake_inputs_load(session->lake, registry->id, arena, &inputs, err));
    *ret_plan = (struct source_plan){.files = inputs.items, .file_count = inputs.count};
    return source_plan_verify(ret_plan, err);
}

int samples_sql(struct session *session, const struct job *maker, const struct node *node,
                struct conn *conn, struct arena *arena, const char **ret_sql, struct err *err)
{
    const struct node *registry = samples_registry(session->project, node);
    struct source_spec spec = source_spec_of(registry);
    struct source_plan plan = {0};
    TRY(find_plan(session, maker, registry, arena, &plan, err));
    if (plan.file_count == 0)
        return err_set(err, ERR_NOT_FOUND, "source \"%s\" has no files", node->id);
    struct series_names names = {.schema = name_in_sql(node->schema, NULL, arena),
                                 .samples = node->name,
                                 .registry = name_in_sql(registry->schema, registry->name, arena)};
    TRY(series_macro_create(&spec, &plan, &names, session->memory, conn, err));
    *ret_sql = arena_printf(arena, "SELECT time, series, value FROM %s()",
                            name_in_sql(node->schema, node->name, arena));
    return 0;
}

/* Nothing lands: the node only says that its files, and the registry, are as they are. */
int stage_samples(struct execution *execution, struct job *job, struct err *err)
{
    const struct node *registry = samples_registry(execution->session->project, job->node);
    job->change.kind = LAKE_KEEP;
    TRY(expose_node_of(execution, job, registry, err));
    pthread_mutex_lock(&execution->expose_lock);
    int result = samples_sql(execution->session, execution->job_of_node[registry->index], job->node,
                             job->conn, &job->arena, &job->select_sql, err);
    pthread_mutex_unlock(&execution->expose_lock);
    return result;
}
