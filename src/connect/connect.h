/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_CONNECT_CONNECT_H
#define LEAT_CONNECT_CONNECT_H

#include "base/batch.h"
#include "base/file.h"
#include "engine/engine.h"
#include "lake/lake.h"
#include "memory/memory.h"
#include "series/scan.h"
#include "text/table.h"

/*
 * Outside systems. A source is planned first (which files, what is known of each: nothing is read that the index
 * already knows), then read. A text file is read as splits (text/table.h), in parallel and in order.
 */
/*
 * The schema lock of a text source: what its columns and dialects were when it was last published. Types as
 * DuckDB spells them.
 */
struct lock_column {
    const char *name, *type;
    const char *format, *timezone; /* as declared then, or NULL */
};
struct source_lock {
    const struct lock_column *columns;
    size_t column_count;
    const char *const
        *dialects; /* text_dialect_json() of each that files were found to be, sorted */
    size_t dialect_count;
};
enum on_change {
    ON_CHANGE_DEFAULT,     /* stop at what changes the table or loses a value; tell of the rest */
    ON_CHANGE_FAIL,        /* stop at any difference from the lock */
    ON_CHANGE_ADD_COLUMNS, /* take new columns in (older rows have nulls); else as DEFAULT */
    ON_CHANGE_REJECT       /* set aside the rows that do not fit, whole files too */
};
struct source_spec {          /* what a project says of a source, without knowing the project */
    const char *name;         /* "raw.readings" */
    const char *files;        /* glob, absolute */
    const char *format;       /* "parquet" | "csv" | "tsv" | "json" | "jsonl" | "fixed_width" */
    const char *time;         /* column whose range is indexed, or NULL */
    const char *member;       /* text: pattern of the members of zip files, or NULL */
    struct text_dialect said; /* text: what is declared */
    const struct text_column *declared; /* text: columns with a declared type */
    size_t declared_count;
    const struct source_lock
        *lock; /* text: of the last publish; NULL: none, or it is to be made anew */
    enum on_change on_change;
    bool keeps_rejects;  /* set records aside that do not fit, else fail with their places */
    int64_t max_rejects; /* most that are kept; more fail */
    const struct text_repair *repairs;
    size_t repair_count;
    const struct series_layout *series; /* format "series": which columns are what */
    const char *temp_folder;            /* series: for files that are to be written anew */
    const char *previous_sql;           /* series: the registry of the last run; NULL: none */
    bool rescans;                       /* series: read all files, not only the new ones */
    const _Atomic bool *is_cancelled;   /* NULL allowed */
    /* Text without a lock: raised while read() finds the types, before there is a reading; NULL allowed. */
    _Atomic int64_t *typed_bytes;
};
struct source_plan {
    struct input_file *files; /* in path order; the row counts of text are filled in by read() */
    size_t file_count;
    struct hash version; /* of paths, sizes and hashes: changes when the rows may have */
    int64_t total_bytes;
    size_t indexed_count;    /* files that had to be opened because they are new or changed */
    const size_t *new_files; /* series: their indexes in files */
    bool has_gone;           /* series: files of the last run are gone or changed */
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
    /* The columns without reading all rows; NULL: only a full read can tell (text, series). */
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
/*
 * The rows are those of its parts, one after the other. Parts may be read at the same time, each on a connection of its
 * own and once (text); Parquet has one, which may be read as often as wanted.
 */
struct reading_part {
    const char *select_sql;
    const char *batch_key; /* NULL: none registered */
    /* The same rows as batches, where no SQL is needed to give them their types; NULL: it is. Read one way or the other. */
    const struct batch_stream *streams;
    size_t stream_count;
    const struct ArrowSchema *schema;
};
struct source_reading {
    struct reading_part *parts;
    size_t part_count;
    int64_t total_bytes;
    _Atomic int64_t read_bytes; /* for progress */
    struct engine *engine;
    /* Text, once all parts were read: */
    const struct source_lock *lock; /* what is to be published with the rows */
    struct text_rejects *rejects;   /* what was set aside; NULL: not text */
    const struct text_table *table; /* its changes from the lock; NULL: not text */
    /* Rows of all files with the rejected ones, once all parts were read; fills the plan's row counts. */
    int64_t (*rows_in)(struct source_reading *reading);
    void *context;
    void (*release)(struct source_reading *reading);
};
void reading_release(struct source_reading *reading);

/* struct series_scan's transcode: by the engine, into a folder for temporary files. */
struct series_transcoder {
    struct engine *engine;
    const struct series_layout *layout;
    const char *folder;
};
int series_transcode(void *context, const char *path, char **ret_path, struct err *err) WARN_UNUSED;
/*
 * The samples of a source of series (time, series, value) as a table macro schema.samples(time_from, time_to): its files joined with its
 * registry. With bounds it opens only the files whose times, as the index knows them, touch [time_from, time_to); without, all.
 */
struct series_names {
    const char *schema;   /* in SQL, with a catalog if wanted */
    const char *samples;  /* as it is */
    const char *registry; /* in SQL, with its schema; must be there when the macro is called */
};
int series_macro_create(const struct source_spec *spec, const struct source_plan *plan,
                        const struct series_names *names, struct memory *memory, struct conn *conn,
                        struct err *err) WARN_UNUSED;
/* The same macro over a table of its name (`schema` in SQL), where rows are given: while binding, and in unit tests. */
int series_macro_over_table(struct conn *conn, const char *schema, const char *name,
                            struct err *err) WARN_UNUSED;

const struct source_ops *source_ops_find(const char *format); /* NULL: no such format */
/* ERR_CONFLICT naming the file when one of the plan's files is no longer what was read. */
int source_plan_verify(const struct source_plan *plan, struct err *err) WARN_UNUSED;

/* ---- outputs: files by a path template ---- */

struct output_spec {
    const char *node;     /* owner, "output:energy.daily#1" */
    const char *format;   /* "parquet" | "csv" | "jsonl" */
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
/*
 * For files that are made elsewhere (grids): the staging folder is there until output_discard(), and their names begin with
 * *ret_prefix. What was made is durable after output_sync_staging().
 */
int output_open_staging(const struct output_spec *spec, const char *run_id, struct arena *arena,
                        char **ret_prefix, struct err *err) WARN_UNUSED;
int output_sync_staging(const struct output_spec *spec, const char *run_id,
                        const struct staged_list *list, struct err *err) WARN_UNUSED;
/* Removes what this output staged in the run, and <root>/.leat/<run> when nothing else is left in it. */
void output_discard(const struct output_spec *spec, const char *run_id);

#endif
