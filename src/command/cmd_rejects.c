/* SPDX-License-Identifier: Apache-2.0 */
#include "command/answer.h"
#include "command/cmds.h"
#include "command/describe.h"
#include "command/open.h"
#include "command/rejected.h"
#include "command/report.h"

#include "base/file.h"

#include <string.h>

/* leat rejects: what is missing from the tables of text sources, and its export to be mended. */

static int find_source(struct session *session, const char *name, const struct node **ret_source,
                       struct err *err)
{
    TRY(node_find(session->project, name, ret_source, err));
    if (!source_is_text(*ret_source)) {
        err_set(err, ERR_USAGE, "\"%s\" is no source of text files", name);
        return err_hint(err, "Only text has records that may not fit: leat ls --sources");
    }
    return 0;
}

static int64_t count_open(const struct lock_list *locks, const struct node *source)
{
    int64_t count = 0;
    for (size_t i = 0; i < locks->count; i++)
        if (source == NULL || str_eq(locks->items[i].source, source->id))
            count += locks->items[i].reject_count;
    return count;
}

static void say_open(const struct terminal *terminal, int64_t count, const struct node *source)
{
    char text[32];
    if (count == 0)
        report_note(terminal, "no records%s%s are rejected", source != NULL ? " of " : "",
                    source != NULL ? source->id : "");
    else
        report_note(terminal, "%s record%s%s%s %s rejected", format_count(count, text),
                    count == 1 ? "" : "s", source != NULL ? " of " : "",
                    source != NULL ? source->id : "", count == 1 ? "is" : "are");
}

static int list_rejects(struct invocation *invocation, struct terminal *terminal,
                        struct session *session, const struct node *source, const char *file,
                        struct err *err)
{
    struct lake_snapshot snapshot = {0};
    struct lock_list locks = {0};
    struct conn *conn = NULL;
    char *table_sql = NULL;
    const char *format = invocation_option(invocation, "format");
    AUTO(str_release) struct str sql = STR_INIT(16 << 20);
    TRY(lake_locks_load(session->lake, &session->arena, &locks, err));
    TRY(lake_snapshot_load(session->lake, -1, &session->arena, &snapshot, err));
    const struct lake_table *table = lake_snapshot_table(&snapshot, "leat", "rejects");
    int64_t count = count_open(&locks, source);
    if (table != NULL && !table->is_view && (count > 0 || format != NULL)) {
        TRY(lake_table_sql(session->lake, table, &session->arena, &table_sql, err));
        TRY(session_conn(session, &conn, err));
        str_appendf(&sql,
                    "SELECT source, file, record, line, column_name, text, reason%s FROM (%s)"
                    " WHERE true",
                    format != NULL && !str_eq(format, "table") ? ", byte_offset, raw, run_id" : "",
                    table_sql);
        if (source != NULL)
            str_append(&sql, " AND source = ");
        if (source != NULL)
            str_append_literal(&sql, source->id);
        if (file != NULL)
            str_append(&sql, " AND file = ");
        if (file != NULL)
            str_append_literal(&sql, file);
        str_append(&sql, " ORDER BY source, file, record");
        struct answer answer = {.terminal = terminal,
                                .arena = &session->arena,
                                .sql = str_text(&sql),
                                .format = format != NULL ? format : "table"};
        TRY(answer_print(&answer, conn, err));
    }
    say_open(terminal, count, source);
    return 0;
}

static int export_rejects(struct terminal *terminal, struct session *session,
                          const struct node *source, const char *file, const char *output,
                          struct err *err)
{
    AUTO(str_release) struct str text = STR_INIT(REJECTED_MAX_BYTES);
    AUTO(arena_release) struct arena arena;
    struct rejected_list list = {0};
    struct rejected_form form = {0};
    char count[32];
    arena_init(&arena, 2 * REJECTED_MAX_BYTES);
    TRY(rejected_load(session, source, file, &arena, &list, err));
    if (list.count == 0) {
        say_open(terminal, 0, source);
        return 0;
    }
    TRY(rejected_form(session, source, &list, &arena, &form, err));
    TRY(rejected_text(&form, &list, &text, err));
    if (file_exists(output)) {
        err_set(err, ERR_EXISTS, "\"%s\" is there already", output);
        return err_hint(err, "It may hold what you mended. Give the export another name.");
    }
    TRY(file_write_atomic(output, str_text(&text), text.len, err));
    struct journal *journal = NULL;
    struct hash hash = hash_bytes(str_text(&text), text.len);
    struct export_row row = {.source = source->id,
                             .file = file != NULL ? file : "",
                             .count = (int64_t)list.count,
                             .hash = hash.hex,
                             .exported_us = now_us()};
    TRY(journal_open(session->project->warehouse, true, &journal, err));
    int result = journal_export(journal, &row, err);
    journal_close(journal);
    TRY(result);
    report_note(terminal, "%s record%s written to %s; mend them and run: leat retry %s --from %s",
                format_count((long long)list.count, count), list.count == 1 ? "" : "s", output,
                source->name, output);
    return 0;
}

