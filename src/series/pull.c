/* SPDX-License-Identifier: Apache-2.0 */
#include "series/pull.h"

void pull_init(struct pull *pull, struct memory *memory)
{
    *pull = (struct pull){.column = parquet_column_new(memory)};
}

void pull_release(struct pull *pull)
{
    parquet_column_free(&pull->column);
}

void pull_open(struct pull *pull, struct parquet_file *file, int32_t leaf)
{
    const struct parquet_footer *footer = parquet_footer(file);
    pull->file = file;
    pull->leaf = leaf;
    pull->node = &footer->nodes[footer->leaves[leaf]];
}

int pull_start(struct pull *pull, size_t group, struct err *err)
{
    pull->batch = (struct parquet_batch){0};
    pull->entry = pull->value = 0;
    TRY(parquet_column_start(pull->column, pull->file, group, pull->leaf, err));
    return pull_more(pull, err);
}

int pull_more(struct pull *pull, struct err *err)
{
    if (pull->entry < pull->batch.entry_count)
        return 0;
    pull->entry = pull->value = 0;
    return parquet_column_next(pull->column, &pull->batch, err);
}
