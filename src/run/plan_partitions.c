/* SPDX-License-Identifier: Apache-2.0 */
#include "run/plan_internal.h"

#include <string.h>

/*
 * Partitioned models: one step an interval. What a partition has read is the whole of each input (`reads: all`), or
 * only the files or partitions that overlap its interval (`same`, `lookback`).
 */

/* The source files whose time range meets [start, end); files without a known range always do. */
static void hash_source_part(struct hasher *hasher, const struct source_plan *source, int64_t start,
                             int64_t end)
{
    for (size_t i = 0; i < source->file_count; i++) {
        const struct input_file *file = &source->files[i];
        int64_t min = INT64_MIN;
        int64_t max = INT64_MAX;
        bool has_range = file->min_time != NULL && file->max_time != NULL &&
                         instant_parse(file->min_time, &zone_utc, &min, NULL) == 0 &&
                         instant_parse(file->max_time, &zone_utc, &max, NULL) == 0;
        if (has_range && (min >= end || max < start))
            continue;
        hasher_add_text(hasher, file->path);
        hasher_add_text(hasher, file->hash);
        hasher_add_i64(hasher, file->id.size_bytes);
    }
}

static void hash_model_part(const struct planner *planner, struct hasher *hasher,
                            const struct node *input, int64_t start, int64_t end)
{
    for (size_t i = 0; i < planner->steps.count; i++) {
        const struct step *step = &planner->steps.items[i];
        if (step->node == input && step->is_partition && step->interval.start_us < end &&
            step->interval.end_us > start)
            hasher_add_text(hasher, step->version);
    }
}

static const char *part_version(const struct planner *planner, const struct node_read *read,
                                const struct node *input, const struct interval *interval)
{
    const struct node_state *state = &planner->states[input->index];
    bool is_partitioned =
        input->kind == NODE_MODEL && input->model.materialized == MATERIALIZED_PARTITIONED;
    bool is_pruned = read != NULL && read->policy != READS_ALL && read->time_column != NULL;
    if (!is_pruned || (!is_partitioned && state->source == NULL))
        return state->version != NULL ? state->version : "";
    struct hasher *hasher = hasher_new();
    int64_t start = interval->start_us - read->lookback_us;
    hasher_add_text(hasher, input->fingerprint.hex);
    if (is_partitioned)
        hash_model_part(planner, hasher, input, start, interval->end_us);
    else
        hash_source_part(hasher, state->source, start, interval->end_us);
    return arena_strdup(planner->arena, hasher_end(hasher).hex);
}

static const struct node_read *read_of(const struct node *node, const char *input)
{
    for (size_t i = 0; i < node->model.read_count; i++)
        if (str_eq(node->model.reads[i].input, input))
            return &node->model.reads[i];
    return NULL;
}

static const char *partition_inputs(const struct planner *planner, const struct node *node,
                                    const struct interval *interval)
{
    struct str json = STR_INIT(1 << 20);
    for (size_t i = 0; i < node->input_count; i++) {
        const struct node *input = &planner->project->nodes[node->inputs[i]];
        str_append(&json, i == 0 ? "{" : ",");
        str_append_json(&json, input->id);
        str_append_char(&json, ':');
        str_append_json(&json, part_version(planner, read_of(node, input->id), input, interval));
    }
    str_append(&json, node->input_count == 0 ? "{}" : "}");
    const char *text = arena_strdup(planner->arena, str_text(&json));
    str_release(&json);
    return text;
}

/* Partitions end with the data where every source with a time column says how far it goes, else now. */
static int64_t horizon(const struct planner *planner, const struct node *node)
{
    int64_t last = INT64_MIN;
    for (size_t i = 0; i < node->input_count; i++) {
        const struct source_plan *source = planner->states[node->inputs[i]].source;
        const struct node *input = &planner->project->nodes[node->inputs[i]];
        if (source == NULL || input->source.time == NULL)
            return planner->options->now_us;
        for (size_t j = 0; j < source->file_count; j++) {
            int64_t max;
            if (source->files[j].max_time == NULL ||
                instant_parse(source->files[j].max_time, &zone_utc, &max, NULL) != 0)
                return planner->options->now_us;
            last = max > last ? max : last;
        }
    }
    return last == INT64_MIN ? planner->options->now_us : last + 1;
}

