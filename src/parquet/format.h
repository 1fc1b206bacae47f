/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_PARQUET_FORMAT_H
#define LEAT_PARQUET_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The words of the Parquet format (https://parquet.apache.org/docs/file-format/), shared by the
 * reader and the writer. Numbers are those of the format's parquet.thrift; the structs hold what of
 * a footer is used, not every member of it.
 */

#define PARQUET_MAGIC "PAR1"
#define PARQUET_MAGIC_ENCRYPTED "PARE"

enum parquet_type {
    PARQUET_BOOLEAN = 0,
    PARQUET_INT32 = 1,
    PARQUET_INT64 = 2,
    PARQUET_INT96 = 3, /* deprecated: a timestamp of 12 bytes */
    PARQUET_FLOAT = 4,
    PARQUET_DOUBLE = 5,
    PARQUET_BYTE_ARRAY = 6,
    PARQUET_FIXED_LEN_BYTE_ARRAY = 7,
    PARQUET_TYPE_COUNT
};

enum parquet_repetition { PARQUET_REQUIRED = 0, PARQUET_OPTIONAL = 1, PARQUET_REPEATED = 2 };

enum parquet_encoding {
    PARQUET_PLAIN = 0,
    PARQUET_PLAIN_DICTIONARY = 2, /* the old name of RLE_DICTIONARY */
    PARQUET_RLE = 3,
    PARQUET_BIT_PACKED = 4, /* deprecated, levels only */
    PARQUET_DELTA_BINARY_PACKED = 5,
    PARQUET_DELTA_LENGTH_BYTE_ARRAY = 6,
    PARQUET_DELTA_BYTE_ARRAY = 7,
    PARQUET_RLE_DICTIONARY = 8,
    PARQUET_BYTE_STREAM_SPLIT = 9,
    PARQUET_ENCODING_COUNT
};

enum parquet_codec {
    PARQUET_UNCOMPRESSED = 0,
    PARQUET_SNAPPY = 1,
    PARQUET_GZIP = 2,
    PARQUET_LZO = 3,
    PARQUET_BROTLI = 4,
    PARQUET_LZ4 = 5,
    PARQUET_ZSTD = 6,
    PARQUET_LZ4_RAW = 7,
    PARQUET_CODEC_COUNT
};

enum parquet_page_type {
    PARQUET_DATA_PAGE = 0,
    PARQUET_INDEX_PAGE = 1,
    PARQUET_DICTIONARY_PAGE = 2,
    PARQUET_DATA_PAGE_V2 = 3
};

/* ConvertedType: what was written before there were logical types, and beside them still. */
enum parquet_converted {
    PARQUET_CONVERTED_UTF8 = 0,
    PARQUET_CONVERTED_MAP = 1,
    PARQUET_CONVERTED_MAP_KEY_VALUE = 2,
    PARQUET_CONVERTED_LIST = 3,
    PARQUET_CONVERTED_ENUM = 4,
    PARQUET_CONVERTED_DECIMAL = 5,
    PARQUET_CONVERTED_DATE = 6,
    PARQUET_CONVERTED_TIME_MILLIS = 7,
    PARQUET_CONVERTED_TIME_MICROS = 8,
    PARQUET_CONVERTED_TIMESTAMP_MILLIS = 9,
    PARQUET_CONVERTED_TIMESTAMP_MICROS = 10,
    PARQUET_CONVERTED_UINT_8 = 11,
    PARQUET_CONVERTED_UINT_16 = 12,
    PARQUET_CONVERTED_UINT_32 = 13,
    PARQUET_CONVERTED_UINT_64 = 14,
    PARQUET_CONVERTED_INT_8 = 15,
    PARQUET_CONVERTED_INT_16 = 16,
    PARQUET_CONVERTED_INT_32 = 17,
    PARQUET_CONVERTED_INT_64 = 18,
    PARQUET_CONVERTED_JSON = 19,
    PARQUET_CONVERTED_BSON = 20,
    PARQUET_CONVERTED_INTERVAL = 21
};

