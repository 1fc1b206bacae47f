/* SPDX-License-Identifier: Apache-2.0 */
#include "project/internal.h"

#include <string.h>

/* leat.yaml. Params come first, because every other value may use them. */

static void load_connections(struct loader *loader, const struct yaml *map)
{
    if (map && map->kind != YAML_MAP) {
        problem_add(loader->problems, map->place,
                    "\"connections\" is not a mapping; expected names, each with ${NAME}");
        return;
    }
    for (size_t i = 0; map && i < map->count; i++) {
        const struct yaml *value = map->items[i];
        if (value->kind != YAML_SCALAR || !strstr(value->text, "${")) {
            problem_add(
                loader->problems, value->place,
                "connection \"%s\" is written out; a secret may only come from the environment or .env",
                map->keys[i]->text);
            problem_hint(loader->problems,
                         "Write ${NAME} here and NAME=… into .env, which git ignores.");
            continue;
        }
        const char *text = expand(loader, value);
        if (text)
            secrets_register_value(loader, text);
    }
}

static void load_group(struct loader *loader, const struct yaml *item)
{
    if (!field_map(loader, item, LEVEL_GROUP))
        return;
    const struct yaml *path = yaml_get(item, "path"), *tag = yaml_get(item, "tag");
    if (!path == !tag) {
        problem_add(loader->problems, item->place,
                    "an entry of models names either a path or a tag; found %s",
                    path ? "both" : "neither");
        return;
    }
    struct group group = {.path = field_text(loader, item, "path"),
                          .tag = field_text(loader, item, "tag")};
    if (!yaml_get(item, "publish"))
        problem_add(loader->problems, item->place,
                    "this entry of models changes nothing; expected \"publish: together\"");
    if (field_choice(loader, item, LEVEL_GROUP, "publish", -1) < 0 || (!group.path && !group.tag))
        return;
    group.id = arena_printf(loader->arena, "%s:%s", group.path ? "path" : "tag",
                            group.path ? group.path : group.tag);
    VEC_PUSH(loader->arena, loader->groups, group);
}

static void load_groups(struct loader *loader, const struct yaml *list)
{
    if (list && list->kind != YAML_LIST) {
        problem_add(
            loader->problems, list->place,
            "\"models\" is not a list; expected entries such as \"- {tag: x, publish: together}\"");
        return;
    }
    for (size_t i = 0; list && i < list->count; i++)
        load_group(loader, list->items[i]);
}

static void load_scalars(struct loader *loader, const struct yaml *map)
{
    struct project *project = loader->project;
    const char *name = field_text(loader, map, "name"),
               *warehouse = field_path(loader, map, "warehouse");
    if (name)
        project->name = name;
    if (loader->options->warehouse)
        warehouse = loader->options->warehouse;
    if (warehouse)
        project->warehouse =
            path_absolute(loader->arena, path_join(loader->arena, project->folder, warehouse));
    project->description = field_text(loader, map, "description");
    project->memory_bytes = field_size(loader, map, "memory");
    project->temp_limit_bytes = field_size(loader, map, "temp_limit");
    project->threads = (int)field_integer(loader, map, "threads", 1, 1024, 0);
}

static void load_zone(struct loader *loader, const struct yaml *map)
{
    const char *name = NULL;
    const struct zone *zone = field_zone(loader, map, "timezone", &name);
    if (zone) {
        loader->project->zone = zone;
        loader->project->timezone = name;
    }
}

int config_load(struct loader *loader, struct err *err)
{
    struct project *project = loader->project;
    char *text = NULL;
    size_t len = 0;
    project->name = path_basename(project->folder);
    project->timezone = "UTC";
    project->zone = &zone_utc;
    project->warehouse = path_join(loader->arena, project->folder, "warehouse");
    TRY(load_file(loader, "leat.yaml", &text, &len, err));
    struct yaml *map = yaml_parse("leat.yaml", 1, text, len, loader->arena, loader->problems);
    if (map && map->kind != YAML_MAP)
        problem_add(loader->problems, map->place,
                    "leat.yaml holds no mapping; expected keys such as \"name: energy\"");
    loader->has_no_config = !map || map->kind != YAML_MAP;
    if (loader->has_no_config)
        return 0;
    field_map(loader, map, LEVEL_PROJECT);
    secrets_note(loader, yaml_get(map, "connections"), yaml_get(map, "params"));
    params_load(loader, yaml_get(map, "params"));
    secrets_register(loader);
    load_connections(loader, yaml_get(map, "connections"));
    load_scalars(loader, map);
    load_groups(loader, yaml_get(map, "models"));
    cache_open(&loader->state->cache, loader->arena,
               path_join(loader->arena, project->warehouse, "cache/project.cache"));
    load_zone(loader, map);
    sources_load(loader, yaml_get(map, "sources"));
    return 0;
}
