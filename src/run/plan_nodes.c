/* SPDX-License-Identifier: Apache-2.0 */
#include "run/plan_internal.h"

#include <string.h>

/* Sources, models and outputs that are one step. */

struct source_spec source_spec_of(const struct node *node)
{
    return (struct source_spec){
        .name = node->id,
        .files = node->source.files,
        .format = source_format_name(node->source.format),
        .time = node->source.time,
        .member = node->source.member,
        .said = node->source.said,
        .declared = node->source.declared,
        .declared_count = node->source.declared_count,
        .on_change = node->source.on_change,
        .keeps_rejects = node->source.keeps_rejects,
        .max_rejects = node->source.max_rejects,
        .series = node->source.series,
    };
}

struct output_spec output_spec_of(const struct node *node, const struct project *project)
{
    static const char *const formats[] = {
        [OUTPUT_PARQUET] = "parquet", [OUTPUT_CSV] = "csv", [OUTPUT_JSONL] = "jsonl"};
    const struct output *output = node->out.output;
    return (struct output_spec){
        .node = node->id,
        .format = formats[output->format],
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

bool delivers(const struct node *node)
{
    return node->kind == NODE_OUTPUT ||
           (node->kind == NODE_MODEL && node->model.materialized == MATERIALIZED_GRID);
}

struct output_spec delivery_spec(const struct node *node, const struct project *project)
{
    if (node->kind == NODE_OUTPUT)
        return output_spec_of(node, project);
    return (struct output_spec){.node = node->id, .root = node->model.grid.root};
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

static const char *reason_text(const struct planner *planner, const struct node *node,
                               const struct source_text *text)
{
    if (text == NULL)
        return NULL;
    if (text->is_accepting)
        return "leat accept";
    if (text->taken_count > 0)
        return arena_printf(planner->arena, "%zu repaired record%s of \"%s\"", text->taken_count,
                            text->taken_count == 1 ? "" : "s", node->id);
    return NULL;
}

/* Lists and indexes the files, and decides whether they must be read. */
static int look_at_files(struct planner *planner, const struct node *node, struct step *step,
                         struct err *err)
{
    struct source_spec spec = source_spec_of(node);
    const struct source_ops *ops = source_ops_find(spec.format);
    struct input_list known = {0};
    struct conn_opener opener = {open_conn, planner->session};
    TRY(lake_inputs_load(planner->session->lake, node->id, planner->arena, &known, err));
    TRY(source_text_load(planner->session, node, planner->options, planner->arena, &step->text,
                         err));
    TRY(ops->plan(&spec, &known, &opener, planner->arena, step->source, err));
    const char *accepted =
        step->text != NULL && step->text->kept != NULL ? step->text->kept->accepted : NULL;
    step->version = source_version(node, step->source, step->text, accepted, planner->arena);
    step->inputs = arena_printf(planner->arena, "{\"files\":\"%s\"}", step->source->version.hex);
    step->reason = reason_text(planner, node, step->text);
    if (step->reason == NULL)
        step->reason = reason_to_run(planner, node, step->done, step->inputs);
    if (step->reason == NULL && !str_eq(step->done->version, step->version))
        step->reason = reason_source_changed(planner, node, step->source, &known);
    return 0;
}

int plan_source_node(struct planner *planner, const struct node *node, struct err *err)
{
    struct node_state *state = &planner->states[node->index];
    struct step step = {.done = planner_ledger(planner, node->id, "")};
    if (node->source.format == FORMAT_SAMPLES)
        return plan_model_node(planner, node, err);
    if (state->is_selected) {
        struct err *problem = ARENA_NEW(planner->arena, struct err);
        step.source = ARENA_NEW(planner->arena, struct source_plan);
        if (look_at_files(planner, node, &step, problem) != 0) {
            step.error = problem;
            step.reason = arena_printf(planner->arena, "cannot be read: %s", problem->message);
            step.version = step.done != NULL ? step.done->version : NULL;
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
        node->kind == NODE_MODEL &&
        (node->rerun != RERUN_ON_CHANGE || node->model.materialized == MATERIALIZED_INCREMENTAL);
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
int plan_delivered_reason(const struct planner *planner, const struct node *node, const char *root,
                          const char **ret_reason, struct err *err)
{
    struct delivered_list list = {0};
    TRY(lake_delivered_load(planner->session->lake, node->id, planner->arena, &list, err));
    for (size_t i = 0; i < list.count; i++) {
        struct file_id id;
        if (!str_eq(list.items[i].root, root))
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
        TRY(plan_delivered_reason(planner, node, node->out.output->root, &step.reason, err));
    add_step(planner, node, step);
    return 0;
}
