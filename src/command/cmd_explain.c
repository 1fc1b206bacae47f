/* SPDX-License-Identifier: Apache-2.0 */
#include "command/cmds.h"
#include "command/describe.h"
#include "command/full_scan.h"
#include "command/open.h"
#include "command/report.h"

#include <jansson.h>
#include <string.h>

enum { TEXT_MAX = 1024 * 1024, SHOWN_STEPS = 10, SHOWN_VERSION = 8 };

struct explanation {
    const struct session *session;
    const struct node *node;
    const struct plan *plan;
    struct ledger_list ledger;
    struct str *text;
};

static const struct ledger_entry *newest_entry(const struct ledger_list *ledger, const char *node)
{
    const struct ledger_entry *newest = NULL;
    for (size_t i = 0; i < ledger->count; i++)
        if (str_eq(ledger->items[i].node, node) &&
            (newest == NULL || ledger->items[i].done_us >= newest->done_us))
            newest = &ledger->items[i];
    return newest;
}

static void append_title(struct explanation *e)
{
    const struct node *node = e->node;
    str_appendf(e->text, "%s: %s, %s", node->id, node_kind_name(node), node_how(node));
    if (node->place.file != NULL)
        str_appendf(e->text, ", %s", node->place.file);
    if (node->place.file != NULL && node->kind != NODE_MODEL && node->place.line > 0)
        str_appendf(e->text, ":%d", node->place.line);
    str_append_char(e->text, '\n');
    if (node->description != NULL)
        str_appendf(e->text, "%s\n", node->description);
    str_append_char(e->text, '\n');
}

static void append_step(struct explanation *e, const struct step *step)
{
    char start[40];
    if (step->is_partition)
        str_appendf(e->text, "%s: ", instant_format(step->interval.start_us, start));
    if (step->error != NULL) {
        str_appendf(e->text, "It cannot run: %s.\n", step->error->message);
    } else if (step->state == STEP_RUN) {
        str_appendf(e->text, "It would run: %s.\n", step->reason);
    } else {
        str_appendf(e->text, "It would not run: %s.\n", step->reason);
    }
}

/* Of a partitioned node, only the partitions that would run, and the first few of them. */
static void append_verdict(struct explanation *e)
{
    size_t total = 0, running = 0;
    bool has_partitions = false;
    for (size_t i = 0; i < e->plan->step_count; i++) {
        const struct step *step = &e->plan->steps[i];
        if (step->node != e->node)
            continue;
        total++;
        running += step->state == STEP_RUN;
        has_partitions |= step->is_partition;
        if (!step->is_partition || (step->state == STEP_RUN && running <= SHOWN_STEPS))
            append_step(e, step);
    }
    if (has_partitions && running == 0)
        str_append(e->text, "It would not run: neither its code nor its inputs changed.\n");
    if (has_partitions)
        str_appendf(e->text, "%zu of %zu partitions would run.\n", running, total);
    if (total == 0)
        str_append(e->text, "It has nothing to run.\n");
}

/* The version of an input that the last build read, shortened; NULL: not known. */
static const char *version_read(const json_t *inputs, const char *input)
{
    const char *version = json_string_value(json_object_get(inputs, input));
    return version == NULL || version[0] == '\0' ? NULL : version;
}

static bool is_partitioned(const struct node *node)
{
    return node->kind == NODE_MODEL && node->model.materialized == MATERIALIZED_PARTITIONED;
}

static void append_inputs(struct explanation *e, const json_t *read)
{
    if (e->node->input_count == 0)
        return;
    str_append(e->text, "\nreads\n");
    for (size_t i = 0; i < e->node->input_count; i++) {
        const struct node *input = &e->session->project->nodes[e->node->inputs[i]];
        const struct ledger_entry *now = newest_entry(&e->ledger, input->id);
        const char *then = version_read(read, input->id);
        char time[40];
        str_appendf(e->text, "  %s", input->id);
        if (now == NULL) {
            str_append(e->text, "  never built\n");
            continue;
        }
        str_appendf(e->text, "  version %.*s of %s", SHOWN_VERSION, now->version,
                    instant_format(now->done_us - now->done_us % US_PER_SECOND, time));
        /* Partitions read parts, whose versions are their own. */
        bool is_single = !is_partitioned(input) && !is_partitioned(e->node);
        if (then != NULL && is_single && !str_eq(then, now->version))
            str_appendf(e->text, ", the last build read %.*s", SHOWN_VERSION, then);
        str_append_char(e->text, '\n');
    }
}

static void append_readers(struct explanation *e)
{
    if (e->node->reader_count > 0)
        str_append(e->text, "\nread by\n");
    for (size_t i = 0; i < e->node->reader_count; i++)
        str_appendf(e->text, "  %s\n", e->session->project->nodes[e->node->readers[i]].id);
}

static void append_checks(struct explanation *e)
{
    if (e->node->check_count > 0)
        str_append(e->text, "\nchecked for\n");
    for (size_t i = 0; i < e->node->check_count; i++)
        str_appendf(e->text, "  %s%s\n", e->node->checks[i].name,
                    e->node->checks[i].severity == SEVERITY_WARN ? " (warns)" : "");
}

static void append_last(struct explanation *e, const struct ledger_entry *last)
{
    char time[40], rows[32];
    if (last == NULL)
        return;
    str_appendf(e->text, "\nlast built\n  %s by run %s, %s rows, version %.*s\n",
                instant_format(last->done_us - last->done_us % US_PER_SECOND, time), last->run_id,
                format_count(last->row_count, rows), SHOWN_VERSION, last->version);
}

static void append_all(struct explanation *e)
{
    const struct ledger_entry *last = newest_entry(&e->ledger, e->node->id);
    json_t *inputs =
        last == NULL || last->inputs == NULL ? NULL : json_loads(last->inputs, 0, NULL);
    append_title(e);
    append_verdict(e);
    append_inputs(e, inputs);
    append_readers(e);
    append_checks(e);
    append_last(e, last);
    json_decref(inputs);
}

int cmd_explain(struct invocation *invocation, struct terminal *terminal, struct err *err)
{
    const char *const *args = NULL;
    struct session *session = NULL;
    struct plan plan = {0};
    struct plan_options options = {.now_us = now_us()}; /* all nodes: an input may run first */
    AUTO(str_release) struct str text = STR_INIT(TEXT_MAX);
    struct explanation explanation = {.plan = &plan, .text = &text};
    invocation_args(invocation, &args);
    TRY(open_session(invocation, terminal, OPEN_READ, &session, err));
    explanation.session = session;
    TRY(node_find(session->project, args[0], &explanation.node, err));
    TRY(plan_make(session, &options, &session->arena, &plan, err));
    TRY(lake_ledger_load(session->lake, &session->arena, &explanation.ledger, err));
    append_all(&explanation);
    TRY(full_scan_append(&text, session, explanation.node, err));
    return print_text(terminal, &text, err);
}
