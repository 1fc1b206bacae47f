/* SPDX-License-Identifier: Apache-2.0 */
#include "project/internal.h"

#include "connect/grid_path.h"

#include <string.h>
#include <strings.h>

/* Sources of series and the grids made of them. */

/* ---- `series:` of a source ---- */

static void need(struct loader *loader, const struct yaml *map, const char *what, const char *key)
{
    if (!yaml_get(map, key))
        problem_add(loader->problems, map->place, "\"%s\" has no \"%s\"", what, key);
}

static const struct series_layout *load_layout(struct loader *loader, const struct yaml *map)
{
    static const int64_t ticks_us[] = {US_PER_SECOND, 1000, 1};
    struct series_layout *layout = ARENA_NEW(loader->arena, struct series_layout);
    struct text_list labels = field_texts(loader, map, "labels");
    need(loader, map, "series", "time");
    need(loader, map, "series", "value");
    need(loader, map, "series", "labels");
    layout->time = field_text(loader, map, "time");
    layout->value = field_text(loader, map, "value");
    layout->tick_us = ticks_us[field_choice(loader, map, LEVEL_SERIES, "unit", 0)];
    layout->labels = labels.items;
    layout->label_count = labels.count;
    return layout;
}

/*
 * A source of series is two nodes: the registry, raw.<name>_series, which lands; and the samples, raw.<name>, a view
 * over the files.
 */
void series_load(struct loader *loader, const struct yaml *map, struct draft *samples)
{
    const struct yaml *series = yaml_get(map, "series");
    struct draft *registry = ARENA_NEW(loader->arena, struct draft);
    if (!field_map(loader, series, LEVEL_SERIES))
        return;
    if (samples->node.source.format != FORMAT_PARQUET) {
        problem_add(loader->problems, series->place, "series are read from Parquet files only");
        problem_hint(loader->problems, "Land the text first, and unpivot it in a model.");
        return;
    }
    *registry = *samples;
    registry->node.name = arena_printf(loader->arena, "%s_series", samples->node.name);
    registry->node.id = arena_printf(loader->arena, "raw.%s", registry->node.name);
    registry->node.source.series = load_layout(loader, series);
    registry->node.source.format = FORMAT_SERIES;
    registry->node.source.land_table = true;
    registry->node.source.max_rejects = 1000000;
    registry->node.source.keeps_rejects = true;
    samples->node.source.format = FORMAT_SAMPLES;
    samples->node.source.land_table = false;
    samples->node.source.series = registry->node.source.series;
    samples->part.needs = registry->node.id;
    draft_add(loader, registry);
}

/* ---- `grid:` of a model ---- */

static void load_path(struct loader *loader, const struct yaml *map, struct node *node)
{
    const char *path = field_path(loader, map, "path");
    struct grid_path *parsed = NULL;
    struct err err = {0};
    need(loader, map, "grid", "path");
    if (!path)
        return;
    node->model.grid.path =
        path_absolute(loader->arena, path_join(loader->arena, loader->project->folder, path));
    node->model.grid.root = output_root(loader->arena, node->model.grid.path);
    if (grid_path_new(node->model.grid.path, loader->arena, &parsed, &err) != 0)
        problem_from_err(loader->problems, field_place(map, "path"), &err);
    if (path_is_within(node->model.grid.root, loader->project->warehouse))
        problem_add(loader->problems, field_place(map, "path"),
                    "the grid's files lie in the warehouse, whose files are leat's own");
}

static void load_every(struct loader *loader, const struct yaml *map, struct node *node)
{
    int64_t hour = 3600 * US_PER_SECOND;
    int64_t every = field_duration(loader, map, "every");
    need(loader, map, "grid", "every");
    node->model.grid.every_us = every;
    if (every == 0 || (every <= hour && hour % every == 0 && every >= US_PER_SECOND))
        return;
    problem_add(loader->problems, field_place(map, "every"),
                "\"every\" does not divide an hour into whole seconds");
    problem_hint(loader->problems, "Such as 1s, 5s, 30s, 1min, 15min or 1h.");
    node->model.grid.every_us = hour;
}

static void load_fill(struct loader *loader, const struct yaml *map, struct node *node)
{
    const struct yaml *fill = yaml_get(map, "fill");
    node->model.grid.flag = GRID_FLAG_NONE;
    if (!fill || !field_map(loader, fill, LEVEL_FILL))
        return;
    bool is_previous = field_choice(loader, fill, LEVEL_FILL, "method", 0) == 0;
    node->model.grid.max_gap_us = is_previous ? field_duration(loader, fill, "max_gap") : 0;
    node->model.grid.flag =
        (enum grid_flag)field_choice(loader, fill, LEVEL_FILL, "flag", GRID_FLAG_BITMASK);
    if (is_previous && !yaml_get(fill, "max_gap")) {
        problem_add(loader->problems, fill->place,
                    "\"fill\" does not say how long a value is carried");
        problem_hint(loader->problems, "Write fill: {method: previous, max_gap: 10m}.");
    }
}

