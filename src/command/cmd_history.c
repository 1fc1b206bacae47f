/* SPDX-License-Identifier: Apache-2.0 */
#include "command/cmds.h"
#include "command/open.h"
#include "command/rows.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { ALL_RUNS = 1000000 };

/* Texts of one row; each call gives the next buffer. */
struct texts {
    char buffers[8][40];
    size_t used;
};

static char *next_text(struct texts *texts)
{
    return texts->buffers[texts->used++];
}

static const char *number(struct texts *texts, int64_t value)
{
    char *text = next_text(texts);
    snprintf(text, sizeof(texts->buffers[0]), "%" PRId64, value);
    return text;
}

static const char *instant(struct texts *texts, int64_t us)
{
    return us == 0 ? NULL : instant_format(us - us % US_PER_SECOND, next_text(texts));
}

/* People read "3.4 s", programs count milliseconds. */
static const char *duration(struct texts *texts, const struct rows *rows, int64_t start_us,
                            int64_t end_us)
{
    if (end_us < start_us || start_us == 0)
        return NULL;
    if (rows->format != ROWS_TABLE)
        return number(texts, (end_us - start_us) / 1000);
    return duration_format(end_us - start_us, next_text(texts));
}

static void add(struct rows *rows, const char **cells)
{
    for (size_t i = 0; rows->format == ROWS_TABLE && i < rows->column_count; i++)
        if (cells[i] == NULL)
            cells[i] = "-";
    rows_add(rows, cells);
}

static void add_run(struct rows *rows, const struct run_row *run)
{
    struct texts texts = {0};
    char peak[32];
    const char *peak_text = rows->format == ROWS_TABLE ? format_bytes(run->peak_bytes, peak)
                                                       : number(&texts, run->peak_bytes);
    const char *cells[] = {run->run_id,
                           instant(&texts, run->started_us),
                           run->state,
                           number(&texts, run->node_count),
                           number(&texts, run->failed_count),
                           duration(&texts, rows, run->started_us, run->finished_us),
                           run->peak_bytes == 0 ? NULL : peak_text,
                           run->command};
    add(rows, cells);
}

static void add_node(struct rows *rows, const struct run_node_row *node)
{
    struct texts texts = {0};
    const char *cells[] = {node->node,
                           node->partition,
                           node->state,
                           number(&texts, node->rows_in),
                           number(&texts, node->rows_out),
                           duration(&texts, rows, node->started_us, node->finished_us),
                           node->error != NULL ? node->error : node->reason};
    add(rows, cells);
}

static int print_runs(struct session *session, struct rows *rows, int64_t limit, struct err *err)
{
    static const struct row_column columns[] = {{"run", CELL_TEXT},      {"started", CELL_TEXT},
                                                {"state", CELL_TEXT},    {"nodes", CELL_NUMBER},
                                                {"failed", CELL_NUMBER}, {"time", CELL_NUMBER},
                                                {"peak", CELL_NUMBER},   {"command", CELL_TEXT}};
    static const struct row_column plain_columns[] = {
        {"run", CELL_TEXT},          {"started", CELL_TEXT},  {"state", CELL_TEXT},
        {"nodes", CELL_NUMBER},      {"failed", CELL_NUMBER}, {"time_ms", CELL_NUMBER},
        {"peak_bytes", CELL_NUMBER}, {"command", CELL_TEXT}};
    struct run_list runs = {0};
    TRY(journal_runs(session->journal, limit, &session->arena, &runs, err));
    rows->columns = rows->format == ROWS_TABLE ? columns : plain_columns;
    rows->column_count = ARRAY_COUNT(columns);
    rows_begin(rows);
    for (size_t i = 0; i < runs.count; i++)
        add_run(rows, &runs.items[i]);
    return rows_end(rows, err);
}

static int find_run(struct session *session, const char *name, const char **ret_id, struct err *err)
{
    struct run_list runs = {0};
    TRY(journal_runs(session->journal, ALL_RUNS, &session->arena, &runs, err));
    for (size_t i = 0; i < runs.count; i++)
        if (strcmp(name, "last") == 0 || str_starts(runs.items[i].run_id, name)) {
            *ret_id = runs.items[i].run_id;
            return 0;
        }
    err_set(err, ERR_NOT_FOUND, "there is no run \"%s\"", name);
    return err_hint(err, "\"leat history\" lists the runs.");
}

static int print_nodes(struct session *session, struct rows *rows, const char *name,
                       struct err *err)
{
    static const struct row_column columns[] = {{"node", CELL_TEXT},       {"partition", CELL_TEXT},
                                                {"state", CELL_TEXT},      {"rows_in", CELL_NUMBER},
                                                {"rows_out", CELL_NUMBER}, {"time", CELL_NUMBER},
                                                {"reason", CELL_TEXT}};
    static const struct row_column plain_columns[] = {
        {"node", CELL_TEXT},      {"partition", CELL_TEXT},  {"state", CELL_TEXT},
        {"rows_in", CELL_NUMBER}, {"rows_out", CELL_NUMBER}, {"time_ms", CELL_NUMBER},
        {"reason", CELL_TEXT}};
    struct run_node_list nodes = {0};
    const char *run_id = NULL;
    TRY(find_run(session, name, &run_id, err));
    TRY(journal_run_nodes(session->journal, run_id, &session->arena, &nodes, err));
    rows->columns = rows->format == ROWS_TABLE ? columns : plain_columns;
    rows->column_count = ARRAY_COUNT(columns);
    rows_begin(rows);
    for (size_t i = 0; i < nodes.count; i++)
        add_node(rows, &nodes.items[i]);
    return rows_end(rows, err);
}

static int read_limit(const struct invocation *invocation, int64_t *ret_limit, struct err *err)
{
    const char *text = invocation_option(invocation, "limit");
    char *end = NULL;
    *ret_limit = text == NULL ? 20 : strtoll(text, &end, 10);
    if (text != NULL && (end == text || *end != '\0' || *ret_limit < 1))
        return err_set(err, ERR_USAGE, "--limit cannot be \"%s\": expected a number", text);
    return 0;
}

int cmd_history(struct invocation *invocation, struct terminal *terminal, struct err *err)
{
    const char *const *args = NULL;
    size_t arg_count = invocation_args(invocation, &args);
    struct session *session = NULL;
    int64_t limit = 0;
    TRY(read_limit(invocation, &limit, err));
    TRY(open_session(invocation, terminal, OPEN_READ, &session, err));
    AUTO(rows_release)
    struct rows rows = rows_for_terminal(
        terminal, rows_format_of(invocation_option(invocation, "format")), NULL, 0);
    return arg_count == 0 ? print_runs(session, &rows, limit, err)
                          : print_nodes(session, &rows, args[0], err);
}
