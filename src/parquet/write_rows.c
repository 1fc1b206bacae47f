/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/write_internal.h"

/*
 * A row group ends after row_group_rows, or after a multiple of 64 rows when its values have reached
 * row_group_bytes. Rows that surely do not reach them are taken at once, others by 64, so that the end
 * does not depend on how rows come.
 */
enum { PIECE_ROWS = 64 };

static int64_t stored_bytes(const struct parquet_writer *writer)
{
    size_t bytes = 0;
    for (size_t i = 0; i < writer->layout->leaf_count; i++)
        bytes += column_store_bytes(&writer->stores[i]);
    return (int64_t)bytes;
}

static int64_t text_bytes(enum value_how how, const struct arrow_values *from, int64_t first,
                          int64_t count)
{
    first += from->offset;
    if (how == VALUE_TEXT) {
        const int32_t *offsets = from->offsets;
        return (int64_t)offsets[first + count] - offsets[first];
    }
    const int64_t *offsets = from->offsets;
    return offsets[first + count] - offsets[first];
}

/* Bytes that these rows of flat columns take at most. */
static int64_t most_bytes(const struct parquet_writer *writer, int64_t first, int64_t count)
{
    int64_t bytes = 0;
    for (size_t i = 0; i < writer->layout->leaf_count; i++) {
        const struct leaf *leaf = &writer->layout->leaves[i];
        bytes += count / 8 + 1 + count * (int64_t)(leaf->width > 0 ? leaf->width : 4);
        if (leaf->width == 0)
            bytes += text_bytes(leaf->how, &writer->sources[i], first, count);
    }
    return bytes;
}

static int64_t rows_to_take(const struct parquet_writer *writer, int64_t first, int64_t left)
{
    const struct parquet_layout *layout = writer->layout;
    int64_t until_full = layout->row_group_rows - writer->group_rows;
    int64_t rows = left < until_full ? left : until_full;
    int64_t until_look = PIECE_ROWS - writer->group_rows % PIECE_ROWS;
    if (rows <= until_look)
        return rows;
    bool is_small = layout->is_flat && stored_bytes(writer) + most_bytes(writer, first, rows) <
                                           layout->row_group_bytes;
    return is_small ? rows : until_look;
}

/* `rows` NULL: all columns are flat. */
static int add_piece(struct parquet_writer *writer, const struct ArrowArray *rows, int64_t first,
                     int64_t count, struct err *err)
{
    const struct parquet_layout *layout = writer->layout;
    for (size_t i = 0; i < layout->leaf_count; i++) {
        const struct leaf *leaf = &layout->leaves[i];
        struct column_store *store = &writer->stores[i];
        if (rows != NULL && leaf->step_count > 1)
            TRY(column_store_add_nested(store, layout, leaf, rows->children[leaf->column],
                                        rows->offset + first, count, err));
        else
            TRY(column_store_add(store, layout, leaf, &writer->sources[i], first, count, err));
    }
    writer->group_rows += count;
    bool is_look = writer->group_rows % PIECE_ROWS == 0;
    if (writer->group_rows == layout->row_group_rows ||
        (is_look && stored_bytes(writer) >= layout->row_group_bytes))
        return write_group(writer, err);
    return 0;
}

static int add_pieces(struct parquet_writer *writer, const struct ArrowArray *rows,
                      int64_t row_count, struct err *err)
{
    for (int64_t done = 0; done < row_count;) {
        int64_t count = rows_to_take(writer, done, row_count - done);
        TRY(add_piece(writer, rows, done, count, err));
        done += count;
    }
    return 0;
}

int add_rows(struct parquet_writer *writer, const struct ArrowArray *rows, struct err *err)
{
    const struct parquet_layout *layout = writer->layout;
    if ((size_t)rows->n_children != layout->column_count)
        return err_set(err, ERR_INTERNAL, "%lld columns for a Parquet file of %zu",
                       (long long)rows->n_children, layout->column_count);
    for (size_t i = 0; i < layout->leaf_count; i++) {
        const struct leaf *leaf = &layout->leaves[i];
        if (leaf->step_count > 1)
            continue;
        writer->sources[i] = arrow_values_of(rows->children[leaf->column], leaf);
        writer->sources[i].offset += rows->offset;
    }
    return add_pieces(writer, rows, rows->length, err);
}

int add_dense(struct parquet_writer *writer, const struct parquet_dense *columns, int64_t row_count,
              struct err *err)
{
    const struct parquet_layout *layout = writer->layout;
    for (size_t i = 0; i < layout->leaf_count; i++) {
        const struct leaf *leaf = &layout->leaves[i];
        if (leaf->step_count > 1 || leaf->how == VALUE_LARGE)
            return err_set(err, ERR_INTERNAL, "column \"%s\" is not dense", leaf->path);
        writer->sources[i] = (struct arrow_values){.validity = columns[i].validity,
                                                   .values = columns[i].values,
                                                   .offsets = columns[i].offsets};
    }
    return add_pieces(writer, NULL, row_count, err);
}
