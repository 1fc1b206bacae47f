/* SPDX-License-Identifier: Apache-2.0 */
#include "project/internal.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

/* Finds models/<schema>/<name>.sql, exactly two levels deep, and reads each. */

#define DEPTH_MAX 16

/* Schemas that have a meaning of their own, here or in DuckDB. */
static const struct {
    const char *name, *why;
} own_schemas[] = {
    {"raw", "raw holds the sources of leat.yaml"},
    {"leat", "leat holds the tables about runs"},
    {"temp", "DuckDB has a catalog of that name"},
    {"system", "DuckDB has a catalog of that name"},
    {"memory", "DuckDB has a catalog of that name"},
    {"information_schema", "SQL has a schema of that name"},
    {"pg_catalog", "DuckDB has a schema of that name"},
};

struct entry {
    const char *name;
    bool is_dir;
};
struct entries {
    VEC(struct entry) list;
};

static int compare_entries(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

/* What is in a folder of the project but for hidden names, by name. A folder that is not there is empty. */
static struct entries read_folder(struct loader *loader, const char *folder)
{
    struct entries entries = {0};
    DIR *dir = opendir(path_join(loader->arena, loader->project->folder, folder));
    const struct dirent *found;
    while (dir && (found = readdir(dir))) {
        if (found->d_name[0] == '.')
            continue;
        struct entry entry = {arena_strdup(loader->arena, found->d_name), found->d_type == DT_DIR};
        if (found->d_type == DT_LNK || found->d_type == DT_UNKNOWN)
            entry.is_dir = file_is_dir(arena_printf(loader->arena, "%s/%s/%s",
                                                    loader->project->folder, folder, entry.name));
        VEC_PUSH(loader->arena, entries.list, entry);
    }
    if (dir)
        closedir(dir);
    if (entries.list.count > 0)
        qsort(entries.list.items, entries.list.count, sizeof(struct entry), compare_entries);
    return entries;
}

static void say_misplaced(struct loader *loader, const char *file)
{
    problem_add(loader->problems, (struct place){file, 0, 0},
                "a model must be models/<schema>/<name>.sql, exactly two levels deep");
    problem_hint(loader->problems, "Move it into a folder of models/, which is its schema.");
}

static void find_deeper(struct loader *loader, const char *folder, int depth)
{
    struct entries entries = read_folder(loader, folder);
    for (size_t i = 0; i < entries.list.count; i++) {
        const struct entry *entry = &entries.list.items[i];
        const char *path = arena_printf(loader->arena, "%s/%s", folder, entry->name);
        if (entry->is_dir && depth < DEPTH_MAX)
            find_deeper(loader, path, depth + 1);
        else if (!entry->is_dir && str_ends(entry->name, ".sql"))
            say_misplaced(loader, path);
    }
}

static bool schema_is_good(struct loader *loader, const char *schema, const char *folder)
{
    struct place place = {folder, 0, 0};
    for (size_t i = 0; i < ARRAY_COUNT(own_schemas); i++) {
        if (strcasecmp(schema, own_schemas[i].name) != 0)
            continue;
        problem_add(loader->problems, place, "\"%s\" cannot be a schema of models: %s", schema,
                    own_schemas[i].why);
        problem_hint(loader->problems, "Rename the folder.");
        return false;
    }
    if (name_is_good(schema))
        return true;
    problem_add(loader->problems, place,
                "\"%s\" cannot be a schema; expected letters, digits and _", schema);
    return false;
}

static const char *const no_columns[1];

static struct draft *draft_new(struct loader *loader, const char *schema, const char *file_name,
                               const char *file)
{
    struct draft *draft = ARENA_NEW(loader->arena, struct draft);
    struct node *node = &draft->node;
    node->kind = NODE_MODEL;
    node->schema = schema;
    node->name = arena_strndup(loader->arena, file_name, strlen(file_name) - strlen(".sql"));
    node->id = arena_printf(loader->arena, "%s.%s", schema, node->name);
    node->place = (struct place){file, 1, 1};
    node->model.materialized = MATERIALIZED_TABLE;
    node->model.params = no_columns;
    node->model.timezone = loader->project->timezone;
    node->model.zone = loader->project->zone;
    node->model.sql = "";
    node->model.raw_text = "";
    if (!name_is_good(node->name))
        problem_add(loader->problems, (struct place){file, 0, 0},
                    "\"%s\" cannot be the name of a model; expected letters, digits and _",
                    node->name);
    return draft;
}

/* The file, cut into its parts. The SQL itself is looked at when all names are known. */
static void load_model(struct loader *loader, const char *schema, const char *file_name)
{
    const char *file = arena_printf(loader->arena, "models/%s/%s", schema, file_name);
    struct draft *draft = draft_new(loader, schema, file_name, file);
    char *text = NULL;
    size_t len = 0;
    struct err err = {0};
    struct front front = {0};
    if (load_file(loader, file, &text, &len, &err) != 0) {
        problem_from_err(loader->problems, (struct place){file, 0, 0}, &err);
        draft->part.has_bad_front = true;
    } else if (front_cut(loader, file, text, len, &front)) {
        draft->node.model.raw_text = text;
        draft->node.model.sql = front.sql;
        struct yaml *yaml =
            front.yaml ? load_yaml(loader, file, front.yaml_line, front.yaml, front.yaml_len)
                       : NULL;
        draft->part.has_bad_front = front.yaml && !yaml;
        if (yaml)
            model_settings(loader, draft, yaml);
    } else {
        draft->part.has_bad_front = true;
    }
    draft_add(loader, draft);
}

static void load_schema(struct loader *loader, const char *schema)
{
    const char *folder = arena_printf(loader->arena, "models/%s", schema);
    bool is_good = schema_is_good(loader, schema, folder);
    struct entries entries = read_folder(loader, folder);
    for (size_t i = 0; i < entries.list.count; i++) {
        const struct entry *entry = &entries.list.items[i];
        if (entry->is_dir)
            find_deeper(loader, arena_printf(loader->arena, "%s/%s", folder, entry->name), 0);
        else if (is_good && str_ends(entry->name, ".sql") && strlen(entry->name) > strlen(".sql"))
            load_model(loader, schema, entry->name);
    }
}

/* The names of the params that the SQL uses, each known here. */
static void load_params(struct loader *loader, struct draft *draft)
{
    struct node *node = &draft->node;
    const struct sql_info *sql = draft->part.sql;
    const char **names = ARENA_ARRAY(loader->arena, const char *, sql->param_count + 1);
    for (size_t i = 0; i < sql->param_count; i++)
        names[i] = sql->params[i].name;
    node->model.params = names;
    node->model.param_count = sql->param_count;
}

/* An empty file, or one with comments only, has a message of its own. */
static bool has_sql(const char *sql)
{
    for (; *sql; sql++) {
        if (sql[0] == '-' && sql[1] == '-')
            sql += strcspn(sql, "\n");
        if (*sql == '\0')
            return false;
        if (!strchr(" \t\r\n", *sql))
            return true;
    }
    return false;
}

static void analyze_model(struct loader *loader, struct draft *draft)
{
    struct node *node = &draft->node;
    if (draft->part.has_bad_front && node->model.sql[0] == '\0')
        return; /* could not be read at all */
    if (!has_sql(node->model.sql)) {
        problem_add(loader->problems, node->place, "the model holds no SQL; expected one SELECT");
        return;
    }
    if (template_find(loader, (struct place){node->place.file, 1, 1}, node->model.sql))
        return;
    draft->part.sql =
        sqltext_analyze(loader, (struct place){node->place.file, 1, 1}, node->model.sql);
    if (draft->part.sql)
        load_params(loader, draft);
}

static void analyze_checks(struct loader *loader, struct draft *draft)
{
    const struct node *node = &draft->node;
    draft->part.check_sql =
        ARENA_ARRAY(loader->arena, const struct sql_info *, node->check_count + 1);
    for (size_t i = 0; i < node->check_count; i++) {
        const struct check *check = &node->checks[i];
        if (check->kind == CHECK_SQL && !template_find(loader, check->place, check->text))
            draft->part.check_sql[i] = sqltext_analyze(loader, check->place, check->text);
    }
}

void models_load(struct loader *loader)
{
    struct entries entries = read_folder(loader, "models");
    for (size_t i = 0; i < entries.list.count; i++) {
        const struct entry *entry = &entries.list.items[i];
        if (entry->is_dir)
            load_schema(loader, entry->name);
        else if (str_ends(entry->name, ".sql"))
            say_misplaced(loader, arena_printf(loader->arena, "models/%s", entry->name));
    }
    for (size_t i = 0; i < loader->drafts.count && loader->fatal.kind == ERR_NONE; i++) {
        if (loader->drafts.items[i]->node.kind == NODE_MODEL)
            analyze_model(loader, loader->drafts.items[i]);
        analyze_checks(loader, loader->drafts.items[i]);
    }
}
