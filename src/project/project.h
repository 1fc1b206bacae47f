/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_PROJECT_PROJECT_H
#define LEAT_PROJECT_PROJECT_H

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/instant.h"
#include "base/secret.h"
#include "connect/connect.h"
#include "engine/engine.h"
#include "series/grid_files.h"
#include "series/scan.h"

/*
 * leat.yaml and models/ as one read-only tree, owned by an arena. Every mistake of the user's is collected in
 * `struct problems` with file:line:column; project_load() goes on after a mistake, so that one call names all.
 */

struct place {        /* in a file the user wrote, counted from 1; line 0: the whole file */
    const char *file; /* relative to the project folder */
    int line, column;
};
struct problem {
    struct place place;
    char *message; /* lower case: what was found, what was expected, the nearest valid name */
    char *hint;    /* or NULL */
};
struct problems {
    struct arena *arena;
    VEC(struct problem) list;
    size_t dropped; /* mistakes beyond the first 500, counted only */
};
void problem_add(struct problems *problems, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void problem_hint(struct problems *problems, const char *format, ...) /* to the last one */
    __attribute__((format(printf, 2, 3)));
void problems_sort(struct problems *problems); /* by file, line, column */

enum param_type {
    PARAM_TEXT,
    PARAM_PATH,
    PARAM_INTEGER,
    PARAM_DECIMAL,
    PARAM_BOOLEAN,
    PARAM_DATE,
    PARAM_TIMESTAMP
};
struct project_param {
    const char *name;
    enum param_type type;
    const char *description;
    const char *default_text; /* NULL: required */
    const char
        *value; /* after flags, environment (LEAT_PARAM_<NAME>) and default; paths absolute */
    bool holds_secret; /* of a connection */
    struct place place;
};
const char *param_sql_type(enum param_type type);

enum severity { SEVERITY_ERROR, SEVERITY_WARN };
enum check_kind {
    CHECK_NOT_NULL,
    CHECK_UNIQUE,
    CHECK_ACCEPTED,
    CHECK_MIN,
    CHECK_MAX,
    CHECK_PATTERN,
    CHECK_ROWS,
    CHECK_SQL
};
struct check {
    enum check_kind kind;
    enum severity severity;
    const char *name; /* "not_null(value)", unique within its node; or what the user named it */
    const char *const *columns;
    size_t column_count;
    const char *const *values; /* ACCEPTED: the values as text; MIN, MAX: one bound */
    size_t value_count;
    const char *text;           /* PATTERN: the regular expression; SQL: the query (uses `this`) */
    int64_t min_rows, max_rows; /* ROWS; -1: no bound */
    struct place place;
};

struct output {
    enum { OUTPUT_PARQUET, OUTPUT_CSV, OUTPUT_JSONL } format;
    const char *path; /* template with ${} filled in, absolute: …/{column}/{time:%Y/%m}.parquet */
    const char *root; /* the folder before the first {…}; where .leat/ lies */
    const char *compression; /* parquet: zstd | snappy | gzip | none */
    const struct zone *zone; /* NULL: the project's; for time parts */
    const char *timezone;
    const char *const *columns; /* which columns to write; NULL: all */
    size_t column_count;
    char delimiter; /* csv */
    bool has_header;
    const char *order_by; /* column list or NULL: the model's order */
    struct place place;
};

enum node_kind { NODE_SOURCE, NODE_MODEL, NODE_OUTPUT };
enum materialized {
    MATERIALIZED_VIEW,
    MATERIALIZED_TABLE,
    MATERIALIZED_INCREMENTAL,
    MATERIALIZED_PARTITIONED,
    MATERIALIZED_GRID
};
enum source_format { /* as in the choices of `format` */
                     FORMAT_PARQUET,
                     FORMAT_CSV,
                     FORMAT_TSV,
                     FORMAT_JSON,
                     FORMAT_JSONL,
                     FORMAT_FIXED_WIDTH,
                     FORMAT_SERIES, /* not in the choices: the registry of `series`, */
                     FORMAT_SAMPLES /* and its samples, a view */
};
const char *source_format_name(enum source_format format);
struct node;
bool source_is_text(const struct node *node); /* a source that lands from text */
enum rerun { RERUN_ON_CHANGE, RERUN_ALWAYS, RERUN_DAILY };
enum reads_policy { READS_ALL, READS_SAME, READS_LOOKBACK };

struct node_column { /* what the front matter says of a column */
    const char *name, *type, *description, *unit;
    const char *format, *timezone; /* of a text source: how its texts are written, or NULL */
    const struct zone *zone;       /* of timezone */
    struct place place;
};
struct node_read {     /* partitioned: which part of an input a partition needs */
    const char *input; /* "raw.x" */
    enum reads_policy policy;
    int64_t lookback_us;
    const char *
        time_column; /* of the input: its source's `time:` or its model's partition column; NULL: none */
};
struct node {
    enum node_kind kind;
    const char *id; /* "raw.readings", "energy.daily", "output:energy.daily#1" */
    const char *schema, *name;
    const char *description;
    const char *const *tags;
    size_t tag_count;
    struct place place;   /* its file; for sources the line in leat.yaml */
    size_t index;         /* in project->nodes, which is in topological order */
    const size_t *inputs; /* indexes of nodes this one reads */
    size_t input_count;
    const size_t *readers; /* indexes of nodes that read this one */
    size_t reader_count;
    const struct check *checks;
    size_t check_count;
    const struct node_column *columns;
    size_t column_count;
    enum rerun rerun;
    struct hash
        fingerprint; /* of everything the user wrote that can change its rows: syntax tree, settings, param values used */
    struct column_list
        bound; /* column types, when known (project_bind or the cache); count 0: unknown until first run */
    const char *publish_group; /* `publish: together` on a tag or path; NULL: alone */

    struct {               /* NODE_SOURCE */
        const char *files; /* glob, absolute */
        enum source_format format;
        const struct series_layout *series; /* FORMAT_SERIES, FORMAT_SAMPLES */
        bool land_table;                    /* copy into the warehouse; text always does */
        const char *time;                   /* column whose range is indexed, or NULL */
        const char *member;                 /* text, and all below: of zip files; or NULL */
        struct text_dialect said;           /* what is declared; the rest is to be found out */
        const struct text_column *declared; /* columns with a type */
        size_t declared_count;
        enum on_change on_change;
        bool keeps_rejects;
        int64_t max_rejects;
    } source;
    struct {                  /* NODE_MODEL */
        const char *sql;      /* front matter blanked: lines and columns are those of the file */
        const char *raw_text; /* the whole file */
        enum materialized materialized;
        const char *const *params; /* $names it uses: project params, start, end, last */
        size_t param_count;
        const char *const *key; /* incremental */
        size_t key_count;
        const char *cursor;
        int64_t lookback_us;
        enum period every; /* partitioned */
        const char *by;
        const char *timezone;    /* of the partitions; the project's unless said */
        const struct zone *zone; /* the same */
        int64_t from_us;
        const struct node_read *reads; /* one per input */
        size_t read_count;
        struct {                 /* grid */
            const char *samples; /* "raw.telemetry" */
            const char *path;    /* template, absolute */
            const char *root;    /* part before the first {…} */
            const struct zone *zone;
            int64_t every_us, max_gap_us;
            enum grid_flag flag;
            enum parquet_codec codec;
        } grid;
    } model;
    struct { /* NODE_OUTPUT */
        const struct output *output;
        size_t model; /* index of the node it delivers */
    } out;
};

/* A unit test of a model: tests/<any>.yaml. */
struct unit_table {
    const char *name;           /* "raw.readings" or "" for the expected rows */
    const char *rows;           /* JSON array of objects */
    const char *const *columns; /* names in order of first appearance */
    size_t column_count;
};
struct unit_test {
    const char *name, *model, *description;
    const struct unit_table *given;
    size_t given_count;
    struct unit_table expect;
    const struct project_param *params; /* name and value only */
    size_t param_count;
    bool is_ordered; /* compare in order */
    struct place place;
};

struct project {
    struct arena arena;
    const char *folder; /* absolute */
    const char *name, *description, *timezone;
    const struct zone *zone; /* of timezone */
    int64_t memory_bytes;    /* 0: not said */
    int threads;             /* 0: not said */
    int64_t temp_limit_bytes;
    const char *warehouse; /* absolute */
    struct project_param *params;
    size_t param_count;
    struct node *nodes; /* topological order: sources, models, outputs after what they read */
    size_t node_count;
    struct unit_test *unit_tests;
    size_t unit_test_count;
    struct secrets secrets;
    struct map node_by_id;
    struct hash fingerprint;     /* of every file read and every param value */
    bool is_bound;               /* all column types are known: project_bind() has told */
    struct project_state *state; /* of project/ alone */
};

struct setting_value { /* a param given on the command line: --input data/ */
    const char *name, *value;
};
struct project_options {
    const char *folder;        /* where leat.yaml is */
    const char *caller_folder; /* where the user stands, for "did you mean --input /abs/path" */
    const struct setting_value *params;
    size_t param_count;
    const char *warehouse; /* in the place of leat.yaml's, relative to `folder`; or NULL */
    /* Opens DuckDB when a model is not in the cache; called at most once. `context` is the caller's. */
    int (*need_conn)(void *context, struct conn **ret_conn, struct err *err);
    void *context;
};
/*
 * Reads the project. Returns 0 with problems->list empty when all is well; 0 with problems when the project has mistakes (the project is
 * then incomplete and only good for showing them); -1 when it could not be read at all (no leat.yaml).
 * Free with project_free() in each case that gives one.
 */
int project_load(const struct project_options *options, struct project **ret_project,
                 struct problems *problems, struct err *err) WARN_UNUSED;
void project_free(struct project *project);
const struct node *
project_node(const struct project *project,
             const char *id); /* "daily" finds "energy.daily" when only one has it */
/*
 * Binds every model in order: column types, unknown columns and functions, views that DuckLake cannot hold. Types of source
 * columns come from `source_columns` (connect/ knows them), no columns = unknown until first run.
 * What is in the cache needs no engine; `conn` NULL: options->need_conn is asked when it is not. May be called again
 * (after sources have landed). Nothing is left behind in `conn`.
 */
typedef int (*source_columns_fn)(void *context, const struct node *source, struct arena *arena,
                                 struct column_list *ret_columns, struct err *err);
int project_bind(struct project *project, struct conn *conn, source_columns_fn source_columns,
                 void *context, struct problems *problems, struct err *err) WARN_UNUSED;
/*
 * Columns that were found with much work, kept in the project's cache under a key of the caller's choice (such as a path with size
 * and time of a Parquet file). What is recalled lives as long as the project.
 */
bool project_recall_columns(struct project *project, const char *key,
                            struct column_list *ret_columns);
void project_remember_columns(struct project *project, const char *key, struct column_list columns);
/* Keeps what was parsed and bound for the next command; failing is not an error. */
void project_save_cache(struct project *project);

/* The value of a param as a prepared parameter. `start_us`/`end_us`/`last` fill $start, $end, $last. */
struct interval {
    int64_t start_us, end_us; /* [start, end) */
};
size_t project_sql_params(const struct project *project, const struct node *model,
                          const struct interval *interval, const char *last, struct arena *arena,
                          struct param **ret_params);

#endif
