/* SPDX-License-Identifier: Apache-2.0 */
#include "run/plan_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Why a node would run, in words that name the file, line, param or input that changed. */

static void free_json(json_t **json)
{
    json_decref(*json);
}

static bool is_in_warehouse(const struct planner *planner, const struct node *node)
{
    if (node->kind == NODE_OUTPUT)
        return true;
    if (node->kind == NODE_SOURCE && !source_is_text(node) && !node->source.land_table)
        return true; /* a view over files that the lake does not know */
    return lake_snapshot_table(&planner->snapshot, node->schema, node->name) != NULL;
}

/* The next line that says something, trimmed; NULL at the end. Counts lines. */
static const char *next_line(const char **text, size_t *ret_len, int *line)
{
    while (**text != '\0') {
        const char *start = *text;
        size_t len = strcspn(start, "\n");
        *text = start + len + (start[len] == '\n');
        ++*line;
        while (len > 0 && isspace((unsigned char)*start))
            start++, len--;
        while (len > 0 && isspace((unsigned char)start[len - 1]))
            len--;
        if (len > 0 && strncmp(start, "--", 2) != 0) {
            *ret_len = len;
            return start;
        }
    }
    return NULL;
}

/* The first line of `now` that differs from `before`, blank lines and comments aside; 0: none. */
static int first_changed_line(const char *before, const char *now)
{
    int line_before = 0;
    int line = 0;
    for (;;) {
        size_t len_before = 0;
        size_t len = 0;
        const char *a = next_line(&before, &len_before, &line_before);
        const char *b = next_line(&now, &len, &line);
        if (a == NULL && b == NULL)
            return 0;
        if (a == NULL || b == NULL || len != len_before || memcmp(a, b, len) != 0)
            return line > 0 ? line : 1;
    }
}

static bool uses_param(const struct node *node, const char *name)
{
    for (size_t i = 0; node->kind == NODE_MODEL && i < node->model.param_count; i++)
        if (str_eq(node->model.params[i], name))
            return true;
    return false;
}

/* Checks change no rows, so they are not in the fingerprint; but rows must pass those that are written now. */
static struct hash checks_hash(const struct node *node)
{
    struct hasher *hasher = hasher_new();
    for (size_t i = 0; i < node->check_count; i++) {
        const struct check *check = &node->checks[i];
        hasher_add_i64(hasher, check->kind);
        hasher_add_i64(hasher, check->severity);
        hasher_add_i64(hasher, check->min_rows);
        hasher_add_i64(hasher, check->max_rows);
        hasher_add_text(hasher, check->text);
        for (size_t j = 0; j < check->column_count; j++)
            hasher_add_text(hasher, check->columns[j]);
        for (size_t j = 0; j < check->value_count; j++)
            hasher_add_text(hasher, check->values[j]);
    }
    return hasher_end(hasher);
}

static const char *reason_checks(const struct planner *planner, const struct node *node)
{
    const struct ledger_entry *whole = planner_ledger(planner, node->id, "");
    if (whole == NULL || whole->details == NULL)
        return NULL;
    AUTO(free_json) json_t *details = json_loads(whole->details, 0, NULL);
    const char *before = json_string_value(json_object_get(details, "checks"));
    if (before == NULL || str_eq(before, checks_hash(node).hex))
        return NULL;
    return arena_printf(planner->arena, "its checks changed: %s", node->place.file);
}

/* What the ledger keeps of a param's value. A secret is kept as a hash, which tells only whether it changed. */
static json_t *param_mark(const struct project *project, const struct project_param *param)
{
    if (!param->holds_secret && !secrets_contain(&project->secrets, param->value))
        return json_string(param->value);
    struct hasher *hasher = hasher_new();
    hasher_add_text(hasher, param->name);
    hasher_add_text(hasher, param->value);
    return json_pack("{s:s}", "hash", hasher_end(hasher).hex);
}

const char *node_details(const struct node *node, const struct project *project,
                         struct arena *arena)
{
    AUTO(free_json) json_t *details = json_object();
    json_t *params = json_object();
    for (size_t i = 0; i < project->param_count; i++)
        if (uses_param(node, project->params[i].name))
            json_object_set_new(params, project->params[i].name,
                                param_mark(project, &project->params[i]));
    json_object_set_new(details, "params", params);
    json_object_set_new(details, "checks", json_string(checks_hash(node).hex));
    if (node->kind == NODE_MODEL)
        json_object_set_new(details, "text", json_string(node->model.raw_text));
    if (node->kind == NODE_SOURCE)
        json_object_set_new(details, "files", json_string(node->source.files));
    if (node->kind == NODE_OUTPUT)
        json_object_set_new(details, "path", json_string(node->out.output->path));
    char *text = json_dumps(details, JSON_COMPACT);
    const char *kept = arena_strdup(arena, text);
    free(text);
    return kept;
}

static const char *changed_param(const struct planner *planner, json_t *before)
{
    for (size_t i = 0; i < planner->project->param_count; i++) {
        const struct project_param *param = &planner->project->params[i];
        json_t *old = json_object_get(before, param->name);
        AUTO(free_json) json_t *now = param_mark(planner->project, param);
        if (old == NULL || json_is_null(old) || json_equal(old, now))
            continue;
        if (!json_is_string(old) || json_is_object(now))
            return arena_printf(planner->arena, "param \"%s\" changed", param->name);
        return arena_printf(planner->arena, "param \"%s\" changed from \"%s\" to \"%s\"",
                            param->name, json_string_value(old),
                            param->value != NULL ? param->value : "");
    }
    return NULL;
}

