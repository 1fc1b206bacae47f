/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_PARQUET_ENCODE_H
#define LEAT_PARQUET_ENCODE_H

#include "parquet/write_buffer.h"

/*
 * The encodings of Parquet (https://parquet.apache.org/docs/file-format/data-pages/encodings/).
 * All append to `to`.
 */

/* Bits needed for numbers up to `value`; at least 1, as some readers know no width of 0. */
int encode_bit_width(uint32_t value);

/* The hybrid of runs and bit-packed groups; width 1…32. */
int encode_hybrid(const uint32_t *values, size_t count, int width, struct write_buffer *to,
                  struct err *err) WARN_UNUSED;
/*
 * The same with width 1, of `count` bits from bit `first` on, the lowest first as in Arrow. The
 * bitmap is readable for 2 bytes behind its end.
 */
int encode_hybrid_bits(const uint8_t *bits, size_t first, size_t count, struct write_buffer *to,
                       struct err *err) WARN_UNUSED;

/* DELTA_BINARY_PACKED of integers of `width` 4 or 8 bytes. */
int encode_delta(const uint8_t *values, size_t width, size_t count, struct write_buffer *to,
                 struct err *err) WARN_UNUSED;
/* BYTE_STREAM_SPLIT: all first bytes, all second bytes, … */
int encode_split(const uint8_t *values, size_t width, size_t count, struct write_buffer *to,
                 struct err *err) WARN_UNUSED;
/* PLAIN booleans, from one byte each (0 or 1). */
int encode_bools(const uint8_t *values, size_t count, struct write_buffer *to,
                 struct err *err) WARN_UNUSED;
/* PLAIN byte arrays: `ends` are their ends in `data`, the first one begins at `begin`. */
int encode_byte_arrays(const uint8_t *data, uint32_t begin, const uint32_t *ends, size_t count,
                       struct write_buffer *to, struct err *err) WARN_UNUSED;

#endif
