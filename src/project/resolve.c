/* SPDX-License-Identifier: Apache-2.0 */
#include "project/graph.h"

#include <string.h>

/* Mistakes between nodes: reads, params, volatile functions, checks, outputs, groups, unit tests. */

static struct place ref_place(const struct node *node, const struct sql_ref *ref)
{
    return (struct place){node->place.file, ref->line, ref->column};
}

/* ---- reads ---- */

static const char *time_column(const struct node *input)
{
    if (input->kind == NODE_SOURCE)
        return input->source.time;
    return input->model.materialized == MATERIALIZED_PARTITIONED ? input->model.by : NULL;
}

static void load_policy(struct loader *loader, const struct yaml *value, struct node_read *read)
{
    if (value->kind == YAML_MAP) {
        if (!field_map(loader, value, LEVEL_READ))
            return;
        read->policy = READS_LOOKBACK;
        read->lookback_us = field_duration(loader, value, "lookback");
    } else if (value->kind == YAML_SCALAR && str_eq(value->text, "same")) {
        read->policy = READS_SAME;
    } else if (value->kind != YAML_SCALAR || !str_eq(value->text, "all")) {
        problem_add(loader->problems, value->place,
                    "found %s%s%s; expected same, all or {lookback: 1d}",
                    value->kind == YAML_SCALAR ? "\"" : "",
                    value->kind == YAML_SCALAR ? value->text : "a list",
                    value->kind == YAML_SCALAR ? "\"" : "");
        return;
    }
    if (read->policy == READS_ALL || read->time_column)
        return;
    problem_add(loader->problems, value->place,
                "%s has no column of time, so a partition cannot read a part of it", read->input);
    problem_hint(loader->problems,
                 "Name one as \"time:\" of the source, or make the model partitioned.");
}

static void resolve_reads(struct loader *loader, struct node *node, const struct part *part)
{
    const struct yaml *map = part->reads;
    struct node_read *reads = ARENA_ARRAY(loader->arena, struct node_read, node->input_count + 1);
    const char **names = ARENA_ARRAY(loader->arena, const char *, node->input_count + 1);
    for (size_t i = 0; i < node->input_count; i++) {
        const struct node *input = &loader->project->nodes[node->inputs[i]];
        names[i] = input->id;
        reads[i] = (struct node_read){
            .input = input->id, .policy = READS_ALL, .time_column = time_column(input)};
    }
    node->model.reads = reads;
    node->model.read_count = node->input_count;
    if (map && map->kind != YAML_MAP)
        problem_add(loader->problems, map->place,
                    "\"reads\" is not a mapping; expected inputs by name, such as {raw.x: same}");
    for (size_t k = 0; map && map->kind == YAML_MAP && k < map->count; k++) {
        size_t at = 0;
        while (at < node->input_count && strcasecmp(names[at], map->keys[k]->text) != 0)
            at++;
        if (at < node->input_count) {
            load_policy(loader, map->items[k], &reads[at]);
            continue;
        }
        problem_add(loader->problems, map->keys[k]->place, "the model does not read \"%s\"",
                    map->keys[k]->text);
        problem_nearest(loader->problems, map->keys[k]->text, names, node->input_count);
    }
}

/* ---- params and functions ---- */

/* Whether the SQL of this node may use $start, $end or $last; *ret_is_own tells that it is one of these. */
static bool own_param(const struct node *node, const char *name, bool *ret_is_own)
{
    bool is_interval = str_eq(name, "start") || str_eq(name, "end"), is_last = str_eq(name, "last");
    *ret_is_own = is_interval || is_last;
    if (node->kind != NODE_MODEL)
        return false;
    return (is_interval && node->model.materialized == MATERIALIZED_PARTITIONED) ||
           (is_last && node->model.materialized == MATERIALIZED_INCREMENTAL && node->model.cursor);
}

static void say_unknown_param(struct loader *loader, struct place place, const char *name)
{
    const struct project *project = loader->project;
    const char **names = ARENA_ARRAY(loader->arena, const char *, project->param_count + 1);
    for (size_t i = 0; i < project->param_count; i++)
        names[i] = project->params[i].name;
    problem_add(loader->problems, place, "$%s is not a param of the project", name);
    const char *nearest = nearest_name(name, names, project->param_count);
    if (nearest)
        problem_hint(loader->problems, "Did you mean $%s?", nearest);
    else
        problem_hint(loader->problems, "Declare it below \"params\" in leat.yaml.");
}

