/* SPDX-License-Identifier: Apache-2.0 */
#include "project/internal.h"

#include <string.h>

static const struct {
    const char *ending;
    enum source_format format;
} endings[] = {
    {".parquet", FORMAT_PARQUET}, {".pq", FORMAT_PARQUET}, {".csv", FORMAT_CSV},
    {".tsv", FORMAT_TSV},         {".tab", FORMAT_TSV},
};

/* What a source may be made of; exactly one must be there. */
static const char *const kinds[] = {"files", "http",    "postgres", "odbc",
                                    "kafka", "mongodb", "push"};

static bool has_one_kind(struct loader *loader, const struct yaml *key, const struct yaml *map)
{
    const char *first = NULL;
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
        const struct yaml *node = yaml_get(map, kinds[i]);
        if (node && first) {
            problem_add(loader->problems, node->place,
                        "source \"%s\" has both \"%s\" and \"%s\"; expected exactly one", key->text,
                        first, kinds[i]);
            return false;
        }
        first = node ? kinds[i] : first;
    }
    if (!first) {
        problem_add(loader->problems, key->place,
                    "source \"%s\" does not say where its rows come from; expected \"files: …\"",
                    key->text);
        return false;
    }
    return str_eq(first, "files");
}

static void find_format(struct loader *loader, const struct yaml *map, struct node *node)
{
    int format = field_choice(loader, map, LEVEL_SOURCE, "format", -1);
    for (size_t i = 0; format < 0 && node->source.files && i < ARRAY_COUNT(endings); i++)
        if (str_ends(node->source.files, endings[i].ending))
            format = endings[i].format;
    if (format < 0 && node->source.files && !yaml_get(map, "format")) {
        problem_add(loader->problems, field_place(map, "files"),
                    "the ending of \"%s\" does not tell the format",
                    path_basename(node->source.files));
        problem_hint(loader->problems, "Write \"format: parquet\", csv or tsv.");
    }
    node->source.format = format < 0 ? FORMAT_PARQUET : (enum source_format)format;
}

static const char *format_ending(enum source_format format)
{
    return format == FORMAT_CSV ? "csv" : format == FORMAT_TSV ? "tsv" : "parquet";
}

/*
 * A param may name a folder or a single file whatever the pattern was written for: with a file as input "${input}/x/…"
 * means that file, and a folder alone means all files of the format below it.
 */
static void settle_files(struct loader *loader, const struct yaml *files, struct node *node)
{
    const char *path = node->source.files;
    if (!glob_has_magic(path)) {
        if (file_is_dir(path))
            node->source.files =
                arena_printf(loader->arena, "%s/**/*.%s", path, format_ending(node->source.format));
        else if (!file_exists(path))
            (void)params_explain_path(loader, files);
        return;
    }
    char *root = glob_root(loader->arena, path);
    size_t len = strlen(root);
    while (len > 1 && root[len - 1] == '/')
        root[--len] = '\0';
    if (file_exists(root) && !file_is_dir(root))
        node->source.files = root;
    else if (!file_is_dir(root))
        (void)params_explain_path(loader, files);
}

static void load_files(struct loader *loader, const struct yaml *map, struct node *node)
{
    const struct yaml *files = yaml_get(map, "files");
    const char *path = field_path(loader, map, "files");
    if (path)
        node->source.files =
            path_absolute(loader->arena, path_join(loader->arena, loader->project->folder, path));
    find_format(loader, map, node);
    if (path)
        settle_files(loader, files, node);
}

static void load_landing(struct loader *loader, const struct yaml *map, struct node *node)
{
    bool is_text = node->source.format != FORMAT_PARQUET;
    int land = field_choice(loader, map, LEVEL_SOURCE, "land", is_text);
    node->source.land_table = is_text || land == 1;
    if (is_text && land == 0) {
        problem_add(
            loader->problems, field_place(map, "land"),
            "text cannot be read in place: its types are known only after all of it was read");
        problem_hint(loader->problems, "Leave \"land\" out.");
    }
    if (!is_text && yaml_get(map, "nulls"))
        problem_add(loader->problems, field_place(map, "nulls"),
                    "\"nulls\" is for text; Parquet files say themselves what is null");
}

static void load_source(struct loader *loader, const struct yaml *key, const struct yaml *map)
{
    struct draft *draft = ARENA_NEW(loader->arena, struct draft);
    struct node *node = &draft->node;
    node->kind = NODE_SOURCE;
    node->schema = "raw";
    node->name = key->text;
    node->id = arena_printf(loader->arena, "raw.%s", key->text);
    node->place = key->place;
    if (!name_is_good(key->text))
        problem_add(loader->problems, key->place,
                    "\"%s\" cannot be the name of a source; expected letters, digits and _",
                    key->text);
    if (field_map(loader, map, LEVEL_SOURCE)) {
        node->description = field_text(loader, map, "description");
        struct text_list tags = field_texts(loader, map, "tags"),
                         nulls = field_texts(loader, map, "nulls");
        node->tags = tags.items, node->tag_count = tags.count;
        node->source.null_words = nulls.items, node->source.null_word_count = nulls.count;
        node->source.time = field_text(loader, map, "time");
        draft->part.time = field_place(map, "time");
        if (has_one_kind(loader, key, map)) {
            load_files(loader, map, node);
            load_landing(loader, map, node);
        }
        columns_load(loader, draft, yaml_get(map, "columns"), yaml_get(map, "checks"));
    }
    draft_add(loader, draft);
}

void sources_load(struct loader *loader, const struct yaml *sources)
{
    if (sources && sources->kind != YAML_MAP) {
        problem_add(loader->problems, sources->place,
                    "\"sources\" is not a mapping; expected names, each with its settings");
        return;
    }
    for (size_t i = 0; sources && i < sources->count; i++)
        load_source(loader, sources->keys[i], sources->items[i]);
}
