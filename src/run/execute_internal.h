/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_RUN_EXECUTE_INTERNAL_H
#define LEAT_RUN_EXECUTE_INTERNAL_H

#include "check/check.h"
#include "run/plan_internal.h"

#include <pthread.h>
#include <stdatomic.h>

/*
 * Who may touch what: `struct execution` below "shared" only with `lock` held; a job's other members belong to the
 * worker that runs it (state RUNNING), then to the publisher (STAGED), then to nobody.
 */
enum job_state {
    JOB_WAITING, /* for inputs that run in this run too */
    JOB_READY,
    JOB_RUNNING,
    JOB_STAGED, /* its files are written and checked, its commit is due */
    JOB_DONE,
    JOB_FAILED,
    JOB_SKIPPED, /* an input failed */
    JOB_CANCELLED
};

/* One node of the plan that runs: all its steps (partitions), one snapshot. */
struct job {
    const struct node *node;
    struct step **steps;
    size_t step_count;
    enum job_state state;
    size_t waiting; /* inputs that are not usable yet */
    bool is_bound;  /* node->bound is what its SQL gives in this run too */
    struct arena arena;
    struct conn *conn;           /* while running; conn_interrupt() under lock */
    struct part_reader *readers; /* text: threads that read its parts; their conns as above */
    size_t reader_count;
    struct source_reading *reading;
    const char *select_sql; /* the node's rows after this job, for its readers and checks */
    struct lake_change change;
    struct lake_change rejects;  /* text: rows for leat.rejects; change.also when there are any */
    struct grid_stage *grid;     /* materialized: grid */
    struct lake_change failures; /* rows for leat.failures; kind LAKE_KEEP and no name: none */
    struct err err;
    const char *cursor; /* incremental: greatest cursor value after this run */
    const char **
        partition_files; /* by step: name of the data file, "" for no rows; NULL: not partitioned */
    int64_t *partition_rows; /* by step */
    int64_t rows_in, rows_out, rows_rejected, bytes;
    int64_t published_files, published_bytes; /* of outputs */
    int64_t started_us, staged_us;
    _Atomic int64_t typed_bytes; /* text whose types are being found, of how much */
    int64_t typed_total;
    _Atomic int64_t done_units, total_units; /* partitions done, of how many */
};

struct execution {
    struct session *session;
    const struct plan *plan;
    const struct plan_options *plan_options;
    const struct run_options *options;
    const struct run_listener *listener;
    struct lake_snapshot snapshot; /* that the run reads; its own results come from the jobs */
    struct ledger_list ledger;
    struct arena arena; /* of the coordinating thread */

    pthread_mutex_t lock; /* shared: */
    pthread_cond_t changed;
    struct job *jobs;
    size_t job_count;
    struct job **job_of_node; /* by node->index; NULL: does not run */
    size_t open_count;        /* jobs not yet ended */
    size_t running_count;
    bool is_publishing;
    bool is_stopping;          /* start nothing new */
    _Atomic bool is_cancelled; /* and interrupt what runs */
    struct run_summary summary;
    int64_t landed_rows; /* of sources */
    bool has_model;      /* one was built */
    struct arena claims; /* of: */
    struct map
        claimed; /* final path of an output file → id of the node that stages it in this run */

    pthread_mutex_t expose_lock; /* guards the engine's catalog and: */
    bool *is_exposed;            /* by node->index */
    pthread_mutex_t event_lock;
};

struct staged_rows {
    struct column_list stored;
    const char *select_list; /* makes the rows storable */
    const char *field_ids;
    const int32_t *field_numbers; /* the same, depth first */
};

/* What differs from kind to kind of node. `stage` fills select_sql, change and the row counts. */
struct node_ops {
    int (*stage)(struct execution *execution, struct job *job, struct err *err);
};
int stage_source(struct execution *execution, struct job *job, struct err *err);
/* stage_text.c: reads job->reading's source, whose files are planned, into the job's change. */
int stage_text(struct execution *execution, struct job *job, const struct source_plan *plan,
               struct err *err) WARN_UNUSED;
