/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/decode_values.h"

#include "parquet/decode_bits.h"

#include <inttypes.h>

#define INT96_BYTES 12

static uint32_t fixed_width(enum parquet_type type, int32_t type_length)
{
    switch (type) {
    case PARQUET_BOOLEAN:
        return 1;
    case PARQUET_INT32:
    case PARQUET_FLOAT:
        return 4;
    case PARQUET_INT64:
    case PARQUET_DOUBLE:
        return 8;
    case PARQUET_INT96:
        return INT96_BYTES;
    case PARQUET_FIXED_LEN_BYTE_ARRAY:
        return (uint32_t)type_length;
    default:
        return 0;
    }
}

uint32_t value_bytes(enum parquet_type type, int32_t type_length)
{
    uint32_t width = fixed_width(type, type_length);
    return width != 0 ? width : (uint32_t)sizeof(struct parquet_bytes);
}

bool value_encoding_is_known(enum parquet_type type, enum parquet_encoding encoding)
{
    bool is_array = type == PARQUET_BYTE_ARRAY || type == PARQUET_FIXED_LEN_BYTE_ARRAY;
    switch (encoding) {
    case PARQUET_PLAIN:
        return true;
    case PARQUET_RLE:
        return type == PARQUET_BOOLEAN;
    case PARQUET_DELTA_BINARY_PACKED:
        return type == PARQUET_INT32 || type == PARQUET_INT64;
    case PARQUET_DELTA_LENGTH_BYTE_ARRAY:
        return type == PARQUET_BYTE_ARRAY;
    case PARQUET_DELTA_BYTE_ARRAY:
        return is_array;
    case PARQUET_BYTE_STREAM_SPLIT:
        return type != PARQUET_BOOLEAN && type != PARQUET_INT96 && type != PARQUET_BYTE_ARRAY;
    default:
        return false;
    }
}

static int short_of_bytes(struct err *err)
{
    return err_set(err, ERR_DATA, "its values go past the end of its bytes");
}

/* RLE booleans carry their length. */
static int start_rle(struct value_decoder *decoder, struct err *err)
{
    size_t len = (size_t)(decoder->end - decoder->at);
    if (len < 4 || load_u32(decoder->at) > len - 4)
        return short_of_bytes(err);
    return hybrid_init(&decoder->hybrid, decoder->at + 4, load_u32(decoder->at), 1, 2, err);
}

static int start_split(struct value_decoder *decoder, struct err *err)
{
    size_t len = (size_t)(decoder->end - decoder->at);
    if (decoder->width == 0 || len % decoder->width != 0)
        return err_set(err, ERR_DATA, "%zu bytes are no values of %" PRIu32 " bytes", len,
                       decoder->width);
    decoder->count = len / decoder->width;
    return 0;
}

/* Lengths come first, all of them; the bytes after them. */
static int start_lengths(struct value_decoder *decoder, struct delta *lengths, size_t entry_count,
                         struct err *err)
{
    TRY(delta_init(lengths, decoder->at, (size_t)(decoder->end - decoder->at), err));
    if (lengths->left > entry_count)
        return err_set(err, ERR_DATA, "it has %" PRIu64 " lengths for %zu values", lengths->left,
                       entry_count);
    return delta_find_end(lengths, &decoder->at, err);
}

static int start_prefixes(struct value_decoder *decoder, size_t entry_count, struct err *err)
{
    decoder->last_len = 0;
    TRY(start_lengths(decoder, &decoder->prefixes, entry_count, err));
    return start_lengths(decoder, &decoder->delta, entry_count, err);
}

