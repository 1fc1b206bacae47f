/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/decode_bits.h"
#include "parquet/read_column.h"

#include <inttypes.h>
#include <zlib.h>

#define WINDOW_BYTES ((int64_t)256 << 10) /* read at once, when the chunk has as many */
#define HEADER_BYTES ((int64_t)4 << 10)   /* first guess at the length of a page's header */
#define HEADER_MAX ((int64_t)16 << 20)

int parquet_page_foreign(struct parquet_column *column, const char *why, struct err *err)
{
    column->file->foreign = why;
    return err_set(err, ERR_DATA, "%s", why);
}

/* `len` bytes of the chunk from `at` on; valid until the next call. */
static int fetch(struct parquet_column *column, int64_t at, int64_t len, const uint8_t **ret_bytes,
                 struct err *err)
{
    int64_t window_end = column->window_offset + (int64_t)column->window_len;
    if (at < column->window_offset || at + len > window_end) {
        int64_t want = len > WINDOW_BYTES ? len : WINDOW_BYTES;
        if (want > column->end - at)
            want = column->end - at;
        column->window_len = 0;
        TRY(read_buffer_need(&column->window, column->memory, (size_t)want, 0, err));
        TRY(parquet_file_pread(column->file, column->window.data, (size_t)want, at, err));
        column->window_offset = at;
        column->window_len = (size_t)want;
        column->read_bytes += want;
    }
    *ret_bytes = column->window.data + (at - column->window_offset);
    return 0;
}

static void read_data_header(struct thrift_reader *in, struct page_header *header)
{
    struct thrift_field field = {0};
    while (thrift_read_next(in, &field)) {
        switch (field.id) {
        case 1:
            header->entry_count = thrift_read_i32(in, &field);
            break;
        case 2:
            header->encoding = (enum parquet_encoding)thrift_read_i32(in, &field);
            break;
        case 3:
            header->definition_encoding = (enum parquet_encoding)thrift_read_i32(in, &field);
            break;
        case 4:
            header->repetition_encoding = (enum parquet_encoding)thrift_read_i32(in, &field);
            break;
        default:
            thrift_read_skip(in, &field);
        }
    }
}

static void read_data_header_v2(struct thrift_reader *in, struct page_header *header)
{
    header->is_compressed = true;
    header->definition_encoding = header->repetition_encoding = PARQUET_RLE;
    struct thrift_field field = {0};
    while (thrift_read_next(in, &field)) {
        switch (field.id) {
        case 1:
            header->entry_count = thrift_read_i32(in, &field);
            break;
        case 4:
            header->encoding = (enum parquet_encoding)thrift_read_i32(in, &field);
            break;
        case 5:
            header->definition_bytes = thrift_read_i32(in, &field);
            break;
        case 6:
            header->repetition_bytes = thrift_read_i32(in, &field);
            break;
        case 7:
            header->is_compressed = thrift_read_bool(in, &field);
            break;
        default:
            thrift_read_skip(in, &field);
        }
    }
}

static void read_dictionary_header(struct thrift_reader *in, struct page_header *header)
{
    struct thrift_field field = {0};
    while (thrift_read_next(in, &field)) {
        if (field.id == 1)
            header->entry_count = thrift_read_i32(in, &field);
        else if (field.id == 2)
            header->encoding = (enum parquet_encoding)thrift_read_i32(in, &field);
        else
            thrift_read_skip(in, &field);
    }
}

/* Members 5, 7 and 8 are the headers of the kinds of pages. */
static void read_kind(struct thrift_reader *in, const struct thrift_field *field,
                      struct page_header *header)
{
    if (!thrift_read_struct(in, field))
        return;
    if (field->id == 5)
        read_data_header(in, header);
    else if (field->id == 7)
        read_dictionary_header(in, header);
    else
        read_data_header_v2(in, header);
}

static void read_header(struct thrift_reader *in, struct page_header *header)
{
    *header = (struct page_header){.entry_count = -1};
    struct thrift_field field = {0};
    while (thrift_read_next(in, &field)) {
        switch (field.id) {
        case 1:
            header->type = (enum parquet_page_type)thrift_read_i32(in, &field);
            break;
        case 2:
            header->uncompressed_bytes = thrift_read_i32(in, &field);
            break;
        case 3:
            header->compressed_bytes = thrift_read_i32(in, &field);
            break;
        case 4:
            header->has_crc = true;
            header->crc = (uint32_t)thrift_read_i32(in, &field);
            break;
        case 5:
        case 7:
        case 8:
            read_kind(in, &field, header);
            break;
        default:
            thrift_read_skip(in, &field);
        }
    }
}