void grid_load(struct loader *loader, struct draft *draft, const struct yaml *front)
{
    static const enum parquet_codec codecs[] = {PARQUET_SNAPPY, PARQUET_ZSTD, PARQUET_UNCOMPRESSED};
    struct node *node = &draft->node;
    const struct yaml *grid = yaml_get(front, "grid");
    node->model.grid.zone = loader->project->zone;
    if (!grid) {
        problem_add(loader->problems, field_place(front, "materialized"),
                    "a model that is a grid needs \"grid\"; found none");
        problem_hint(loader->problems, "Write grid: {samples: raw.…, path: …, every: 5s}.");
        return;
    }
    if (!field_map(loader, grid, LEVEL_GRID))
        return;
    need(loader, grid, "grid", "samples");
    node->model.grid.samples = field_text(loader, grid, "samples");
    draft->part.needs = node->model.grid.samples;
    draft->part.needs_place = field_place(grid, "samples");
    const char *zone_name = NULL;
    const struct zone *zone = field_zone(loader, grid, "timezone", &zone_name);
    if (zone)
        node->model.grid.zone = zone;
    load_path(loader, grid, node);
    load_every(loader, grid, node);
    load_fill(loader, grid, node);
    node->model.grid.codec = codecs[field_choice(loader, grid, LEVEL_GRID, "compression", 0)];
}

/* The SELECT of the account's columns, for binding: its types are fixed but for the keys, which are texts. */
char *grid_account_sql(const struct node *node, struct arena *arena)
{
    static const char *const counts[] = {"series",    "samples",  "used",    "duplicates",
                                         "conflicts", "measured", "carried", "missing"};
    struct grid_path *path = NULL;
    AUTO(str_release) struct str sql = STR_INIT(1 << 16);
    if (grid_path_new(node->model.grid.path, arena, &path, NULL) != 0)
        return NULL;
    struct grid_path_keys keys = grid_path_keys(path);
    str_append(&sql, "SELECT ");
    for (size_t i = 0; i < keys.count; i++) {
        str_append(&sql, "CAST(NULL AS VARCHAR) AS ");
        str_append_ident(&sql, keys.items[i]);
        str_append(&sql, ", ");
    }
    str_append(&sql, "CAST(NULL AS TIMESTAMPTZ) AS time, CAST(NULL AS VARCHAR) AS column_name");
    for (size_t i = 0; i < ARRAY_COUNT(counts); i++)
        str_appendf(&sql, ", CAST(NULL AS BIGINT) AS %s", counts[i]);
    str_append(&sql, ", CAST(NULL AS DOUBLE) AS min, CAST(NULL AS DOUBLE) AS max, "
                     "CAST(NULL AS DOUBLE) AS mean");
    return arena_strdup(arena, str_text(&sql));
}

/* What the SELECT must give. */
void grid_check_select(struct problems *problems, const struct node *node,
                       struct column_list columns, struct arena *arena)
{
    struct grid_path *path = NULL;
    if (grid_path_new(node->model.grid.path, arena, &path, NULL) != 0)
        return;
    struct grid_path_keys keys = grid_path_keys(path);
    const char *needed[18] = {"series", "column_name"};
    for (size_t i = 0; i < keys.count; i++)
        needed[i + 2] = keys.items[i];
    for (size_t i = 0; i < keys.count + 2; i++) {
        bool is_there = false;
        for (size_t j = 0; j < columns.count; j++)
            is_there |= strcasecmp(columns.items[j].name, needed[i]) == 0;
        if (is_there)
            continue;
        problem_add(problems, (struct place){node->place.file, 1, 1},
                    "the SELECT of a grid has no column \"%s\"", needed[i]);
        problem_hint(problems, "It gives series, column_name and each column that the path names.");
    }
}

/* The samples that a grid names must be some. */
void grid_resolve(struct loader *loader, const struct node *node, struct place place)
{
    const struct node *samples = map_get(&loader->project->node_by_id, node->model.grid.samples);
    if (samples && samples->kind == NODE_SOURCE && samples->source.format == FORMAT_SAMPLES)
        return;
    problem_add(loader->problems, place, "\"%s\" is no source with \"series\"",
                node->model.grid.samples);
}
