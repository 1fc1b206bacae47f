/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_CLI_EVENT_TEXT_H
#define LEAT_CLI_EVENT_TEXT_H

#include "command/command.h"

/* An event of a run as the lines people read; nothing for those that only the live lines show. */
void event_text(struct str *text, const struct run_event *event, const struct terminal *terminal);

#endif
