/* SPDX-License-Identifier: Apache-2.0 */
#include "run/select.h"

#include <ctype.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* One criterion: [+|N+] what [+|+N]. */
struct criterion {
    const char *what;
    int up, down; /* levels; 0 none, INT_MAX all */
};

static void criterion_parse(char *text, struct criterion *ret)
{
    *ret = (struct criterion){0};
    char *digits_end = text;
    while (isdigit((unsigned char)*digits_end))
        digits_end++;
    if (*digits_end == '+') {
        ret->up = digits_end == text ? INT_MAX : atoi(text);
        text = digits_end + 1;
    }
    size_t len = strlen(text);
    size_t tail = len;
    while (tail > 0 && isdigit((unsigned char)text[tail - 1]))
        tail--;
    if (tail > 0 && text[tail - 1] == '+') {
        ret->down = tail == len ? INT_MAX : atoi(text + tail);
        text[tail - 1] = '\0';
    }
    ret->what = text;
}

static bool has_tag(const struct node *node, const char *pattern)
{
    for (size_t i = 0; i < node->tag_count; i++)
        if (fnmatch(pattern, node->tags[i], 0) == 0)
            return true;
    return false;
}

static bool is_under(const char *file, const char *path)
{
    while (str_starts(path, "./"))
        path += 2;
    size_t len = strlen(path);
    while (len > 0 && path[len - 1] == '/')
        len--;
    return strncmp(file, path, len) == 0 && (file[len] == '/' || file[len] == '\0' || len == 0);
}

static bool node_matches(const struct node *node, const char *what)
{
    if (str_starts(what, "tag:"))
        return has_tag(node, what + 4);
    if (str_starts(what, "path:"))
        return node->place.file != NULL && (is_under(node->place.file, what + 5) ||
                                            fnmatch(what + 5, node->place.file, 0) == 0);
    if (str_starts(what, "source:"))
        return node->kind == NODE_SOURCE &&
               (fnmatch(what + 7, node->name, 0) == 0 || fnmatch(what + 7, node->id, 0) == 0);
    return fnmatch(what, node->id, 0) == 0 ||
           (node->kind != NODE_OUTPUT && fnmatch(what, node->name, 0) == 0);
}

static void spread(const struct project *project, size_t at, int levels, bool upward, bool *marks)
{
    marks[at] = true;
    if (levels == 0)
        return;
    const struct node *node = &project->nodes[at];
    const size_t *next = upward ? node->inputs : node->readers;
    size_t count = upward ? node->input_count : node->reader_count;
    for (size_t i = 0; i < count; i++)
        if (levels != INT_MAX || !marks[next[i]])
            spread(project, next[i], levels == INT_MAX ? INT_MAX : levels - 1, upward, marks);
}

/* An output is part of its model: whoever selects the model means its outputs too. */
static void add_outputs(const struct project *project, bool *marks)
{
    for (size_t i = 0; i < project->node_count; i++)
        if (project->nodes[i].kind == NODE_OUTPUT && marks[project->nodes[i].out.model])
            marks[i] = true;
}

static int unknown(const struct project *project, const char *what, struct arena *arena,
                   struct err *err)
{
    const char **names = ARENA_ARRAY(arena, const char *, project->node_count + 1);
    for (size_t i = 0; i < project->node_count; i++)
        names[i] = project->nodes[i].id;
    const char *nearest = nearest_name(what, names, project->node_count);
    err_set(err, ERR_USAGE, "no node matches \"%s\"", what);
    if (nearest != NULL)
        return err_hint(err, "Did you mean \"%s\"? \"leat ls\" lists all nodes.", nearest);
    return err_hint(err, "\"leat ls\" lists all nodes.");
}

static int mark_criterion(const struct project *project, char *text, struct arena *arena,
                          bool *marks, struct err *err)
{
    struct criterion criterion;
    bool is_found = false;
    criterion_parse(text, &criterion);
    /* Reached from several places with several depths: marks of its own for each start. */
    for (size_t i = 0; i < project->node_count; i++) {
        if (!node_matches(&project->nodes[i], criterion.what))
            continue;
        is_found = true;
        marks[i] = true;
        if (criterion.up != 0)
            spread(project, i, criterion.up, true, marks);
        if (criterion.down != 0) {
            bool *below = ARENA_ARRAY(arena, bool, project->node_count + 1);
            spread(project, i, criterion.down, false, below);
            for (size_t j = 0; j < project->node_count; j++)
                marks[j] |= below[j];
        }
    }
    if (!is_found)
        return unknown(project, criterion.what, arena, err);
    add_outputs(project, marks);
    return 0;
}

/* "a,tag:b": all of them. */
static int mark_union_member(const struct project *project, char *text, struct arena *arena,
                             bool *marks, struct err *err)
{
    bool *all = NULL;
    char *save = NULL;
    for (char *part = strtok_r(text, ",", &save); part != NULL; part = strtok_r(NULL, ",", &save)) {
        bool *mine = ARENA_ARRAY(arena, bool, project->node_count + 1);
        TRY(mark_criterion(project, part, arena, mine, err));
        for (size_t i = 0; all != NULL && i < project->node_count; i++)
            mine[i] &= all[i];
        all = mine;
    }
    for (size_t i = 0; all != NULL && i < project->node_count; i++)
        marks[i] |= all[i];
    return 0;
}

static int mark_all(const struct project *project, const char *const *items, size_t count,
                    struct arena *arena, bool *marks, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        char *save = NULL;
        char *text = arena_strdup(arena, items[i]);
        for (char *part = strtok_r(text, " ", &save); part != NULL;
             part = strtok_r(NULL, " ", &save))
            TRY(mark_union_member(project, part, arena, marks, err));
    }
    return 0;
}

int select_nodes(const struct project *project, const struct selection *selection,
                 struct arena *arena, bool **ret_is_selected, struct err *err)
{
    bool *chosen = ARENA_ARRAY(arena, bool, project->node_count + 1);
    bool *excluded = ARENA_ARRAY(arena, bool, project->node_count + 1);
    if (selection->select_count == 0)
        memset(chosen, 1, project->node_count);
    TRY(mark_all(project, selection->select, selection->select_count, arena, chosen, err));
    TRY(mark_all(project, selection->exclude, selection->exclude_count, arena, excluded, err));
    for (size_t i = 0; i < project->node_count; i++)
        chosen[i] = chosen[i] && !excluded[i];
    *ret_is_selected = chosen;
    return 0;
}
