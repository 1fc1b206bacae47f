/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_CLI_EVENT_JSON_H
#define LEAT_CLI_EVENT_JSON_H

#include "run/run.h"

/* An event of a run as one line of JSON. Members that say nothing are left out. */
void event_json(struct str *line, const struct run_event *event);

#endif
