/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_CONNECT_OUTPUT_H
#define LEAT_CONNECT_OUTPUT_H

#include "base/str.h"
#include "connect/connect.h"
#include "connect/output_template.h"

/* The stages of output_stage(). Only for connect/. */
struct output_job {
    const struct output_spec *spec;
    struct conn *conn;
    struct arena *arena;
    struct template template;
    struct column_list columns; /* of the model */
    const char *select_list;    /* the columns to write, as the format needs them */
    const char *folder;         /* <root>/.leat/<run> */
    const char *tag;            /* begins each file name there: tells outputs of one root apart */
};
#define OUTPUT_MAX_SQL_BYTES ((size_t)1 << 20)

/* SELECT list for the format; columns that cannot be stored are ERR_CONFIG. */
int output_select_list(const struct output_spec *spec, struct column_list columns,
                       struct arena *arena, const char **ret_list, struct err *err) WARN_UNUSED;
/* Writes the rows of `select_sql` to a new staged file. */
int output_copy(const struct output_job *job, const char *select_sql, const char *final_path,
                size_t number, struct staged_file *ret_file, struct err *err) WARN_UNUSED;

/* One distinct path, and the rows of the sorted table that belong there. */
struct output_group {
    const char *path;
    int64_t first_row, last_row;
};
struct output_groups {
    VEC(struct output_group) list;
};
/* Sorts the rows into the temporary table "leat output" and finds the paths; every value is checked. */
int output_sort(const struct output_job *job, const char *select_sql,
                struct output_groups *ret_groups, struct err *err) WARN_UNUSED;
/* One name in a path; ERR_DATA naming value and column when a file system or a shell would stumble over it. */
int output_check_value(const char *column, const char *value, struct err *err) WARN_UNUSED;

#endif
