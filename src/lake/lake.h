/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_LAKE_LAKE_H
#define LEAT_LAKE_LAKE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/hash.h"
#include "engine/engine.h"

#include <stdint.h>

/*
 * The warehouse: Parquet files, one catalog in the open DuckLake 1.0 format (catalog.sqlite), and
 * beside DuckLake's tables leat's own `leat_*`. All the writing to the catalog goes through lake_publish(), one
 * SQLite transaction; everything else reads one snapshot. See src/lake/README.md.
 */
struct lake;
enum lake_mode {
    LAKE_READ, /* never blocks, never writes; a read-only folder is read from a copy in memory */
    LAKE_WRITE /* takes the lock, raises the fencing number, recovers what a dead run left */
};
struct lake_options {
    const char *folder; /* the warehouse, absolute */
    enum lake_mode mode;
    const char *run_id; /* of this run: prefix of its data files; NULL when reading */
    int lock_wait_ms;   /* how long to wait for another writer; 0: fail at once, naming it */
};
/* LAKE_READ of a warehouse that does not exist yet gives an empty one in memory. */
int lake_open(const struct lake_options *options, struct lake **ret_lake,
              struct err *err) WARN_UNUSED;
void lake_close(struct lake *lake);
const char *lake_folder(const struct lake *lake);
bool lake_is_copy(const struct lake *lake); /* read from a copy in memory (read-only folder) */

/* ---- one state of the warehouse ---- */

struct lake_file {
    int64_t id;
    const char *path;              /* absolute */
    int64_t row_count, size_bytes; /* rows that are not deleted */
    const char *delete_path; /* absolute; a positional delete file of another writer, or NULL */
    int64_t begin_snapshot;
    /* Rows (deletes) of another writer's file that came after this snapshot are left out; -1: none did. */
    int64_t rows_until, deletes_until;
};
struct lake_field; /* how the catalog numbers a column */
struct lake_table {
    int64_t id;
    int64_t snapshot_id; /* the state it was loaded from */
    const char *schema, *name;
    bool is_view;
    const char *view_sql;            /* views only */
    int64_t changed_snapshot;        /* the newest snapshot that touched its definition or rows */
    struct column_list columns;      /* tables only; type_text is DuckDB's */
    const struct lake_field *fields; /* one for each column */
    const char *refused, *refused_hint; /* why leat cannot read its rows; NULL: it can */
    struct lake_file *files;            /* in order */
    size_t file_count;
    int64_t row_count;
};
struct lake_snapshot {
    int64_t id;
    int64_t time_us;
    struct lake_table *tables;
    size_t table_count;
};
/* `at` < 0: the newest. `*ret_snapshot` lives in `arena`. */
int lake_snapshot_load(struct lake *lake, int64_t at, struct arena *arena,
                       struct lake_snapshot *ret_snapshot, struct err *err) WARN_UNUSED;
/* "12", "2024-06-05", "2024-06-05T10:00:00Z" → the id of the snapshot that was newest then. */
int lake_snapshot_find(struct lake *lake, const char *text, int64_t *ret_id,
                       struct err *err) WARN_UNUSED;
const struct lake_table *lake_snapshot_table(const struct lake_snapshot *snapshot,
                                             const char *schema, const char *name);
/*
 * The SELECT over a table's files at that snapshot, for a view: column names and types as the catalog has
 * them (files that lack an added column give NULL), positional deletes applied. Refuses, naming table,
 * snapshot and the call that helps, what leat does not read (inlined rows, changed nested fields, name
 * mappings, encryption).
 */
int lake_table_sql(struct lake *lake, const struct lake_table *table, struct arena *arena,
                   char **ret_sql, struct err *err) WARN_UNUSED;
/* As above over some files only (partition pruning); `files` borrowed. */
int lake_files_sql(struct lake *lake, const struct lake_table *table, const struct lake_file *files,
                   size_t count, struct arena *arena, char **ret_sql, struct err *err) WARN_UNUSED;

/* ---- types ---- */

/*
 * The SELECT list that makes the rows of `columns` storable without loss (HUGEINT → DECIMAL(38,0) with check,
 * ENUM → VARCHAR, ARRAY → LIST …; "*" when nothing needs it) and the columns as they will be stored. A type that cannot be stored is
 * ERR_CONFIG naming the column and the cast to write. One table, src/lake/types_table.c.
 */
int lake_types_map(struct column_list columns, struct arena *arena, char **ret_select_list,
                   struct column_list *ret_stored, struct err *err) WARN_UNUSED;
/* COPY's FIELD_IDS for these stored columns. `existing` (or NULL) keeps the ids of a table's columns. */
int lake_field_ids(struct column_list stored, const struct lake_table *existing,
                   struct arena *arena, char **ret_field_ids, struct err *err) WARN_UNUSED;

