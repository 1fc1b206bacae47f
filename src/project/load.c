/* SPDX-License-Identifier: Apache-2.0 */
#include "project/internal.h"

#include <stdlib.h>
#include <string.h>

#define PROJECT_ARENA_BYTES ((size_t)2 << 30)

int load_file(struct loader *loader, const char *name, char **ret_text, size_t *ret_len,
              struct err *err)
{
    const char *path = path_join(loader->arena, loader->project->folder, name);
    TRY(file_read(path, FILE_MAX_BYTES, loader->arena, ret_text, ret_len, err));
    loader->read_bytes += *ret_len;
    if (loader->read_bytes > PROJECT_MAX_BYTES)
        return err_set(err, ERR_CONFIG, "the files of the project are larger than 256 MB together");
    hasher_add_text(loader->hasher, name);
    hasher_add(loader->hasher, *ret_text, *ret_len);
    return 0;
}

struct yaml *load_yaml(struct loader *loader, const char *file, int first_line, const char *text,
                       size_t len)
{
    struct cache *cache = &loader->state->cache;
    struct hash key = hash_bytes(text, len);
    struct yaml *tree = cache_get_yaml(cache, key, file, first_line);
    if (tree)
        return tree;
    size_t before = problem_count(loader->problems);
    tree = yaml_parse(file, first_line, text, len, loader->arena, loader->problems);
    if (tree && problem_count(loader->problems) == before)
        cache_put_yaml(cache, key, tree, first_line);
    return tree;
}

static struct project *project_new(const char *folder)
{
    struct project *project = calloc(1, sizeof(*project));
    if (!project)
        abort();
    arena_init(&project->arena, PROJECT_ARENA_BYTES);
    project->folder = path_absolute(&project->arena, folder);
    project->state = ARENA_NEW(&project->arena, struct project_state);
    map_init(&project->node_by_id, &project->arena);
    return project;
}

static void load_all(struct loader *loader)
{
    models_load(loader);
    if (loader->fatal.kind != ERR_NONE)
        return;
    graph_build(loader);
    unit_tests_load(loader);
    resolve_nodes(loader);
    fingerprint_nodes(loader);
}

static int load(struct loader *loader, struct err *err)
{
    struct project *project = loader->project;
    const char *path = path_join(loader->arena, project->folder, "leat.yaml");
    if (!file_exists(path)) {
        err_set(err, ERR_NOT_FOUND, "there is no leat.yaml in %s", project->folder);
        return err_hint(
            err, "Go to a project's folder, name one with -C DIR, or make one with leat init.");
    }
    env_load(loader);
    TRY(config_load(loader, err));
    if (!loader->has_no_config)
        load_all(loader);
    if (loader->fatal.kind == ERR_NONE)
        return 0;
    if (err)
        *err = loader->fatal;
    return -1;
}

int project_load(const struct project_options *options, struct project **ret_project,
                 struct problems *problems, struct err *err)
{
    struct project *project = project_new(options->folder);
    struct loader loader = {.project = project,
                            .problems = problems,
                            .options = options,
                            .state = project->state,
                            .arena = &project->arena,
                            .hasher = hasher_new()};
    project->state->need_conn = options->need_conn;
    project->state->context = options->context;
    map_init(&loader.draft_by_id, loader.arena);
    int result = load(&loader, err);
    project->fingerprint = hasher_end(loader.hasher);
    problems_sort(problems);
    if (result != 0) {
        project_free(project);
        return -1;
    }
    *ret_project = project;
    return 0;
}

void project_free(struct project *project)
{
    if (!project)
        return;
    struct arena arena = project->arena; /* holds whatever the project points to */
    free(project);
    arena_release(&arena);
}

const struct node *project_node(const struct project *project, const char *id)
{
    const struct node *found = map_get(&project->node_by_id, id);
    for (size_t i = 0; !found && i < project->node_count; i++) {
        const struct node *node = &project->nodes[i];
        if (node->kind == NODE_OUTPUT || strcasecmp(node->name, id) != 0)
            continue;
        for (size_t k = i + 1; k < project->node_count; k++)
            if (project->nodes[k].kind != NODE_OUTPUT &&
                strcasecmp(project->nodes[k].name, id) == 0)
                return NULL;
        found = node;
    }
    return found;
}

void project_save_cache(struct project *project)
{
    struct err err = {0};
    (void)!cache_save(&project->state->cache, &err); /* the next command is slower, that is all */
}

/* The type of $last is that of the cursor column. */
static const char *cursor_type(const struct node *model)
{
    for (size_t i = 0; i < model->bound.count; i++)
        if (model->model.cursor && strcasecmp(model->bound.items[i].name, model->model.cursor) == 0)
            return model->bound.items[i].type_text;
    return "VARCHAR";
}

size_t project_sql_params(const struct project *project, const struct node *model,
                          const struct interval *interval, const char *last, struct arena *arena,
                          struct param **ret_params)
{
    struct param *params = ARENA_ARRAY(arena, struct param, project->param_count + 3);
    size_t count = 0;
    for (size_t i = 0; i < project->param_count; i++) {
        const struct project_param *param = &project->params[i];
        params[count++] = (struct param){
            .name = param->name, .type = param_sql_type(param->type), .value = param->value};
    }
    if (model->kind == NODE_MODEL && model->model.materialized == MATERIALIZED_PARTITIONED) {
        char text[40];
        params[count++] = (struct param){
            .name = "start",
            .type = "TIMESTAMPTZ",
            .value =
                interval ? arena_strdup(arena, instant_format(interval->start_us, text)) : NULL};
        params[count++] = (struct param){
            .name = "end",
            .type = "TIMESTAMPTZ",
            .value = interval ? arena_strdup(arena, instant_format(interval->end_us, text)) : NULL};
    }
    if (model->kind == NODE_MODEL && model->model.materialized == MATERIALIZED_INCREMENTAL)
        params[count++] = (struct param){.name = "last", .type = cursor_type(model), .value = last};
    *ret_params = params;
    return count;
}