int cmd_rejects(struct invocation *invocation, struct terminal *terminal, struct err *err)
{
    const char *const *args = NULL;
    size_t count = invocation_args(invocation, &args);
    const char *output = invocation_option(invocation, "output");
    const char *file = invocation_option(invocation, "file");
    const struct node *source = NULL;
    struct session *session = NULL;
    if (count == 0 && (output != NULL || file != NULL)) {
        err_set(err, ERR_USAGE, "--%s needs a SOURCE", output != NULL ? "output" : "file");
        return err_hint(err, "Sources with rejected records: leat ls --sources");
    }
    TRY(open_session(invocation, terminal, OPEN_READ, &session, err));
    if (count > 0)
        TRY(find_source(session, args[0], &source, err));
    if (output != NULL)
        return export_rejects(terminal, session, source, file, output, err);
    return list_rejects(invocation, terminal, session, source, file, err);
}

/* ---- leat retry SOURCE --from FILE ---- */

static bool is_taken(const struct repair_list *repairs, const char *hash)
{
    for (size_t i = 0; i < repairs->count; i++)
        if (str_eq(repairs->items[i].taken_from, hash))
            return true;
    return false;
}

static int check_export(const struct node *source, const struct export_row *exported,
                        const char *text, size_t len, struct err *err)
{
    if (str_eq(exported->hash, hash_bytes(text, len).hex))
        return 0;
    err_set(err, ERR_CONFLICT, "the rejected records of %s are others than when they were exported",
            source->id);
    return err_hint(err, "Export them again: leat rejects %s --output FILE", source->name);
}

/* The records as they were exported; fails when they are not so any more. */
static int load_exported(struct session *session, const struct node *source, struct arena *arena,
                         struct rejected_list *list, struct rejected_form *form, struct err *err)
{
    AUTO(str_release) struct str text = STR_INIT(REJECTED_MAX_BYTES);
    struct export_row exported = {0};
    TRY(journal_last_export(session->journal, source->id, arena, &exported, err));
    if (exported.source == NULL) {
        err_set(err, ERR_NOT_FOUND, "the rejected records of %s were never exported", source->id);
        return err_hint(err, "Export them first: leat rejects %s --output FILE", source->name);
    }
    const char *file = exported.file[0] != '\0' ? exported.file : NULL;
    TRY(rejected_load(session, source, file, arena, list, err));
    if (list->count == 0)
        return check_export(source, &exported, "", 0, err);
    TRY(rejected_form(session, source, list, arena, form, err));
    TRY(rejected_text(form, list, &text, err));
    return check_export(source, &exported, str_text(&text), text.len, err);
}

int retry_take(struct session *session, const char *name, const char *path,
               const struct node **ret_source, struct repair_list *ret_repairs, bool *ret_is_taken,
               struct err *err)
{
    struct arena *arena = &session->arena;
    struct repair_list kept = {0};
    struct rejected_list list = {0};
    struct rejected_form form = {0};
    struct hash hash;
    TRY(find_source(session, name, ret_source, err));
    TRY(hash_file(path, &hash, err));
    TRY(lake_repairs_load(session->lake, (*ret_source)->id, arena, &kept, err));
    *ret_is_taken = is_taken(&kept, hash.hex);
    if (*ret_is_taken)
        return 0;
    TRY(load_exported(session, *ret_source, arena, &list, &form, err));
    return rejected_read(session, *ret_source, &form, &list, path, arena, ret_repairs, err);
}
