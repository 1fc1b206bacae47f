/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_PARQUET_READ_WALK_H
#define LEAT_PARQUET_READ_WALK_H

#include "parquet/read_column.h"
#include "parquet/read_rows.h"
#include "parquet/read_table.h"

/* Inside of parquet/: where rows begin and end in a batch, and their numbers. */

/*
 * The short way: a row whose entries all have values, with at most 16 bytes of codes and fewer than
 * 16 repetition levels, is those bytes. Labels come in an order that repeats, so the row is first
 * compared with the one that followed last time on the row before: 32 bytes, and the 0 with which
 * the next row begins, at an address that is known early. If it is another, it is looked up by a
 * hash of its bytes. All other rows, and each row that is seen for the first time, go the long way
 * through `struct row_set`.
 */
#define SHORT_BYTES 16
#define CACHE_SLOTS 4096
#define CACHE_PROBES 8

struct short_row {
    uint8_t codes[SHORT_BYTES], repetition[SHORT_BYTES]; /* filled up with zeros */
    uint32_t count;                                      /* entries */
    uint32_t code_len;                                   /* bytes of codes */
    uint32_t id;
    uint32_t next; /* the short row that came next, last time */
};

struct parquet_rows {
    struct memory *memory;
    struct parquet_column *column;
    bool is_flat;
    bool is_begun;                        /* `base` is known */
    bool has_dictionary_values;           /* `values` has those of the dictionary */
    uint32_t base;                        /* flat: numbers below are codes of the dictionary */
    struct parquet_dictionary dictionary; /* of the chunk; empty when it has none */
    /*
     * Values of pages without codes get codes too, behind those of the dictionary. `values` has
     * the dictionary's first, and for each of these the first code that has it.
     */
    struct value_set values;
    struct read_buffer first_codes; /* uint32_t */
    uint32_t dictionary_values;     /* of `values` */
    struct row_set set;
    struct row_entries open; /* of the row that the last batch may have cut */
    struct row_entries row;  /* one row on the long way */
    struct read_buffer ids, value_codes, cells;
    struct read_buffer shorts; /* struct short_row; [0] is none */
    uint32_t short_count;
    unsigned short_code_bytes;   /* of the batches that the short rows were in */
    uint16_t cache[CACHE_SLOTS]; /* of `shorts`, by hash; 0: free */
};

/* Where rows are in a batch. */
struct row_walk {
    const struct parquet_batch *batch;
    uint32_t *ids;
    size_t count; /* of ids */
    size_t from;  /* the open row's first entry */
};
/* A batch with codes. Flat: each entry is a row. */
int row_walk_flat(struct parquet_rows *rows, struct row_walk *walk, struct err *err) WARN_UNUSED;
int row_walk_nested(struct parquet_rows *rows, struct row_walk *walk, struct err *err) WARN_UNUSED;
/* The row that the last batch left open. */
int row_walk_close(struct parquet_rows *rows, struct row_walk *walk, struct err *err) WARN_UNUSED;

#endif