/* The members of the union LogicalType; the numbers are its field ids. */
enum parquet_logical_kind {
    PARQUET_LOGICAL_NONE = 0,
    PARQUET_LOGICAL_STRING = 1,
    PARQUET_LOGICAL_MAP = 2,
    PARQUET_LOGICAL_LIST = 3,
    PARQUET_LOGICAL_ENUM = 4,
    PARQUET_LOGICAL_DECIMAL = 5,
    PARQUET_LOGICAL_DATE = 6,
    PARQUET_LOGICAL_TIME = 7,
    PARQUET_LOGICAL_TIMESTAMP = 8,
    PARQUET_LOGICAL_INTERVAL = 9, /* not in the union; from the converted type only */
    PARQUET_LOGICAL_INTEGER = 10,
    PARQUET_LOGICAL_NULL = 11, /* UNKNOWN: every value is null */
    PARQUET_LOGICAL_JSON = 12,
    PARQUET_LOGICAL_BSON = 13,
    PARQUET_LOGICAL_UUID = 14,
    PARQUET_LOGICAL_FLOAT16 = 15,
    PARQUET_LOGICAL_OTHER = 16 /* one we do not know */
};

enum parquet_unit { PARQUET_MILLIS = 1, PARQUET_MICROS = 2, PARQUET_NANOS = 3 };

struct parquet_logical {
    enum parquet_logical_kind kind;
    enum parquet_unit unit;  /* TIME, TIMESTAMP */
    bool is_adjusted_to_utc; /* TIME, TIMESTAMP */
    int32_t precision;       /* DECIMAL: digits in all */
    int32_t scale;           /* DECIMAL: digits after the point */
    int8_t bit_width;        /* INTEGER: 8, 16, 32, 64 */
    bool is_signed;          /* INTEGER */
};

/* Bytes that belong to somebody else. `data` NULL: not there (an empty value is not NULL). */
struct parquet_bytes {
    const uint8_t *data;
    uint32_t len;
};

/*
 * One element of the schema, in the format's order: depth first, the root at 0. Levels are those of
 * the format: `max_definition` counts the optional and repeated elements from the root to here,
 * `max_repetition` the repeated ones.
 */
struct parquet_node {
    const char *name;
    enum parquet_repetition repetition;
    bool is_leaf;
    enum parquet_type type; /* leaf */
    int32_t type_length;    /* FIXED_LEN_BYTE_ARRAY: bytes of a value */
    int32_t field_id;       /* -1: none */
    struct parquet_logical logical;
    int32_t parent; /* index of a node; -1: the root */
    int32_t child_count;
    int32_t leaf; /* leaf: its number among the leaves, which is the column's number; else -1 */
    uint16_t max_definition;
    uint16_t max_repetition;
};

/* Values of `min` and `max` are PLAIN encoded, a byte array without its length. */
struct parquet_statistics {
    struct parquet_bytes min, max; /* by the order of the column's type; `data` NULL: not known */
    bool is_min_exact, is_max_exact;
    int64_t null_count;     /* -1: not known */
    int64_t distinct_count; /* -1: not known */
};

struct parquet_chunk_meta {
    enum parquet_type type;
    enum parquet_codec codec; /* may be one that is not in the enum */
    uint32_t encodings;  /* bit 1 << enum parquet_encoding; bit 31: one that is not in the enum */
    int64_t value_count; /* entries: values, nulls and empty lists */
    int64_t compressed_bytes; /* all pages with their headers */
    int64_t uncompressed_bytes;
    int64_t data_page_offset;
    int64_t dictionary_page_offset; /* 0: none */
    int64_t column_index_offset, offset_index_offset;
    int32_t column_index_bytes, offset_index_bytes; /* 0: none */
    bool is_encrypted;
    bool is_elsewhere; /* in another file (file_path) */
    struct parquet_statistics statistics;
};

struct parquet_sorting {
    int32_t column; /* number of the leaf */
    bool is_descending, is_nulls_first;
};

struct parquet_row_group {
    int64_t row_count;
    int64_t uncompressed_bytes;
    const struct parquet_chunk_meta *chunks; /* one a leaf */
    const struct parquet_sorting *sorting;
    size_t sorting_count;
};

struct parquet_key_value {
    struct parquet_bytes key, value; /* `value.data` may be NULL */
};

struct parquet_footer {
    int32_t version;
    int64_t row_count;
    const struct parquet_node *nodes; /* [0] is the root */
    size_t node_count;
    const int32_t *leaves; /* nodes of the columns */
    size_t leaf_count;
    const struct parquet_row_group *groups;
    size_t group_count;
    const struct parquet_key_value *key_values;
    size_t key_value_count;
    struct parquet_bytes created_by;
};

#endif
