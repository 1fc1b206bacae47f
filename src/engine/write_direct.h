/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_ENGINE_WRITE_DIRECT_H
#define LEAT_ENGINE_WRITE_DIRECT_H

#include "engine/duck.h"

/*
 * Writes the rows of a SELECT with our own writer. 1: written; 0: these options or this statement are
 * for COPY, and nothing has run; -1: failed.
 */
int write_direct(struct conn *conn, const char *select_sql, const char *path,
                 const struct parquet_options *options, struct arena *arena,
                 struct parquet_stats *ret_stats, struct err *err) WARN_UNUSED;

#endif
