/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_LAKE_WALK_H
#define LEAT_LAKE_WALK_H

#include "base/err.h"

/* Calls `each` for every regular file below a folder, which need not be there. Follows no links. */
int walk_files(const char *folder, int (*each)(void *context, const char *path, struct err *err),
               void *context, struct err *err) WARN_UNUSED;
/* Removes the folders below `folder` that hold nothing. */
int walk_remove_empty(const char *folder, struct err *err) WARN_UNUSED;

#endif
