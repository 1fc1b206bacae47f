/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_COMMAND_ANSWER_H
#define LEAT_COMMAND_ANSWER_H

#include "command/command.h"

/* The rows of a query, to the screen or into a file. */
struct answer {
    const struct terminal *terminal;
    struct arena *arena;
    const char *sql;
    const char *format; /* table, csv, json, jsonl, parquet */
    const char *file;   /* NULL: stdout */
    const char *staged; /* where `file` is written before it takes its name */
};
/* A hidden name beside the file, so that a half-written answer never has the file's name. */
const char *answer_staged_name(const char *file, struct arena *arena);
int answer_print(const struct answer *answer, struct conn *conn, struct err *err) WARN_UNUSED;

#endif
