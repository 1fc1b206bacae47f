/* SPDX-License-Identifier: Apache-2.0 */
#include "command/cmds.h"
#include "command/open.h"
#include "command/report.h"

enum { JSON_MAX = 16 * 1024 * 1024 };

static void append_problem(struct str *json, const struct problem *problem)
{
    str_append(json, "{\"file\": ");
    str_append_json(json, problem->place.file == NULL ? "" : problem->place.file);
    str_appendf(json, ", \"line\": %d, \"column\": %d, \"message\": ", problem->place.line,
                problem->place.column);
    str_append_json(json, problem->message);
    if (problem->hint != NULL) {
        str_append(json, ", \"hint\": ");
        str_append_json(json, problem->hint);
    }
    str_append_char(json, '}');
}

static int print_json(const struct problems *problems, const struct terminal *terminal,
                      struct err *err)
{
    AUTO(str_release) struct str json = STR_INIT(JSON_MAX);
    str_append_char(&json, '[');
    for (size_t i = 0; i < problems->list.count; i++) {
        str_append(&json, i == 0 ? "\n" : ",\n");
        append_problem(&json, &problems->list.items[i]);
    }
    str_append(&json, problems->list.count == 0 ? "]\n" : "\n]\n");
    return print_text(terminal, &json, err);
}

static void append_count(struct str *text, const char *separator, size_t count, const char *what)
{
    str_appendf(text, "%s%zu %s%s", separator, count, what, count == 1 ? "" : "s");
}

static int print_ok(const struct project *project, const struct terminal *terminal, struct err *err)
{
    size_t kinds[3] = {0}, checks = 0;
    AUTO(str_release) struct str text = STR_INIT(4096);
    for (size_t i = 0; i < project->node_count; i++) {
        const struct node *node = &project->nodes[i];
        kinds[node->kind]++;
        checks += node->check_count;
        if (node->kind == NODE_SOURCE && node->bound.count == 0)
            report_note(terminal, "the columns of %s are not known before its first run", node->id);
    }
    append_count(&text, "ok: ", kinds[NODE_SOURCE], "source");
    append_count(&text, ", ", kinds[NODE_MODEL], "model");
    append_count(&text, ", ", kinds[NODE_OUTPUT], "output");
    append_count(&text, ", ", checks, "check");
    if (project->unit_test_count > 0)
        append_count(&text, ", ", project->unit_test_count, "unit test");
    str_append_char(&text, '\n');
    return print_text(terminal, &text, err);
}

int cmd_validate(struct invocation *invocation, struct terminal *terminal, struct err *err)
{
    struct opened *opened = NULL;
    bool is_json = str_eq(invocation_option(invocation, "format"), "json");
    TRY(open_project(invocation, terminal, &opened, err));
    TRY(open_bind(opened, err));
    problems_sort(&opened->problems);
    if (opened->problems.list.count > 0)
        invocation_set_exit_code(invocation, err_kind_info(ERR_CONFIG)->exit_code);
    if (is_json)
        return print_json(&opened->problems, terminal, err);
    return opened->problems.list.count > 0 ? open_report(opened, terminal, err)
                                           : print_ok(opened->session.project, terminal, err);
}