/* The same as numbers, depth first, as parquet/write.h takes them. */
int32_t *lake_field_numbers(struct column_list stored, const struct lake_table *existing,
                            struct arena *arena);

/* ---- publishing ---- */

struct lake_new_file {
    const char *path; /* absolute, below lake_data_folder(), already durable on disk */
    struct parquet_stats stats;
};
enum lake_change_kind {
    LAKE_REPLACE, /* all old files of the table end; other columns make a new table of the name */
    LAKE_APPEND,  /* `ended` end, the others stay; other columns are ERR_CONFLICT */
    LAKE_VIEW,    /* the table becomes (or stays) a view */
    LAKE_KEEP     /* only ledger, inputs or redo rows change; no snapshot */
};

/* What the ledger remembers of a node or of one partition of it. */
struct ledger_entry {
    const char *node;      /* "energy.daily" or "output:energy.daily#1" */
    const char *partition; /* "" or the start of the interval, "2024-06-05T00:00:00Z" */
    const char *fingerprint;
    const char *details; /* JSON, written and read by run/ to explain changes */
    const char *inputs;  /* JSON object: input name → version */
    const char *version; /* changes whenever the node's rows may have changed */
    const char *cursor;  /* incremental: text of the greatest cursor value; or NULL */
    int64_t row_count;
    const char *run_id;
    int64_t done_us;
};
/* One step of delivering a file outside the warehouse, carried out after the commit. */
enum redo_op { REDO_PUT, REDO_DELETE };
struct redo_row {
    int64_t id; /* given by the lake */
    const char *node;
    enum redo_op op;
    const char *root;   /* output root, absolute; must exist */
    const char *staged; /* absolute; PUT only */
    const char *final_path;
    int64_t size_bytes;
    const char *hash; /* XXH3 of the staged file; PUT only */
    int64_t row_count;
    struct file_id replaces; /* what is there now and ours; all 0: nothing */
};
/* A file outside the warehouse that is ours. */
struct delivered_file {
    const char *node, *root, *path;
    struct file_id id;
    int64_t row_count;
    const char *hash;
    const char *run_id;
};
/* An indexed file of a source. */
struct input_file {
    const char *source, *path; /* path absolute */
    struct file_id id;
    int64_t indexed_us;
    const char *hash; /* of the footer (Parquet) or the content (text) */
    int64_t row_count;
    const char *min_time, *max_time; /* of the time column, or NULL */
};

/* The schema lock of a text source, and what was set aside when it was last read. */
struct lake_lock {
    const char *source;      /* "raw.readings" */
    const char *json;        /* columns and dialects, written and read by project/ */
    const char *before;      /* the json that this one replaced; NULL: none */
    const char *accepted;    /* run that made it anew by `leat accept`; "" none did */
    int64_t reject_count;    /* rows of the source in leat.rejects */
    const char *reject_file; /* name of the data file that has them; NULL: none */
    const char *run_id;
    int64_t done_us;
};
/* What is read in the place of a rejected record; kept for good. */
struct lake_repair {
    const char *source;
    const char *path, *member; /* path relative to the project; member "": the file itself */
    int64_t record;
    uint64_t raw_hash;
    const char *raw;
    const char *taken_from; /* hash of the file that the repair was taken from */
};

/* Everything one node publishes: one snapshot, or nothing. */
struct lake_change {
    enum lake_change_kind kind;
    const char *schema, *name;
    const char *view_sql;
    struct column_list columns; /* as stored (lake_types_map) */
    const struct lake_new_file *files;
    size_t file_count;
    const int64_t *ended_files; /* LAKE_APPEND: ids of data files that end */
    size_t ended_count;
    /*
     * Fails with ERR_CONFLICT if the table changed after it; below 0: not checked. Not checked either for
     * LAKE_APPEND to schema "leat": its tables are leat's own, and a node ends only files of its own there.
     */
    int64_t base_snapshot;
    const struct ledger_entry *ledger;
    size_t ledger_count;
    const struct input_file *inputs; /* replaces the index of `inputs_source` */
    size_t input_count;
    const char *inputs_source; /* NULL: leave all indexes as they are */
    const struct redo_row *redo;
    size_t redo_count;
    const char *const *forget_nodes; /* ledger rows of these nodes go */
    size_t forget_count;
    const struct lake_lock *lock;      /* replaces that of its source; NULL: none changes */
    const struct lake_repair *repairs; /* added to those there are */
    size_t repair_count;
    struct lake_change *also; /* a second table of the same snapshot: both or none; or NULL */
    const char *author, *message;
    struct err result;   /* out: why this change was not published */
    int64_t snapshot_id; /* out: the snapshot made (or the current one for LAKE_KEEP) */
};
/*
 * Publishes all changes in one SQLite transaction, each as a snapshot of its own, in order. A change that
 * fails (conflict) is left out and says so in its `result`; the others are published. With `together`
 * all changes form one snapshot, or none is published (then each `result` says why). -1 when the transaction itself
 * failed: nothing is published.
 */
