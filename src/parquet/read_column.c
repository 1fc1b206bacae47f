/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/read_column.h"

#include "base/alloc.h"
#include "parquet/decode_bits.h"

#include <inttypes.h>
#include <stdlib.h>

#define VALUES_BYTES ((size_t)1 << 20) /* of a batch; values of fixed length may be long */

struct parquet_column *parquet_column_new(struct memory *memory)
{
    struct parquet_column *column = alloc_zeroed(sizeof(*column));
    column->memory = memory;
    column->values.memory = memory;
    return column;
}

void parquet_column_free(struct parquet_column **column)
{
    struct parquet_column *gone = *column;
    *column = NULL;
    if (gone == NULL)
        return;
    struct read_buffer *buffers[] = {&gone->window,          &gone->page,
                                     &gone->dictionary_page, &gone->dictionary_values,
                                     &gone->repetition_out,  &gone->definition_out,
                                     &gone->code_out,        &gone->value_out};
    for (size_t i = 0; i < ARRAY_COUNT(buffers); i++)
        read_buffer_release(buffers[i], gone->memory);
    value_decoder_release(&gone->values);
    parquet_codec_release(&gone->codec);
    free(gone);
}

int64_t parquet_column_read_bytes(const struct parquet_column *column)
{
    return column->read_bytes;
}

/* Says where, once, for all that is below. */
static int add_place(const struct parquet_column *column, struct err *err)
{
    if (err == NULL || err->kind != ERR_DATA)
        return -1;
    (void)err_context(err, "%s: column %s, row group %zu, page %" PRId64, column->file->path,
                      column->file->paths[column->leaf], column->group + 1, column->page_number);
    if (err->hint[0] == '\0')
        (void)err_hint(err, "The file is damaged. Get it again, or leave it out.");
    return -1;
}

static int check_chunk(const struct parquet_column *column, int64_t start, struct err *err)
{
    const struct parquet_chunk_meta *chunk = column->chunk;
    if (chunk->type != column->node->type)
        return parquet_file_fault(column->file, err, "column %s changes its type",
                                  column->file->paths[column->leaf]);
    if (start < 4 || chunk->compressed_bytes < 0 || chunk->value_count < 0 ||
        start > column->file->footer_offset ||
        chunk->compressed_bytes > column->file->footer_offset - start)
        return parquet_file_fault(
            column->file, err,
            "column %s, row group %zu: %" PRId64 " bytes at %" PRId64 " are not in the file",
            column->file->paths[column->leaf], column->group + 1, chunk->compressed_bytes, start);
    return 0;
}

int parquet_column_start(struct parquet_column *column, struct parquet_file *file, size_t group,
                         int32_t leaf, struct err *err)
{
    column->file = file;
    file->foreign = NULL;
    column->group = group;
    column->leaf = leaf;
    column->node = &file->footer.nodes[file->footer.leaves[leaf]];
    column->chunk = &file->footer.groups[group].chunks[leaf];
    int64_t start = column->chunk->data_page_offset;
    int64_t dictionary = column->chunk->dictionary_page_offset;
    if (dictionary > 0 && (dictionary < start || start == 0))
        start = dictionary;
    /* A chunk without values may have no pages, and then has no place either. */
    bool is_empty = column->chunk->value_count == 0;
    if (!is_empty)
        TRY(check_chunk(column, start, err));
    column->at = is_empty ? 0 : start;
    column->end = is_empty ? 0 : start + column->chunk->compressed_bytes;
    column->window_len = 0;
    column->dictionary = (struct parquet_dictionary){0};
    column->has_dictionary = false;
    column->code_bytes = 1;
    column->page_number = 0;
    column->entries_left = column->chunk->value_count;
    column->rows_left = file->footer.groups[group].row_count;
    column->page_entries = 0;
    column->is_begun = false;
    return 0;
}

