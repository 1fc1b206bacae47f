/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_RUN_RUN_H
#define LEAT_RUN_RUN_H

#include "connect/connect.h"
#include "lake/journal.h"
#include "lake/lake.h"
#include "memory/memory.h"
#include "project/project.h"

#include <signal.h>

/*
 * Plan and execute. A plan is data: the steps that would run, each with its reason in words. `run --dry-run` and
 * `explain` print it, run_execute() carries it out: stage, check, publish, record.
 */
struct selection { /* which nodes; see select.h for the grammar */
    const char *const *select;
    size_t select_count;
    const char *const *exclude;
    size_t exclude_count;
};
/* What is known of a text source before it is read. */
struct source_text {
    const struct lake_lock *kept;   /* the catalog's row; NULL: it was never published */
    const struct source_lock *lock; /* the catalog's, else that of schema.lock.yaml; NULL: none */
    bool is_accepting;              /* read without the lock, which is made anew */
    const struct text_repair *repairs; /* all there are, those to take in too */
    size_t repair_count;
    const struct lake_repair *taken; /* to be kept when this is published */
    size_t taken_count;
};
enum step_state { STEP_RUN, STEP_UP_TO_DATE, STEP_NOT_SELECTED };
struct step {
    const struct node *node;
    bool is_partition;
    struct interval interval; /* partitions only */
    enum step_state state;
    const char
        *reason; /* a sentence: "changed: models/energy/daily.sql line 12", "never built", … */
    const struct ledger_entry *done; /* what the ledger knows, or NULL */
    struct source_plan *source;      /* sources only */
    const struct source_text *text;  /* text sources only */
    const struct err *error;         /* planning found that it cannot run; or NULL */
    const char *version; /* what its version will be after this run (see plan_version.h) */
    const char *inputs;  /* JSON object: input name → version it will have read */
};
struct plan {
    struct step *steps; /* topological */
    size_t step_count;
    size_t run_count; /* steps that would run */
};
/* "20241121T101500-3fa9c1": sortable, unique. In `arena`. */
char *run_id_make(struct arena *arena);

struct plan_options {
    struct selection selection;
    bool is_full_refresh;
    bool has_start, has_end;
    int64_t start_us, end_us;
    int64_t now_us;
    bool is_retry;  /* only what failed or was skipped in the last run, and what depends on it */
    bool adopt;     /* take over files of others that are in an output's way */
    bool prune;     /* allow removing more than 10 % of an output's files */
    bool is_accept; /* read the selected text sources without their locks */
    const struct lake_repair *taken; /* `leat retry --from`: read their sources with these */
    size_t taken_count;
};
/* A session of one command on one project: opens lake, engine and journal only when needed. */
struct session {
    struct project *project;
    struct memory *memory;
    int threads;
    struct lake *lake;
    struct journal *journal;
    struct engine *engine; /* NULL until session_engine() */
    struct conn *conn;     /* NULL until session_conn() */
    char *run_id;          /* run_id_make() */
    struct arena arena;    /* of the command */
};
int session_engine(struct session *session, struct engine **ret_engine,
                   struct err *err) WARN_UNUSED;
/* A zone's transitions, from the warehouse's cache or the engine. Lives as long as the session. */
int session_zone(struct session *session, const char *name, const struct zone **ret_zone,
                 struct err *err) WARN_UNUSED;
/* A connection of the session for planning; closed by session_close(). */
int session_conn(struct session *session, struct conn **ret_conn, struct err *err) WARN_UNUSED;
/* Frees what the session opened (engine, journal, lake, memory) but the project. */
void session_close(struct session *session);

int plan_make(struct session *session, const struct plan_options *options, struct arena *arena,
              struct plan *ret_plan, struct err *err) WARN_UNUSED;

enum run_event_kind {
    RUN_STARTED,
    NODE_STARTED,
    NODE_PROGRESS,
    NODE_NOTE, /* something to know, in one line or several */
    NODE_DONE,
    NODE_FAILED,
    NODE_SKIPPED,
    CHECK_FAILED,
    FILE_PUBLISHED,
    RUN_WARNING,
    RUN_DONE
};
struct run_event {
    enum run_event_kind kind;
    const char *run_id;
    const char *node;      /* or NULL */
    const char *partition; /* or NULL */
    const char *text;      /* reason, message, path */
    const char *check;     /* CHECK_FAILED: its name */
    const char *samples;   /* CHECK_FAILED: JSON array of the first failing rows, or NULL */
    bool is_removed;       /* FILE_PUBLISHED: the file was removed, not written */
    const struct err *err; /* failures */
    int64_t rows, bytes;   /* rows -1: there are none to count (views) */
    int64_t rows_in, rows_rejected; /* NODE_DONE of sources: rows_in = rows + rows_rejected */
    int64_t done,
        total; /* progress in the unit of the node (bytes, rows, partitions); total 0: unknown */
    int64_t elapsed_us;
    enum severity severity; /* CHECK_FAILED */
};
struct run_listener { /* called from one thread at a time */
    void *context;
    void (*event)(void *context, const struct run_event *event);
};
struct run_summary {
    size_t done, failed, skipped, up_to_date, cancelled;
    int64_t rows_in, rows_out, rows_rejected; /* in: of sources; out: of models, or of sources when
                                               no model ran */
    int64_t published_files, published_bytes;
    int64_t peak_bytes, elapsed_us;
    int64_t snapshot_id;
    bool is_cancelled;
};
struct run_options {
    bool is_fail_fast;
    bool is_test_only; /* `leat test`: run the checks on what is published, stage nothing */
    volatile sig_atomic_t *stop; /* 0 go on, 1 finish what runs, 2 interrupt */
    const char *command;         /* for the journal */
};
int run_execute(struct session *session, const struct plan *plan,
                const struct plan_options *plan_options, const struct run_options *options,
                const struct run_listener *listener, struct run_summary *ret_summary,
                struct err *err) WARN_UNUSED;

/*
 * What is known of a text source; NULL in *ret_text for others. Fails when there is no lock in the catalog and
 * schema.lock.yaml cannot be read.
 */
int source_text_load(struct session *session, const struct node *node,
                     const struct plan_options *options, struct arena *arena,
                     const struct source_text **ret_text, struct err *err) WARN_UNUSED;
/* What `leat accept` would change, without publishing: lines as of lock_diff(). */
int source_text_preview(struct session *session, const struct node *node, struct arena *arena,
                        const char **ret_diff, struct err *err) WARN_UNUSED;

/* What connect/ needs to know of a source or an output. */
struct source_spec source_spec_of(const struct node *node);
struct output_spec output_spec_of(const struct node *node, const struct project *project);
bool delivers(const struct node *node); /* files outside the warehouse */
/* Of a node that delivers: enough to stage and discard its files. */
struct output_spec delivery_spec(const struct node *node, const struct project *project);

/* Views over the warehouse's tables at one snapshot in an engine's catalog, for queries and steps. */
int expose_snapshot(struct session *session, const struct lake_snapshot *snapshot,
                    const char *const *only, size_t only_count, struct conn *conn,
                    struct err *err) WARN_UNUSED;

#endif
