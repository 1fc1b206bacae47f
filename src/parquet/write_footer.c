/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/write_internal.h"

/*
 * The format says that bounds leave out NaN; DuckDB takes NaN for the largest number and would pass
 * over a file in which `x > 100` finds one. So where there is a NaN, bounds are not told, as DuckDB
 * does it itself.
 */
static void put_statistics(struct thrift_out *out, const struct chunk_record *chunk)
{
    const struct bound *min = &chunk->bounds.min, *max = &chunk->bounds.max;
    bool has_max = max->is_known && !chunk->bounds.has_nan;
    bool has_min = min->is_known && !chunk->bounds.has_nan;
    thrift_struct_begin(out, 12);
    thrift_i64(out, 3, chunk->meta.statistics.null_count);
    if (has_max)
        thrift_binary(out, 5, max->data, max->len);
    if (has_min)
        thrift_binary(out, 6, min->data, min->len);
    if (has_max)
        thrift_bool(out, 7, max->is_exact);
    if (has_min)
        thrift_bool(out, 8, min->is_exact);
    thrift_struct_end(out);
}

static void put_path(struct thrift_out *out, const struct parquet_layout *layout, int32_t node)
{
    const char *names[2 * STEP_MAX];
    size_t count = 0;
    for (; node > 0; node = layout->nodes[node].parent)
        names[count++] = layout->nodes[node].name;
    thrift_list(out, 3, THRIFT_BINARY, count);
    while (count-- > 0)
        thrift_item_binary(out, names[count], strlen(names[count]));
}

static void put_encodings(struct thrift_out *out, const struct chunk_record *chunk)
{
    enum parquet_encoding encodings[3] = {PARQUET_RLE}; /* of the levels */
    size_t count = 1;
    if (chunk->encoding == PARQUET_RLE_DICTIONARY)
        encodings[count++] = PARQUET_PLAIN; /* of the dictionary */
    if (chunk->encoding != PARQUET_RLE)
        encodings[count++] = chunk->encoding;
    thrift_list(out, 2, THRIFT_I32, count);
    for (size_t i = 0; i < count; i++)
        thrift_item_int(out, (int64_t)encodings[i]);
}

static void put_metadata(struct thrift_out *out, const struct parquet_layout *layout, int32_t node,
                         const struct chunk_record *chunk)
{
    const struct parquet_chunk_meta *meta = &chunk->meta;
    thrift_struct_begin(out, 3);
    thrift_i32(out, 1, (int32_t)meta->type);
    put_encodings(out, chunk);
    put_path(out, layout, node);
    thrift_i32(out, 4, (int32_t)meta->codec);
    thrift_i64(out, 5, meta->value_count);
    thrift_i64(out, 6, meta->uncompressed_bytes);
    thrift_i64(out, 7, meta->compressed_bytes);
    thrift_i64(out, 9, meta->data_page_offset);
    if (meta->dictionary_page_offset > 0)
        thrift_i64(out, 11, meta->dictionary_page_offset);
    put_statistics(out, chunk);
    thrift_struct_end(out);
}

static void put_chunk(struct thrift_out *out, const struct parquet_layout *layout, size_t leaf,
                      const struct chunk_record *chunk, int64_t indexes_offset)
{
    const struct parquet_chunk_meta *meta = &chunk->meta;
    thrift_item_struct(out);
    thrift_i64(out, 2, 0); /* deprecated, but required */
    put_metadata(out, layout, layout->leaves[leaf].node, chunk);
    if (meta->offset_index_bytes > 0) {
        thrift_i64(out, 4, indexes_offset + meta->offset_index_offset);
        thrift_i32(out, 5, meta->offset_index_bytes);
    }
    if (meta->column_index_bytes > 0) {
        thrift_i64(out, 6, indexes_offset + meta->column_index_offset);
        thrift_i32(out, 7, meta->column_index_bytes);
    }
    thrift_struct_end(out);
}

