/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/write_internal.h"

static void column_written(const struct parquet_writer *writer, size_t leaf, struct arena *arena,
                           struct parquet_column_written *ret_column)
{
    const struct leaf *at = &writer->layout->leaves[leaf];
    struct bounds bounds = {0};
    *ret_column = (struct parquet_column_written){.path = arena_strdup(arena, at->path)};
    for (size_t group = 0; group < group_count(writer); group++) {
        const struct chunk_record *chunk = chunk_at(writer, group, leaf);
        ret_column->size_bytes += chunk->meta.compressed_bytes;
        ret_column->value_count += chunk->meta.value_count;
        ret_column->null_count += chunk->meta.statistics.null_count;
        bounds_merge(at->order, &bounds, &chunk->bounds);
    }
    const struct parquet_node *node = leaf_node(writer->layout, leaf);
    ret_column->min = bound_text(&bounds.min, node, arena);
    ret_column->max = bound_text(&bounds.max, node, arena);
    ret_column->is_min_exact = bounds.min.is_exact;
    ret_column->is_max_exact = bounds.max.is_exact;
    bool is_float = at->order == ORDER_FLOAT || at->order == ORDER_DOUBLE;
    ret_column->contains_nan = is_float ? bounds.has_nan : -1;
}

void file_written(const struct parquet_writer *writer, struct arena *arena, int64_t footer_bytes,
                  struct parquet_written *ret_written)
{
    *ret_written = (struct parquet_written){.size_bytes = writer->out_offset,
                                            .footer_bytes = footer_bytes,
                                            .row_group_count = (int64_t)group_count(writer)};
    for (size_t i = 0; i < group_count(writer); i++)
        ret_written->row_count += group_at(writer, i)->row_count;
    if (arena == NULL)
        return;
    size_t count = writer->layout->leaf_count;
    struct parquet_column_written *columns =
        ARENA_ARRAY(arena, struct parquet_column_written, count);
    for (size_t i = 0; i < count; i++)
        column_written(writer, i, arena, &columns[i]);
    ret_written->columns = columns;
    ret_written->column_count = count;
}
