/* SPDX-License-Identifier: Apache-2.0 */
#include "run/plan_internal.h"

#include "base/file.h"
#include "project/lock.h"

#include <stdlib.h>
#include <string.h>

/* What the catalog and schema.lock.yaml know of a text source. */

static const struct lake_lock *find_lock(const struct lock_list *list, const char *source)
{
    for (size_t i = 0; i < list->count; i++)
        if (str_eq(list->items[i].source, source))
            return &list->items[i];
    return NULL;
}

static int load_lock(struct session *session, struct source_text *text, const char *source,
                     struct arena *arena, struct err *err)
{
    struct lock_list locks = {0};
    struct lock_entries entries = {0};
    struct source_lock *lock = ARENA_NEW(arena, struct source_lock);
    TRY(lake_locks_load(session->lake, arena, &locks, err));
    text->kept = find_lock(&locks, source);
    if (text->kept != NULL) {
        TRY(lock_from_json(text->kept->json, arena, lock, err));
        text->lock = lock;
        return 0;
    }
    if (lock_file_read(session->project, arena, &entries, err) != 0) {
        err_hint(err,
                 "It has the types that \"%s\" must keep. Mend it, or remove it to find the "
                 "types anew.",
                 source);
        return err_context(err, LOCK_FILE " cannot be read");
    }
    text->lock = lock_entries_find(&entries, source);
    return 0;
}

/* ---- repairs ---- */

static int compare_repairs(const void *a, const void *b)
{
    const struct lake_repair *left = a, *right = b;
    int order = strcmp(left->path, right->path);
    order = order != 0 ? order : strcmp(left->member, right->member);
    if (order != 0)
        return order;
    if (left->record != right->record)
        return left->record < right->record ? -1 : 1;
    return left->raw_hash < right->raw_hash ? -1 : left->raw_hash > right->raw_hash;
}

static void add_repair(struct repair_list *list, const struct lake_repair *repair)
{
    for (size_t i = 0; i < list->count; i++) {
        if (compare_repairs(&list->items[i], repair) == 0) {
            list->items[i] = *repair; /* mended once more */
            return;
        }
    }
    list->items[list->count++] = *repair;
}

static int load_repairs(struct session *session, struct source_text *text, const char *source,
                        const struct plan_options *options, struct arena *arena, struct err *err)
{
    const char *folder = session->project->folder;
    struct repair_list kept = {0};
    TRY(lake_repairs_load(session->lake, source, arena, &kept, err));
    struct repair_list all = {
        .items = ARENA_ARRAY(arena, struct lake_repair, kept.count + options->taken_count + 1)};
    struct lake_repair *taken = ARENA_ARRAY(arena, struct lake_repair, options->taken_count + 1);
    for (size_t i = 0; i < kept.count; i++)
        all.items[all.count++] = kept.items[i];
    for (size_t i = 0; i < options->taken_count; i++) {
        if (!str_eq(options->taken[i].source, source))
            continue;
        taken[text->taken_count++] = options->taken[i];
        add_repair(&all, &options->taken[i]);
    }
    qsort(all.items, all.count, sizeof(*all.items), compare_repairs);
    struct text_repair *repairs = ARENA_ARRAY(arena, struct text_repair, all.count + 1);
    for (size_t i = 0; i < all.count; i++) {
        const struct lake_repair *repair = &all.items[i];
        repairs[i] =
            (struct text_repair){.path = path_join(arena, folder, repair->path),
                                 .member = repair->member[0] != '\0' ? repair->member : NULL,
                                 .raw_hash = repair->raw_hash,
                                 .record = repair->record,
                                 .raw = repair->raw};
    }
    text->taken = taken;
    text->repairs = repairs;
    text->repair_count = all.count;
    return 0;
}

int source_text_load(struct session *session, const struct node *node,
                     const struct plan_options *options, struct arena *arena,
                     const struct source_text **ret_text, struct err *err)
{
    *ret_text = NULL;
    if (!source_is_text(node))
        return 0;
    struct source_text *text = ARENA_NEW(arena, struct source_text);
    text->is_accepting = options->is_accept;
    TRY(load_lock(session, text, node->id, arena, err));
    TRY(load_repairs(session, text, node->id, options, arena, err));
    *ret_text = text;
    return 0;
}

/*
 * Equal versions mean equal rows: beside the files and settings the types count, which change only by `leat accept`
 * (a first read and added columns follow from the files), and what is read in the place of rejected records.
 */
const char *source_version(const struct node *node, const struct source_plan *source,
                           const struct source_text *text, const char *accepted,
                           struct arena *arena)
{
    struct hasher *hasher = hasher_new();
    hasher_add_text(hasher, node->fingerprint.hex);
    hasher_add_text(hasher, source->version.hex);
    if (accepted != NULL && accepted[0] != '\0')
        hasher_add_text(hasher, accepted);
    for (size_t i = 0; text != NULL && i < text->repair_count; i++) {
        const struct text_repair *repair = &text->repairs[i];
        hasher_add_text(hasher, repair->member);
        hasher_add_i64(hasher, repair->record);
        hasher_add_i64(hasher, (int64_t)repair->raw_hash);
        hasher_add_text(hasher, repair->raw);
    }
    return arena_strdup(arena, hasher_end(hasher).hex);
}
