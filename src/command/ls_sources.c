/* SPDX-License-Identifier: Apache-2.0 */
#include "command/ls_sources.h"

#include "base/file.h"
#include "command/ls_dialects.h"
#include "project/lock.h"

/* `leat ls --sources`: what is known of each source, and what its text files look like now. */

struct facts {
    int64_t files, rows, bytes; /* rows -1: not known */
    int64_t columns, rejects;   /* columns -1: not known */
    const char *dialects, *lock;
};

static const struct lake_lock *find_lock(const struct lock_list *locks, const char *source)
{
    for (size_t i = 0; i < locks->count; i++)
        if (str_eq(locks->items[i].source, source))
            return &locks->items[i];
    return NULL;
}

static int add_inputs(struct session *session, const struct node *node, struct arena *arena,
                      struct facts *facts, struct err *err)
{
    struct input_list inputs = {0};
    TRY(lake_inputs_load(session->lake, node->id, arena, &inputs, err));
    facts->files = (int64_t)inputs.count;
    facts->rows = inputs.count > 0 ? 0 : -1;
    for (size_t i = 0; i < inputs.count; i++) {
        facts->bytes += inputs.items[i].id.size_bytes;
        facts->rows += inputs.items[i].row_count;
    }
    return 0;
}

/* A source that was never read. */
static void add_files(const struct node *node, struct arena *arena, struct facts *facts)
{
    struct path_list paths = {0};
    if (glob_expand(node->source.files, arena, &paths, NULL) != 0)
        return;
    facts->files = (int64_t)paths.count;
    for (size_t i = 0; i < paths.count; i++) {
        struct file_id id = {0};
        if (file_stat(paths.items[i], &id, NULL) == 0)
            facts->bytes += id.size_bytes;
    }
}

static int add_dialects(struct session *session, const struct node *node,
                        const struct source_lock *lock, struct arena *arena, struct facts *facts,
                        struct err *err)
{
    int64_t names = -1;
    if (!source_is_text(node))
        return 0;
    TRY(ls_dialects(session, node, lock, arena, &facts->dialects, &names, err));
    if (facts->columns < 0)
        facts->columns = names;
    return 0;
}

static int find_facts(struct session *session, const struct node *node,
                      const struct lock_list *locks, const struct lake_snapshot *snapshot,
                      struct arena *arena, struct facts *facts, struct err *err)
{
    const struct lake_lock *kept = find_lock(locks, node->id);
    struct lock_entries entries = {0};
    struct source_lock lock = {0};
    *facts = (struct facts){.rows = -1, .columns = -1};
    TRY(add_inputs(session, node, arena, facts, err));
    const struct lake_table *table = lake_snapshot_table(snapshot, node->schema, node->name);
    if (table != NULL && !table->is_view)
        facts->columns = (int64_t)table->columns.count;
    if (kept != NULL) {
        TRY(lock_from_json(kept->json, arena, &lock, err));
        facts->rejects = kept->reject_count;
        facts->lock = "locked";
        facts->columns = (int64_t)lock.column_count;
    } else if (facts->files == 0) {
        add_files(node, arena, facts);
        if (source_is_text(node) && lock_file_read(session->project, arena, &entries, NULL) == 0 &&
            lock_entries_find(&entries, node->id) != NULL)
            facts->lock = "in " LOCK_FILE;
    }
    return add_dialects(session, node, &lock, arena, facts, err);
}

static const char *number(int64_t value, struct arena *arena)
{
    return value < 0 ? NULL : arena_printf(arena, "%lld", (long long)value);
}

static void add_row(struct rows *rows, const struct node *node, const struct facts *facts,
                    struct arena *arena)
{
    bool is_text = source_is_text(node);
    char bytes[32];
    const char *cells[] = {node->id,
                           source_format_name(node->source.format),
                           number(facts->files, arena),
                           number(facts->rows, arena),
                           rows->format == ROWS_TABLE ? format_bytes(facts->bytes, bytes)
                                                      : number(facts->bytes, arena),
                           number(facts->columns, arena),
                           is_text ? number(facts->rejects, arena) : NULL,
                           !is_text              ? NULL
                           : facts->lock != NULL ? facts->lock
                                                 : "none yet",
                           facts->dialects};
    for (size_t i = 0; rows->format == ROWS_TABLE && i < ARRAY_COUNT(cells); i++)
        if (cells[i] == NULL)
            cells[i] = "-";
    rows_add(rows, cells);
}

int ls_sources(const struct terminal *terminal, struct session *session, const bool *is_selected,
               enum rows_format format, struct err *err)
{
    static const struct row_column columns[] = {
        {"source", CELL_TEXT},    {"format", CELL_TEXT},  {"files", CELL_NUMBER},
        {"rows", CELL_NUMBER},    {"bytes", CELL_NUMBER}, {"columns", CELL_NUMBER},
        {"rejects", CELL_NUMBER}, {"lock", CELL_TEXT},    {"dialect", CELL_TEXT}};
    struct lock_list locks = {0};
    struct lake_snapshot snapshot = {0};
    struct arena *arena = &session->arena;
    TRY(lake_locks_load(session->lake, arena, &locks, err));
    TRY(lake_snapshot_load(session->lake, -1, arena, &snapshot, err));
    AUTO(rows_release)
    struct rows rows = rows_for_terminal(terminal, format, columns, ARRAY_COUNT(columns));
    rows_begin(&rows);
    for (size_t i = 0; i < session->project->node_count; i++) {
        const struct node *node = &session->project->nodes[i];
        struct facts facts;
        if (!is_selected[i] || node->kind != NODE_SOURCE)
            continue;
        TRY(find_facts(session, node, &locks, &snapshot, arena, &facts, err));
        add_row(&rows, node, &facts, arena);
    }
    return rows_end(&rows, err);
}
