/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_CONNECT_CONNECT_H
#define LEAT_CONNECT_CONNECT_H

#include "base/batch.h"
#include "base/file.h"
#include "engine/engine.h"
#include "lake/lake.h"
#include "memory/memory.h"

/*
 * Outside systems. A source is planned first (which files, what is known of each: nothing is read that the index
 * already knows), then read. A text file is read as splits (text/table.h), in parallel and in order.
 */
struct source_spec {    /* what a project says of a source, without knowing the project */
    const char *name;   /* "raw.readings" */
    const char *files;  /* glob, absolute */
    const char *format; /* "parquet" | "csv" | "tsv" */
    const char *time;   /* column whose range is indexed, or NULL */
    const char *const *null_words;
    size_t null_word_count;
};
struct source_plan {
    struct input_file *files; /* in path order; the row counts of text are filled in by read() */
    size_t file_count;
    struct hash version; /* of paths, sizes and hashes: changes when the rows may have */
    int64_t total_bytes;
    size_t indexed_count; /* files that had to be opened because they are new or changed */
};
/* Opens DuckDB only when it is needed: an empty rerun must not load it. */
struct conn_opener {
    /* Gives a connection of the caller's, which we do not close. */
    int (*open)(void *context, struct conn **ret_conn, struct err *err);
    void *context;
};
struct source_reading;
struct source_ops {
    const char *format;
    /*
     * Lists and indexes the files; `known` is the index of the last publish; the opener is called only when a
     * file is new or changed. No file at all is ERR_NOT_FOUND.
     */
    int (*plan)(const struct source_spec *spec, const struct input_list *known,
                const struct conn_opener *opener, struct arena *arena, struct source_plan *ret_plan,
                struct err *err);
    /* The columns without reading all rows; count 0: only a full read can tell (text). */
    int (*columns)(const struct source_spec *spec, const struct source_plan *plan,
                   struct conn *conn, struct arena *arena, struct column_list *ret_columns,
                   struct err *err);
    /*
     * The SELECT whose rows are the source: over the files (Parquet), or over batches registered under a key of the engine
     * (text: typed over all rows, in this call). `ret_reading` is released by reading_release().
     */
    int (*read)(const struct source_spec *spec, const struct source_plan *plan,
                struct engine *engine, struct conn *conn, struct memory *memory, int threads,
                struct arena *arena, struct source_reading **ret_reading, struct err *err);
};
struct source_reading {
    const char *select_sql;
    int64_t total_bytes;
    _Atomic int64_t read_bytes; /* for progress */
    int64_t rows_in;            /* of all files */
    struct engine *engine;
    const char *batch_key; /* NULL: none registered */
    void *context;
    void (*release)(struct source_reading *reading);
};
void reading_release(struct source_reading *reading);

const struct source_ops *source_ops_find(const char *format); /* NULL: no such format */
/* ERR_CONFLICT naming the file when one of the plan's files is no longer what was read. */
int source_plan_verify(const struct source_plan *plan, struct err *err) WARN_UNUSED;

/* ---- outputs: files by a path template ---- */

struct output_spec {
    const char *node;     /* owner, "output:energy.daily#1" */
    const char *format;   /* "parquet" | "csv" */
    const char *path;     /* template, absolute */
    const char *root;     /* part before the first {…} */
    const char *timezone; /* for time parts */
    const char *const *columns;
    size_t column_count;
    const char *order_by;
    const char *compression;
    char delimiter;
    bool has_header;
};
struct staged_file {
    const char *staged, *final_path; /* absolute */
    int64_t row_count, size_bytes;
    struct hash hash;
};
struct staged_list {
    struct staged_file *items;
    size_t count;
};
/* Errors of a template that can be told without data: unknown column, time part of a column that is no time, no file name. */
int output_validate(const struct output_spec *spec, struct column_list columns,
                    struct err *err) WARN_UNUSED;
/*
 * Writes the rows of `select_sql` as files <root>/.leat/<run>/<node>-<query>-<N>.part (outputs of one run can share a
 * root), one per distinct value of the template, durable. A null or empty value in a path, ".." or "/" in one, two
 * values that give one path, and paths that differ in case only are ERR_DATA. Without rows a template gives no file.
 */
int output_stage(const struct output_spec *spec, const char *select_sql, const char *run_id,
                 struct conn *conn, struct arena *arena, struct staged_list *ret_list,
                 struct err *err) WARN_UNUSED;
/* Removes what this output staged in the run, and <root>/.leat/<run> when nothing else is left in it. */
void output_discard(const struct output_spec *spec, const char *run_id);

#endif
