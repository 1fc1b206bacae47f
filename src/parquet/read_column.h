/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_PARQUET_READ_COLUMN_H
#define LEAT_PARQUET_READ_COLUMN_H

#include "parquet/codec.h"
#include "parquet/decode_values.h"
#include "parquet/read_file.h"

/* Inside of parquet/: the state of reading one column chunk. */

struct page_header {
    enum parquet_page_type type;
    int32_t uncompressed_bytes, compressed_bytes;
    bool has_crc;
    uint32_t crc;
    int32_t entry_count;
    enum parquet_encoding encoding, definition_encoding, repetition_encoding;
    int32_t definition_bytes, repetition_bytes; /* version 2 */
    bool is_compressed;                         /* version 2 */
};

/* A page whose bytes are in memory; they have PARQUET_SLACK after them. */
struct page {
    struct page_header header;
    const uint8_t *levels; /* version 2: repetition, then definition */
    const uint8_t *data;   /* version 1: with the levels before the values */
    size_t data_len;
};

struct parquet_column {
    struct memory *memory;
    struct parquet_file *file;
    const struct parquet_node *node;
    const struct parquet_chunk_meta *chunk;
    size_t group;
    int32_t leaf;

    int64_t at, end;           /* of the chunk's bytes that are left, in the file */
    struct read_buffer window; /* a piece of the file */
    int64_t window_offset;
    size_t window_len;
    struct read_buffer page; /* of the current page, decompressed */
    struct parquet_codec_context codec;
    int64_t read_bytes;

    struct read_buffer dictionary_page, dictionary_values;
    struct parquet_dictionary dictionary;
    bool has_dictionary;
    unsigned code_bytes;

    int64_t page_number;   /* from 1, as messages say it; the dictionary counts */
    int64_t entries_left;  /* of the chunk, behind the current page */
    int64_t rows_left;     /* of the chunk */
    uint32_t page_entries; /* of the current page, not read yet */
    bool is_begun;         /* a batch was given out */
    bool is_coded;         /* the page's values are codes */
    struct hybrid repetition, definition, codes;
    struct value_decoder values;
    struct read_buffer repetition_out, definition_out, code_out, value_out;
};

/* The next page with its bytes; there must be one. */
int parquet_page_load(struct parquet_column *column, struct page *ret_page,
                      struct err *err) WARN_UNUSED;
int parquet_dictionary_load(struct parquet_column *column, const struct page *page,
                            struct err *err) WARN_UNUSED;
/* Sets what the page has that is foreign, and fails. */
int parquet_page_foreign(struct parquet_column *column, const char *why, struct err *err);

#endif
