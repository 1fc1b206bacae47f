/* SPDX-License-Identifier: Apache-2.0 */
#include "run/plan_internal.h"

#include <string.h>

/* Sources, models and outputs that are one step. */

struct source_spec source_spec_of(const struct node *node)
{
    static const char *const names[] = {
        [FORMAT_PARQUET] = "parquet", [FORMAT_CSV] = "csv", [FORMAT_TSV] = "tsv"};
    return (struct source_spec){
        .name = node->id,
        .files = node->source.files,
        .format = names[node->source.format],
        .time = node->source.time,
        .null_words = node->source.null_words,
        .null_word_count = node->source.null_word_count,
    };
}

struct output_spec output_spec_of(const struct node *node, const struct project *project)
{
    const struct output *output = node->out.output;
    return (struct output_spec){
        .node = node->id,
        .format = output->format == OUTPUT_CSV ? "csv" : "parquet",
        .path = output->path,
        .root = output->root,
        .timezone = output->timezone != NULL ? output->timezone : project->timezone,
        .columns = output->columns,
        .column_count = output->column_count,
        .order_by = output->order_by,
        .compression = output->compression,
        .delimiter = output->delimiter,
        .has_header = output->has_header,
    };
}

void plan_add_step(struct planner *planner, const struct node *node, struct step step,
                   bool is_asked)
{
    struct node_state *state = &planner->states[node->index];
    step.node = node;
    if (!is_asked) {
        step.state = STEP_NOT_SELECTED;
        step.reason = "not selected";
    } else if (step.reason != NULL) {
        step.state = STEP_RUN;
        state->will_run = true;
        state->reason = step.reason;
    } else {
        step.state = STEP_UP_TO_DATE;
        step.reason = "neither its code nor its inputs changed";
    }
    if (step.state != STEP_RUN)
        step.version = step.done != NULL ? step.done->version : NULL;
    VEC_PUSH(planner->arena, planner->steps, step);
}

/* Nodes of one step: its version is the node's. */
static void add_step(struct planner *planner, const struct node *node, struct step step)
{
    struct node_state *state = &planner->states[node->index];
    plan_add_step(planner, node, step, state->is_selected);
    state->version = planner->steps.items[planner->steps.count - 1].version;
}

static int open_conn(void *context, struct conn **ret_conn, struct err *err)
{
    return session_conn(context, ret_conn, err);
}

const char *source_version(const struct node *node, const struct source_plan *source,
                           struct arena *arena)
{
    struct hasher *hasher = hasher_new();
    hasher_add_text(hasher, node->fingerprint.hex);
    hasher_add_text(hasher, source->version.hex);
    return arena_strdup(arena, hasher_end(hasher).hex);
}

int plan_source_node(struct planner *planner, const struct node *node, struct err *err)
{
    struct node_state *state = &planner->states[node->index];
    struct step step = {.done = planner_ledger(planner, node->id, "")};
    if (state->is_selected) {
        struct source_spec spec = source_spec_of(node);
        const struct source_ops *ops = source_ops_find(spec.format);
        struct input_list known = {0};
        struct conn_opener opener = {open_conn, planner->session};
        struct err *problem = ARENA_NEW(planner->arena, struct err);
        step.source = ARENA_NEW(planner->arena, struct source_plan);
        TRY(lake_inputs_load(planner->session->lake, node->id, planner->arena, &known, err));
        if (ops->plan(&spec, &known, &opener, planner->arena, step.source, problem) != 0) {
            step.error = problem;
            step.reason = arena_printf(planner->arena, "cannot be read: %s", problem->message);
            step.version = step.done != NULL ? step.done->version : NULL;
        } else {
            step.version = source_version(node, step.source, planner->arena);
            step.inputs =
                arena_printf(planner->arena, "{\"files\":\"%s\"}", step.source->version.hex);
            step.reason = reason_to_run(planner, node, step.done, step.inputs);
            if (step.reason == NULL && !str_eq(step.done->version, step.version))
                step.reason = reason_source_changed(planner, node, step.source, &known);
        }
    }
    state->source = step.source;
    add_step(planner, node, step);
    return 0;
}

int plan_model_node(struct planner *planner, const struct node *node, struct err *err)
{
    (void)err;
    struct step step = {.done = planner_ledger(planner, node->id, "")};
    bool is_unrepeatable =
        node->rerun != RERUN_ON_CHANGE || node->model.materialized == MATERIALIZED_INCREMENTAL;
    step.inputs = planner_inputs(planner, node);
    step.version = planner_version(planner, node, step.inputs, is_unrepeatable);
    step.reason = reason_to_run(planner, node, step.done, step.inputs);
    add_step(planner, node, step);
    return 0;
}

/*
 * A delivered file that is gone or was changed by somebody: the node delivers again (or refuses, when it
 * runs). *ret_reason stays NULL when all files are as they were left.
 */
static int delivered_reason(const struct planner *planner, const struct node *node,
                            const char **ret_reason, struct err *err)
{
    struct delivered_list list = {0};
    TRY(lake_delivered_load(planner->session->lake, node->id, planner->arena, &list, err));
    for (size_t i = 0; i < list.count; i++) {
        struct file_id id;
        if (!str_eq(list.items[i].root, node->out.output->root))
            continue;
        if (file_stat(list.items[i].path, &id, NULL) != 0)
            *ret_reason =
                arena_printf(planner->arena, "delivered file is missing: %s", list.items[i].path);
        else if (id.size_bytes != list.items[i].id.size_bytes ||
                 id.mtime_ns != list.items[i].id.mtime_ns)
            *ret_reason =
                arena_printf(planner->arena, "delivered file was changed by somebody else: %s",
                             list.items[i].path);
    }
    return 0;
}

int plan_output_node(struct planner *planner, const struct node *node, struct err *err)
{
    struct step step = {.done = planner_ledger(planner, node->id, "")};
    step.inputs = planner_inputs(planner, node);
    step.version = planner_version(planner, node, step.inputs, false);
    step.reason = reason_to_run(planner, node, step.done, step.inputs);
    if (step.reason == NULL && planner->states[node->index].is_selected)
        TRY(delivered_reason(planner, node, &step.reason, err));
    add_step(planner, node, step);
    return 0;
}
