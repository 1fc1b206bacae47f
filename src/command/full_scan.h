/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_COMMAND_FULL_SCAN_H
#define LEAT_COMMAND_FULL_SCAN_H

#include "run/run.h"

/*
 * For `leat explain`: samples of series are read from all their files where no bounds are given. Tells so of the samples themselves, and of
 * a model that reads them without bounds; appends nothing for other nodes.
 */
int full_scan_append(struct str *text, struct session *session, const struct node *node,
                     struct err *err) WARN_UNUSED;

#endif
