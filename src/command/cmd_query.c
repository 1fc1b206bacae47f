/* SPDX-License-Identifier: Apache-2.0 */
#include "command/answer.h"
#include "command/cmds.h"
#include "command/interrupt.h"
#include "command/leat_tables.h"
#include "command/open.h"
#include "engine/sql.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { SQL_MAX = 16 * 1024 * 1024 };

static int read_stdin(struct arena *arena, const char **ret_sql, struct err *err)
{
    AUTO(str_release) struct str text = STR_INIT(SQL_MAX);
    char buffer[16 * 1024];
    ssize_t len = 0;
    while ((len = read(STDIN_FILENO, buffer, sizeof(buffer))) > 0 || (len < 0 && errno == EINTR))
        if (len > 0)
            str_append_len(&text, buffer, (size_t)len);
    if (len < 0)
        return err_errno(err, "could not read the SQL from stdin");
    if (text.is_failed)
        return err_set(err, ERR_USAGE, "the SQL is longer than %d bytes", SQL_MAX);
    *ret_sql = arena_strdup(arena, str_text(&text));
    return 0;
}

/* "table" on the screen; for a file what its ending says. */
static int choose_format(const char *format, const char *output, const char **ret_format,
                         struct err *err)
{
    static const char *const known[] = {"csv", "json", "jsonl", "parquet"};
    const char *dot = output == NULL ? NULL : strrchr(path_basename(output), '.');
    for (size_t i = 0; format == NULL && dot != NULL && i < ARRAY_COUNT(known); i++)
        if (strcasecmp(dot + 1, known[i]) == 0)
            format = known[i];
    if (format == NULL && output != NULL) {
        err_set(err, ERR_USAGE, "the ending of \"%s\" tells no format", output);
        return err_hint(err, "Name it: -o csv, json, jsonl, parquet or table.");
    }
    if (str_eq(format, "parquet") && output == NULL) {
        err_set(err, ERR_USAGE, "Parquet cannot be shown on the screen");
        return err_hint(err, "Name a file: --output FILE.parquet");
    }
    *ret_format = format == NULL ? "table" : format;
    return 0;
}

/*
 * DuckDB's own SHOW TABLES knows only the current schema, and leat's tables are in many. Their names are
 * shown as they are written in SQL.
 */
static const char *show_tables(const char *sql)
{
    char first[8], second[8], rest[2];
    int words = sscanf(sql, " %7s %7[A-Za-z] %1[^; \t\r\n]", first, second, rest);
    bool is_show =
        words == 2 && strcasecmp(first, "SHOW") == 0 && strcasecmp(second, "TABLES") == 0;
    return !is_show ? sql
                    : "SELECT table_schema || '.' || table_name AS name "
                      "FROM information_schema.tables ORDER BY ALL";
}

/* The state asked for, as views; leat's own tables beside it. */
static int expose(struct session *session, struct conn *conn, const char *at, const char *sql,
                  struct lake_snapshot *ret_snapshot, struct err *err)
{
    int64_t id = -1;
    if (at != NULL)
        TRY(lake_snapshot_find(session->lake, at, &id, err));
    TRY(lake_snapshot_load(session->lake, id, &session->arena, ret_snapshot, err));
    TRY(expose_snapshot(session, ret_snapshot, NULL, 0, conn, err));
    return leat_tables_create(session, conn, strcasestr(sql, "leat") != NULL, err);
}

/* The files behind raw views; what was copied into the warehouse is not read where it came from. */
static bool is_read_in_place(const struct project *project, const struct input_file *file)
{
    const struct node *node = project_node(project, file->source);
    return node != NULL && node->kind == NODE_SOURCE && !source_is_text(node) &&
           (!node->source.land_table || node->source.series != NULL);
}

