/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_CONNECT_SERIES_FACTS_H
#define LEAT_CONNECT_SERIES_FACTS_H

#include "connect/connect.h"
#include "series/registry.h"
#include "series/scan.h"

/* The registry of a series source while its new files are read. Only for connect/. */
struct series_reading {
    struct source_reading reading; /* first, so that the one is the other */
    const struct source_spec *spec;
    const struct source_plan *plan;
    struct memory *memory;
    struct registry *registry;
    struct series_transcoder transcoder;
    _Atomic int64_t row_count; /* of the files that were read, rejected ones too */
};
/* What the last run knew; nothing when the counts cannot go on from there: then only the numbers of the series stay. */
int series_restore(struct series_reading *series, struct conn *conn, struct err *err) WARN_UNUSED;
/* Reads the files that are not in the registry yet, several at a time. */
int series_read_files(struct series_reading *series, int threads, struct err *err) WARN_UNUSED;
/*
 * The rows of the registry as the reading's one part: series, labels (JSON), one VARCHAR column a label name, one VARCHAR[][] column for
 * the label column that is a list (sorted, as the view of the samples joins it), kind, first_seen, last_seen, samples.
 */
int series_select(struct series_reading *series, struct arena *arena, struct err *err) WARN_UNUSED;
/* Range of the time column by reading it. min > max: no samples. */
int series_time_range(const char *path, const struct series_layout *layout, struct memory *memory,
                      int64_t *ret_min, int64_t *ret_max, struct err *err) WARN_UNUSED;
int series_foreign(const char *path, const char *why, struct err *err);

#endif
