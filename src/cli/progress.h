/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_CLI_PROGRESS_H
#define LEAT_CLI_PROGRESS_H

#include "command/command.h"

/*
 * What a run does, told on stderr: on a terminal a live line for each running node, redrawn at
 * most ten times a second; else a line when a node ends; with --log-format json an object per event.
 */
struct progress;
struct progress *progress_new(struct terminal *terminal); /* sets terminal->progress */
void progress_free(struct progress *progress);

#endif
