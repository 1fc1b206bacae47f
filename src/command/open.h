/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_COMMAND_OPEN_H
#define LEAT_COMMAND_OPEN_H

#include "command/command.h"

/*
 * The project of one call: loaded, bound and, when asked for, with its warehouse open. It belongs to
 * the invocation and lives until invocation_release(), so that errors printed at the very end are
 * still masked with its secrets.
 */
struct opened {
    struct session session;
    struct arena arena;
    struct problems problems;
    struct engine *parser; /* a small DuckDB for parsing and binding; NULL until needed */
    struct conn *parser_conn;
};
void opened_free(struct opened *opened); /* NULL allowed */

/*
 * Reads the project of the folder and checks the params given as flags. Its mistakes are in
 * `problems`; with any, only they are of use.
 */
int open_project(struct invocation *invocation, struct terminal *terminal,
                 struct opened **ret_opened, struct err *err) WARN_UNUSED;
/*
 * Finds the columns of every model (or takes them from the cache) and adds what is wrong with them,
 * with checks and with output paths to `problems`.
 */
int open_bind(struct opened *opened, struct err *err) WARN_UNUSED;

enum open_mode {
    OPEN_READ = 0,  /* the warehouse as it is now */
    OPEN_WRITE = 1, /* as the only writer, with a run id */
    OPEN_BIND = 2   /* and the models are bound */
};
/*
 * All of the above for a command that works on the warehouse; `modes` are enum open_mode. Mistakes
 * are printed, and the call then fails with ERR_CONFIG and their number.
 */
int open_session(struct invocation *invocation, struct terminal *terminal, int modes,
                 struct session **ret_session, struct err *err) WARN_UNUSED;
/* Prints the mistakes, if any, and gives -1 and ERR_CONFIG then. */
int open_report(struct opened *opened, const struct terminal *terminal,
                struct err *err) WARN_UNUSED;
/* A connection to the small engine for parsing and binding. */
int opened_conn(struct opened *opened, struct conn **ret_conn, struct err *err) WARN_UNUSED;

/* Warehouse columns of sources, for project_bind(); bind.c. */
int bind_source_columns(void *context, const struct node *source, struct arena *arena,
                        struct column_list *ret_columns, struct err *err);
struct bind_sources {
    struct opened *opened;
    struct lake *lake; /* for reading; opened at the first source that needs it */
    struct lake_snapshot snapshot;
};
/* Mistakes in checks and outputs that can be told from the columns. */
void bind_check_nodes(const struct project *project, struct problems *problems);

#endif
