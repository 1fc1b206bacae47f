/* SPDX-License-Identifier: Apache-2.0 */
#include "command/running.h"

#include "command/args.h"
#include "command/open.h"

#include <string.h>

enum { EXIT_FAILED = 1, EXIT_INTERRUPTED = 130, COMMAND_MAX = 4096 };

struct selection selection_of(struct invocation *invocation)
{
    const char *const *args = NULL, *const *select = NULL;
    size_t arg_count = invocation_args(invocation, &args);
    size_t select_count = invocation_list(invocation, "select", &select);
    struct selection selection = {0};
    VEC(const char *) all = {0};
    for (size_t i = 0; i < arg_count; i++)
        VEC_PUSH(&invocation->arena, all, args[i]);
    for (size_t i = 0; i < select_count; i++)
        VEC_PUSH(&invocation->arena, all, select[i]);
    selection.select = all.items;
    selection.select_count = all.count;
    selection.exclude_count = invocation_list(invocation, "exclude", &selection.exclude);
    return selection;
}

static int read_time(struct invocation *invocation, const char *name, struct session *session,
                     bool *ret_has, int64_t *ret_us, struct err *err)
{
    const char *text = invocation_option(invocation, name);
    const struct zone *zone = NULL;
    if (text == NULL)
        return 0;
    const char *timezone = session->project->timezone;
    TRY(session_zone(session, timezone == NULL ? "UTC" : timezone, &zone, err));
    if (instant_parse(text, zone, ret_us, err) != 0)
        return err_context(err, "--%s", name);
    *ret_has = true;
    return 0;
}

int plan_options_of(struct invocation *invocation, struct session *session,
                    struct plan_options *ret_options, struct err *err)
{
    struct plan_options options = {
        .selection = selection_of(invocation),
        .is_full_refresh = invocation_flag(invocation, "full-refresh"),
        .now_us = now_us(),
        .adopt = invocation_flag(invocation, "adopt"),
        .prune = invocation_flag(invocation, "prune"),
    };
    TRY(read_time(invocation, "start", session, &options.has_start, &options.start_us, err));
    TRY(read_time(invocation, "end", session, &options.has_end, &options.end_us, err));
    if (options.has_start && options.has_end && options.start_us >= options.end_us)
        return err_set(err, ERR_USAGE, "--start must be before --end");
    *ret_options = options;
    return 0;
}

/* The command as typed, for the journal. */
static const char *typed_command(struct invocation *invocation)
{
    AUTO(str_release) struct str text = STR_INIT(COMMAND_MAX);
    str_append(&text, invocation->command->name);
    for (size_t i = 0; i < invocation->args.count; i++)
        str_appendf(&text, " %s", invocation->args.items[i]);
    for (size_t i = 0; i < invocation->given.count; i++) {
        const struct given *given = &invocation->given.items[i];
        if (strcmp(given->option->name, "directory") == 0)
            continue; /* the journal is the project's: where it was called from says nothing */
        str_appendf(&text, " --%s%s%s", given->option->name,
                    given->option->kind == OPTION_FLAG ? "" : " ",
                    given->option->kind == OPTION_FLAG ? "" : given->text);
    }
    for (size_t i = 0; i < invocation->params.count; i++)
        str_appendf(&text, " --%s %s", invocation->params.items[i].name,
                    invocation->params.items[i].value);
    char *command = arena_strdup(&invocation->arena, str_text(&text));
    secrets_mask(&invocation->opened->session.project->secrets, command);
    return command;
}

static void ignore_event(void *context, const struct run_event *event)
{
    (void)context;
    (void)event;
}

static int exit_code_of(const struct run_summary *summary)
{
    if (summary->is_cancelled)
        return EXIT_INTERRUPTED;
    return summary->failed > 0 || summary->skipped > 0 ? EXIT_FAILED : 0;
}

static int execute(struct invocation *invocation, struct terminal *terminal,
                   const struct running *running, struct session *session, const struct plan *plan,
                   const struct plan_options *plan_options, struct err *err)
{
    struct run_options options = {
        .is_fail_fast = invocation_flag(invocation, "fail-fast"),
        .is_test_only = running->is_test_only,
        .stop = terminal->stop,
        .command = typed_command(invocation),
    };
    struct run_listener listener = terminal->progress;
    struct run_summary summary = {0};
    if (listener.event == NULL)
        listener.event = ignore_event;
    terminal->is_stoppable = 1;
    TRY(run_execute(session, plan, plan_options, &options, &listener, &summary, err));
    /* Text that landed for the first time has its types now: the next call need not bind. */
    if (!running->is_test_only && !running->is_unbound && !session->project->is_bound &&
        summary.done > 0)
        TRY(open_bind(invocation->opened, err));
    summary.elapsed_us = monotonic_us() - running->started_us; /* with reading and planning */
    summary_print(terminal, &summary, running->is_test_only);
    invocation_set_exit_code(invocation, exit_code_of(&summary));
    return 0;
}

int running_execute(struct invocation *invocation, struct terminal *terminal,
                    const struct running *running, struct err *err)
{
    bool is_dry = invocation_flag(invocation, "dry-run");
    struct session *session = NULL;
    struct plan_options options = {0};
    struct plan plan = {0};
    int modes = (running->is_unbound ? 0 : OPEN_BIND) | (is_dry ? OPEN_READ : OPEN_WRITE);
    TRY(open_session(invocation, terminal, modes, &session, err));
    TRY(plan_options_of(invocation, session, &options, err));
    options.is_retry = running->is_retry;
    bool is_done = false;
    if (running->prepare != NULL)
        TRY(running->prepare(invocation, terminal, session, &options, &is_done, err));
    if (is_done)
        return 0;
    TRY(plan_make(session, &options, &session->arena, &plan, err));
    if (is_dry)
        return plan_print(terminal, &plan, err);
    return execute(invocation, terminal, running, session, &plan, &options, err);
}