int parquet_dictionary_load(struct parquet_column *column, const struct page *page, struct err *err)
{
    if (column->has_dictionary || column->is_begun)
        return err_set(err, ERR_DATA, "a dictionary comes too late");
    if (page->header.encoding != PARQUET_PLAIN && page->header.encoding != PARQUET_PLAIN_DICTIONARY)
        return parquet_page_foreign(column, "a dictionary is encoded in an unknown way", err);
    struct value_decoder decoder = {.memory = column->memory};
    size_t count = (size_t)page->header.entry_count;
    size_t width = value_bytes(column->node->type, column->node->type_length);
    size_t least = column->node->type == PARQUET_BYTE_ARRAY ? sizeof(uint32_t) : width;
    if (column->node->type == PARQUET_BOOLEAN || count > page->data_len / least)
        return err_set(err, ERR_DATA, "a dictionary of %zu values has %zu bytes", count,
                       page->data_len);
    TRY(read_buffer_need(&column->dictionary_values, column->memory, count * width, 0, err));
    TRY(value_decoder_start(&decoder, column->node, PARQUET_PLAIN, page->data, page->data_len,
                            count, err));
    TRY(value_decoder_read(&decoder, column->dictionary_values.data, count, err));
    column->dictionary = (struct parquet_dictionary){.count = (uint32_t)count,
                                                     .values = column->dictionary_values.data};
    column->has_dictionary = true;
    column->code_bytes = count <= 1 << 8 ? 1 : count <= 1 << 16 ? 2 : 4;
    return 0;
}

static unsigned bits_of(uint32_t max)
{
    return max == 0 ? 0 : 32 - (unsigned)__builtin_clz(max);
}

/* The levels of one kind, of version 1: a length of 4 bytes, then runs. */
static int start_levels(struct parquet_column *column, struct hybrid *levels, uint32_t max,
                        enum parquet_encoding encoding, struct page *page, struct err *err)
{
    if (max == 0)
        return 0;
    if (encoding != PARQUET_RLE)
        return parquet_page_foreign(column, "levels are encoded in an unknown way", err);
    if (page->data_len < 4 || load_u32(page->data) > page->data_len - 4)
        return err_set(err, ERR_DATA, "its levels go past its end");
    uint32_t len = load_u32(page->data);
    TRY(hybrid_init(levels, page->data + 4, len, bits_of(max), max + 1, err));
    page->data += 4 + (size_t)len;
    page->data_len -= 4 + (size_t)len;
    return 0;
}

static int start_all_levels(struct parquet_column *column, struct page *page, struct err *err)
{
    const struct page_header *header = &page->header;
    uint32_t repetition = column->node->max_repetition, definition = column->node->max_definition;
    if (header->type == PARQUET_DATA_PAGE) {
        TRY(start_levels(column, &column->repetition, repetition, header->repetition_encoding, page,
                         err));
        return start_levels(column, &column->definition, definition, header->definition_encoding,
                            page, err);
    }
    TRY(hybrid_init(&column->repetition, page->levels, (size_t)header->repetition_bytes,
                    bits_of(repetition), repetition + 1, err));
    return hybrid_init(&column->definition, page->levels + header->repetition_bytes,
                       (size_t)header->definition_bytes, bits_of(definition), definition + 1, err);
}

static int start_values(struct parquet_column *column, const struct page *page, struct err *err)
{
    enum parquet_encoding encoding = page->header.encoding;
    column->is_coded = encoding == PARQUET_PLAIN_DICTIONARY || encoding == PARQUET_RLE_DICTIONARY;
    if (column->is_coded) {
        bool is_empty = page->data_len == 0;
        return hybrid_init(&column->codes, page->data + !is_empty, page->data_len - !is_empty,
                           is_empty ? 0 : page->data[0], column->dictionary.count, err);
    }
    if (!value_encoding_is_known(column->node->type, encoding))
        return parquet_page_foreign(column, "values are encoded in an unknown way", err);
    return value_decoder_start(&column->values, column->node, encoding, page->data, page->data_len,
                               (size_t)page->header.entry_count, err);
}

static int start_page(struct parquet_column *column, struct err *err)
{
    struct page page = {0};
    TRY(parquet_page_load(column, &page, err));
    if (page.header.type == PARQUET_INDEX_PAGE)
        return 0;
    if (page.header.type == PARQUET_DICTIONARY_PAGE)
        return parquet_dictionary_load(column, &page, err);
    if (page.header.entry_count > column->entries_left)
        return err_set(err, ERR_DATA, "it has %" PRId32 " values, the chunk %" PRId64 " more",
                       page.header.entry_count, column->entries_left);
    TRY(start_all_levels(column, &page, err));
    TRY(start_values(column, &page, err));
    column->page_entries = (uint32_t)page.header.entry_count;
    column->entries_left -= page.header.entry_count;
    return 0;
}