static const char *changed_text(const struct planner *planner, json_t *details, const char *key,
                                const char *now)
{
    const char *before = json_string_value(json_object_get(details, key));
    if (before == NULL || str_eq(before, now))
        return NULL;
    return arena_printf(planner->arena, "%s changed from \"%s\" to \"%s\"", key, before, now);
}

static const char *reason_fingerprint(const struct planner *planner, const struct node *node,
                                      const char *details_text)
{
    AUTO(free_json)
    json_t *details = json_loads(details_text != NULL ? details_text : "{}", 0, NULL);
    const char *reason = changed_param(planner, json_object_get(details, "params"));
    if (reason != NULL)
        return reason;
    if (node->kind == NODE_SOURCE)
        reason = changed_text(planner, details, "files", node->source.files);
    if (node->kind == NODE_OUTPUT)
        reason = changed_text(planner, details, "path", node->out.output->path);
    if (reason != NULL)
        return reason;
    const char *before = json_string_value(json_object_get(details, "text"));
    int line = node->kind == NODE_MODEL && before != NULL
                   ? first_changed_line(before, node->model.raw_text)
                   : node->place.line;
    if (line > 0)
        return arena_printf(planner->arena, "changed: %s line %d", node->place.file, line);
    return arena_printf(planner->arena, "changed: %s", node->place.file);
}

/* Names the change that started it all, not each step from there to here. */
static const char *reason_upstream(const struct planner *planner, const struct node *node,
                                   const struct node *input)
{
    const struct node_state *state = &planner->states[input->index];
    const struct node_state *root = state->root != NULL ? state->root : state;
    planner->states[node->index].root = root;
    if (root == state)
        return arena_printf(planner->arena, "input \"%s\" will change (%s)", input->id,
                            state->reason);
    return arena_printf(planner->arena, "input \"%s\" will change (\"%s\": %s)", input->id,
                        planner->project->nodes[root - planner->states].id, root->reason);
}

static const char *reason_inputs(const struct planner *planner, const struct node *node,
                                 const char *before_text, const char *now_text)
{
    AUTO(free_json) json_t *before = json_loads(before_text, 0, NULL);
    AUTO(free_json) json_t *now = json_loads(now_text, 0, NULL);
    for (size_t i = 0; i < node->input_count; i++) {
        const struct node *input = &planner->project->nodes[node->inputs[i]];
        const char *old = json_string_value(json_object_get(before, input->id));
        const char *new = json_string_value(json_object_get(now, input->id));
        const struct node_state *state = &planner->states[input->index];
        if (str_eq(old, new))
            continue;
        if (old == NULL)
            return arena_printf(planner->arena, "it reads \"%s\" now", input->id);
        if (state->will_run)
            return reason_upstream(planner, node, input);
        return arena_printf(planner->arena, "input \"%s\" changed since", input->id);
    }
    return NULL;
}

static const char *reason_rerun(const struct planner *planner, const struct node *node,
                                const struct ledger_entry *done)
{
    const struct zone *zone = NULL;
    if (node->rerun == RERUN_ALWAYS)
        return "\"rerun: always\"";
    if (node->rerun == RERUN_ON_CHANGE)
        return NULL;
    if (session_zone(planner->session, planner->project->timezone, &zone, NULL) != 0)
        zone = &zone_utc;
    int64_t today = period_floor(PERIOD_DAY, zone, planner->options->now_us);
    return done->done_us < today ? "\"rerun: daily\" and a new day has begun" : NULL;
}

const char *reason_to_run(const struct planner *planner, const struct node *node,
                          const struct ledger_entry *done, const char *inputs)
{
    if (done == NULL)
        return node->kind == NODE_SOURCE   ? "never read before"
               : node->kind == NODE_OUTPUT ? "never delivered before"
                                           : "never built before";
    if (planner->options->is_full_refresh)
        return "--full-refresh";
    if (!is_in_warehouse(planner, node))
        return "its table is not in the warehouse";
    if (!str_eq(done->fingerprint, node->fingerprint.hex)) {
        const struct ledger_entry *whole = planner_ledger(planner, node->id, "");
        return reason_fingerprint(planner, node, whole != NULL ? whole->details : NULL);
    }
    const char *reason = reason_rerun(planner, node, done);
    bool has_inputs = node->kind != NODE_SOURCE || node->source.format == FORMAT_SAMPLES;
    if (reason == NULL && has_inputs)
        reason = reason_inputs(planner, node, done->inputs, inputs);
    return reason != NULL ? reason : reason_checks(planner, node);
}

const char *reason_source_changed(const struct planner *planner, const struct node *node,
                                  const struct source_plan *source, const struct input_list *known)
{
    size_t new_count = 0;
    size_t changed = 0;
    const char *example = NULL;
    struct map before;
    map_init(&before, planner->arena);
    for (size_t i = 0; i < known->count; i++)
        map_put(&before, known->items[i].path, &known->items[i]);
    for (size_t i = 0; i < source->file_count; i++) {
        const struct input_file *old = map_get(&before, source->files[i].path);
        bool is_changed = old != NULL && !str_eq(old->hash, source->files[i].hash);
        new_count += old == NULL;
        changed += is_changed;
        if (example == NULL && (old == NULL || is_changed))
            example = path_basename(source->files[i].path);
    }
    size_t gone = known->count + new_count - source->file_count;
    return arena_printf(planner->arena,
                        "files of \"%s\" changed: %zu new, %zu changed, %zu gone%s%s", node->id,
                        new_count, changed, gone, example != NULL ? ", such as " : "",
                        example != NULL ? example : "");
}
