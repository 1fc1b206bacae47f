/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_COMMAND_RUNNING_H
#define LEAT_COMMAND_RUNNING_H

#include "command/command.h"

/* What run, retry and test have in common. */

/* The nodes named by -s, --exclude and the arguments. */
struct selection selection_of(struct invocation *invocation);
/* From the flags a command has; options it does not have are off. */
int plan_options_of(struct invocation *invocation, struct session *session,
                    struct plan_options *ret_options, struct err *err) WARN_UNUSED;
/*
 * Opens the session, makes the plan, then prints it (--dry-run) or carries it out and prints the summary. Exit
 * code 1 when a node or check failed, 130 when the user stopped it.
 */
struct running {
    bool is_retry, is_test_only;
    bool is_unbound; /* models are not looked at: they may wait for what this run changes */
    /* Once the project is open, before the plan: changes what is planned, or says that there is nothing to do. */
    int (*prepare)(struct invocation *invocation, struct terminal *terminal,
                   struct session *session, struct plan_options *options, bool *ret_is_done,
                   struct err *err);
    int64_t started_us; /* monotonic */
};
int running_execute(struct invocation *invocation, struct terminal *terminal,
                    const struct running *running, struct err *err) WARN_UNUSED;

/* One line for people; to stderr. summary.c */
void summary_print(const struct terminal *terminal, const struct run_summary *summary,
                   bool is_test_only);
/* The plan as a table; to stdout. */
int plan_print(const struct terminal *terminal, const struct plan *plan,
               struct err *err) WARN_UNUSED;

#endif
