/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_PARQUET_READ_FILE_H
#define LEAT_PARQUET_READ_FILE_H

#include "base/arena.h"
#include "parquet/read.h"
#include "parquet/thrift_read.h"

/* Inside of parquet/: a file that is open, and what its parts share. */
struct parquet_file {
    int fd;
    int64_t size_bytes;
    int64_t footer_offset; /* data ends here */
    char *path;
    struct memory *memory;
    int64_t reserved_bytes; /* of the arena and the footer's bytes */
    struct arena arena;
    uint8_t *footer_bytes;
    size_t footer_len;
    struct parquet_footer footer;
    const char **paths;  /* one a leaf, dotted */
    const char *foreign; /* met in a page */
};

/* ERR_DATA: "<path>: <message>", with the hint to get the file again. Returns -1. */
int parquet_file_fault(const struct parquet_file *file, struct err *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Zeroed memory of the file's life, reserved. Footers that need more than fits are an error. */
int parquet_file_alloc(struct parquet_file *file, size_t count, size_t item_bytes, void **ret_items,
                       struct err *err) WARN_UNUSED;
/* All `len` bytes at `offset`, which the caller has checked against the size of the file. */
int parquet_file_pread(const struct parquet_file *file, void *buffer, size_t len, int64_t offset,
                       struct err *err) WARN_UNUSED;

/* The parts of opening, in this order. */
int parquet_read_footer(struct parquet_file *file, struct err *err) WARN_UNUSED;
int parquet_read_schema(struct parquet_file *file, struct thrift_reader *in,
                        const struct thrift_field *field, struct err *err) WARN_UNUSED;
/* Parents, levels, leaves and paths of the nodes that were read. */
int parquet_link_schema(struct parquet_file *file, struct err *err) WARN_UNUSED;
void parquet_read_statistics(struct thrift_reader *in, const struct thrift_field *field,
                             struct parquet_statistics *ret_statistics);

#endif
