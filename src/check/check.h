/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_CHECK_CHECK_H
#define LEAT_CHECK_CHECK_H

#include "engine/engine.h"
#include "project/project.h"

/* Checks run on the staged rows of a node, which the connection sees as the temporary view `this`. */
struct check_result {
    const struct check *check;
    int64_t failure_count; /* rows, or groups of rows for unique; 0: passed */
    const char *samples;   /* JSON array of the first failing rows (up to 10), or NULL */
    const char *message;   /* "12 of 365 rows have no value in \"value\"" */
};
struct check_results {
    struct check_result *items;
    size_t count;
    size_t error_count, warn_count; /* failed ones by severity */
};
int checks_run(const struct node *node, struct conn *conn, const struct param *params,
               size_t param_count, struct arena *arena, struct check_results *ret_results,
               struct err *err) WARN_UNUSED;
/* Mistakes that can be told from the columns alone: unknown columns, a bound that does not fit the type. */
void checks_validate(const struct node *node, struct problems *problems);

/* Unit tests of models: `leat unit-test`. Never touches the warehouse. */
struct unit_result {
    const struct unit_test *test;
    bool is_passed;
    const char
        *difference; /* text: rows missing, rows unexpected, side by side; NULL when passed */
    struct err err;  /* the test could not run */
};
int unit_test_run(const struct project *project, const struct unit_test *test, struct conn *conn,
                  struct arena *arena, struct unit_result *ret_result, struct err *err) WARN_UNUSED;

#endif
