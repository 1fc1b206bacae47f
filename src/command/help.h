/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_COMMAND_HELP_H
#define LEAT_COMMAND_HELP_H

#include "command/command.h"

/* The page of a command, or (NULL) the list of commands. Each fits a screen of 24 lines. */
int help_print(struct invocation *invocation, const struct command *command,
               struct terminal *terminal, struct err *err) WARN_UNUSED;

/* "leat run [NODE…] [options]" */
void help_usage(struct str *text, const struct command *command);
/* "-s, --select NODES" */
void help_option_name(struct str *text, const struct option *option);

#endif
