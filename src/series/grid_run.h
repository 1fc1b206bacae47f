/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_SERIES_GRID_RUN_H
#define LEAT_SERIES_GRID_RUN_H

#include "series/grid_files.h"
#include "series/scan.h"

/*
 * From files of samples to files of a grid. The files are read in the order of their time ranges; an hour is closed
 * when no unread file can reach it, so memory does not grow with the number of days. One thread reads, one adds, one
 * writes, unless there is to be only one.
 */
struct grid_input {
    const char *path;
    int64_t min_tick, max_tick; /* of its samples */
    int64_t size_bytes;
};
struct grid_run {
    const struct series_layout *layout;
    struct grid_input *inputs; /* sorted by the call */
    size_t input_count;
    struct registry *registry; /* all series; grid->series is by index in it */
    const struct grid_spec *grid;
    const struct grid_files_spec *files;
    /* After the files of a frame were made, also when there were none; by the thread that writes. */
    int (*closed)(void *context, const struct grid_frame *frame, struct err *err);
    void *context;
    struct memory *memory;
    int threads;
    int (*transcode)(void *context, const char *path, char **ret_path, struct err *err);
    void *transcoder;                     /* both as in struct series_scan */
    const _Atomic bool *is_cancelled;     /* NULL allowed */
    _Atomic int64_t *read_bytes;          /* raised by the size of each file that was read */
    int64_t sample_count, unmapped_count; /* out */
};
int grid_run(struct grid_run *run, struct err *err) WARN_UNUSED;

#endif
