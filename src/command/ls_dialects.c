/* SPDX-License-Identifier: Apache-2.0 */
#include "command/ls_dialects.h"

#include "base/file.h"

enum { CELL_MAX = 4096, HEADS_MAX = 200, NAMES_MAX = 3 };

struct group { /* files of one dialect */
    const char *words;
    const char *names[NAMES_MAX];
    size_t count;
};
struct groups {
    struct session *session;
    const struct node *node;
    struct arena *arena;
    struct text_dialect *locked;
    bool *is_seen; /* of each locked one */
    size_t locked_count;
    VEC(struct group) list;
    size_t head_count; /* files looked at */
    size_t left_count; /* files, or zip files, that were not */
    int64_t names;
};

static int load_locked(struct groups *groups, const struct source_lock *lock, struct err *err)
{
    enum text_format format = groups->node->source.said.format;
    groups->locked = ARENA_ARRAY(groups->arena, struct text_dialect, lock->dialect_count + 1);
    groups->is_seen = ARENA_ARRAY(groups->arena, bool, lock->dialect_count + 1);
    groups->locked_count = lock->dialect_count;
    for (size_t i = 0; i < lock->dialect_count; i++)
        TRY(text_dialect_parse(lock->dialects[i], format, groups->arena, &groups->locked[i], err));
    return 0;
}

/* The mark of the locked dialect that is the same otherwise; 0: there is none, '?': more than one. */
static char locked_decimal(struct groups *groups, struct text_dialect found)
{
    char decimal = 0;
    size_t count = 0;
    for (size_t i = 0; i < groups->locked_count; i++) {
        struct text_dialect locked = groups->locked[i];
        locked.packing = found.packing; /* is not kept */
        found.decimal = locked.decimal;
        if (!str_eq(text_dialect_describe(&locked, groups->arena),
                    text_dialect_describe(&found, groups->arena)))
            continue;
        groups->is_seen[i] = true;
        decimal = locked.decimal;
        count++;
    }
    return count > 1 ? '?' : decimal;
}

static const char *describe(struct groups *groups, const struct text_head *head)
{
    struct text_dialect dialect = head->dialect;
    char decimal = locked_decimal(groups, dialect);
    if (!dialect.decimal)
        dialect.decimal = decimal;
    return arena_printf(groups->arena, "%s%s", text_dialect_describe(&dialect, groups->arena),
                        head->has_mark ? ", byte order mark" : "");
}

static void add_file(struct groups *groups, const char *words, const char *name)
{
    struct group *group = NULL;
    for (size_t i = 0; i < groups->list.count && group == NULL; i++)
        if (str_eq(groups->list.items[i].words, words))
            group = &groups->list.items[i];
    if (group == NULL) {
        VEC_PUSH(groups->arena, groups->list, (struct group){.words = words});
        group = &groups->list.items[groups->list.count - 1];
    }
    if (group->count < NAMES_MAX)
        group->names[group->count] = name;
    group->count++;
}

/* A file, or the members of a zip file. What cannot be read now is not this command's to tell. */
static void look_at(struct groups *groups, const char *path)
{
    struct text_files files = {0};
    const struct node *node = groups->node;
    if (text_files_list(path, node->source.member, groups->arena, &files, NULL) != 0)
        return;
    for (size_t i = 0; i < files.count; i++) {
        struct text_head head = {0};
        if (groups->head_count == HEADS_MAX) {
            groups->left_count += files.count - i;
            return;
        }
        groups->head_count++;
        if (text_detect(&files.items[i], &node->source.said, groups->session->memory, groups->arena,
                        &head, NULL) != 0)
            continue;
        add_file(groups, describe(groups, &head), path_basename(files.items[i].label));
        if (head.name_count > 0 && groups->names < (int64_t)head.name_count)
            groups->names = (int64_t)head.name_count;
    }
}

static void append_files(struct str *text, const struct group *group)
{
    str_appendf(text, ": %zu file%s (", group->count, group->count == 1 ? "" : "s");
    for (size_t i = 0; i < group->count && i < NAMES_MAX; i++)
        str_appendf(text, "%s%s", i ? ", " : "", group->names[i]);
    str_append(text, group->count > NAMES_MAX ? ", …)" : ")");
}

/* Of files that are not there any more, or were not looked at. */
static void append_unseen(struct str *text, const struct groups *groups)
{
    for (size_t i = 0; i < groups->locked_count; i++)
        if (!groups->is_seen[i] && (groups->list.count == 0 || groups->left_count > 0))
            str_appendf(text, "%s%s", text->len > 0 ? "; " : "",
                        text_dialect_describe(&groups->locked[i], groups->arena));
    if (groups->left_count > 0)
        str_appendf(text, "; %zu more not looked at", groups->left_count);
}

static void append_groups(struct str *text, const struct groups *groups)
{
    for (size_t i = 0; i < groups->list.count; i++) {
        str_appendf(text, "%s%s", i ? "; " : "", groups->list.items[i].words);
        if (groups->list.count > 1)
            append_files(text, &groups->list.items[i]);
    }
    append_unseen(text, groups);
}

int ls_dialects(struct session *session, const struct node *node, const struct source_lock *lock,
                struct arena *arena, const char **ret_text, int64_t *ret_names, struct err *err)
{
    AUTO(str_release) struct str text = STR_INIT(CELL_MAX);
    struct groups groups = {.session = session, .node = node, .arena = arena, .names = -1};
    struct path_list paths = {0};
    TRY(load_locked(&groups, lock, err));
    (void)!glob_expand(node->source.files, arena, &paths, NULL);
    size_t at = 0;
    for (; at < paths.count && groups.head_count < HEADS_MAX; at++)
        look_at(&groups, paths.items[at]);
    groups.left_count += paths.count - at;
    append_groups(&text, &groups);
    *ret_text = text.len > 0 ? arena_strdup(arena, str_text(&text)) : NULL;
    *ret_names = groups.names;
    return 0;
}
