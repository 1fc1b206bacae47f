/* SPDX-License-Identifier: Apache-2.0 */
#include "run/plan_internal.h"

#include "run/select.h"

#include <string.h>

const struct ledger_entry *planner_ledger(const struct planner *planner, const char *node,
                                          const char *partition)
{
    const char *key = arena_printf(planner->arena, "%s\x1f%s", node, partition);
    return map_get(&planner->ledger, key);
}

static int load_ledger(struct planner *planner, struct err *err)
{
    map_init(&planner->ledger, planner->arena);
    TRY(lake_ledger_load(planner->session->lake, planner->arena, &planner->ledger_list, err));
    for (size_t i = 0; i < planner->ledger_list.count; i++) {
        struct ledger_entry *entry = &planner->ledger_list.items[i];
        map_put(&planner->ledger,
                arena_printf(planner->arena, "%s\x1f%s", entry->node, entry->partition), entry);
    }
    return lake_snapshot_load(planner->session->lake, -1, planner->arena, &planner->snapshot, err);
}

const char *planner_inputs(const struct planner *planner, const struct node *node)
{
    struct str json = STR_INIT(1 << 20);
    str_append_char(&json, '{');
    for (size_t i = 0; i < node->input_count; i++) {
        const struct node *input = &planner->project->nodes[node->inputs[i]];
        const char *version = planner->states[input->index].version;
        if (i > 0)
            str_append_char(&json, ',');
        str_append_json(&json, input->id);
        str_append_char(&json, ':');
        str_append_json(&json, version != NULL ? version : "");
    }
    str_append_char(&json, '}');
    const char *text = arena_strdup(planner->arena, str_text(&json));
    str_release(&json);
    return text;
}

const char *planner_version(const struct planner *planner, const struct node *node,
                            const char *inputs, bool is_unrepeatable)
{
    struct hasher *hasher = hasher_new();
    hasher_add_text(hasher, node->fingerprint.hex);
    hasher_add_text(hasher, inputs);
    if (is_unrepeatable)
        hasher_add_text(hasher, planner->session->run_id);
    return arena_strdup(planner->arena, hasher_end(hasher).hex);
}

/* The nodes that failed or never started in the last run. */
static int load_retry(struct planner *planner, bool *is_selected, struct err *err)
{
    struct run_list runs = {0};
    struct run_node_list nodes = {0};
    map_init(&planner->retry, planner->arena);
    TRY(journal_runs(planner->session->journal, 1, planner->arena, &runs, err));
    if (runs.count == 0)
        return err_set(err, ERR_NOT_FOUND, "there is no run to retry");
    TRY(journal_run_nodes(planner->session->journal, runs.items[0].run_id, planner->arena, &nodes,
                          err));
    bool *again = ARENA_ARRAY(planner->arena, bool, planner->project->node_count + 1);
    for (size_t i = 0; i < nodes.count; i++) {
        const struct node *node = map_get(&planner->project->node_by_id, nodes.items[i].node);
        bool is_done =
            str_eq(nodes.items[i].state, "done") || str_eq(nodes.items[i].state, "up_to_date");
        if (node == NULL || is_done)
            continue;
        again[node->index] = true;
        map_put(&planner->retry, node->id, (void *)node);
        map_put(&planner->retry,
                arena_printf(planner->arena, "%s\x1f%s", node->id, nodes.items[i].partition),
                (void *)node);
    }
    for (size_t i = 0; i < planner->project->node_count; i++) { /* and what reads them */
        const struct node *node = &planner->project->nodes[i];
        for (size_t j = 0; j < node->input_count; j++)
            again[i] |= again[node->inputs[j]];
        is_selected[i] = is_selected[i] && again[i];
    }
    return 0;
}

static int plan_node(struct planner *planner, const struct node *node, struct err *err)
{
    switch (node->kind) {
    case NODE_SOURCE:
        return plan_source_node(planner, node, err);
    case NODE_OUTPUT:
        return plan_output_node(planner, node, err);
    case NODE_MODEL:
        break;
    }
    if (node->model.materialized == MATERIALIZED_PARTITIONED)
        return plan_partitioned_node(planner, node, err);
    if (node->model.materialized == MATERIALIZED_GRID)
        return plan_grid_node(planner, node, err);
    return plan_model_node(planner, node, err);
}

int plan_make(struct session *session, const struct plan_options *options, struct arena *arena,
              struct plan *ret_plan, struct err *err)
{
    struct planner planner = {
        .session = session, .project = session->project, .options = options, .arena = arena};
    bool *is_selected = NULL;
    planner.states = ARENA_ARRAY(arena, struct node_state, session->project->node_count + 1);
    TRY(select_nodes(session->project, &options->selection, arena, &is_selected, err));
    TRY(load_ledger(&planner, err));
    if (options->is_retry)
        TRY(load_retry(&planner, is_selected, err));
    for (size_t i = 0; i < session->project->node_count; i++) {
        planner.states[i].is_selected = is_selected[i];
        TRY(plan_node(&planner, &session->project->nodes[i], err));
    }
    *ret_plan = (struct plan){.steps = planner.steps.items, .step_count = planner.steps.count};
    for (size_t i = 0; i < ret_plan->step_count; i++)
        ret_plan->run_count += ret_plan->steps[i].state == STEP_RUN;
    return 0;
}
