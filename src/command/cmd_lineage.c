/* SPDX-License-Identifier: Apache-2.0 */
#include "command/cmds.h"
#include "command/describe.h"
#include "command/open.h"
#include "command/report.h"

enum { TEXT_MAX = 64 * 1024 * 1024, DEPTH_MAX = 1000, PREFIX_MAX = 64 * 1024 };

struct lineage {
    const struct project *project;
    bool *is_shown;   /* by node->index */
    bool *is_printed; /* text: its readers are there already */
    struct str *text;
};

static void mark(const struct project *project, const struct node *node, bool is_up, bool *is_shown)
{
    const size_t *next = is_up ? node->inputs : node->readers;
    size_t count = is_up ? node->input_count : node->reader_count;
    is_shown[node->index] = true;
    for (size_t i = 0; i < count; i++)
        if (!is_shown[next[i]])
            mark(project, &project->nodes[next[i]], is_up, is_shown);
}

/* What the node is made from and what is made from it; NULL: everything. */
static void mark_family(const struct project *project, const struct node *node, struct arena *arena,
                        bool *is_shown)
{
    bool *is_below = ARENA_ARRAY(arena, bool, project->node_count + 1);
    if (node != NULL) {
        mark(project, node, true, is_shown);
        mark(project, node, false, is_below);
    }
    for (size_t i = 0; i < project->node_count; i++)
        is_shown[i] = is_shown[i] || is_below[i] || node == NULL;
}

static size_t shown_readers(const struct lineage *lineage, const struct node *node)
{
    size_t count = 0;
    for (size_t i = 0; i < node->reader_count; i++)
        count += lineage->is_shown[node->readers[i]];
    return count;
}

static bool has_shown_input(const struct lineage *lineage, const struct node *node)
{
    for (size_t i = 0; i < node->input_count; i++)
        if (lineage->is_shown[node->inputs[i]])
            return true;
    return false;
}

/* `prefix` is what stands before the node's readers: "│   " or spaces for each level. */
static void append_tree(struct lineage *lineage, const struct node *node, struct str *prefix,
                        int depth)
{
    size_t left = shown_readers(lineage, node);
    str_append(lineage->text, node->id);
    if (node->kind == NODE_OUTPUT)
        str_appendf(lineage->text, "  → %s",
                    path_relative_to(node->out.output->path, lineage->project->folder));
    if (lineage->is_printed[node->index] && left > 0) {
        str_append(lineage->text, " (see above)\n");
        return;
    }
    str_append_char(lineage->text, '\n');
    lineage->is_printed[node->index] = true;
    for (size_t i = 0; i < node->reader_count && depth < DEPTH_MAX; i++) {
        if (!lineage->is_shown[node->readers[i]])
            continue;
        bool is_last = --left == 0;
        size_t len = prefix->len;
        str_appendf(lineage->text, "%s%s", str_text(prefix), is_last ? "└── " : "├── ");
        str_append(prefix, is_last ? "    " : "│   ");
        append_tree(lineage, &lineage->project->nodes[node->readers[i]], prefix, depth + 1);
        prefix->len = len;
        prefix->data[len] = '\0';
    }
}

static void append_text(struct lineage *lineage)
{
    for (size_t i = 0; i < lineage->project->node_count; i++) {
        AUTO(str_release) struct str prefix = STR_INIT(PREFIX_MAX);
        const struct node *node = &lineage->project->nodes[i];
        if (lineage->is_shown[i] && !has_shown_input(lineage, node))
            append_tree(lineage, node, &prefix, 0);
    }
}

static void append_json_inputs(struct lineage *lineage, const struct node *node)
{
    bool is_first = true;
    for (size_t i = 0; i < node->input_count; i++) {
        if (!lineage->is_shown[node->inputs[i]])
            continue;
        str_append(lineage->text, is_first ? "" : ", ");
        str_append_json(lineage->text, lineage->project->nodes[node->inputs[i]].id);
        is_first = false;
    }
}

static void append_json(struct lineage *lineage)
{
    bool is_first = true;
    str_append(lineage->text, "[");
    for (size_t i = 0; i < lineage->project->node_count; i++) {
        const struct node *node = &lineage->project->nodes[i];
        if (!lineage->is_shown[i])
            continue;
        str_append(lineage->text, is_first ? "\n{\"node\": " : ",\n{\"node\": ");
        str_append_json(lineage->text, node->id);
        str_appendf(lineage->text, ", \"kind\": \"%s\", \"how\": \"%s\", \"inputs\": [",
                    node_kind_name(node), node_how(node));
        append_json_inputs(lineage, node);
        str_append(lineage->text, "]}");
        is_first = false;
    }
    str_append(lineage->text, "\n]\n");
}

static void append_mermaid(struct lineage *lineage)
{
    static const char *const shapes[][2] = {[NODE_SOURCE] = {"[(\"", "\")]"},
                                            [NODE_MODEL] = {"[\"", "\"]"},
                                            [NODE_OUTPUT] = {"[/\"", "\"/]"}};
    str_append(lineage->text, "graph LR\n");
    for (size_t i = 0; i < lineage->project->node_count; i++) {
        const struct node *node = &lineage->project->nodes[i];
        if (lineage->is_shown[i])
            str_appendf(lineage->text, "    n%zu%s%s%s\n", i, shapes[node->kind][0], node->id,
                        shapes[node->kind][1]);
    }
    for (size_t i = 0; i < lineage->project->node_count; i++) {
        const struct node *node = &lineage->project->nodes[i];
        for (size_t k = 0; lineage->is_shown[i] && k < node->input_count; k++)
            if (lineage->is_shown[node->inputs[k]])
                str_appendf(lineage->text, "    n%zu --> n%zu\n", node->inputs[k], i);
    }
}

int cmd_lineage(struct invocation *invocation, struct terminal *terminal, struct err *err)
{
    const char *const *args = NULL;
    const char *format = invocation_option(invocation, "format");
    const struct node *node = NULL;
    struct opened *opened = NULL;
    AUTO(str_release) struct str text = STR_INIT(TEXT_MAX);
    TRY(open_project(invocation, terminal, &opened, err));
    TRY(open_report(opened, terminal, err));
    const struct project *project = opened->session.project;
    if (invocation_args(invocation, &args) > 0)
        TRY(node_find(project, args[0], &node, err));
    struct lineage lineage = {
        .project = project,
        .is_shown = ARENA_ARRAY(&opened->arena, bool, project->node_count + 1),
        .is_printed = ARENA_ARRAY(&opened->arena, bool, project->node_count + 1),
        .text = &text,
    };
    mark_family(project, node, &opened->arena, lineage.is_shown);
    if (str_eq(format, "json"))
        append_json(&lineage);
    else if (str_eq(format, "mermaid"))
        append_mermaid(&lineage);
    else
        append_text(&lineage);
    return print_text(terminal, &text, err);
}
