/* SPDX-License-Identifier: Apache-2.0 */
#include "project/internal.h"

#include <string.h>

/* The front matter of a model → struct node. */

static const char *const materialized_names[] = {"view", "table", "incremental", "partitioned",
                                                 "grid"};

/* Settings that only one way of materializing has. */
static const struct {
    const char *key;
    enum materialized only;
} own_keys[] = {
    {"key", MATERIALIZED_INCREMENTAL},      {"cursor", MATERIALIZED_INCREMENTAL},
    {"lookback", MATERIALIZED_INCREMENTAL}, {"partition", MATERIALIZED_PARTITIONED},
    {"reads", MATERIALIZED_PARTITIONED},    {"grid", MATERIALIZED_GRID},
};

static void check_own_keys(struct loader *loader, const struct yaml *front,
                           enum materialized materialized)
{
    for (size_t i = 0; i < ARRAY_COUNT(own_keys); i++) {
        const struct yaml *node = yaml_get(front, own_keys[i].key);
        if (!node || materialized == own_keys[i].only)
            continue;
        problem_add(loader->problems, node->place,
                    "\"%s\" is for models that are materialized: %s; this one is a %s",
                    own_keys[i].key, materialized_names[own_keys[i].only],
                    materialized_names[materialized]);
    }
}

static void load_incremental(struct loader *loader, struct draft *draft, const struct yaml *front)
{
    struct node *node = &draft->node;
    struct text_list key = field_texts(loader, front, "key");
    node->model.key = key.items;
    node->model.key_count = key.count;
    node->model.cursor = field_text(loader, front, "cursor");
    node->model.lookback_us = field_duration(loader, front, "lookback");
    draft->part.key = field_place(front, "key");
    draft->part.cursor = field_place(front, "cursor");
    if (!yaml_get(front, "key")) {
        problem_add(loader->problems, field_place(front, "materialized"),
                    "an incremental model needs \"key\"; found none");
        problem_hint(loader->problems,
                     "Name the columns by which new rows replace old ones: key: [id].");
    }
    if (yaml_get(front, "lookback") && !node->model.cursor)
        problem_add(loader->problems, field_place(front, "lookback"),
                    "\"lookback\" needs \"cursor\", the column that it looks back in");
}

static const char *field_word(const struct yaml *map, const char *key)
{
    const struct yaml *node = yaml_get(map, key);
    return node && node->kind == YAML_SCALAR ? node->text : NULL;
}

static void load_from(struct loader *loader, struct node *node, const struct yaml *partition)
{
    const char *from = field_text(loader, partition, "from");
    struct err err = {0};
    if (!from)
        return;
    if (instant_parse(from, node->model.zone, &node->model.from_us, &err) != 0) {
        problem_add(loader->problems, field_place(partition, "from"),
                    "\"from\" is \"%s\"; expected a time such as 2024-06-05", from);
        return;
    }
    if (str_eq(field_word(partition, "every"), period_name(node->model.every)) &&
        period_floor(node->model.every, node->model.zone, node->model.from_us) !=
            node->model.from_us)
        problem_add(loader->problems, field_place(partition, "from"),
                    "\"from\" is \"%s\", which is not the start of %s %s in %s", from,
                    node->model.every == PERIOD_HOUR ? "an" : "a", period_name(node->model.every),
                    node->model.timezone);
}

static void load_partition(struct loader *loader, struct draft *draft, const struct yaml *front)
{
    static const char *const needed[] = {"by", "every", "from"};
    struct node *node = &draft->node;
    const struct yaml *partition = yaml_get(front, "partition");
    draft->part.reads = yaml_get(front, "reads");
    if (!partition) {
        problem_add(loader->problems, field_place(front, "materialized"),
                    "a partitioned model needs \"partition\"; found none");
        problem_hint(loader->problems,
                     "Write partition: {by: start_time, every: day, from: 2024-06-05}.");
        return;
    }
    if (!field_map(loader, partition, LEVEL_PARTITION))
        return;
    for (size_t i = 0; i < ARRAY_COUNT(needed); i++)
        if (!yaml_get(partition, needed[i]))
            problem_add(loader->problems, partition->place,
                        "\"partition\" has no \"%s\"; expected by, every and from", needed[i]);
    const char *zone_name = NULL;
    const struct zone *zone = field_zone(loader, partition, "timezone", &zone_name);
    if (zone) {
        node->model.zone = zone;
        node->model.timezone = zone_name;
    }
    node->model.by = field_text(loader, partition, "by");
    node->model.every =
        (enum period)field_choice(loader, partition, LEVEL_PARTITION, "every", PERIOD_DAY);
    draft->part.by = field_place(partition, "by");
    draft->part.from = field_place(partition, "from");
    load_from(loader, node, partition);
}

void model_settings(struct loader *loader, struct draft *draft, const struct yaml *front)
{
    struct node *node = &draft->node;
    if (!field_map(loader, front, LEVEL_MODEL))
        return;
    size_t before = loader->problems->list.count;
    node->model.materialized = (enum materialized)field_choice(loader, front, LEVEL_MODEL,
                                                               "materialized", MATERIALIZED_TABLE);
    bool is_known = loader->problems->list.count == before;
    node->description = field_text(loader, front, "description");
    node->rerun = (enum rerun)field_choice(loader, front, LEVEL_MODEL, "rerun", RERUN_ON_CHANGE);
    struct text_list tags = field_texts(loader, front, "tags");
    node->tags = tags.items;
    node->tag_count = tags.count;
    if (is_known)
        check_own_keys(loader, front, node->model.materialized);
    if (node->model.materialized == MATERIALIZED_INCREMENTAL)
        load_incremental(loader, draft, front);
    if (node->model.materialized == MATERIALIZED_PARTITIONED)
        load_partition(loader, draft, front);
    if (node->model.materialized == MATERIALIZED_GRID)
        grid_load(loader, draft, front);
    columns_load(loader, draft, yaml_get(front, "columns"), yaml_get(front, "checks"));
    outputs_load(loader, draft, yaml_get(front, "outputs"));
}