int lake_publish(struct lake *lake, struct lake_change *changes, size_t count, bool together,
                 struct err *err) WARN_UNUSED;

/* <folder>/data/<schema>/<table>, created; new data files go there as leat-<run>-<n>.parquet. */
int lake_data_path(struct lake *lake, const char *schema, const char *name, struct arena *arena,
                   char **ret_path,
                   struct err *err) WARN_UNUSED; /* a fresh file name for this run; thread-safe */
/* Makes new data files and their folders durable before lake_publish(). */
int lake_sync_files(struct lake *lake, const char *const *paths, size_t count,
                    struct err *err) WARN_UNUSED;
char *lake_temp_folder(struct lake *lake, struct arena *arena); /* <folder>/temp/<run> */

/*
 * <root>/.leat/<run>, created: where a node stages files for an output root before they are published by redo
 * rows. Recovery removes it when the run dies; lake_redo() when it is empty.
 */
int lake_staging_folder(struct lake *lake, const char *root, struct arena *arena, char **ret_path,
                        struct err *err) WARN_UNUSED; /* thread-safe */

/* ---- reading leat's own tables; results live in `arena` ---- */

struct ledger_list {
    struct ledger_entry *items;
    size_t count;
};
struct delivered_list {
    struct delivered_file *items;
    size_t count;
};
struct redo_list {
    struct redo_row *items;
    size_t count;
};
struct input_list {
    struct input_file *items;
    size_t count;
};
int lake_ledger_load(struct lake *lake, struct arena *arena, struct ledger_list *ret_list,
                     struct err *err) WARN_UNUSED;
int lake_delivered_load(struct lake *lake, const char *node, struct arena *arena,
                        struct delivered_list *ret_list,
                        struct err *err) WARN_UNUSED; /* node NULL: all */
int lake_inputs_load(struct lake *lake, const char *source, struct arena *arena,
                     struct input_list *ret_list,
                     struct err *err) WARN_UNUSED; /* source NULL: all */
int lake_redo_load(struct lake *lake, struct arena *arena, struct redo_list *ret_list,
                   struct err *err) WARN_UNUSED;
struct lock_list { /* by source */
    struct lake_lock *items;
    size_t count;
};
struct repair_list {
    struct lake_repair *items;
    size_t count;
};
int lake_locks_load(struct lake *lake, struct arena *arena, struct lock_list *ret_list,
                    struct err *err) WARN_UNUSED;
int lake_repairs_load(struct lake *lake, const char *source, struct arena *arena,
                      struct repair_list *ret_list,
                      struct err *err) WARN_UNUSED; /* source NULL: all */

/*
 * Carries out the redo rows (of one node, or of all: NULL): rename, delete, syncs of the folders, then removal of
 * the rows and update of the delivered files in one commit. Idempotent. Checks the fencing number before each
 * step. A row that cannot be done (root gone, foreign file in the way) fails only its node:
 * `ret_failed` gets the nodes and why; both missing → the node's ledger rows are removed, so it is delivered again.
 */
struct redo_failure {
    const char *node;
    struct err err;
};
struct redo_failures {
    struct redo_failure *items;
    size_t count;
};
int lake_redo(struct lake *lake, const char *node, struct arena *arena,
              struct redo_failures *ret_failed, struct err *err) WARN_UNUSED;

/* ERR_CONFLICT when another writer has taken over since we took the lock. */
int lake_check_fence(struct lake *lake, struct err *err) WARN_UNUSED;
/*
 * Removes what runs whose process is gone left behind: data files leat-<run>-… that no snapshot names, temp
 * folders. Done by lake_open(LAKE_WRITE) after the redo list. Never touches files without our prefix.
 */
int lake_recover(struct lake *lake, struct arena *arena, struct redo_failures *ret_failed,
                 struct err *err) WARN_UNUSED;
/*
 * `leat clean`: data files of ended snapshots older than `older_than_us` (their snapshots expire), empty folders. With `foreign` also
 * files in data/ that no snapshot names and that are not ours. `dry_run` only counts.
 */
struct lake_clean_result {
    int64_t file_count, bytes, snapshot_count;
};
int lake_clean(struct lake *lake, int64_t older_than_us, bool foreign, bool dry_run,
               struct lake_clean_result *ret_result, struct err *err) WARN_UNUSED;

#endif