static void resolve_param(struct loader *loader, const struct node *node, const char *name,
                          struct place place)
{
    bool is_own = false;
    if (own_param(node, name, &is_own))
        return;
    const struct project_param *param = params_find(loader->project, name);
    if (is_own) {
        problem_add(loader->problems, place, "$%s is not known here", name);
        problem_hint(loader->problems,
                     str_eq(name, "last")
                         ? "It needs \"materialized: incremental\" with a \"cursor\"."
                         : "It needs \"materialized: partitioned\".");
    } else if (!param) {
        say_unknown_param(loader, place, name);
    } else if (param && !param->value && !param->default_text) {
        problem_add(loader->problems, place,
                    "$%s has no value: the param has no default and none was given", name);
        problem_hint(loader->problems, "Give --%s VALUE, or write a default for it in leat.yaml.",
                     name);
    }
}

static void resolve_params(struct loader *loader, const struct node *node,
                           const struct sql_info *sql)
{
    for (size_t i = 0; i < sql->param_count; i++) {
        const struct sql_ref *ref = &sql->params[i];
        if (node->model.materialized != MATERIALIZED_VIEW) {
            resolve_param(loader, node, ref->name, ref_place(node, ref));
            continue;
        }
        problem_add(loader->problems, ref_place(node, ref), "a view takes no params, but uses $%s",
                    ref->name);
        problem_hint(loader->problems, "Write \"materialized: table\".");
    }
}

static void resolve_functions(struct loader *loader, const struct node *node,
                              const struct sql_info *sql)
{
    for (size_t i = 0; i < sql->function_count && node->rerun == RERUN_ON_CHANGE; i++) {
        if (!sql_function_is_volatile(sql->functions[i].name))
            continue;
        problem_add(
            loader->problems, ref_place(node, &sql->functions[i]),
            "%s() gives another value each time, so the result would depend on when the model happened to run",
            sql->functions[i].name);
        problem_hint(
            loader->problems,
            "If that is meant, say how often to run it: \"rerun: always\" or \"rerun: daily\". Else use a param.");
    }
}

/* ---- checks ---- */

static bool reads_input(const struct project *project, const struct node *node,
                        const struct sql_ref *ref)
{
    for (size_t i = 0; i < node->input_count; i++) {
        const struct node *input = &project->nodes[node->inputs[i]];
        if (strcasecmp(input->name, ref->name) == 0 && strcasecmp(input->schema, ref->schema) == 0)
            return true;
    }
    return false;
}

static void resolve_check(struct loader *loader, const struct node *node, const struct check *check,
                          const struct sql_info *sql)
{
    for (size_t i = 0; i < sql->table_count; i++) {
        const struct sql_ref *ref = &sql->tables[i];
        const char *schema = ref->schema ? ref->schema : "";
        if (schema[0] == '\0' ? strcasecmp(ref->name, "this") == 0
                              : reads_input(loader->project, node, ref))
            continue;
        problem_add(loader->problems, check->place,
                    "a check can read \"this\" and what the model itself reads; found \"%s%s%s\"",
                    schema, schema[0] ? "." : "", ref->name);
    }
    for (size_t i = 0; i < sql->param_count; i++)
        resolve_param(loader, node, sql->params[i].name, check->place);
}

/* A check that names what is not there is not bound: that would say so again. */
static void resolve_checks(struct loader *loader, const struct node *node, struct part *part)
{
    for (size_t i = 0; part->check_sql && i < node->check_count; i++) {
        size_t before = problem_count(loader->problems);
        if (part->check_sql[i])
            resolve_check(loader, node, &node->checks[i], part->check_sql[i]);
        if (problem_count(loader->problems) != before)
            part->check_sql[i] = NULL;
    }
}

static void resolve_model(struct loader *loader, struct node *node, struct part *part)
{
    if (!part->sql || part->has_bad_front)
        return;
    size_t before = problem_count(loader->problems);
    resolve_params(loader, node, part->sql);
    part->has_bad_names |= problem_count(loader->problems) != before;
    resolve_functions(loader, node, part->sql);
    if (node->model.materialized == MATERIALIZED_PARTITIONED)
        resolve_reads(loader, node, part);
}

/* ---- outputs ---- */

static void resolve_outputs(struct loader *loader)
{
    struct map paths;
    map_init(&paths, loader->arena);
    for (size_t i = 0; i < loader->project->node_count; i++) {
        struct node *node = &loader->project->nodes[i];
        if (node->kind != NODE_OUTPUT || !node->out.output->path)
            continue;
        const struct node *other = map_get(&paths, node->out.output->path);
        if (other)
            problem_add(loader->problems, node->place,
                        "two outputs write the same files: also %s:%d", other->place.file,
                        other->place.line);
        map_put(&paths, node->out.output->path, node);
    }
}