int value_decoder_start(struct value_decoder *decoder, const struct parquet_node *node,
                        enum parquet_encoding encoding, const uint8_t *data, size_t len,
                        size_t entry_count, struct err *err)
{
    decoder->type = node->type;
    decoder->encoding = len == 0 ? PARQUET_PLAIN : encoding; /* writers leave out what is empty */
    decoder->width = fixed_width(node->type, node->type_length);
    decoder->at = data;
    decoder->end = data + len;
    decoder->index = 0;
    switch (decoder->encoding) {
    case PARQUET_RLE:
        return start_rle(decoder, err);
    case PARQUET_DELTA_BINARY_PACKED:
        return delta_init(&decoder->delta, data, len, err);
    case PARQUET_DELTA_LENGTH_BYTE_ARRAY:
        return start_lengths(decoder, &decoder->delta, entry_count, err);
    case PARQUET_DELTA_BYTE_ARRAY:
        return start_prefixes(decoder, entry_count, err);
    case PARQUET_BYTE_STREAM_SPLIT:
        return start_split(decoder, err);
    default:
        return 0;
    }
}

static int read_plain_bits(struct value_decoder *decoder, uint8_t *out, size_t count,
                           struct err *err)
{
    size_t bytes = (size_t)(decoder->end - decoder->at);
    if (decoder->index + count > bytes * 8)
        return short_of_bytes(err);
    for (size_t i = 0; i < count; i++, decoder->index++)
        out[i] = decoder->at[decoder->index / 8] >> (decoder->index % 8) & 1;
    return 0;
}

static int read_plain_fixed(struct value_decoder *decoder, void *out, size_t count, struct err *err)
{
    if (count > (size_t)(decoder->end - decoder->at) / decoder->width)
        return short_of_bytes(err);
    memcpy(out, decoder->at, count * decoder->width);
    decoder->at += count * decoder->width;
    return 0;
}

static int read_plain_arrays(struct value_decoder *decoder, struct parquet_bytes *out, size_t count,
                             struct err *err)
{
    const uint8_t *at = decoder->at;
    for (size_t i = 0; i < count; i++) {
        size_t left = (size_t)(decoder->end - at);
        if (left < 4 || load_u32(at) > left - 4)
            return short_of_bytes(err);
        out[i] = (struct parquet_bytes){.data = at + 4, .len = load_u32(at)};
        at += 4 + (size_t)out[i].len;
    }
    decoder->at = at;
    return 0;
}

static int read_plain(struct value_decoder *decoder, void *out, size_t count, struct err *err)
{
    if (decoder->type == PARQUET_BOOLEAN)
        return read_plain_bits(decoder, out, count, err);
    if (decoder->type == PARQUET_BYTE_ARRAY)
        return read_plain_arrays(decoder, out, count, err);
    return read_plain_fixed(decoder, out, count, err);
}

/* Byte k of all values lies together, for each k. */
static int read_split(struct value_decoder *decoder, uint8_t *out, size_t count, struct err *err)
{
    if (count > decoder->count - decoder->index)
        return short_of_bytes(err);
    for (size_t k = 0; k < decoder->width; k++) {
        const uint8_t *from = decoder->at + k * decoder->count + decoder->index;
        for (size_t i = 0; i < count; i++)
            out[i * decoder->width + k] = from[i];
    }
    decoder->index += count;
    return 0;
}

static int read_lengths(struct delta *from, int32_t *out, size_t count, struct err *err)
{
    TRY(delta_read_i32(from, out, count, err));
    int32_t all = 0;
    for (size_t i = 0; i < count; i++)
        all |= out[i];
    return all < 0 ? err_set(err, ERR_DATA, "a value has a length below 0") : 0;
}

static int read_delta_lengths(struct value_decoder *decoder, struct parquet_bytes *out,
                              size_t count, struct err *err)
{
    TRY(read_buffer_need(&decoder->lengths, decoder->memory, count * sizeof(int32_t), 0, err));
    int32_t *lengths = (int32_t *)(void *)decoder->lengths.data;
    TRY(read_lengths(&decoder->delta, lengths, count, err));
    for (size_t i = 0; i < count; i++) {
        if (lengths[i] > decoder->end - decoder->at)
            return short_of_bytes(err);
        out[i] = (struct parquet_bytes){.data = decoder->at, .len = (uint32_t)lengths[i]};
        decoder->at += lengths[i];
    }
    return 0;
}