static void put_sorting(struct thrift_out *out, const struct parquet_layout *layout)
{
    if (layout->sorting_count == 0)
        return;
    thrift_list(out, 4, THRIFT_STRUCT, layout->sorting_count);
    for (size_t i = 0; i < layout->sorting_count; i++) {
        thrift_item_struct(out);
        thrift_i32(out, 1, layout->sorting[i].column);
        thrift_bool(out, 2, layout->sorting[i].is_descending);
        thrift_bool(out, 3, layout->sorting[i].is_nulls_first);
        thrift_struct_end(out);
    }
}

static void put_group(struct thrift_out *out, const struct parquet_writer *writer, size_t group,
                      int64_t indexes_offset)
{
    const struct parquet_layout *layout = writer->layout;
    const struct group_record *record = group_at(writer, group);
    thrift_item_struct(out);
    thrift_list(out, 1, THRIFT_STRUCT, layout->leaf_count);
    for (size_t i = 0; i < layout->leaf_count; i++)
        put_chunk(out, layout, i, chunk_at(writer, group, i), indexes_offset);
    thrift_i64(out, 2, record->uncompressed_bytes);
    thrift_i64(out, 3, record->row_count);
    put_sorting(out, layout);
    thrift_i64(out, 5, record->offset);
    thrift_i64(out, 6, record->compressed_bytes);
    thrift_struct_end(out);
}

static void put_key_values(struct thrift_out *out, const struct parquet_key_value *items,
                           size_t count)
{
    for (size_t i = 0; i < count; i++) {
        thrift_item_struct(out);
        thrift_binary(out, 1, items[i].key.data, items[i].key.len);
        if (items[i].value.data != NULL)
            thrift_binary(out, 2, items[i].value.data, items[i].value.len);
        thrift_struct_end(out);
    }
}

/* Bounds are in the order of the type; without this, readers do not trust them. */
static void put_column_orders(struct thrift_out *out, size_t count)
{
    thrift_list(out, 7, THRIFT_STRUCT, count);
    for (size_t i = 0; i < count; i++) {
        thrift_item_struct(out);
        thrift_struct_begin(out, 1);
        thrift_struct_end(out);
        thrift_struct_end(out);
    }
}

static void put_file(struct thrift_out *out, const struct parquet_writer *writer,
                     int64_t indexes_offset)
{
    const struct parquet_layout *layout = writer->layout;
    size_t groups = group_count(writer);
    int64_t rows = 0;
    for (size_t i = 0; i < groups; i++)
        rows += group_at(writer, i)->row_count;
    thrift_i32(out, 1, 2);
    write_schema(out, layout);
    thrift_i64(out, 3, rows);
    thrift_list(out, 4, THRIFT_STRUCT, groups);
    for (size_t i = 0; i < groups; i++)
        put_group(out, writer, i, indexes_offset);
    if (layout->key_value_count + writer->target.key_value_count > 0) {
        thrift_list(out, 5, THRIFT_STRUCT,
                    layout->key_value_count + writer->target.key_value_count);
        put_key_values(out, layout->key_values, layout->key_value_count);
        put_key_values(out, writer->target.key_values, writer->target.key_value_count);
    }
    thrift_text(out, 6, "leat version " LEAT_VERSION);
    put_column_orders(out, layout->leaf_count);
    thrift_struct_end(out);
}

int write_footer(struct parquet_writer *writer, int64_t *ret_footer_bytes, struct err *err)
{
    struct write_buffer *buffer = &writer->out;
    int64_t indexes_offset = writer_offset(writer);
    TRY(write_buffer_append(buffer, writer->indexes.data, writer->indexes.len, err));
    size_t at = buffer->len;
    struct thrift_out out;
    thrift_out_init(&out, buffer, err);
    put_file(&out, writer, indexes_offset);
    if (out.is_failed)
        return -1;
    if (buffer->len - at > INT32_MAX)
        return err_set(err, ERR_DATA, "the metadata of a Parquet file are over 2 GB");
    uint32_t len = (uint32_t)(buffer->len - at);
    TRY(write_buffer_append(buffer, &len, 4, err));
    TRY(write_buffer_append(buffer, PARQUET_MAGIC, 4, err));
    *ret_footer_bytes = len;
    return 0;
}
