/* SPDX-License-Identifier: Apache-2.0 */
#include "run/execute_internal.h"

#include "base/fault.h"
#include "project/lock.h"

#include <stdlib.h>
#include <string.h>

/*
 * schema.lock.yaml follows the catalog. It is a function of the catalog, so it needs no redo row: it is written after the
 * commit, and when a run died in between by the next one. What stands in it for a source is replaced only if it is what
 * the catalog says or said before; anything else was written by hand (or merged), is left, and told of. Sources that
 * the catalog does not know yet keep what the file says, which seeds them.
 */
struct exporting {
    struct execution *execution;
    struct arena *arena;
    struct lock_entries there; /* what the file has */
    VEC(struct lock_entry) list;
    VEC(const char *) disagreeing;
};

static void warn(struct execution *execution, const char *text)
{
    record_event(execution, &(struct run_event){.kind = RUN_WARNING, .text = text});
}

static bool is_text_source(const struct project *project, const char *id)
{
    const struct node *node = map_get(&project->node_by_id, id);
    return node != NULL && source_is_text(node);
}

static bool is_accepting(const struct exporting *exporting, const char *source)
{
    const struct plan *plan = exporting->execution->plan;
    for (size_t i = 0; i < plan->step_count; i++)
        if (plan->steps[i].text != NULL && str_eq(plan->steps[i].node->id, source))
            return plan->steps[i].text->is_accepting && plan->steps[i].state == STEP_RUN;
    return false;
}

/* What the file is to say of a source that the catalog knows. */
static int add_known(struct exporting *exporting, const struct lake_lock *kept, struct err *err)
{
    const struct source_lock *there = lock_entries_find(&exporting->there, kept->source);
    struct lock_entry entry = {.source = kept->source};
    struct source_lock before;
    TRY(lock_from_json(kept->json, exporting->arena, &entry.lock, err));
    bool is_ours =
        there == NULL || lock_equal(there, &entry.lock) || is_accepting(exporting, kept->source);
    if (!is_ours && kept->before != NULL) {
        TRY(lock_from_json(kept->before, exporting->arena, &before, err));
        is_ours = lock_equal(there, &before);
    }
    if (!is_ours) {
        VEC_PUSH(exporting->arena, exporting->disagreeing, kept->source);
        entry.lock = *there;
    }
    VEC_PUSH(exporting->arena, exporting->list, entry);
    return 0;
}

static int compare_entries(const void *a, const void *b)
{
    return strcmp(((const struct lock_entry *)a)->source, ((const struct lock_entry *)b)->source);
}

static int collect(struct exporting *exporting, struct err *err)
{
    struct session *session = exporting->execution->session;
    struct lock_list locks = {0};
    struct map known;
    map_init(&known, exporting->arena);
    TRY(lake_locks_load(session->lake, exporting->arena, &locks, err));
    for (size_t i = 0; i < locks.count; i++) {
        map_put(&known, locks.items[i].source, &locks.items[i]);
        if (is_text_source(session->project, locks.items[i].source))
            TRY(add_known(exporting, &locks.items[i], err));
    }
    for (size_t i = 0; i < exporting->there.count; i++) {
        const struct lock_entry *entry = &exporting->there.items[i];
        if (map_get(&known, entry->source) == NULL &&
            is_text_source(session->project, entry->source))
            VEC_PUSH(exporting->arena, exporting->list, *entry);
    }
    if (exporting->list.count > 0)
        qsort(exporting->list.items, exporting->list.count, sizeof(struct lock_entry),
              compare_entries);
    return 0;
}

static void tell_disagreeing(struct exporting *exporting)
{
    for (size_t i = 0; i < exporting->disagreeing.count; i++) {
        const char *source = exporting->disagreeing.items[i];
        warn(exporting->execution,
             arena_printf(exporting->arena,
                          LOCK_FILE " does not say of %s what the catalog does, which counts. "
                                    "\"leat accept %s\" reads the source anew and writes it; or "
                                    "remove the file, and the next run writes it.",
                          source, source));
    }
}

static int write_file(struct exporting *exporting, struct err *err)
{
    const struct project *project = exporting->execution->session->project;
    struct lock_entries all = {exporting->list.items, exporting->list.count};
    const char *path = lock_file_path(project, exporting->arena);
    const char *text = lock_file_text(&all, exporting->arena);
    char *old = NULL;
    size_t old_len = 0;
    if (all.count == 0)
        return 0;
    if (file_read(path, (size_t)64 << 20, exporting->arena, &old, &old_len, NULL) == 0 &&
        str_eq(old, text))
        return 0;
    FAULT_POINT("lock.before_write");
    TRY(lake_check_fence(exporting->execution->session->lake, err));
    TRY(file_write_atomic(path, text, strlen(text), err));
    FAULT_POINT("lock.after_write");
    return 0;
}

void lock_export(struct execution *execution)
{
    AUTO(arena_release) struct arena arena;
    struct exporting exporting = {.execution = execution, .arena = &arena};
    struct err err = {0};
    arena_init(&arena, (size_t)256 << 20);
    if (lock_file_read(execution->session->project, &arena, &exporting.there, &err) != 0) {
        warn(execution,
             arena_printf(&arena,
                          "%s: %s: it was not written. Remove it, and the next run writes it.",
                          err.where[0] != '\0' ? err.where : LOCK_FILE, err.message));
        return;
    }
    if (collect(&exporting, &err) != 0 || write_file(&exporting, &err) != 0)
        warn(execution, arena_printf(&arena, LOCK_FILE " could not be written: %s", err.message));
    tell_disagreeing(&exporting);
}
