/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_CHECK_UNIT_H
#define LEAT_CHECK_UNIT_H

#include "base/str.h"
#include "check/check.h"

/* The parts of unit_test_run(). Only for check/. */
#define UNIT_MAX_SQL_BYTES ((size_t)16 << 20)

struct unit_run {
    const struct project *project;
    const struct unit_test *test;
    const struct node *model;
    struct conn *conn; /* in a catalog of the test's own */
    struct arena *arena;
};
void unit_free_result(struct result **result);
/* Makes table `into` (SQL text) of the rows of `table`, with these columns and types; columns not given are NULL. */
int unit_make_table(const struct unit_run *run, const struct unit_table *table, const char *into,
                    struct column_list columns, struct err *err) WARN_UNUSED;
/*
 * For inputs that nobody has read yet: the columns that the project describes, and those of the test. One without a declared
 * type has the type that its text would get if it were read from a file.
 */
int unit_guess_columns(const struct unit_run *run, const struct node *input,
                       const struct unit_table *given, struct column_list *ret_columns,
                       struct err *err) WARN_UNUSED;
/* Compares the tables expected and actual; NULL when they agree in the columns of test->expect. */
int unit_compare(const struct unit_run *run, struct column_list columns,
                 const char **ret_difference, struct err *err) WARN_UNUSED;

#endif
