/* SPDX-License-Identifier: Apache-2.0 */
#include "project/internal.h"
#include "text/input.h"

#include <string.h>

/* How the files of a format are named. */
static const struct {
    const char *ending;
    enum source_format format;
} endings[] = {
    {".parquet", FORMAT_PARQUET}, {".pq", FORMAT_PARQUET},   {".csv", FORMAT_CSV},
    {".tsv", FORMAT_TSV},         {".tab", FORMAT_TSV},      {".json", FORMAT_JSON},
    {".jsonl", FORMAT_JSONL},     {".ndjson", FORMAT_JSONL},
};
/* Text may be packed; found out by the first bytes, so the ending only hides another. */
static const char *const packings[] = {".gz", ".zst", ".zstd"};
/* The files of a folder that has no pattern. */
static const char *const folder_patterns[] = {
    [FORMAT_PARQUET] = "*.parquet",
    [FORMAT_CSV] = "*.{csv,csv.gz,csv.zst}",
    [FORMAT_TSV] = "*.{tsv,tsv.gz,tsv.zst}",
    [FORMAT_JSON] = "*.{json,json.gz,json.zst}",
    [FORMAT_JSONL] = "*.{jsonl,ndjson,jsonl.gz,ndjson.gz,jsonl.zst,ndjson.zst}",
    [FORMAT_FIXED_WIDTH] = "*.{txt,txt.gz,txt.zst}",
};

/* More than the names of a zip file's members may take. */
#define ZIP_ARENA_BYTES ((size_t)64 << 20)

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

/* -1: it does not tell. A .txt may be anything. */
static int format_of_name(struct arena *arena, const char *name)
{
    const char *base = arena_strdup(arena, name);
    for (size_t i = 0; i < ARRAY_COUNT(packings); i++)
        if (str_ends(name, packings[i]))
            base = arena_strndup(arena, name, strlen(name) - strlen(packings[i]));
    for (size_t i = 0; i < ARRAY_COUNT(endings); i++)
        if (str_ends(base, endings[i].ending) &&
            (endings[i].format != FORMAT_PARQUET || str_eq(base, name)))
            return endings[i].format;
    return -1;
}

/* What all members of the first of the zip files are; -1: they differ, or do not tell. */
static int format_of_members(const char *pattern)
{
    AUTO(arena_release) struct arena arena;
    struct path_list paths = {0};
    struct text_files files = {0};
    arena_init(&arena, ZIP_ARENA_BYTES);
    if (glob_expand(pattern, &arena, &paths, NULL) != 0 || paths.count == 0 ||
        text_files_list(paths.items[0], NULL, &arena, &files, NULL) != 0)
        return -1;
    int first = format_of_name(&arena, files.items[0].label);
    for (size_t i = 1; i < files.count; i++)
        if (format_of_name(&arena, files.items[i].label) != first)
            return -1;
    return first == FORMAT_PARQUET ? -1 : first;
}

static bool find_format(struct loader *loader, const struct yaml *map, struct node *node)
{
    int format = field_choice(loader, map, LEVEL_SOURCE, "format", -1);
    const struct yaml *member = yaml_get(map, "member");
    const char *files = node->source.files;
    if (format < 0 && files)
        format = format_of_name(loader->arena, files);
    if (format < 0 && files && str_ends(files, ".zip") && member && member->kind == YAML_SCALAR)
        format = format_of_name(loader->arena, member->text);
    if (format < 0 && files && str_ends(files, ".zip") && !member && !yaml_get(map, "format"))
        format = format_of_members(files);
    if (format < 0 && files && !yaml_get(map, "format")) {
        problem_add(loader->problems, field_place(map, "files"),
                    "the ending of \"%s\" does not tell the format", path_basename(files));
        if (str_ends(files, ".zip"))
            problem_hint(loader->problems, "Write \"member: '*.csv'\" or \"format: csv\".");
        else
            problem_hint(loader->problems, "Write \"format: \" and one of: parquet, csv, tsv, "
                                           "json, jsonl, fixed_width.");
    }
    node->source.format = format < 0 ? FORMAT_PARQUET : (enum source_format)format;
    return format >= 0;
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
                arena_printf(loader->arena, "%s/**/%s", path, folder_patterns[node->source.format]);
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

/* False: the format is not known, so that nothing more can be judged. */
static bool load_files(struct loader *loader, const struct yaml *map, struct node *node)
{
    const struct yaml *files = yaml_get(map, "files");
    const char *path = field_path(loader, map, "files");
    if (path && strstr(path, "://")) {
        problem_add(loader->problems, files->place, "\"%s\" is an address, and files are paths",
                    path);
        problem_hint(loader->problems, "Fetch the file first, and write where it lies.");
        return false;
    }
    if (path)
        node->source.files =
            path_absolute(loader->arena, path_join(loader->arena, loader->project->folder, path));
    bool is_known = find_format(loader, map, node);
    if (path)
        settle_files(loader, files, node);
    return is_known;
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
        struct text_list tags = field_texts(loader, map, "tags");
        node->tags = tags.items, node->tag_count = tags.count;
        node->source.time = field_text(loader, map, "time");
        draft->part.time = field_place(map, "time");
        bool is_known = has_one_kind(loader, key, map) && load_files(loader, map, node);
        if (is_known) {
            load_landing(loader, map, node);
            text_settings_load(loader, map, node);
            if (yaml_get(map, "series"))
                series_load(loader, map, draft);
        }
        columns_load(loader, draft, yaml_get(map, "columns"), yaml_get(map, "checks"));
        if (is_known && source_is_text(node))
            text_settings_declare(loader, yaml_get(map, "columns"), node);
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
