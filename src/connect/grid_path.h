/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_CONNECT_GRID_PATH_H
#define LEAT_CONNECT_GRID_PATH_H

#include "base/instant.h"
#include "connect/connect.h"

/*
 * The path of a grid's files: "${output}/{folder}/{time:%Y/%m/%d/%H}.parquet". The parts {column} are key columns of
 * the model; {time:…} is the start of the file's hour by the clock of the grid's zone, and must tell hours apart.
 */
struct grid_path;
int grid_path_new(const char *path, struct arena *arena, struct grid_path **ret_path,
                  struct err *err) WARN_UNUSED;
struct grid_path_keys { /* columns in the order of the path, each once */
    const char *const *items;
    size_t count;
};
struct grid_path_keys grid_path_keys(const struct grid_path *path);
/* ERR_DATA for values that are no names (as in output_stage). `values`: by key. */
int grid_path_check(const struct grid_path *path, const char *const *values,
                    struct err *err) WARN_UNUSED;
char *grid_path_make(const struct grid_path *path, const char *const *values,
                     const struct zone *zone, int64_t start_us, struct arena *arena);

#endif
