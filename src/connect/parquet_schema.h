/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_CONNECT_PARQUET_SCHEMA_H
#define LEAT_CONNECT_PARQUET_SCHEMA_H

#include "base/str.h"
#include "connect/connect.h"

/* ['a.parquet', …] of the plan's files (`which` NULL: the first `count`); names with * ? [ are not patterns. */
void parquet_append_list(struct str *sql, const struct source_plan *plan, const size_t *which,
                         size_t count);
int parquet_describe(const struct source_plan *plan, size_t file, struct conn *conn,
                     struct arena *arena, struct column_list *ret_columns,
                     struct err *err) WARN_UNUSED;
/*
 * ERR_DATA that shows both when a new file has other columns (name, type) than the plan's first file. Files
 * that are not new were compared when they were. Gives the columns.
 */
int parquet_check_schemas(const struct source_plan *plan, const size_t *new_files, size_t new_count,
                          struct conn *conn, struct arena *arena, struct column_list *ret_columns,
                          struct err *err) WARN_UNUSED;
void parquet_result_free(struct result **result);

#endif
