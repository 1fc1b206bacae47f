/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_PARQUET_DECODE_VALUES_H
#define LEAT_PARQUET_DECODE_VALUES_H

#include "parquet/decode_delta.h"
#include "parquet/decode_hybrid.h"
#include "parquet/format.h"
#include "parquet/read_buffer.h"

/*
 * The values of a page (or of a dictionary), a piece at a time, in the layout of read.h. Borrows
 * the page's bytes; byte arrays point into them, or into `text` until the next piece.
 */
struct value_decoder {
    enum parquet_type type;
    enum parquet_encoding encoding;
    uint32_t width; /* bytes of a value of fixed length; 0: byte arrays */
    const uint8_t *at, *end;
    struct hybrid hybrid;  /* RLE booleans, PLAIN booleans as packed ones */
    struct delta delta;    /* numbers, or lengths, or lengths of suffixes */
    struct delta prefixes; /* DELTA_BYTE_ARRAY */
    size_t count;          /* BYTE_STREAM_SPLIT: values in the page */
    size_t index;          /* and how many were read */
    struct memory *memory;
    struct read_buffer text; /* DELTA_BYTE_ARRAY: the values put together */
    struct read_buffer last; /* and the one before the next piece */
    uint32_t last_len;
    struct read_buffer lengths; /* of a piece */
};

/* Bytes of a value in memory: sizeof(struct parquet_bytes) for byte arrays. */
uint32_t value_bytes(enum parquet_type type, int32_t type_length);
/* True when these go together and are known here. */
bool value_encoding_is_known(enum parquet_type type, enum parquet_encoding encoding);

/* At most `entry_count` values will be asked for. The decoder's buffers are kept. */
int value_decoder_start(struct value_decoder *decoder, const struct parquet_node *node,
                        enum parquet_encoding encoding, const uint8_t *data, size_t len,
                        size_t entry_count, struct err *err) WARN_UNUSED;
/* `count` values; `out` has room for 8 bytes more. */
int value_decoder_read(struct value_decoder *decoder, void *out, size_t count,
                       struct err *err) WARN_UNUSED;
void value_decoder_release(struct value_decoder *decoder);

#endif
