/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_SERIES_PULL_H
#define LEAT_SERIES_PULL_H

#include "parquet/read.h"
#include "series/scan.h"

/* A flat column of a file, pulled some rows at a time. Only for series/. */
#define PULL_ROWS SERIES_BLOCK_ROWS

struct pull {
    struct parquet_file *file;
    struct parquet_column *column;
    int32_t leaf;
    const struct parquet_node *node;
    struct parquet_batch batch;
    uint32_t entry, value; /* next in the batch */
};
void pull_init(struct pull *pull, struct memory *memory);
void pull_release(struct pull *pull);
void pull_open(struct pull *pull, struct parquet_file *file, int32_t leaf);
int pull_start(struct pull *pull, size_t group, struct err *err) WARN_UNUSED;
/* Makes sure there is an entry, or the chunk has ended (batch.entry_count 0). */
int pull_more(struct pull *pull, struct err *err) WARN_UNUSED;

#endif
