/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_PARQUET_DECODE_DELTA_H
#define LEAT_PARQUET_DECODE_DELTA_H

#include "base/err.h"

#include <stdint.h>

/*
 * DELTA_BINARY_PACKED, a piece at a time: a first number, then blocks of differences, each block in
 * miniblocks of one bit width. Differences wrap around, as the format says. Borrows its bytes,
 * which have PARQUET_SLACK after them.
 */
struct delta {
    const uint8_t *at, *end; /* `at`: behind what was used of the bytes */
    uint64_t left;           /* numbers not read yet */
    uint64_t last;           /* the number before the next one */
    bool is_begun;           /* the first number was read */
    uint32_t mini_count;     /* miniblocks in a block */
    uint32_t mini_size;      /* numbers in a miniblock */
    uint64_t min;            /* smallest difference of the block */
    const uint8_t *widths;   /* bits, one a miniblock */
    uint32_t mini;           /* next miniblock of the block */
    unsigned bits;           /* of this miniblock */
    uint32_t mini_left;      /* numbers left in it */
    const uint8_t *packed;
};

int delta_init(struct delta *delta, const uint8_t *data, size_t len, struct err *err) WARN_UNUSED;
int delta_read_i32(struct delta *delta, int32_t *out, size_t count, struct err *err) WARN_UNUSED;
int delta_read_i64(struct delta *delta, int64_t *out, size_t count, struct err *err) WARN_UNUSED;
/* Where the bytes after all of the numbers begin. */
int delta_find_end(const struct delta *delta, const uint8_t **ret_end, struct err *err) WARN_UNUSED;

#endif
