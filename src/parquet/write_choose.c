/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/encode.h"
#include "parquet/write_internal.h"

/*
 * Encodings are told apart by size on disk. Where counting is enough nothing is compressed: a
 * dictionary of a quarter of the plain bytes, differences of under 2 bits. Else each candidate
 * encodes the first values and is compressed as its pages would be.
 */
enum { SAMPLE_VALUES = 8192, SAMPLE_DICTIONARY_BYTES = 1 << 16, DICTIONARY_BYTES = 1 << 20 };

int compress_page(struct parquet_writer *writer, const struct write_buffer *from,
                  struct write_buffer *to, struct err *err)
{
    enum parquet_codec codec = writer->layout->codec;
    to->len = 0;
    TRY(write_buffer_reserve(to, parquet_compress_bound(codec, from->len), err));
    int64_t len = parquet_compress(&writer->codec, codec, writer->layout->level, from->data,
                                   from->len, to->data);
    if (len < 0)
        return err_set(err, ERR_INTERNAL, "a page of %zu bytes could not be compressed", from->len);
    to->len = (size_t)len;
    return 0;
}

static int encode_indices(const struct dictionary *dictionary, size_t first, size_t count,
                          struct write_buffer *to, struct err *err)
{
    const uint32_t *indices = (const uint32_t *)(const void *)dictionary->indices.data;
    int width = encode_bit_width((uint32_t)(dictionary->count > 0 ? dictionary->count - 1 : 0));
    uint8_t byte = (uint8_t)width;
    TRY(write_buffer_append(to, &byte, 1, err));
    return encode_hybrid(indices + first, count, width, to, err);
}

/* The length of the runs goes before them, as there is nothing else to tell it. */
static int encode_bool_runs(const struct value_view *part, struct write_buffer *to,
                            struct write_buffer *scratch, struct err *err)
{
    scratch->len = 0;
    TRY(encode_bools(part->data, part->count, scratch, err));
    size_t at = to->len;
    TRY(write_buffer_append(to, "\0\0\0", 4, err));
    TRY(encode_hybrid_bits(scratch->data, 0, part->count, to, err));
    uint32_t len = (uint32_t)(to->len - at - 4);
    memcpy(to->data + at, &len, 4);
    return 0;
}

static int encode_plain(const struct value_view *part, enum parquet_type type,
                        struct write_buffer *to, struct err *err)
{
    if (type == PARQUET_BOOLEAN)
        return encode_bools(part->data, part->count, to, err);
    if (part->ends != NULL)
        return encode_byte_arrays(part->data, part->begin, part->ends, part->count, to, err);
    return write_buffer_append(to, part->data, part->count * part->width, err);
}

int encode_values(struct parquet_writer *writer, enum parquet_encoding encoding,
                  enum parquet_type type, const struct value_view *values, size_t first,
                  size_t count, struct write_buffer *to, struct err *err)
{
    struct value_view part = value_view_of(values, first, count);
    switch (encoding) {
    case PARQUET_RLE_DICTIONARY:
        return encode_indices(&writer->dictionary, first, count, to, err);
    case PARQUET_DELTA_BINARY_PACKED:
        return encode_delta(part.data, part.width, count, to, err);
    case PARQUET_BYTE_STREAM_SPLIT:
        return encode_split(part.data, part.width, count, to, err);
    case PARQUET_RLE:
        return encode_bool_runs(&part, to, &writer->levels, err);
    default:
        return encode_plain(&part, type, to, err);
    }
}

