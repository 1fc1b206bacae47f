/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/encode.h"
#include "parquet/write_internal.h"

/*
 * A page ends after 20,480 rows or 1 MB of values, with a row. Less than 128 bytes are not worth
 * compressing; nor is a chunk of which the first page (and the dictionary) lose less than a tenth.
 */
enum { PAGE_ROWS = 20480, PAGE_BYTES = 1 << 20, PACK_BYTES = 128 };

struct cursor {
    size_t entry, value, row;
};
struct chunk_work {
    struct parquet_writer *writer;
    const struct parquet_layout *layout;
    size_t leaf;
    const struct column_store *store;
    const struct parquet_node *node;
    struct value_view values;
    enum parquet_encoding encoding;
    bool is_flat, is_packed;
    struct chunk_record chunk;
};

static size_t count_bits(const uint8_t *bits, size_t first, size_t end)
{
    size_t count = 0;
    for (; first < end && first % 8 != 0; first++)
        count += bits[first / 8] >> (first % 8) & 1;
    for (; first + 64 <= end; first += 64) {
        uint64_t word;
        memcpy(&word, bits + first / 8, 8);
        count += (size_t)__builtin_popcountll(word);
    }
    for (; first < end; first++)
        count += bits[first / 8] >> (first % 8) & 1;
    return count;
}

static bool is_value(const struct chunk_work *work, size_t entry)
{
    if (!work->is_flat)
        return work->store->definition.data[entry] == work->node->max_definition;
    return work->node->max_definition == 0 ||
           (work->store->valid.data[entry / 8] >> (entry % 8) & 1) != 0;
}

/* The end of the page that begins at `from`. */
static struct cursor page_end(const struct chunk_work *work, struct cursor from)
{
    const struct column_store *store = work->store;
    struct cursor to = from;
    if (work->is_flat && work->values.ends == NULL) {
        size_t left = store->entry_count - from.entry, rows = left < PAGE_ROWS ? left : PAGE_ROWS;
        to.entry += rows;
        to.row += rows;
        to.value += store->value_count == store->entry_count
                        ? rows
                        : count_bits(store->valid.data, from.entry, to.entry);
        return to;
    }
    size_t bytes = 0;
    for (; to.entry < store->entry_count; to.entry++) {
        bool begins_row = work->is_flat || store->repetition.data[to.entry] == 0;
        if (begins_row && (to.row - from.row == PAGE_ROWS || bytes >= PAGE_BYTES))
            break;
        to.row += begins_row;
        bytes += 1;
        if (is_value(work, to.entry)) {
            const uint32_t *ends = work->values.ends;
            bytes += ends == NULL ? work->values.width
                                  : 4 + ends[to.value] - (to.value > 0 ? ends[to.value - 1] : 0);
            to.value++;
        }
    }
    return to;
}

static int encode_levels(struct chunk_work *work, const struct write_buffer *levels, int max,
                         size_t first, size_t count, struct err *err)
{
    struct write_buffer *wide = &work->writer->levels, *body = &work->writer->body;
    size_t at = body->len;
    TRY(write_buffer_append(body, "\0\0\0", 4, err));
    if (levels == NULL) {
        TRY(encode_hybrid_bits(work->store->valid.data, first, count, body, err));
    } else {
        wide->len = 0;
        TRY(write_buffer_reserve(wide, 4 * count, err));
        uint32_t *items = (uint32_t *)(void *)wide->data;
        for (size_t i = 0; i < count; i++)
            items[i] = levels->data[first + i];
        TRY(encode_hybrid(items, count, encode_bit_width((uint32_t)max), body, err));
    }
    uint32_t len = (uint32_t)(body->len - at - 4);
    memcpy(body->data + at, &len, 4);
    return 0;
}

