/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_COMMAND_LS_SOURCES_H
#define LEAT_COMMAND_LS_SOURCES_H

#include "command/rows.h"

/* The sources among the selected nodes: files, rows, bytes, dialects, rejects and lock of each. */
int ls_sources(const struct terminal *terminal, struct session *session, const bool *is_selected,
               enum rows_format format, struct err *err) WARN_UNUSED;

#endif
