/* SPDX-License-Identifier: Apache-2.0 */
#include "command/ls_sources.h"

#include "base/file.h"
#include "project/lock.h"

/* `leat ls --sources`: what is known of each source; before it was read, what its files look like. */

enum { CELL_MAX = 4096, DETECTED_FILES = 20 };

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

/* Each once, on one line. */
struct dialects {
    struct str text;
    VEC(const char *) seen;
};

static void add_dialect(struct dialects *dialects, const char *words, struct arena *arena)
{
    for (size_t i = 0; i < dialects->seen.count; i++)
        if (str_eq(dialects->seen.items[i], words))
            return;
    VEC_PUSH(arena, dialects->seen, words);
    str_appendf(&dialects->text, "%s%s", dialects->text.len > 0 ? "; " : "", words);
}

static enum text_format format_of(const struct node *node)
{
    return node->source.said.format;
}

static int add_locked(const struct node *node, const struct source_lock *lock, struct arena *arena,
                      struct dialects *dialects, struct facts *facts, struct err *err)
{
    facts->columns = (int64_t)lock->column_count;
    for (size_t i = 0; i < lock->dialect_count; i++) {
        struct text_dialect dialect;
        TRY(text_dialect_parse(lock->dialects[i], format_of(node), arena, &dialect, err));
        add_dialect(dialects, text_dialect_describe(&dialect, arena), arena);
    }
    return 0;
}

/* A source that was never read. What cannot be read now is not this command's to tell. */
static void add_detected(struct session *session, const struct node *node, struct arena *arena,
                         struct dialects *dialects, struct facts *facts)
{
    struct path_list paths = {0};
    if (glob_expand(node->source.files, arena, &paths, NULL) != 0)
        return;
    facts->files = (int64_t)paths.count;
    for (size_t i = 0; i < paths.count; i++) {
        struct file_id id = {0};
        struct text_files files = {0};
        if (file_stat(paths.items[i], &id, NULL) == 0)
            facts->bytes += id.size_bytes;
        if (!source_is_text(node) || i >= DETECTED_FILES ||
            text_files_list(paths.items[i], node->source.member, arena, &files, NULL) != 0)
            continue;
        for (size_t j = 0; j < files.count && j < DETECTED_FILES; j++) {
            struct text_head head = {0};
            if (text_detect(&files.items[j], &node->source.said, session->memory, arena, &head,
                            NULL) != 0)
                continue;
            add_dialect(dialects, text_dialect_describe(&head.dialect, arena), arena);
            if (head.name_count > 0 && facts->columns < (int64_t)head.name_count)
                facts->columns = (int64_t)head.name_count;
        }
    }
}

static int find_facts(struct session *session, const struct node *node,
                      const struct lock_list *locks, const struct lake_snapshot *snapshot,
                      struct arena *arena, struct facts *facts, struct err *err)
{
    struct dialects dialects = {.text = STR_INIT(CELL_MAX)};
    const struct lake_lock *kept = find_lock(locks, node->id);
    struct lock_entries entries = {0};
    struct source_lock lock;
    *facts = (struct facts){.rows = -1, .columns = -1};
    TRY(add_inputs(session, node, arena, facts, err));
    const struct lake_table *table = lake_snapshot_table(snapshot, node->schema, node->name);
    if (table != NULL && !table->is_view)
        facts->columns = (int64_t)table->columns.count;
    int result = 0;
    if (kept != NULL) {
        facts->rejects = kept->reject_count;
        facts->lock = "locked";
        result = lock_from_json(kept->json, arena, &lock, err);
        if (result == 0)
            result = add_locked(node, &lock, arena, &dialects, facts, err);
    } else if (facts->files == 0) {
        add_detected(session, node, arena, &dialects, facts);
        if (source_is_text(node) && lock_file_read(session->project, arena, &entries, NULL) == 0 &&
            lock_entries_find(&entries, node->id) != NULL)
            facts->lock = "in " LOCK_FILE;
    }
    facts->dialects = arena_strdup(arena, dialects.text.len > 0 ? str_text(&dialects.text) : NULL);
    str_release(&dialects.text);
    return result;
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