static int encode_body(struct chunk_work *work, struct cursor from, struct cursor to,
                       struct err *err)
{
    struct parquet_writer *writer = work->writer;
    const struct parquet_node *node = work->node;
    size_t count = to.entry - from.entry;
    writer->body.len = 0;
    if (node->max_repetition > 0)
        TRY(encode_levels(work, &work->store->repetition, node->max_repetition, from.entry, count,
                          err));
    if (node->max_definition > 0)
        TRY(encode_levels(work, work->is_flat ? NULL : &work->store->definition,
                          node->max_definition, from.entry, count, err));
    TRY(encode_values(writer, work->encoding, node->type, &work->values, from.value,
                      to.value - from.value, &writer->body, err));
    if (writer->body.len > INT32_MAX)
        return err_set(err, ERR_DATA, "column \"%s\": a row is too large for a Parquet file",
                       work->layout->leaves[work->leaf].path);
    return 0;
}

/* The members of PageHeader that follow are those of `page_type`. */
static void header_begin(struct thrift_out *out, enum parquet_page_type page_type, size_t len,
                         size_t packed_len)
{
    thrift_i32(out, 1, (int32_t)page_type);
    thrift_i32(out, 2, (int32_t)len);
    thrift_i32(out, 3, (int32_t)packed_len);
}

static int put_body(struct chunk_work *work, const struct write_buffer *body, size_t raw_len,
                    int64_t header_at, struct err *err)
{
    struct parquet_writer *writer = work->writer;
    int64_t header_len = writer_offset(writer) - header_at;
    work->chunk.meta.uncompressed_bytes += header_len + (int64_t)raw_len;
    work->chunk.meta.compressed_bytes += header_len + (int64_t)body->len;
    return write_buffer_append(&writer->out, body->data, body->len, err);
}

static int put_dictionary(struct chunk_work *work, struct err *err)
{
    struct parquet_writer *writer = work->writer;
    const struct write_buffer *raw = &writer->dictionary.entries;
    const struct write_buffer *body = work->is_packed ? &writer->dictionary_packed : raw;
    int64_t offset = writer_offset(writer);
    work->chunk.meta.dictionary_page_offset = offset;
    struct thrift_out out;
    thrift_out_init(&out, &writer->out, err);
    header_begin(&out, PARQUET_DICTIONARY_PAGE, raw->len, body->len);
    thrift_struct_begin(&out, 7);
    thrift_i32(&out, 1, (int32_t)writer->dictionary.count);
    thrift_i32(&out, 2, PARQUET_PLAIN);
    thrift_struct_end(&out);
    thrift_struct_end(&out);
    if (out.is_failed)
        return -1;
    return put_body(work, body, raw->len, offset, err);
}

static int note_page(struct chunk_work *work, struct cursor from, struct cursor to, int64_t offset,
                     struct err *err)
{
    struct parquet_writer *writer = work->writer;
    TRY(write_buffer_reserve(&writer->pages, sizeof(struct page_record), err));
    struct page_record *page =
        (struct page_record *)(void *)(writer->pages.data + writer->pages.len);
    writer->pages.len += sizeof(*page);
    work->chunk.page_count++;
    page->offset = offset;
    page->bytes = (int32_t)(writer_offset(writer) - offset);
    page->first_row = (int64_t)from.row;
    page->value_count = (int64_t)(to.value - from.value);
    page->null_count = (int64_t)(to.entry - from.entry) - page->value_count;
    enum value_order order = work->layout->leaves[work->leaf].order;
    if (to.entry - from.entry == work->store->entry_count &&
        work->encoding == PARQUET_RLE_DICTIONARY) {
        bounds_of_dictionary(order, &writer->dictionary, work->values.width, &page->bounds);
    } else {
        struct value_view part = value_view_of(&work->values, from.value, to.value - from.value);
        bounds_of(order, &part, &page->bounds);
    }
    if (work->chunk.page_count == 1)
        work->chunk.bounds = page->bounds;
    else
        bounds_merge(order, &work->chunk.bounds, &page->bounds);
    return 0;
}

