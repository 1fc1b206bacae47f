/* SPDX-License-Identifier: Apache-2.0 */
#include "run/plan_internal.h"

#include <stdlib.h>
#include <string.h>

/*
 * Grids: a step for each hour that a file of samples touches. What an hour has read is the files that reach
 * [start - max_gap, end), so a new, late, changed or deleted file makes just those hours run.
 */
#define MAX_HOURS 1000000

struct planned_hour {
    int64_t start_us;
    struct hasher *hasher;
    bool has_samples; /* some file's range touches it, not only what is carried into it */
};
struct hours {
    struct arena arena;
    struct map by_start;
    VEC(struct planned_hour *) list;
};

static struct planned_hour *find_hour(struct hours *hours, int64_t start_us)
{
    char key[24];
    snprintf(key, sizeof(key), "%lld", (long long)start_us);
    struct planned_hour *hour = map_get(&hours->by_start, key);
    if (hour != NULL)
        return hour;
    hour = ARENA_NEW(&hours->arena, struct planned_hour);
    *hour = (struct planned_hour){.start_us = start_us, .hasher = hasher_new()};
    map_put(&hours->by_start, key, hour);
    VEC_PUSH(&hours->arena, hours->list, hour);
    return hour;
}

static int add_file(struct hours *hours, const struct node *node, const struct input_file *file,
                    struct err *err)
{
    const struct zone *zone = node->model.grid.zone;
    int64_t min = 0;
    int64_t max = 0;
    if (file->min_time == NULL)
        return 0;
    TRY(instant_parse(file->min_time, &zone_utc, &min, err));
    TRY(instant_parse(file->max_time, &zone_utc, &max, err));
    for (int64_t start = period_floor(PERIOD_HOUR, zone, min);
         start <= max + node->model.grid.max_gap_us;
         start = period_next(PERIOD_HOUR, zone, start)) {
        struct planned_hour *hour = find_hour(hours, start);
        hour->has_samples |= start <= max;
        hasher_add_text(hour->hasher, file->path);
        hasher_add_text(hour->hasher, file->hash);
        hasher_add_i64(hour->hasher, file->id.size_bytes);
        if (hours->list.count > MAX_HOURS) {
            err_set(err, ERR_DATA, "the samples of \"%s\" lie in more than %d hours",
                    node->model.grid.samples, MAX_HOURS);
            return err_hint(err, "Is the unit of the time column right? \"%s\" goes from %s to %s.",
                            path_basename(file->path), file->min_time, file->max_time);
        }
    }
    return 0;
}

static int by_start(const void *left, const void *right)
{
    int64_t a = (*(struct planned_hour *const *)left)->start_us;
    int64_t b = (*(struct planned_hour *const *)right)->start_us;
    return (a > b) - (a < b);
}

static int find_hours(struct planner *planner, const struct node *node, const struct node *series,
                      struct hours *hours, struct err *err)
{
    const struct source_plan *source = planner->states[series->index].source;
    struct input_list known = {0};
    if (source != NULL) {
        for (size_t i = 0; i < source->file_count; i++)
            TRY(add_file(hours, node, &source->files[i], err));
    } else {
        TRY(lake_inputs_load(planner->session->lake, series->id, planner->arena, &known, err));
        for (size_t i = 0; i < known.count; i++)
            TRY(add_file(hours, node, &known.items[i], err));
    }
    if (hours->list.count > 0)
        qsort(hours->list.items, hours->list.count, sizeof(struct planned_hour *), by_start);
    return 0;
}

/* A ledger row counts while the account has a table; an hour without samples has no file in it. */
static const struct ledger_entry *hour_done(const struct planner *planner, const struct node *node,
                                            const char *key)
{
    const struct ledger_entry *done = planner_ledger(planner, node->id, key);
    return done != NULL ? plan_partition_done(planner, node, key) : NULL;
}

static void add_hour(struct planner *planner, const struct node *node, const struct node *series,
                     struct planned_hour *hour, const char *missing, struct hasher *whole)
{
    struct node_state *state = &planner->states[node->index];
    struct interval interval = {hour->start_us,
                                period_next(PERIOD_HOUR, node->model.grid.zone, hour->start_us)};
    char key[40];
    instant_format(interval.start_us, key);
    struct hash version = hasher_end(hour->hasher);
    struct step step = {
        .is_partition = true,
        .interval = interval,
        .done = hour_done(planner, node, key),
        .inputs = arena_printf(planner->arena, "{\"%s\":\"%s\"}", series->id, version.hex)};
    hour->hasher = NULL;
    step.version = planner_version(planner, node, step.inputs, false);
    step.reason = reason_to_run(planner, node, step.done, step.inputs);
    if (step.reason == NULL)
        step.reason = missing;
    else if (lake_snapshot_table(&planner->snapshot, node->schema, node->name) != NULL)
        step.reason = arena_printf(planner->arena,
                                   "%s (if that brings a new series, the other hours of its files "
                                   "are made again too)",
                                   step.reason);
    plan_add_step(planner, node, step,
                  state->is_selected && plan_is_asked(planner, node, &interval, key));
    hasher_add_text(whole, planner->steps.items[planner->steps.count - 1].version);
}

/* No file has samples, or none could be read: the node is one step, so that it fails or is skipped with its source. */
static void add_nothing(struct planner *planner, const struct node *node)
{
    struct step step = {.done = planner_ledger(planner, node->id, ""), .inputs = "{}"};
    step.version = planner_version(planner, node, step.inputs, false);
    step.reason = reason_to_run(planner, node, step.done, step.inputs);
    plan_add_step(planner, node, step, planner->states[node->index].is_selected);
}

static int plan_hours(struct planner *planner, const struct node *node, struct hours *hours,
                      struct err *err)
{
    const struct node *series =
        map_get(&planner->project->node_by_id,
                arena_printf(planner->arena, "%s_series", node->model.grid.samples));
    const char *missing = NULL;
    size_t first = planner->steps.count;
    TRY(find_hours(planner, node, series, hours, err));
    if (planner->states[node->index].is_selected)
        TRY(plan_delivered_reason(planner, node, node->model.grid.root, &missing, err));
    struct hasher *whole = hasher_new();
    hasher_add_text(whole, node->fingerprint.hex);
    for (size_t i = 0; i < hours->list.count; i++)
        if (hours->list.items[i]->has_samples)
            add_hour(planner, node, series, hours->list.items[i], missing, whole);
    if (planner->steps.count == first)
        add_nothing(planner, node);
    plan_drop_old_partitions(planner, node, first);
    planner->states[node->index].version = arena_strdup(planner->arena, hasher_end(whole).hex);
    return 0;
}

int plan_grid_node(struct planner *planner, const struct node *node, struct err *err)
{
    struct hours hours = {0};
    arena_init(&hours.arena, (size_t)1 << 30);
    map_init(&hours.by_start, &hours.arena);
    int result = plan_hours(planner, node, &hours, err);
    for (size_t i = 0; i < hours.list.count; i++)
        hasher_free(hours.list.items[i]->hasher);
    arena_release(&hours.arena);
    return result;
}