/* Bytes on disk of all values, judged by the first ones. */
static int try_encoding(struct parquet_writer *writer, enum parquet_encoding encoding,
                        enum parquet_type type, const struct value_view *values, double *ret_bytes,
                        struct err *err)
{
    size_t count = values->count < SAMPLE_VALUES ? values->count : SAMPLE_VALUES;
    bool is_packed = writer->layout->codec != PARQUET_UNCOMPRESSED;
    double dictionary_bytes = 0;
    if (encoding == PARQUET_RLE_DICTIONARY) {
        struct write_buffer entries = writer->dictionary.entries;
        dictionary_bytes = (double)entries.len;
        if (is_packed && entries.len > 0) {
            entries.len =
                entries.len < SAMPLE_DICTIONARY_BYTES ? entries.len : SAMPLE_DICTIONARY_BYTES;
            TRY(compress_page(writer, &entries, &writer->packed, err));
            dictionary_bytes *= (double)writer->packed.len / (double)entries.len;
        }
    }
    writer->body.len = 0;
    TRY(encode_values(writer, encoding, type, values, 0, count, &writer->body, err));
    size_t bytes = writer->body.len;
    if (is_packed) {
        TRY(compress_page(writer, &writer->body, &writer->packed, err));
        bytes = writer->packed.len;
    }
    *ret_bytes = dictionary_bytes + (double)bytes * (double)values->count / (double)count;
    return 0;
}

/* The smallest one; another than PLAIN must save a twentieth. */
static int try_all(struct parquet_writer *writer, const enum parquet_encoding *encodings,
                   size_t encoding_count, enum parquet_type type, const struct value_view *values,
                   enum parquet_encoding *ret_encoding, struct err *err)
{
    double least = 0;
    for (size_t i = 0; i < encoding_count; i++) {
        double bytes;
        TRY(try_encoding(writer, encodings[i], type, values, &bytes, err));
        if (i == 0 || bytes < least) {
            *ret_encoding = encodings[i];
            least = i == 0 ? 0.95 * bytes : bytes;
        }
    }
    return 0;
}

/* Differences of under 2 bits are as small as it gets, as in grids and counters. */
static int is_even(struct parquet_writer *writer, const struct value_view *values,
                   bool *ret_is_even, struct err *err)
{
    size_t count = values->count < SAMPLE_VALUES ? values->count : SAMPLE_VALUES;
    writer->body.len = 0;
    TRY(encode_delta(values->data, values->width, count, &writer->body, err));
    *ret_is_even = count > 8 && writer->body.len < count / 4;
    return 0;
}

static int choose_bool(struct parquet_writer *writer, const struct value_view *values,
                       enum parquet_encoding *ret_encoding, struct err *err)
{
    writer->body.len = 0;
    TRY(encode_bool_runs(values, &writer->body, &writer->levels, err));
    *ret_encoding = writer->body.len < values->count / 16 ? PARQUET_RLE : PARQUET_PLAIN;
    return 0;
}

int choose_encoding(struct parquet_writer *writer, size_t leaf, const struct value_view *values,
                    enum parquet_encoding *ret_encoding, struct err *err)
{
    enum parquet_type type = leaf_node(writer->layout, leaf)->type;
    bool is_integer = type == PARQUET_INT32 || type == PARQUET_INT64;
    bool is_float = type == PARQUET_FLOAT || type == PARQUET_DOUBLE;
    enum parquet_encoding encodings[3] = {PARQUET_PLAIN};
    size_t count = 1;
    *ret_encoding = PARQUET_PLAIN;
    if (values->count == 0)
        return 0;
    if (type == PARQUET_BOOLEAN)
        return choose_bool(writer, values, ret_encoding, err);
    if (is_integer) {
        bool is_delta;
        TRY(is_even(writer, values, &is_delta, err));
        *ret_encoding = PARQUET_DELTA_BINARY_PACKED;
        if (is_delta)
            return 0;
        encodings[count++] = PARQUET_DELTA_BINARY_PACKED;
    }
    int has_dictionary = dictionary_build(&writer->dictionary, values, DICTIONARY_BYTES, err);
    if (has_dictionary < 0)
        return -1;
    if (has_dictionary) {
        size_t bits = (size_t)encode_bit_width((uint32_t)writer->dictionary.count - 1);
        *ret_encoding = PARQUET_RLE_DICTIONARY;
        if (4 * (writer->dictionary.entries.len + bits * values->count / 8) <=
            value_view_bytes(values))
            return 0;
        encodings[count++] = PARQUET_RLE_DICTIONARY;
    }
    if (is_float && writer->layout->codec != PARQUET_UNCOMPRESSED)
        encodings[count++] = PARQUET_BYTE_STREAM_SPLIT;
    *ret_encoding = PARQUET_PLAIN;
    return count == 1 ? 0 : try_all(writer, encodings, count, type, values, ret_encoding, err);
}
