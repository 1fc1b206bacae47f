/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_TABLE_H
#define LEAT_TEXT_TABLE_H

#include "base/arena.h"
#include "base/batch.h"
#include "base/err.h"
#include "memory/memory.h"
#include "text/record.h"
#include "text/typing.h"

#include <stdatomic.h>

/*
 * Files of text with one header as one typed table, in two passes. text_infer() reads every record of
 * every file once: names, types, counts, and splits that begin and end at a record. Then each split
 * is a stream of batches of its own; several can be read at a time, and one after the other they
 * give the rows in order.
 */
struct text_source { /* borrowed by everything below */
    const char *const *paths;
    size_t path_count;
    struct text_dialect dialect;
    struct memory *memory; /* NULL: not counted */
    int64_t split_bytes;   /* about how long splits are; 0: TEXT_SPLIT_BYTES */
};
struct text_column {
    const char *name;
    struct text_type type;
};
struct text_split {
    size_t file; /* index in paths */
    struct text_range range;
};
struct text_table {
    struct text_column *columns;
    size_t column_count;
    struct text_split *splits; /* in order */
    size_t split_count;
    int64_t row_count;
    int64_t *file_rows; /* one per path */
};
/* ERR_DATA names file, line and column of what is not CSV, of ragged records and of headers that differ. */
int text_infer(const struct text_source *source, struct arena *arena, struct text_table *ret_table,
               struct err *err) WARN_UNUSED;

/*
 * A struct of the columns; formats b, l, d:p,s, g, tdD, tsu:, tsu:UTC, ttu and u. Uuids travel as u:
 * text_column_cast() has the type to cast them to. Released by its own release().
 */
void text_schema(const struct text_table *table, struct ArrowSchema *ret_schema);
/* The SQL type that SQL must cast the column to, or NULL when it arrives with its type. */
const char *text_column_cast(struct text_type type);

/* Rows of one split. Opens its file at the first call; used by one thread at a time. */
struct text_stream {
    const struct text_source *source;
    const struct text_table *table;
    const struct text_split *split;
    _Atomic int64_t *read_bytes; /* raised as bytes are read; NULL allowed */
    struct csv_reader *reader;
    bool is_done;
};
/* 1: a batch; 0: the end; -1: failed. The last batch gives the stream's memory back. */
int text_stream_next(struct text_stream *stream, struct batch *ret_batch,
                     struct err *err) WARN_UNUSED;
void text_stream_release(struct text_stream *stream);

/* Reserved by each stream while it reads. */
#define TEXT_STREAM_BYTES (INT64_C(8) << 20)
#define TEXT_SPLIT_BYTES (INT64_C(16) << 20)

#endif
