/* SPDX-License-Identifier: Apache-2.0 */
#include "command/cmds.h"
#include "command/rejected.h"
#include "command/report.h"
#include "command/running.h"

int cmd_run(struct invocation *invocation, struct terminal *terminal, struct err *err)
{
    struct running running = {.started_us = monotonic_us()};
    return running_execute(invocation, terminal, &running, err);
}

int cmd_test(struct invocation *invocation, struct terminal *terminal, struct err *err)
{
    struct running running = {.is_test_only = true, .started_us = monotonic_us()};
    return running_execute(invocation, terminal, &running, err);
}

/* `leat retry SOURCE --from FILE`: that source alone, with what was mended. */
static int take_repairs(struct invocation *invocation, struct terminal *terminal,
                        struct session *session, struct plan_options *options, bool *ret_is_done,
                        struct err *err)
{
    const char *const *args = NULL;
    const char *path = invocation_option(invocation, "from");
    const struct node *source = NULL;
    struct repair_list repairs = {0};
    bool is_taken = false;
    invocation_args(invocation, &args);
    TRY(retry_take(session, args[0], path, &source, &repairs, &is_taken, err));
    *ret_is_done = is_taken || repairs.count == 0;
    if (is_taken)
        report_note(terminal, "\"%s\" is already taken in", path);
    else if (repairs.count == 0)
        report_note(terminal, "no record in \"%s\" was changed, so all stay rejected", path);
    const char **select = ARENA_NEW(&session->arena, const char *);
    *select = source->id;
    options->selection = (struct selection){.select = select, .select_count = 1};
    options->taken = repairs.items;
    options->taken_count = repairs.count;
    return 0;
}

int cmd_retry(struct invocation *invocation, struct terminal *terminal, struct err *err)
{
    const char *const *args = NULL;
    bool has_source = invocation_args(invocation, &args) > 0;
    bool has_file = invocation_option(invocation, "from") != NULL;
    struct running running = {.is_retry = !has_file,
                              .prepare = has_file ? take_repairs : NULL,
                              .started_us = monotonic_us()};
    if (has_source != has_file) {
        err_set(err, ERR_USAGE,
                has_file ? "--from needs the SOURCE whose records they are"
                         : "a SOURCE needs --from FILE, its mended records");
        return err_hint(err, "leat help retry");
    }
    return running_execute(invocation, terminal, &running, err);
}
