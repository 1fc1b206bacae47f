/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_RUN_GRID_H
#define LEAT_RUN_GRID_H

#include "connect/grid_path.h"
#include "run/execute_internal.h"
#include "series/grid_run.h"

/*
 * Models with `materialized: grid`: the SELECT says where each series goes, native code makes the files, and the table is the
 * account of them. Hours are published in batches, so a killed run goes on where it was. Only for stage_grid.c and the files grid_*.c.
 */

/* What the SELECT says: which series goes into which column of which key's files. */
struct grid_key {
    const char **values; /* of the path's columns */
    struct grid_file_key file;
    const char *text; /* "folder=1_3", for messages */
};
struct grid_map {
    struct grid_path *path;
    struct grid_path_keys names;
    struct registry *registry;
    struct grid_series *series; /* by index in the registry */
    size_t series_count;
    struct grid_key *keys;
    struct grid_file_key *files; /* those of the keys, in a row */
    size_t key_count;
    struct hash version; /* changes when any file may look another way */
};
int grid_map_load(struct execution *execution, struct job *job, struct grid_map *ret_map,
                  struct err *err) WARN_UNUSED;
void grid_map_release(struct grid_map *map);

struct grid_hour {
    struct interval interval;
    struct step *step;
    bool runs;
    bool is_done;     /* published by this run */
    int64_t rows;     /* of the account */
    const char *file; /* data file that has its rows of the account; "" none */
};

/* One row of the account: a series in an hour. */
struct cover_row {
    size_t key, column;
    int64_t start_us;
    int64_t samples, duplicates, conflicts, measured, carried, buckets;
    double min, max, sum;
    bool is_text;
};
struct grid_stage {
    struct execution *execution;
    struct job *job;
    struct grid_map map;
    struct grid_spec grid;
    struct grid_hour *hours; /* all of the plan, ascending */
    size_t hour_count;
    char *folder; /* where files are staged */
    size_t staged_serial;
    struct map delivered; /* final path → struct delivered_file, before this run */
    struct delivered_list before;
    struct map made; /* final paths of this run */
    /* of the batch: */
    struct arena arena;
    VEC(struct staged_file) staged;
    VEC(struct cover_row) cover;
    VEC(struct grid_hour *) closed;
    bool is_first; /* nothing was published in this run yet */
    int64_t base_snapshot;
    const struct lake_table *table; /* the account as the last publish left it; NULL: none yet */
};
/* The version of the mapping that an hour was made with; "" not known. */
const char *grid_mapping_of(const struct ledger_entry *done, const struct job *job);
struct grid_hour *grid_hour_find(struct grid_stage *stage, int64_t start_us);
/* What a batch publishes, into job->change; checks have not run yet. */
int grid_batch_stage(struct grid_stage *stage, bool is_last, struct err *err) WARN_UNUSED;
/* Publishes the batch and moves its files into place; for all but the last, which goes the way of every job. */
int grid_batch_publish(struct grid_stage *stage, struct err *err) WARN_UNUSED;
/* The account's columns and rows as batches for the engine. */
int grid_cover_register(struct grid_stage *stage, const char *key, struct err *err) WARN_UNUSED;

#endif
