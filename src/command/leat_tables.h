/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_COMMAND_LEAT_TABLES_H
#define LEAT_COMMAND_LEAT_TABLES_H

#include "run/run.h"

/*
 * leat.runs, leat.run_nodes, leat.inputs and leat.outputs as tables of the connection, from the journal and the catalog. `has_rows`
 * false makes them empty, for statements that do not name them.
 */
int leat_tables_create(struct session *session, struct conn *conn, bool has_rows,
                       struct err *err) WARN_UNUSED;

#endif