/* The table of the node becomes these files. stage.c. */
void change_table(struct execution *execution, struct job *job, enum lake_change_kind kind,
                  const struct staged_rows *rows, const struct lake_new_file *files,
                  size_t file_count);
/* stage_series.c */
int stage_series(struct execution *execution, struct job *job, const struct source_plan *plan,
                 struct err *err) WARN_UNUSED;
/* Replaces the node's table by the rows of one SELECT. stage.c. */
int stage_rows(struct execution *execution, struct job *job, const char *select_sql,
               const struct param *params, size_t param_count, struct err *err) WARN_UNUSED;
int stage_view(struct execution *execution, struct job *job, struct err *err);
int stage_table(struct execution *execution, struct job *job, struct err *err);
int stage_incremental(struct execution *execution, struct job *job, struct err *err);
int stage_partitions(struct execution *execution, struct job *job, struct err *err);
int stage_output(struct execution *execution, struct job *job, struct err *err);
int stage_grid(struct execution *execution, struct job *job, struct err *err);
void stage_grid_release(struct job *job);

/* stage_output.c: files outside the warehouse; see there. `wanted`: final paths that stay. */
int delivery_owner(struct execution *execution, struct job *job, const struct staged_file *staged,
                   const struct map *delivered, const struct delivered_file **ret_ours,
                   struct err *err) WARN_UNUSED;
int delivery_put(const struct execution *execution, struct job *job, const char *root,
                 const struct staged_file *staged, const struct delivered_file *ours,
                 struct redo_row *ret_row, bool *ret_is_needed, struct err *err) WARN_UNUSED;
int delivery_delete(const struct execution *execution, struct job *job, const char *root,
                    const struct delivered_list *before, const struct map *wanted,
                    struct redo_row *rows, size_t *row_count, struct err *err) WARN_UNUSED;

/* job.c: the moves of one job. */
void job_run(struct execution *execution, struct job *job);
void job_discard(struct execution *execution,
                 struct job *job); /* removes what was staged and not published */
int job_check(struct execution *execution, struct job *job, struct err *err) WARN_UNUSED;
int job_sync(struct execution *execution, struct job *job, struct err *err) WARN_UNUSED;
/* The version of a partitioned node is that of all its partitions, those of this run and those before. */
const char *job_whole_version(const struct execution *execution, struct job *job);
struct ledger_entry job_ledger(const struct execution *execution, const struct job *job,
                               const struct step *step);
/* "models/x.sql:12:5" from an engine error in a model's SQL. */
int model_error(const struct node *node, struct err *err);
const struct lake_table *job_table(const struct execution *execution, const struct job *job);

/* schedule.c: what a worker thread does (argument: the execution), and the thread that watches them. */
void *schedule_work(void *argument);
void schedule_watch(struct execution *execution);

/* publish.c */
void publish_staged(struct execution *execution, struct job **jobs, size_t count, bool together);

/* parts.c: the parts of job->reading, each as a data file, in order; files without rows are left out. */
struct part_reader { /* a thread that reads parts */
    struct execution *execution;
    struct job *job;
    const struct staged_rows *rows;
    struct parts *parts;
    struct arena arena;
    struct conn *conn; /* NULL: not reading; under execution->lock */
    pthread_t thread;
    bool is_started;
};
int parts_write(struct execution *execution, struct job *job, const struct staged_rows *rows,
                const struct lake_new_file **ret_files, size_t *ret_count,
                struct err *err) WARN_UNUSED;
void parts_interrupt(struct job *job); /* with the lock held */
void parts_release(struct job *job);   /* the files' descriptions too */

/* drift.c: how the files differ from the lock (the changes `from` one on), and whether that stops the source. */
int drift_check(struct execution *execution, struct job *job, const struct source_text *text,
                size_t from, struct err *err) WARN_UNUSED;
