/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_COMMAND_LS_DIALECTS_H
#define LEAT_COMMAND_LS_DIALECTS_H

#include "connect/connect.h"
#include "run/run.h"

/*
 * How the files of a text source are written, on one line. Where they differ, each dialect is followed by the number of its
 * files and the first of their names. The heads of the files tell, the lock tells the decimal marks, which only
 * all values know; without files that can be read there is only the lock. NULL: nothing is known. ret_names: how many
 * columns the longest header has, or -1.
 */
int ls_dialects(struct session *session, const struct node *node, const struct source_lock *lock,
                struct arena *arena, const char **ret_text, int64_t *ret_names,
                struct err *err) WARN_UNUSED;

#endif
