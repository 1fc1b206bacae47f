/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/write_internal.h"

enum { UNORDERED, ASCENDING, DESCENDING };

static const struct page_record *page_at(const struct parquet_writer *writer, size_t i)
{
    return (const struct page_record *)(const void *)writer->pages.data + i;
}

/* ColumnIndex has no way to say that a bound is not known, so then there is none. */
static bool has_bounds(const struct parquet_writer *writer, size_t page_count)
{
    for (size_t i = 0; i < page_count; i++) {
        const struct page_record *page = page_at(writer, i);
        const struct bounds *bounds = &page->bounds;
        bool is_known = bounds->min.is_known && bounds->max.is_known && !bounds->has_nan;
        if (page->value_count > 0 && !is_known)
            return false;
    }
    return true;
}

static int boundary_order(const struct parquet_writer *writer, enum value_order order,
                          size_t page_count)
{
    bool is_ascending = true, is_descending = true;
    const struct bounds *before = NULL;
    for (size_t i = 0; i < page_count; i++) {
        const struct bounds *bounds = &page_at(writer, i)->bounds;
        if (page_at(writer, i)->value_count == 0)
            continue;
        if (before != NULL) {
            int min = bound_compare(order, &before->min, &bounds->min);
            int max = bound_compare(order, &before->max, &bounds->max);
            is_ascending &= min <= 0 && max <= 0;
            is_descending &= min >= 0 && max >= 0;
        }
        before = bounds;
    }
    return is_ascending ? ASCENDING : is_descending ? DESCENDING : UNORDERED;
}

static void put_bounds(struct thrift_out *out, int field, const struct parquet_writer *writer,
                       size_t page_count, bool is_max)
{
    thrift_list(out, field, THRIFT_BINARY, page_count);
    for (size_t i = 0; i < page_count; i++) {
        const struct bounds *bounds = &page_at(writer, i)->bounds;
        const struct bound *bound = is_max ? &bounds->max : &bounds->min;
        thrift_item_binary(out, bound->data, bound->is_known ? bound->len : 0);
    }
}

static void put_column_index(struct thrift_out *out, const struct parquet_writer *writer,
                             enum value_order order, size_t page_count)
{
    thrift_list(out, 1, THRIFT_TRUE, page_count);
    for (size_t i = 0; i < page_count; i++)
        thrift_item_bool(out, page_at(writer, i)->value_count == 0);
    put_bounds(out, 2, writer, page_count, false);
    put_bounds(out, 3, writer, page_count, true);
    thrift_i32(out, 4, boundary_order(writer, order, page_count));
    thrift_list(out, 5, THRIFT_I64, page_count);
    for (size_t i = 0; i < page_count; i++)
        thrift_item_int(out, page_at(writer, i)->null_count);
    thrift_struct_end(out);
}

static void put_offset_index(struct thrift_out *out, const struct parquet_writer *writer,
                             size_t page_count)
{
    thrift_list(out, 1, THRIFT_STRUCT, page_count);
    for (size_t i = 0; i < page_count; i++) {
        const struct page_record *page = page_at(writer, i);
        thrift_item_struct(out);
        thrift_i64(out, 1, page->offset);
        thrift_i32(out, 2, page->bytes);
        thrift_i64(out, 3, page->first_row);
        thrift_struct_end(out);
    }
    thrift_struct_end(out);
}

int write_page_index(struct parquet_writer *writer, size_t leaf, struct chunk_record *chunk,
                     struct err *err)
{
    struct write_buffer *indexes = &writer->indexes;
    size_t page_count = (size_t)chunk->page_count, at = indexes->len;
    struct thrift_out out;
    if (has_bounds(writer, page_count)) {
        thrift_out_init(&out, indexes, err);
        put_column_index(&out, writer, writer->layout->leaves[leaf].order, page_count);
        if (out.is_failed)
            return -1;
        chunk->meta.column_index_offset = (int64_t)at;
        chunk->meta.column_index_bytes = (int32_t)(indexes->len - at);
    }
    at = indexes->len;
    thrift_out_init(&out, indexes, err);
    put_offset_index(&out, writer, page_count);
    if (out.is_failed)
        return -1;
    chunk->meta.offset_index_offset = (int64_t)at;
    chunk->meta.offset_index_bytes = (int32_t)(indexes->len - at);
    return 0;
}
