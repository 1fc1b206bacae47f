/* SPDX-License-Identifier: Apache-2.0 */
#include "command/cmds.h"
#include "command/describe.h"
#include "command/ls_sources.h"
#include "command/open.h"
#include "command/rows.h"
#include "command/running.h"
#include "run/select.h"

/* What the ledger says of a node: one row, beside it one per partition. */
struct built {
    int64_t rows, done_us;
    bool is_built;
};

static struct built built_of(const struct ledger_list *ledger, const struct node *node)
{
    struct built built = {0};
    bool has_total = false;
    for (size_t i = 0; i < ledger->count; i++) {
        const struct ledger_entry *entry = &ledger->items[i];
        bool is_total = entry->partition == NULL || entry->partition[0] == '\0';
        if (!str_eq(entry->node, node->id))
            continue;
        if (is_total)
            built.rows = entry->row_count;
        else if (!has_total)
            built.rows += entry->row_count;
        has_total |= is_total;
        built.is_built = true;
        if (entry->done_us > built.done_us)
            built.done_us = entry->done_us;
    }
    return built;
}

static void add_node(struct rows *rows, const struct node *node, const struct built *built)
{
    char row_text[32], time_text[40];
    bool has_rows = built->is_built &&
                    !(node->kind == NODE_MODEL && node->model.materialized == MATERIALIZED_VIEW);
    snprintf(row_text, sizeof(row_text), "%lld", (long long)built->rows);
    const char *cells[] = {
        node->id,
        node_kind_name(node),
        node_how(node),
        has_rows ? row_text : NULL,
        built->is_built ? instant_format(built->done_us - built->done_us % US_PER_SECOND, time_text)
                        : NULL,
        node->place.file};
    for (size_t i = 0; rows->format == ROWS_TABLE && i < ARRAY_COUNT(cells); i++)
        if (cells[i] == NULL)
            cells[i] = "-";
    rows_add(rows, cells);
}

int cmd_ls(struct invocation *invocation, struct terminal *terminal, struct err *err)
{
    static const struct row_column columns[] = {{"node", CELL_TEXT},  {"kind", CELL_TEXT},
                                                {"how", CELL_TEXT},   {"rows", CELL_NUMBER},
                                                {"built", CELL_TEXT}, {"file", CELL_TEXT}};
    struct session *session = NULL;
    struct selection selection = selection_of(invocation);
    struct ledger_list ledger = {0};
    bool *is_selected = NULL;
    TRY(open_session(invocation, terminal, OPEN_READ, &session, err));
    TRY(select_nodes(session->project, &selection, &session->arena, &is_selected, err));
    enum rows_format format = rows_format_of(invocation_option(invocation, "format"));
    if (invocation_flag(invocation, "sources"))
        return ls_sources(terminal, session, is_selected, format, err);
    TRY(lake_ledger_load(session->lake, &session->arena, &ledger, err));
    AUTO(rows_release)
    struct rows rows = rows_for_terminal(terminal, format, columns, ARRAY_COUNT(columns));
    rows_begin(&rows);
    for (size_t i = 0; i < session->project->node_count; i++) {
        const struct node *node = &session->project->nodes[i];
        struct built built = built_of(&ledger, node);
        if (is_selected[i])
            add_node(&rows, node, &built);
    }
    return rows_end(&rows, err);
}