/* Checks the lengths of a piece, and tells how many bytes its values have together. */
static int measure(const struct value_decoder *decoder, const int32_t *prefixes,
                   const int32_t *suffixes, size_t count, size_t *ret_bytes, struct err *err)
{
    size_t bytes = 0, from = 0;
    uint32_t last = decoder->last_len;
    for (size_t i = 0; i < count; i++) {
        if ((uint32_t)prefixes[i] > last)
            return err_set(err, ERR_DATA,
                           "a value goes on from %" PRId32 " bytes of one of %" PRIu32, prefixes[i],
                           last);
        from += (size_t)suffixes[i];
        if (from > (size_t)(decoder->end - decoder->at))
            return short_of_bytes(err);
        last = (uint32_t)prefixes[i] + (uint32_t)suffixes[i];
        if (last > INT32_MAX || (decoder->width != 0 && last != decoder->width))
            return err_set(err, ERR_DATA, "a value has %" PRIu32 " bytes", last);
        bytes += last;
    }
    *ret_bytes = bytes;
    return 0;
}

static void put_together(struct value_decoder *decoder, uint8_t *to, const int32_t *prefixes,
                         const int32_t *suffixes, size_t count, struct parquet_bytes *ret_arrays)
{
    const uint8_t *last = decoder->last.data;
    for (size_t i = 0; i < count; i++) {
        size_t prefix = (size_t)prefixes[i], suffix = (size_t)suffixes[i];
        if (prefix != 0)
            memcpy(to, last, prefix);
        memcpy(to + prefix, decoder->at, suffix);
        decoder->at += suffix;
        if (ret_arrays != NULL)
            ret_arrays[i] = (struct parquet_bytes){.data = to, .len = (uint32_t)(prefix + suffix)};
        last = to;
        decoder->last_len = (uint32_t)(prefix + suffix);
        to += prefix + suffix;
    }
    memcpy(decoder->last.data, last, decoder->last_len);
}

static int read_delta_arrays(struct value_decoder *decoder, void *out, size_t count,
                             struct err *err)
{
    if (count == 0)
        return 0;
    struct memory *memory = decoder->memory;
    TRY(read_buffer_need(&decoder->lengths, memory, 2 * count * sizeof(int32_t), 0, err));
    int32_t *prefixes = (int32_t *)(void *)decoder->lengths.data, *suffixes = prefixes + count;
    TRY(read_lengths(&decoder->prefixes, prefixes, count, err));
    TRY(read_lengths(&decoder->delta, suffixes, count, err));
    size_t bytes = 0;
    TRY(measure(decoder, prefixes, suffixes, count, &bytes, err));
    size_t longest = (size_t)prefixes[count - 1] + (size_t)suffixes[count - 1];
    TRY(read_buffer_need(&decoder->last, memory,
                         longest > decoder->last_len ? longest : decoder->last_len,
                         decoder->last_len, err));
    if (decoder->width != 0) {
        put_together(decoder, out, prefixes, suffixes, count, NULL);
        return 0;
    }
    TRY(read_buffer_need(&decoder->text, memory, bytes, 0, err));
    put_together(decoder, decoder->text.data, prefixes, suffixes, count, out);
    return 0;
}

int value_decoder_read(struct value_decoder *decoder, void *out, size_t count, struct err *err)
{
    switch (decoder->encoding) {
    case PARQUET_RLE:
        return hybrid_read(&decoder->hybrid, out, 1, count, err);
    case PARQUET_DELTA_BINARY_PACKED:
        return decoder->type == PARQUET_INT32 ? delta_read_i32(&decoder->delta, out, count, err)
                                              : delta_read_i64(&decoder->delta, out, count, err);
    case PARQUET_DELTA_LENGTH_BYTE_ARRAY:
        return read_delta_lengths(decoder, out, count, err);
    case PARQUET_DELTA_BYTE_ARRAY:
        return read_delta_arrays(decoder, out, count, err);
    case PARQUET_BYTE_STREAM_SPLIT:
        return read_split(decoder, out, count, err);
    default:
        return read_plain(decoder, out, count, err);
    }
}

void value_decoder_release(struct value_decoder *decoder)
{
    read_buffer_release(&decoder->text, decoder->memory);
    read_buffer_release(&decoder->last, decoder->memory);
    read_buffer_release(&decoder->lengths, decoder->memory);
}