/* An error of reading the rows: when the lock made it, says what accepts it. Gives -1. */
int drift_explain(const struct job *job, const struct source_text *text, struct err *err);
/* After all rows were read: what was set aside, by the policy of the source. */
int drift_check_rejects(const struct job *job, const struct source_text *text,
                        struct err *err) WARN_UNUSED;

/* rejects.c: the rows of the source in leat.rejects, published with its table. */
int rejects_stage(struct execution *execution, struct job *job, const struct lake_lock *kept,
                  struct lake_lock *lock, struct err *err) WARN_UNUSED;

/* lock_export.c: schema.lock.yaml follows the catalog. Warns when it cannot. */
void lock_export(struct execution *execution);

/* rows.c: writing rows as data files of the node's table, and reading them back. */
int rows_describe(struct execution *execution, struct job *job, const char *select_sql,
                  const struct param *params, size_t param_count, struct staged_rows *ret_rows,
                  struct err *err) WARN_UNUSED;
/* As rows_write(), on a connection and into an arena of the caller's thread. */
int rows_write_on(struct execution *execution, const struct node *node, struct conn *conn,
                  struct arena *arena, const struct staged_rows *rows, const char *select_sql,
                  const struct param *params, size_t param_count, struct lake_new_file *ret_file,
                  struct err *err) WARN_UNUSED;
/* rows_direct.c: a part whose rows come as batches, without the engine; part->streams is not NULL. */
int rows_write_direct(struct execution *execution, const struct node *node,
                      const struct reading_part *part, const struct staged_rows *rows,
                      struct arena *arena, struct lake_new_file *ret_file,
                      struct err *err) WARN_UNUSED;
/* Writes one file; no rows gives *ret_file with path NULL and nothing on disk. */
int rows_write(struct execution *execution, struct job *job, const struct staged_rows *rows,
               const char *select_sql, const struct param *params, size_t param_count,
               struct lake_new_file *ret_file, struct err *err) WARN_UNUSED;
/* SELECT over staged files and those that are kept of the table. */
int rows_select(struct execution *execution, struct job *job, const struct staged_rows *rows,
                const struct lake_new_file *files, size_t file_count,
                const struct lake_table *table, const struct lake_file *kept, size_t kept_count,
                const char **ret_sql, struct err *err) WARN_UNUSED;
bool columns_equal(struct column_list a, struct column_list b); /* names and types, in order */
/* A model's SQL without what may follow the statement. */
const char *model_select(const struct node *node, struct arena *arena);

/* expose.c: makes what a node reads visible by name in the engine. */
int expose_inputs(struct execution *execution, struct job *job, struct err *err) WARN_UNUSED;
int expose_node_of(struct execution *execution, struct job *job, const struct node *node,
                   struct err *err) WARN_UNUSED;
/*
 * expose_samples.c: the rows of a FORMAT_SAMPLES node, whose macro is made; `maker`: the job of its registry in this run, or NULL. The registry
 * must be exposed, and expose_lock held.
 */
int samples_sql(struct session *session, const struct job *maker, const struct node *node,
                struct conn *conn, struct arena *arena, const char **ret_sql,
                struct err *err) WARN_UNUSED;
const struct node *samples_registry(const struct project *project, const struct node *node);
int stage_samples(struct execution *execution, struct job *job, struct err *err);
/* ERR_CONFLICT when a file that this node reads through views was changed meanwhile. */
int verify_inputs(struct execution *execution, const struct node *node,
                  struct err *err) WARN_UNUSED;

/* failures.c: the first failing rows of checks, for leat.failures. */
int failures_stage(struct execution *execution, struct job *job,
                   const struct check_results *results, struct err *err) WARN_UNUSED;

/* record.c: events and journal. */
void record_start(struct execution *execution, struct job *job);
/* The files of the job's change, which was published. */
void record_published(struct execution *execution, struct job *job);
void record_end(struct execution *execution, struct job *job);
void record_checks(struct execution *execution, struct job *job,
                   const struct check_results *results);
void record_event(struct execution *execution, const struct run_event *event);

#endif
