/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_CONNECT_SERIES_BOUNDS_H
#define LEAT_CONNECT_SERIES_BOUNDS_H

#include "base/str.h"
#include "connect/connect.h"

/* The parts of series_macro_create() that know of time_from and time_to. */

/* "CREATE OR REPLACE MACRO schema.name(…) AS TABLE ", of a schema in SQL and a name as it is */
void series_append_head(struct str *sql, const char *schema, const char *name);
/* The list of those files whose known times touch [time_from, time_to), in path order; never empty, as a scan needs a file. */
int series_append_files(struct str *sql, const struct source_plan *plan,
                        struct err *err) WARN_UNUSED;
/* " AND …" for the rows, over the SELECT's `time`. */
void series_append_bounds(struct str *sql);

#endif