/* ---- groups ---- */

static bool has_tag(const struct node *node, const char *tag)
{
    for (size_t i = 0; i < node->tag_count; i++)
        if (str_eq(node->tags[i], tag))
            return true;
    return false;
}

/* "models/energy", "energy/" and "models/energy/daily.sql" all name models below models/. */
static bool is_below(const char *file, const char *path)
{
    if (!str_starts(path, "models/"))
        file += strlen("models/");
    size_t len = strlen(path);
    while (len > 0 && path[len - 1] == '/')
        len--;
    return strncmp(file, path, len) == 0 && (file[len] == '\0' || file[len] == '/');
}

static void resolve_groups(struct loader *loader)
{
    struct project *project = loader->project;
    for (size_t i = 0; i < project->node_count; i++) {
        struct node *node = &project->nodes[i];
        for (size_t k = 0;
             k < loader->groups.count && node->kind != NODE_SOURCE && !node->publish_group; k++) {
            const struct group *group = &loader->groups.items[k];
            const char *file = node->kind == NODE_OUTPUT
                                   ? project->nodes[node->out.model].place.file
                                   : node->place.file;
            if (group->tag ? has_tag(node, group->tag) : is_below(file, group->path))
                node->publish_group = group->id;
        }
    }
}

/* ---- unit tests ---- */

static void resolve_given(struct loader *loader, const struct unit_test *test,
                          const struct node *model)
{
    const char **names = ARENA_ARRAY(loader->arena, const char *, model->input_count + 1);
    for (size_t i = 0; i < model->input_count; i++)
        names[i] = loader->project->nodes[model->inputs[i]].id;
    for (size_t i = 0; i < test->given_count; i++) {
        size_t at = 0;
        while (at < model->input_count && !str_eq(names[at], test->given[i].name))
            at++;
        if (at < model->input_count)
            continue;
        problem_add(loader->problems, test->place,
                    "%s does not read \"%s\", which the unit test gives", model->id,
                    test->given[i].name);
        problem_nearest(loader->problems, test->given[i].name, names, model->input_count);
    }
}

static void say_unknown_model(struct loader *loader, const struct unit_test *test)
{
    const struct project *project = loader->project;
    const char **names = ARENA_ARRAY(loader->arena, const char *, project->node_count + 1);
    size_t count = 0;
    bool has_schema = strchr(test->model, '.') != NULL;
    for (size_t i = 0; i < project->node_count; i++)
        if (project->nodes[i].kind == NODE_MODEL)
            names[count++] = has_schema ? project->nodes[i].id : project->nodes[i].name;
    problem_add(loader->problems, test->place,
                "the unit test is of \"%s\"; this project has no such model, or more than one",
                test->model);
    problem_nearest(loader->problems, test->model, names, count);
}

static void resolve_unit_test(struct loader *loader, struct unit_test *test)
{
    const struct node *model = test->model ? project_node(loader->project, test->model) : NULL;
    if (!test->model)
        return;
    if (!model || model->kind != NODE_MODEL) {
        say_unknown_model(loader, test);
        return;
    }
    test->model = model->id;
    if (loader->state->parts[model->index].sql)
        resolve_given(loader, test, model);
}

static void resolve_test_names(struct loader *loader)
{
    struct project *project = loader->project;
    struct map names;
    map_init(&names, loader->arena);
    for (size_t i = 0; i < project->unit_test_count; i++) {
        struct unit_test *test = &project->unit_tests[i];
        const struct unit_test *other = test->name ? map_get(&names, test->name) : NULL;
        if (other)
            problem_add(loader->problems, test->place,
                        "two unit tests are named \"%s\": also %s:%d", test->name,
                        other->place.file, other->place.line);
        if (test->name)
            map_put(&names, test->name, test);
        resolve_unit_test(loader, test);
    }
}

void resolve_nodes(struct loader *loader)
{
    struct project *project = loader->project;
    for (size_t i = 0; i < project->node_count; i++) {
        struct part *part = &loader->state->parts[i];
        if (project->nodes[i].kind == NODE_MODEL)
            resolve_model(loader, &project->nodes[i], part);
        if (project->nodes[i].kind == NODE_MODEL && project->nodes[i].model.grid.samples)
            grid_resolve(loader, &project->nodes[i], part->needs_place);
        if (!part->has_bad_front)
            resolve_checks(loader, &project->nodes[i], part);
    }
    resolve_outputs(loader);
    resolve_groups(loader);
    resolve_test_names(loader);
}