/* How many of the levels are `level`; branchless, so that the compiler makes vectors of it. */
static uint32_t count_level(const uint8_t *levels, size_t count, uint8_t level)
{
    uint32_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += levels[i] == level;
    return found;
}

/* NULL when all of the levels are `usual`, and most often known from the length of a run. */
static int read_levels(struct parquet_column *column, struct hybrid *levels, uint32_t max,
                       uint8_t usual, struct read_buffer *out, uint32_t count,
                       const uint8_t **ret_levels, uint32_t *ret_usual, struct err *err)
{
    *ret_levels = NULL;
    *ret_usual = count;
    if (max == 0 || hybrid_skip(levels, usual, count))
        return 0;
    TRY(read_buffer_need(out, column->memory, PARQUET_BATCH_ENTRIES, 0, err));
    TRY(hybrid_read(levels, out->data, 1, count, err));
    *ret_usual = count_level(out->data, count, usual);
    *ret_levels = *ret_usual == count ? NULL : out->data;
    return 0;
}

static int read_values(struct parquet_column *column, struct parquet_batch *batch, struct err *err)
{
    uint32_t count = batch->value_count;
    if (column->is_coded) {
        size_t bytes = (size_t)PARQUET_BATCH_ENTRIES * column->code_bytes;
        TRY(read_buffer_need(&column->code_out, column->memory, bytes, 0, err));
        batch->dictionary = &column->dictionary;
        batch->codes = column->code_out.data;
        return hybrid_read(&column->codes, column->code_out.data, column->code_bytes, count, err);
    }
    size_t width = value_bytes(column->node->type, column->node->type_length);
    TRY(read_buffer_need(&column->value_out, column->memory, count * width, 0, err));
    batch->values = column->value_out.data;
    return value_decoder_read(&column->values, column->value_out.data, count, err);
}

static uint32_t batch_entries(const struct parquet_column *column)
{
    size_t width = value_bytes(column->node->type, column->node->type_length);
    size_t most = column->is_coded ? PARQUET_BATCH_ENTRIES : VALUES_BYTES / width;
    if (most > PARQUET_BATCH_ENTRIES)
        most = PARQUET_BATCH_ENTRIES;
    if (most == 0)
        most = 1;
    return column->page_entries < most ? column->page_entries : (uint32_t)most;
}

static int read_batch(struct parquet_column *column, struct parquet_batch *batch, struct err *err)
{
    *batch = (struct parquet_batch){.entry_count = batch_entries(column),
                                    .code_bytes = column->code_bytes};
    TRY(read_levels(column, &column->repetition, column->node->max_repetition, 0,
                    &column->repetition_out, batch->entry_count, &batch->repetition,
                    &batch->row_count, err));
    TRY(read_levels(column, &column->definition, column->node->max_definition,
                    (uint8_t)column->node->max_definition, &column->definition_out,
                    batch->entry_count, &batch->definition, &batch->value_count, err));
    if (!column->is_begun && batch->repetition != NULL && batch->repetition[0] != 0)
        return err_set(err, ERR_DATA, "the chunk begins inside of a row");
    TRY(read_values(column, batch, err));
    column->is_begun = true;
    column->page_entries -= batch->entry_count;
    column->rows_left -= batch->row_count;
    return column->rows_left >= 0 ? 0 : err_set(err, ERR_DATA, "the chunk has too many rows");
}

static int next(struct parquet_column *column, struct parquet_batch *ret_batch, struct err *err)
{
    while (column->page_entries == 0 && column->entries_left != 0)
        TRY(start_page(column, err));
    if (column->page_entries != 0)
        return read_batch(column, ret_batch, err);
    if (column->rows_left != 0)
        return err_set(err, ERR_DATA, "the chunk ends with %" PRId64 " rows missing",
                       column->rows_left);
    *ret_batch = (struct parquet_batch){0};
    return 0;
}

int parquet_column_next(struct parquet_column *column, struct parquet_batch *ret_batch,
                        struct err *err)
{
    struct parquet_batch batch = {0};
    if (next(column, &batch, err) != 0)
        return add_place(column, err);
    *ret_batch = batch;
    return 0;
}
