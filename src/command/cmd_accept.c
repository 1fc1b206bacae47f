/* SPDX-License-Identifier: Apache-2.0 */
#include "command/cmds.h"
#include "command/describe.h"
#include "command/open.h"
#include "command/report.h"
#include "command/running.h"

/* leat accept: read text sources without their locks, which are made anew. */

static int find_sources(struct invocation *invocation, struct session *session,
                        const struct node ***ret_sources, size_t *ret_count, struct err *err)
{
    const char *const *args = NULL;
    size_t count = invocation_args(invocation, &args);
    const struct node **sources = ARENA_ARRAY(&session->arena, const struct node *, count + 1);
    for (size_t i = 0; i < count; i++) {
        TRY(node_find(session->project, args[i], &sources[i], err));
        if (!source_is_text(sources[i])) {
            err_set(err, ERR_USAGE, "\"%s\" is no source of text files", args[i]);
            return err_hint(err, "Only text has a schema lock: leat ls --sources");
        }
    }
    *ret_sources = sources;
    *ret_count = count;
    return 0;
}

static int select_sources(struct invocation *invocation, struct terminal *terminal,
                          struct session *session, struct plan_options *options, bool *ret_is_done,
                          struct err *err)
{
    const struct node **sources = NULL;
    size_t count = 0;
    (void)terminal;
    *ret_is_done = false;
    TRY(find_sources(invocation, session, &sources, &count, err));
    const char **select = ARENA_ARRAY(&session->arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++)
        select[i] = sources[i]->id;
    options->selection = (struct selection){.select = select, .select_count = count};
    options->is_accept = true;
    return 0;
}

static int preview(struct invocation *invocation, struct terminal *terminal, struct err *err)
{
    struct session *session = NULL;
    const struct node **sources = NULL;
    size_t count = 0;
    AUTO(str_release) struct str text = STR_INIT(64 << 20);
    TRY(open_session(invocation, terminal, OPEN_READ, &session, err));
    TRY(find_sources(invocation, session, &sources, &count, err));
    for (size_t i = 0; i < count; i++) {
        const char *diff = NULL;
        TRY(source_text_preview(session, sources[i], &session->arena, &diff, err));
        str_appendf(&text, "%s\n%s", sources[i]->id,
                    diff[0] != '\0' ? diff : "  nothing changes\n");
    }
    return print_text(terminal, &text, err);
}

int cmd_accept(struct invocation *invocation, struct terminal *terminal, struct err *err)
{
    struct running running = {
        .is_unbound = true, .prepare = select_sources, .started_us = monotonic_us()};
    if (invocation_flag(invocation, "dry-run"))
        return preview(invocation, terminal, err);
    return running_execute(invocation, terminal, &running, err);
}