/* The page in writer->body; writer->packed when the chunk is compressed. */
static int put_page(struct chunk_work *work, struct cursor from, struct cursor to, struct err *err)
{
    struct parquet_writer *writer = work->writer;
    const struct write_buffer *body = work->is_packed ? &writer->packed : &writer->body;
    int64_t offset = writer_offset(writer);
    if (work->chunk.page_count == 0)
        work->chunk.meta.data_page_offset = offset;
    struct thrift_out out;
    thrift_out_init(&out, &writer->out, err);
    header_begin(&out, PARQUET_DATA_PAGE, writer->body.len, body->len);
    thrift_struct_begin(&out, 5);
    thrift_i32(&out, 1, (int32_t)(to.entry - from.entry));
    thrift_i32(&out, 2, (int32_t)work->encoding);
    thrift_i32(&out, 3, PARQUET_RLE);
    thrift_i32(&out, 4, PARQUET_RLE);
    thrift_struct_end(&out);
    thrift_struct_end(&out);
    if (out.is_failed)
        return -1;
    TRY(put_body(work, body, writer->body.len, offset, err));
    return note_page(work, from, to, offset, err);
}

/* Compresses the first page and the dictionary, to see whether it is worth it. */
static int try_compression(struct chunk_work *work, struct err *err)
{
    struct parquet_writer *writer = work->writer;
    bool has_dictionary = work->encoding == PARQUET_RLE_DICTIONARY;
    size_t raw = writer->body.len + (has_dictionary ? writer->dictionary.entries.len : 0);
    work->is_packed = false;
    if (work->layout->codec == PARQUET_UNCOMPRESSED || raw < PACK_BYTES)
        return 0;
    TRY(compress_page(writer, &writer->body, &writer->packed, err));
    size_t packed = writer->packed.len;
    if (has_dictionary) {
        TRY(compress_page(writer, &writer->dictionary.entries, &writer->dictionary_packed, err));
        packed += writer->dictionary_packed.len;
    }
    work->is_packed = packed < raw - raw / 10;
    return 0;
}

static int put_pages(struct chunk_work *work, struct err *err)
{
    struct cursor from = {0};
    do {
        struct cursor to = page_end(work, from);
        TRY(encode_body(work, from, to, err));
        if (from.entry == 0) {
            TRY(try_compression(work, err));
            if (work->encoding == PARQUET_RLE_DICTIONARY)
                TRY(put_dictionary(work, err));
        } else if (work->is_packed) {
            TRY(compress_page(work->writer, &work->writer->body, &work->writer->packed, err));
        }
        TRY(put_page(work, from, to, err));
        from = to;
    } while (from.entry < work->store->entry_count);
    return 0;
}

bool has_many_pages(const struct parquet_writer *writer)
{
    if (writer->group_rows > PAGE_ROWS)
        return true;
    for (size_t i = 0; i < writer->layout->leaf_count; i++) {
        const struct column_store *store = &writer->stores[i];
        bool is_cut_by_bytes = writer->layout->leaves[i].width == 0 || !writer->layout->is_flat;
        if (is_cut_by_bytes && column_store_bytes(store) >= PAGE_BYTES)
            return true;
    }
    return false;
}

int write_chunk(struct parquet_writer *writer, size_t leaf, struct err *err)
{
    const struct parquet_layout *layout = writer->layout;
    struct chunk_work work = {
        .writer = writer,
        .layout = layout,
        .leaf = leaf,
        .store = &writer->stores[leaf],
        .node = leaf_node(layout, leaf),
        .values = column_store_view(&writer->stores[leaf], &layout->leaves[leaf]),
        .is_flat = layout->leaves[leaf].step_count == 1,
    };
    writer->pages.len = 0;
    TRY(choose_encoding(writer, leaf, &work.values, &work.encoding, err));
    TRY(put_pages(&work, err));
    struct parquet_chunk_meta *meta = &work.chunk.meta;
    meta->type = work.node->type;
    meta->codec = work.is_packed ? layout->codec : PARQUET_UNCOMPRESSED;
    meta->value_count = (int64_t)work.store->entry_count;
    meta->statistics.null_count = (int64_t)(work.store->entry_count - work.store->value_count);
    work.chunk.encoding = work.encoding;
    if (writer->has_index)
        TRY(write_page_index(writer, leaf, &work.chunk, err));
    return write_buffer_append(&writer->chunks, &work.chunk, sizeof(work.chunk), err);
}
