/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_LAKE_JOURNAL_H
#define LEAT_LAKE_JOURNAL_H

#include "base/arena.h"
#include "base/err.h"

#include <stdint.h>

/*
 * journal.sqlite: what was begun, and the history of runs. Never needed to read the data; losing it loses history
 * only. Written by runs, without fsync; read by `leat history`, `leat retry` and as leat.runs and leat.run_nodes.
 */
struct journal; /* thread-safe */
struct run_row {
    const char *run_id;
    int64_t started_us, finished_us; /* finished 0: not (yet) */
    const char *state;               /* running | done | failed | cancelled | crashed */
    const char *command;             /* as typed, secrets masked */
    int64_t pid;
    int64_t node_count, failed_count;
    int64_t peak_bytes;
    int64_t snapshot_id; /* newest when it ended */
};
struct run_node_row {
    const char *run_id, *node, *partition;
    const char *state;  /* running | done | failed | skipped | up_to_date | cancelled */
    const char *reason; /* why it ran or not */
    const char *error;  /* or NULL */
    int64_t started_us, finished_us;
    int64_t rows_in, rows_out, rows_rejected;
};
int journal_open(const char *warehouse, bool for_writing, struct journal **ret_journal,
                 struct err *err) WARN_UNUSED;
void journal_close(struct journal *journal);
int journal_run_begin(struct journal *journal, const struct run_row *run,
                      struct err *err) WARN_UNUSED;
int journal_run_end(struct journal *journal, const struct run_row *run,
                    struct err *err) WARN_UNUSED;
/* Inserts or replaces the row of (run, node, partition). */
int journal_nodes(struct journal *journal, const struct run_node_row *rows, size_t count,
                  struct err *err) WARN_UNUSED;

/* What `leat rejects SOURCE --output FILE` wrote last, so that `leat retry --from` knows what was mended. */
struct export_row {
    const char *source;
    const char *file; /* only records of this file; "" all */
    int64_t count;
    const char *hash; /* of the text written */
    int64_t exported_us;
};
int journal_export(struct journal *journal, const struct export_row *row,
                   struct err *err) WARN_UNUSED;
/* *ret_row has no source when there was none. */
int journal_last_export(struct journal *journal, const char *source, struct arena *arena,
                        struct export_row *ret_row, struct err *err) WARN_UNUSED;

struct run_list {
    struct run_row *items;
    size_t count;
};
struct run_node_list {
    struct run_node_row *items;
    size_t count;
};
/* Newest first; runs that say running but whose process is gone are given as crashed. */
int journal_runs(struct journal *journal, int64_t limit, struct arena *arena,
                 struct run_list *ret_list, struct err *err) WARN_UNUSED;
int journal_run_nodes(struct journal *journal, const char *run_id, struct arena *arena,
                      struct run_node_list *ret_list,
                      struct err *err) WARN_UNUSED; /* run_id NULL: all */

#endif
