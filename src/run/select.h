/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_RUN_SELECT_H
#define LEAT_RUN_SELECT_H

#include "run/run.h"

/*
 * dbt's selector grammar: `a`, `+a`, `a+`, `2+a`, `+a+`, `tag:x`, `path:models/x`, `source:x`, globs in names; a space (or several
 * -s) is "or", a comma is "and". Sets ret_is_selected[node->index]. An unknown name is ERR_USAGE with the nearest.
 */
int select_nodes(const struct project *project, const struct selection *selection,
                 struct arena *arena, bool **ret_is_selected, struct err *err) WARN_UNUSED;

#endif
