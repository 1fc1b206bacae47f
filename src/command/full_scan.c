/* SPDX-License-Identifier: Apache-2.0 */
#include "command/full_scan.h"

#include "engine/sql.h"

#include <strings.h>

static bool is_samples(const struct node *node)
{
    return node->kind == NODE_SOURCE && node->source.format == FORMAT_SAMPLES;
}

static int append_scan(struct str *text, struct session *session, const struct node *samples,
                       const char *what, struct err *err)
{
    struct input_list files = {0};
    /* The index of the files is that of the registry, the one node that samples read. */
    const struct node *registry = &session->project->nodes[samples->inputs[0]];
    TRY(lake_inputs_load(session->lake, registry->id, &session->arena, &files, err));
    str_appendf(text, "\n%s is a full scan of ", what);
    if (files.count > 0)
        str_appendf(text, "%zu file%s: WHERE opens all of them.\n", files.count,
                    files.count > 1 ? "s" : "");
    else
        str_append(text, "its files: WHERE opens all of them.\n");
    str_appendf(text,
                "Bounds open only the files that have samples in between, as in\n"
                "  FROM %s(time_from := '2024-06-05', time_to := '2024-06-06')\n",
                samples->id);
    return 0;
}

/* Asked anew, since what is known of the SQL without opening the engine does not tell bounds. */
static int append_model(struct str *text, struct session *session, const struct node *node,
                        const struct node *samples, struct err *err)
{
    struct conn *conn = NULL;
    struct sql_info info = {0};
    TRY(session_conn(session, &conn, err));
    TRY(sql_analyze(conn, node->model.sql, &session->arena, &info, err));
    for (size_t i = 0; i < info.table_count; i++) {
        const struct sql_ref *ref = &info.tables[i];
        if (ref->is_bounded || strcasecmp(ref->schema, samples->schema) != 0 ||
            strcasecmp(ref->name, samples->name) != 0)
            continue;
        const char *what = arena_printf(&session->arena, "%s (line %d)", samples->id, ref->line);
        return append_scan(text, session, samples, what, err);
    }
    return 0;
}

int full_scan_append(struct str *text, struct session *session, const struct node *node,
                     struct err *err)
{
    if (is_samples(node))
        return append_scan(text, session, node, "Reading it", err);
    for (size_t i = 0; node->kind == NODE_MODEL && i < node->input_count; i++) {
        const struct node *input = &session->project->nodes[node->inputs[i]];
        if (is_samples(input))
            TRY(append_model(text, session, node, input, err));
    }
    return 0;
}
