/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_PARQUET_WRITE_INTERNAL_H
#define LEAT_PARQUET_WRITE_INTERNAL_H

#include "parquet/codec.h"
#include "parquet/thrift_write.h"
#include "parquet/write_store.h"

/* Inside of the writer: a file on its way. */

/* What the footer says of a chunk; pointers of `meta.statistics` are set when it is written. */
struct chunk_record {
    struct parquet_chunk_meta meta; /* offsets of the indexes count from the first index */
    struct bounds bounds;
    enum parquet_encoding encoding; /* of all data pages */
    int32_t page_count;             /* data pages */
};
struct group_record {
    int64_t row_count;
    int64_t uncompressed_bytes, compressed_bytes;
    int64_t offset; /* of its first page */
};
struct page_record {
    int64_t offset; /* of its header, in the file */
    int32_t bytes;  /* with the header */
    int64_t first_row;
    int64_t value_count, null_count; /* the first without nulls */
    struct bounds bounds;
};

struct parquet_writer {
    struct memory *memory;
    const struct parquet_layout *layout; /* of the open file */
    struct parquet_target target;
    struct write_buffer path; /* a copy, with its NUL */
    int fd;                   /* -1: no file is open */
    struct column_store *stores;
    struct arrow_values *sources; /* of the rows that are being added */
    size_t store_count;           /* of both: the widest layout so far */
    int64_t group_rows;           /* in the stores */
    bool has_index;               /* the row group in work gets page indexes */
    struct dictionary dictionary;
    struct parquet_codec_context codec;
    struct write_buffer body, packed;      /* one page; what it was compressed to */
    struct write_buffer dictionary_packed; /* the dictionary page, compressed */
    struct write_buffer levels;            /* uint32_t, nested levels on their way */
    struct write_buffer pages;             /* struct page_record, of one chunk */
    struct write_buffer chunks;            /* struct chunk_record */
    struct write_buffer groups;            /* struct group_record */
    struct write_buffer indexes;           /* page indexes, as in the file */
    struct write_buffer out;               /* bytes of the file that are not in it yet */
    int64_t out_offset;                    /* where they belong */
};

static inline int64_t writer_offset(const struct parquet_writer *writer)
{
    return writer->out_offset + (int64_t)writer->out.len;
}
static inline size_t group_count(const struct parquet_writer *writer)
{
    return writer->groups.len / sizeof(struct group_record);
}
static inline struct group_record *group_at(const struct parquet_writer *writer, size_t group)
{
    return (struct group_record *)(void *)writer->groups.data + group;
}
static inline struct chunk_record *chunk_at(const struct parquet_writer *writer, size_t group,
                                            size_t leaf)
{
    return (struct chunk_record *)(void *)writer->chunks.data + group * writer->layout->leaf_count +
           leaf;
}

/*
 * How a chunk is encoded, found out by trying. With RLE_DICTIONARY writer->dictionary holds the
 * values.
 */
int choose_encoding(struct parquet_writer *writer, size_t leaf, const struct value_view *values,
                    enum parquet_encoding *ret_encoding, struct err *err) WARN_UNUSED;
/* Values `first` … of the chunk, to the end of writer->body. */
int encode_values(struct parquet_writer *writer, enum parquet_encoding encoding,
                  enum parquet_type type, const struct value_view *values, size_t first,
                  size_t count, struct write_buffer *to, struct err *err) WARN_UNUSED;
/* Replaces `to`. */
int compress_page(struct parquet_writer *writer, const struct write_buffer *from,
                  struct write_buffer *to, struct err *err) WARN_UNUSED;

/* Whether a chunk of the row group in the stores may need more than one page. */
bool has_many_pages(const struct parquet_writer *writer);
/* One column of the row group in the stores; adds a chunk_record, and its page indexes. */
int write_chunk(struct parquet_writer *writer, size_t leaf, struct err *err) WARN_UNUSED;
/* Adds the indexes of the chunk's pages to writer->indexes. */
int write_page_index(struct parquet_writer *writer, size_t leaf, struct chunk_record *chunk,
                     struct err *err) WARN_UNUSED;
/* Rows into the stores; whenever those are full, write_group() empties them. */
int add_rows(struct parquet_writer *writer, const struct ArrowArray *rows,
             struct err *err) WARN_UNUSED;
int add_dense(struct parquet_writer *writer, const struct parquet_dense *columns, int64_t row_count,
              struct err *err) WARN_UNUSED;
int write_group(struct parquet_writer *writer, struct err *err) WARN_UNUSED;

void write_schema(struct thrift_out *out, const struct parquet_layout *layout);
/* Indexes, metadata and the end of the file, to writer->out. */
int write_footer(struct parquet_writer *writer, int64_t *ret_footer_bytes,
                 struct err *err) WARN_UNUSED;

/* What the caller is told of a file that is written and flushed. */
void file_written(const struct parquet_writer *writer, struct arena *arena, int64_t footer_bytes,
                  struct parquet_written *ret_written);

#endif
