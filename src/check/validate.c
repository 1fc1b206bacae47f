/* SPDX-License-Identifier: Apache-2.0 */
#include "check/compile.h"

static void validate_values(const struct check *check, const struct column *column,
                            struct problems *problems)
{
    for (size_t i = 0; i < check->value_count; i++) {
        AUTO(str_release) struct str unused = STR_INIT(CHECK_MAX_SQL_BYTES);
        if (check_append_value(&unused, column, check->values[i]))
            continue;
        problem_add(problems, check->place,
                    "check \"%s\": \"%s\" is no value of column \"%s\", which is %s", check->name,
                    check->values[i], column->name, column->type_text);
        if (column->type.child_count > 0)
            problem_hint(problems, "Write a check of a nested column as `sql:`.");
    }
}

static void validate_check(const struct check *check, struct column_list columns,
                           struct problems *problems)
{
    for (size_t i = 0; i < check->column_count; i++) {
        const struct column *column = check_column(columns, check->columns[i]);
        if (column) {
            validate_values(check, column, problems);
            continue;
        }
        problem_add(problems, check->place, "check \"%s\" names column \"%s\", which there is not",
                    check->name, check->columns[i]);
        const char *nearest = check_nearest(columns, check->columns[i], problems->arena);
        if (nearest)
            problem_hint(problems, "Did you mean \"%s\"?", nearest);
    }
}

void checks_validate(const struct node *node, struct problems *problems)
{
    /* The columns of text that was never read are not known yet. */
    for (size_t i = 0; node->bound.count > 0 && i < node->check_count; i++)
        validate_check(&node->checks[i], node->bound, problems);
}
