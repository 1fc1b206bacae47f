/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_CHECK_COMPILE_H
#define LEAT_CHECK_COMPILE_H

#include "base/str.h"
#include "check/check.h"

/* Checks as SQL. Only for check/. */
#define CHECK_MAX_SQL_BYTES ((size_t)4 << 20)

/* The column, names compared without case; NULL: none. */
const struct column *check_column(struct column_list columns, const char *name);
const char *check_nearest(struct column_list columns, const char *name, struct arena *arena);
/*
 * A bound or accepted value as SQL of the column's type, exactly: 0.5 is no bound of a BIGINT. False when it
 * does not fit.
 */
bool check_append_value(struct str *sql, const struct column *column, const char *text);
/* Kinds that look at one row at a time: all of them can be counted in one scan. */
bool check_is_per_row(const struct check *check);
/* The condition of a failing row; never NULL. Unknown columns and values that do not fit are ERR_CONFIG. */
int check_append_condition(struct str *sql, const struct check *check, struct column_list columns,
                           struct arena *arena, struct err *err) WARN_UNUSED;
/* "a", "b" */
void check_append_names(struct str *sql, const struct check *check);
/* Sets err->where to the place of the check, unless the error is of the engine itself. */
int check_fail(const struct check *check, struct err *err);

#endif
