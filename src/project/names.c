/* SPDX-License-Identifier: Apache-2.0 */
#include "project/graph.h"

#include <ctype.h>
#include <string.h>

/* Nodes by name, and what to say of a name that no node has. */

static char *lower(struct arena *arena, const char *text)
{
    char *copy = arena_strdup(arena, text);
    for (char *c = copy; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return copy;
}

void draft_add(struct loader *loader, struct draft *draft)
{
    const char *key = lower(loader->arena, draft->node.id);
    const struct draft *other = map_get(&loader->draft_by_id, key);
    if (other) {
        problem_add(loader->problems, draft->node.place, "\"%s\" is there twice: also %s line %d",
                    draft->node.id, other->node.place.file, other->node.place.line);
        problem_hint(loader->problems,
                     "Upper and lower case do not make two names different in SQL.");
        return;
    }
    map_put(&loader->draft_by_id, key, draft);
    VEC_PUSH(loader->arena, loader->drafts, draft);
}

struct draft *graph_find(const struct loader *loader, const char *schema, const char *name)
{
    char id[256];
    int len = snprintf(id, sizeof(id), "%s.%s", schema, name);
    if (len < 0 || (size_t)len >= sizeof(id))
        return NULL;
    for (char *c = id; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return map_get(&loader->draft_by_id, id);
}

/* The ids of all sources and models, for the nearest name. */
static const char **all_ids(const struct loader *loader, size_t *ret_count)
{
    const char **ids = ARENA_ARRAY(loader->arena, const char *, loader->drafts.count + 1);
    *ret_count = 0;
    for (size_t i = 0; i < loader->drafts.count; i++)
        if (loader->drafts.items[i]->node.kind != NODE_OUTPUT)
            ids[(*ret_count)++] = loader->drafts.items[i]->node.id;
    return ids;
}

/* A name without its schema: the node it most likely means, or NULL. */
static const char *id_of_bare_name(const struct loader *loader, const char *name)
{
    size_t count = 0;
    const char **ids = all_ids(loader, &count), *nearest;
    const char **names = ARENA_ARRAY(loader->arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++)
        names[i] = strchr(ids[i], '.') + 1;
    nearest = nearest_name(name, names, count);
    for (size_t i = 0; nearest && i < count; i++)
        if (names[i] == nearest)
            return ids[i];
    return NULL;
}

static void say_bare_name(struct loader *loader, struct place place, const char *name)
{
    if (strcasecmp(name, "this") == 0) {
        problem_add(loader->problems, place,
                    "\"this\" is for checks only; a model cannot read its own rows");
        return;
    }
    const char *id = id_of_bare_name(loader, name);
    problem_add(loader->problems, place, "table \"%s\" is written without its schema", name);
    if (id)
        problem_hint(loader->problems, "Did you mean %s?", id);
    else
        problem_hint(loader->problems, "Write <schema>.%s, or raw.%s for a source.", name, name);
}

void graph_say_unknown(struct loader *loader, struct place place, const char *schema,
                       const char *name)
{
    if (schema[0] == '\0') {
        say_bare_name(loader, place, name);
        return;
    }
    size_t count = 0;
    const char **ids = all_ids(loader, &count);
    const char *id = arena_printf(loader->arena, "%s.%s", schema, name),
               *nearest = nearest_name(id, ids, count);
    if (strcasecmp(schema, "leat") == 0) {
        problem_add(loader->problems, place,
                    "a model cannot read %s: the tables about runs are for queries only", id);
        return;
    }
    problem_add(loader->problems, place, "no %s \"%s\" in this project",
                strcasecmp(schema, "raw") == 0 ? "source" : "source or model", id);
    if (!nearest)
        nearest = id_of_bare_name(loader, name);
    if (nearest)
        problem_hint(loader->problems, "Did you mean %s?", nearest);
    else if (strcasecmp(schema, "raw") == 0)
        problem_hint(loader->problems, "Declare it below \"sources\" in leat.yaml.");
    else
        problem_hint(loader->problems, "A model is a file models/<schema>/<name>.sql.");
}