static int allowed_paths(struct session *session, const struct lake_snapshot *snapshot,
                         const char *output, const char ***ret_paths, size_t *ret_count,
                         struct err *err)
{
    struct input_list inputs = {0};
    VEC(const char *) paths = {0};
    for (size_t i = 0; i < snapshot->table_count; i++)
        for (size_t k = 0; k < snapshot->tables[i].file_count; k++) {
            const struct lake_file *file = &snapshot->tables[i].files[k];
            VEC_PUSH(&session->arena, paths, file->path);
            if (file->delete_path != NULL)
                VEC_PUSH(&session->arena, paths, file->delete_path);
        }
    TRY(lake_inputs_load(session->lake, NULL, &session->arena, &inputs, err));
    for (size_t i = 0; i < inputs.count; i++)
        if (is_read_in_place(session->project, &inputs.items[i]))
            VEC_PUSH(&session->arena, paths, inputs.items[i].path);
    if (output != NULL)
        VEC_PUSH(&session->arena, paths, output);
    *ret_paths = paths.items;
    *ret_count = paths.count;
    return 0;
}

/* From here on the connection reads the snapshot's files and nothing else. */
static int lock(struct session *session, const struct lake_snapshot *snapshot, const char *output,
                struct err *err)
{
    const char **paths = NULL;
    size_t count = 0;
    TRY(allowed_paths(session, snapshot, output, &paths, &count, err));
    return engine_lock(session->engine, paths, count, err);
}

/* A name that the project knows and the warehouse does not (yet). */
static void hint_never_built(const struct project *project, const struct lake_snapshot *snapshot,
                             const char *sql, struct err *err)
{
    if (err == NULL || strstr(err->message, "does not exist") == NULL)
        return;
    for (size_t i = 0; i < project->node_count; i++) {
        const struct node *node = &project->nodes[i];
        if (node->kind != NODE_OUTPUT && strstr(sql, node->id) != NULL &&
            lake_snapshot_table(snapshot, node->schema, node->name) == NULL)
            err_hint(err, "%s is not built yet%s: leat run -s +%s", node->id,
                     node->kind == NODE_SOURCE ? ", or its files changed since" : "", node->id);
    }
}

/* A slip of the keyboard must not cost the user a model. */
static int check_output(const struct project *project, const char *output, struct arena *arena,
                        struct err *err)
{
    static const char *const endings[] = {".sql", ".yaml", ".yml"};
    char folder[PATH_MAX], file[PATH_MAX];
    if (realpath(project->folder, folder) == NULL || realpath(output, file) == NULL)
        return 0; /* a new file */
    const char *prefix = str_eq(folder, "/") ? folder : arena_printf(arena, "%s/", folder);
    for (size_t i = 0; str_starts(file, prefix) && i < ARRAY_COUNT(endings); i++)
        if (str_ends(file, endings[i])) {
            err_set(err, ERR_EXISTS, "\"%s\" is a file of the project", output);
            return err_hint(err, "Give the answer another name.");
        }
    return 0;
}

int cmd_query(struct invocation *invocation, struct terminal *terminal, struct err *err)
{
    const char *const *args = NULL;
    struct session *session = NULL;
    struct conn *conn = NULL;
    struct lake_snapshot snapshot = {0};
    struct answer answer = {.terminal = terminal, .file = invocation_option(invocation, "output")};
    invocation_args(invocation, &args);
    TRY(choose_format(invocation_option(invocation, "format"), answer.file, &answer.format, err));
    TRY(open_session(invocation, terminal, OPEN_READ, &session, err));
    answer.arena = &session->arena;
    if (answer.file != NULL)
        TRY(check_output(session->project, answer.file, answer.arena, err));
    answer.sql = args[0];
    if (strcmp(args[0], "-") == 0)
        TRY(read_stdin(&session->arena, &answer.sql, err));
    answer.sql = show_tables(answer.sql);
    TRY(session_conn(session, &conn, err));
    TRY(sql_require_select(conn, answer.sql, err));
    TRY(expose(session, conn, invocation_option(invocation, "at"), answer.sql, &snapshot, err));
    if (answer.file != NULL)
        answer.staged = answer_staged_name(answer.file, &session->arena);
    TRY(lock(session, &snapshot, answer.staged, err));
    struct interrupt interrupt = {.stop = terminal->stop, .conn = conn};
    terminal->is_stoppable = 1;
    interrupt_start(&interrupt);
    int result = answer_print(&answer, conn, err);
    interrupt_end(&interrupt);
    if (result != 0)
        hint_never_built(session->project, &snapshot, answer.sql, err);
    return result;
}
