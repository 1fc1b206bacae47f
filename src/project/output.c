/* SPDX-License-Identifier: Apache-2.0 */
#include "project/internal.h"

#include <string.h>

/* `outputs:` of a model; each becomes a node of its own. */

/* Settings that only one format has. */
static const struct {
    const char *key;
    int format;
} own_keys[] = {{"compression", OUTPUT_PARQUET}, {"delimiter", OUTPUT_CSV}, {"header", OUTPUT_CSV}};

static const char *const formats[] = {"parquet", "csv", "jsonl"};

/* The folder above the first name that holds a `{`, or the file's own folder. */
const char *output_root(struct arena *arena, const char *path)
{
    const char *brace = strchr(path, '{');
    size_t len = brace ? (size_t)(brace - path) : strlen(path);
    while (len > 1 && path[len - 1] != '/')
        len--;
    return len > 1 ? arena_strndup(arena, path, len - 1) : "/";
}

/* `delimiter`: one byte, or \t. */
static char load_delimiter(struct loader *loader, const struct yaml *map)
{
    const struct yaml *node = yaml_get(map, "delimiter");
    const char *text = node ? field_text(loader, map, "delimiter") : NULL;
    if (!text)
        return ',';
    if (str_eq(text, "\\t") || str_eq(text, "\t"))
        return '\t';
    if (strlen(text) == 1 && text[0] != '"' && text[0] != '\n' && text[0] != '\r')
        return text[0];
    problem_add(loader->problems, node->place,
                "\"delimiter\" is \"%s\"; expected one character that is no quote", text);
    return ',';
}

static const char *load_order(struct loader *loader, const struct yaml *map)
{
    struct text_list list = field_texts(loader, map, "order_by");
    struct str text = STR_INIT(4096);
    for (size_t i = 0; i < list.count; i++)
        str_appendf(&text, "%s%s", i ? ", " : "", list.items[i]);
    const char *order = list.count ? arena_strdup(loader->arena, str_text(&text)) : NULL;
    str_release(&text);
    return order;
}

static void load_path(struct loader *loader, const struct yaml *map, struct output *output)
{
    const char *key = formats[output->format];
    const char *path = field_path(loader, map, key);
    if (!path)
        return;
    if (str_ends(path, "/")) {
        problem_add(loader->problems, field_place(map, key),
                    "the path \"%s\" names a folder; expected a file, such as %s%s.%s", path, path,
                    "{column}", key);
        return;
    }
    output->path =
        path_absolute(loader->arena, path_join(loader->arena, loader->project->folder, path));
    output->root = output_root(loader->arena, output->path);
    if (path_is_within(output->root, loader->project->warehouse)) {
        problem_add(loader->problems, field_place(map, key),
                    "the output lies in the warehouse, whose files are leat's own");
        problem_hint(loader->problems, "Choose a folder outside of %s.",
                     path_relative_to(loader->project->warehouse, loader->project->folder));
    }
}

static int find_format(struct loader *loader, const struct yaml *map)
{
    int found = -1, count = 0;
    for (size_t i = 0; i < ARRAY_COUNT(formats); i++) {
        bool has = yaml_get(map, formats[i]);
        found = has && found < 0 ? (int)i : found;
        count += has;
    }
    if (count == 1)
        return found;
    bool is_later = false;
    for (size_t i = 0; i < map->count; i++) {
        const struct setting_doc *setting =
            setting_find(&setting_levels[LEVEL_OUTPUT], map->keys[i]->text);
        is_later |= setting && setting->is_later;
    }
    if (!is_later || count > 0)
        problem_add(loader->problems, map->place,
                    "an output names exactly one of parquet, csv and jsonl; found %s",
                    count == 0 ? "none" : "several");
    return -1;
}

static struct output *load_output(struct loader *loader, const struct yaml *map)
{
    if (!field_map(loader, map, LEVEL_OUTPUT))
        return NULL;
    int format = find_format(loader, map);
    if (format < 0)
        return NULL;
    for (size_t i = 0; i < ARRAY_COUNT(own_keys); i++)
        if (own_keys[i].format != format && yaml_get(map, own_keys[i].key))
            problem_add(loader->problems, field_place(map, own_keys[i].key),
                        "\"%s\" is not a setting of %s", own_keys[i].key, formats[format]);
    static const char *const compressions[] = {"zstd", "snappy", "gzip", "none"};
    struct output *output = ARENA_NEW(loader->arena, struct output);
    output->format = format;
    output->place = field_place(map, formats[format]);
    output->compression = compressions[field_choice(loader, map, LEVEL_OUTPUT, "compression", 0)];
    output->timezone = loader->project->timezone;
    output->zone = loader->project->zone;
    const struct zone *zone = field_zone(loader, map, "timezone", &output->timezone);
    output->zone = zone ? zone : output->zone;
    struct text_list columns = field_texts(loader, map, "columns");
    output->columns = columns.count ? columns.items : NULL;
    output->column_count = columns.count;
    output->delimiter = load_delimiter(loader, map);
    output->has_header = field_boolean(loader, map, "header", true);
    output->order_by = load_order(loader, map);
    load_path(loader, map, output);
    return output;
}

static void add_node(struct loader *loader, const struct draft *model, const struct output *output,
                     const struct yaml *map, size_t number)
{
    struct draft *draft = ARENA_NEW(loader->arena, struct draft);
    struct node *node = &draft->node;
    const char *name = field_text(loader, map, "name");
    if (name && !name_is_good(name)) {
        problem_add(loader->problems, field_place(map, "name"),
                    "\"%s\" cannot be the name of an output; expected letters, digits and _", name);
        name = NULL;
    }
    node->kind = NODE_OUTPUT;
    node->schema = model->node.schema;
    node->name = model->node.name;
    node->id = name ? arena_printf(loader->arena, "output:%s#%s", model->node.id, name)
                    : arena_printf(loader->arena, "output:%s#%zu", model->node.id, number);
    node->tags = model->node.tags;
    node->tag_count = model->node.tag_count;
    node->place = output->place;
    node->out.output = output;
    draft_add(loader, draft);
}

void outputs_load(struct loader *loader, struct draft *model, const struct yaml *outputs)
{
    if (outputs && outputs->kind != YAML_LIST) {
        problem_add(loader->problems, outputs->place,
                    "\"outputs\" is not a list; expected entries such as \"- parquet: …\"");
        return;
    }
    for (size_t i = 0; outputs && i < outputs->count; i++) {
        const struct output *output = load_output(loader, outputs->items[i]);
        if (output)
            add_node(loader, model, output, outputs->items[i], i + 1);
    }
}