/* Nobody says how long a header is: if what was fetched ends inside of it, more is fetched. */
static int fetch_header(struct parquet_column *column, struct page_header *header, struct err *err)
{
    int64_t left = column->end - column->at;
    for (int64_t len = HEADER_BYTES;; len *= 8) {
        if (len > left)
            len = left;
        const uint8_t *bytes = NULL;
        TRY(fetch(column, column->at, len, &bytes, err));
        struct thrift_reader in;
        thrift_read_init(&in, bytes, (size_t)len);
        read_header(&in, header);
        if (in.fault == NULL) {
            column->at += in.at - bytes;
            return 0;
        }
        if (!in.is_short || len == left || len >= HEADER_MAX)
            return err_set(err, ERR_DATA, "its header cannot be read: %s", in.fault);
    }
}

static int check_header(const struct parquet_column *column, const struct page_header *header,
                        struct err *err)
{
    if (header->compressed_bytes < 0 || header->uncompressed_bytes < 0 ||
        header->compressed_bytes > column->end - column->at)
        return err_set(err, ERR_DATA,
                       "it tells of %" PRId32 " bytes, %" PRId32 " decompressed; the chunk has "
                       "%" PRId64 " left",
                       header->compressed_bytes, header->uncompressed_bytes,
                       column->end - column->at);
    if (header->entry_count < 0 && header->type != PARQUET_INDEX_PAGE)
        return err_set(err, ERR_DATA, "it does not tell how many values it has");
    int64_t levels = (int64_t)header->definition_bytes + header->repetition_bytes;
    if (header->definition_bytes < 0 || header->repetition_bytes < 0 ||
        levels > header->compressed_bytes || levels > header->uncompressed_bytes)
        return err_set(err, ERR_DATA, "its levels have %" PRId64 " bytes, the page has %" PRId32,
                       levels, header->compressed_bytes);
    return 0;
}

static int check_crc(const struct page_header *header, const uint8_t *bytes, struct err *err)
{
    if (!header->has_crc)
        return 0;
    uint32_t crc = (uint32_t)crc32(0, bytes, (uInt)header->compressed_bytes);
    if (crc == header->crc)
        return 0;
    return err_set(err, ERR_DATA, "its bytes have the checksum %08" PRIx32 ", not %08" PRIx32, crc,
                   header->crc);
}

/* What is not compressed is used where it lies. */
static int decompress(struct parquet_column *column, struct page *page, struct read_buffer *into,
                      const uint8_t *bytes, size_t levels, struct err *err)
{
    const struct page_header *header = &page->header;
    size_t from_len = (size_t)header->compressed_bytes - levels;
    size_t to_len = (size_t)header->uncompressed_bytes - levels;
    bool is_plain = column->chunk->codec == PARQUET_UNCOMPRESSED ||
                    (header->type == PARQUET_DATA_PAGE_V2 && !header->is_compressed);
    page->levels = bytes;
    page->data = bytes + levels;
    page->data_len = to_len;
    if (is_plain && from_len != to_len)
        return err_set(err, ERR_DATA, "it has %zu bytes and tells of %zu", from_len, to_len);
    if (to_len == 0 || (is_plain && header->type != PARQUET_DICTIONARY_PAGE))
        return 0;
    TRY(read_buffer_need(into, column->memory, to_len, 0, err));
    enum parquet_codec codec = is_plain ? PARQUET_UNCOMPRESSED : column->chunk->codec;
    if (parquet_decompress(&column->codec, codec, bytes + levels, from_len, into->data, to_len) !=
        0)
        return err_set(err, ERR_DATA, "its %zu bytes do not decompress to %zu", from_len, to_len);
    page->data = into->data;
    return 0;
}

int parquet_page_load(struct parquet_column *column, struct page *ret_page, struct err *err)
{
    struct page_header *header = &ret_page->header;
    column->page_number++;
    if (column->at == column->end)
        return err_set(err, ERR_DATA, "the chunk ends with %" PRId64 " values missing",
                       column->entries_left);
    TRY(fetch_header(column, header, err));
    TRY(check_header(column, header, err));
    const uint8_t *bytes = NULL;
    TRY(fetch(column, column->at, header->compressed_bytes, &bytes, err));
    column->at += header->compressed_bytes;
    if (header->type == PARQUET_INDEX_PAGE)
        return 0;
    if (header->type > PARQUET_DATA_PAGE_V2)
        return parquet_page_foreign(column, "a page is of an unknown kind", err);
    TRY(check_crc(header, bytes, err));
    bool is_v2 = header->type == PARQUET_DATA_PAGE_V2;
    size_t levels = is_v2 ? (size_t)header->definition_bytes + (size_t)header->repetition_bytes : 0;
    struct read_buffer *into =
        header->type == PARQUET_DICTIONARY_PAGE ? &column->dictionary_page : &column->page;
    return decompress(column, ret_page, into, bytes, levels, err);
}