bool plan_is_asked(const struct planner *planner, const struct node *node,
                   const struct interval *interval, const char *key)
{
    const struct plan_options *options = planner->options;
    if (options->has_start && interval->end_us <= options->start_us)
        return false;
    if (options->has_end && interval->start_us >= options->end_us)
        return false;
    if (!options->is_retry || map_get(&planner->retry, node->id) == NULL)
        return true;
    return map_get(&planner->retry, arena_printf(planner->arena, "%s\x1f%s", node->id, key)) !=
               NULL ||
           map_get(&planner->retry, arena_printf(planner->arena, "%s\x1f", node->id)) != NULL;
}

const char *partition_file(const struct ledger_entry *entry, struct arena *arena)
{
    json_t *details = json_loads(entry->details != NULL ? entry->details : "{}", 0, NULL);
    const char *name = json_string_value(json_object_get(details, "file"));
    name = arena_strdup(arena, name != NULL ? name : "");
    json_decref(details);
    return name;
}

/* A ledger row counts only while the file it names is in the table. */
const struct ledger_entry *plan_partition_done(const struct planner *planner,
                                               const struct node *node, const char *key)
{
    const struct ledger_entry *done = planner_ledger(planner, node->id, key);
    const struct lake_table *table =
        lake_snapshot_table(&planner->snapshot, node->schema, node->name);
    if (done == NULL || table == NULL)
        return NULL;
    const char *name = partition_file(done, planner->arena);
    bool is_there = name[0] == '\0';
    for (size_t i = 0; !is_there && i < table->file_count; i++)
        is_there = str_eq(path_basename(table->files[i].path), name);
    return is_there ? done : NULL;
}

static void add_partition(struct planner *planner, const struct node *node,
                          const struct interval *interval, struct hasher *whole)
{
    struct node_state *state = &planner->states[node->index];
    char key[40];
    instant_format(interval->start_us, key);
    struct step step = {.is_partition = true,
                        .interval = *interval,
                        .done = plan_partition_done(planner, node, key),
                        .inputs = partition_inputs(planner, node, interval)};
    step.version = planner_version(planner, node, step.inputs, node->rerun != RERUN_ON_CHANGE);
    step.reason = reason_to_run(planner, node, step.done, step.inputs);
    plan_add_step(planner, node, step,
                  state->is_selected && plan_is_asked(planner, node, interval, key));
    hasher_add_text(whole, planner->steps.items[planner->steps.count - 1].version);
}

/*
 * Partitions that are in the ledger but no longer in the plan (the data ends earlier than it did) must leave the table:
 * one step runs, and with it the table is made of the plan's partitions only.
 */
void plan_drop_old_partitions(struct planner *planner, const struct node *node, size_t first)
{
    struct node_state *state = &planner->states[node->index];
    size_t known = 0, still = 0;
    for (size_t i = 0; i < planner->ledger_list.count; i++)
        known += str_eq(planner->ledger_list.items[i].node, node->id) &&
                 planner->ledger_list.items[i].partition[0] != '\0';
    for (size_t i = first; i < planner->steps.count; i++)
        still += planner->steps.items[i].done != NULL;
    if (known <= still || state->will_run || planner->steps.count == first)
        return;
    struct step *last = &planner->steps.items[planner->steps.count - 1];
    if (last->state != STEP_UP_TO_DATE)
        return; /* it was not asked for now; the next whole run does it */
    last->state = STEP_RUN;
    last->reason = arena_printf(planner->arena, "%zu of its partitions are no longer asked for",
                                known - still);
    state->will_run = true;
    state->reason = last->reason;
}

int plan_partitioned_node(struct planner *planner, const struct node *node, struct err *err)
{
    enum { PARTITIONS_MAX = 100000 };
    const struct zone *zone = NULL;
    TRY(session_zone(planner->session, node->model.timezone, &zone, err));
    struct hasher *whole = hasher_new();
    int64_t end = horizon(planner, node);
    int64_t start = period_floor(node->model.every, zone, node->model.from_us);
    size_t count = 0;
    size_t first = planner->steps.count;
    hasher_add_text(whole, node->fingerprint.hex);
    while (start < end && count++ < PARTITIONS_MAX) {
        struct interval interval = {start, period_next(node->model.every, zone, start)};
        add_partition(planner, node, &interval, whole);
        start = interval.end_us;
    }
    plan_drop_old_partitions(planner, node, first);
    planner->states[node->index].version = arena_strdup(planner->arena, hasher_end(whole).hex);
    if (start < end)
        return err_set(err, ERR_CONFIG,
                       "model \"%s\" has more than %d partitions of a %s since its \"from\"",
                       node->id, PARTITIONS_MAX, period_name(node->model.every));
    return 0;
}
