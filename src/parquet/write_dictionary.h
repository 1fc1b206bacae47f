/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_PARQUET_WRITE_DICTIONARY_H
#define LEAT_PARQUET_WRITE_DICTIONARY_H

#include "parquet/write_buffer.h"

/* Values of one column, without the nulls. Borrowed. */
struct value_view {
    const uint8_t
        *data; /* `width` bytes each; booleans one byte; byte arrays one after the other */
    const uint32_t *ends; /* byte arrays: their ends in `data`; else NULL */
    uint32_t begin;       /* byte arrays: where the first one begins */
    size_t width;         /* 0: byte arrays */
    size_t count;
};
/* Of the values from `first` on, `count`. */
struct value_view value_view_of(const struct value_view *values, size_t first, size_t count);
/* Bytes of the values PLAIN encoded; booleans as bytes. */
size_t value_view_bytes(const struct value_view *values);

/* The distinct values in the order in which they come, and for each value its number. Reused. */
struct dictionary {
    struct write_buffer entries; /* as in a dictionary page: PLAIN */
    struct write_buffer starts;  /* byte arrays: uint32_t, where each entry's bytes start */
    struct write_buffer indices; /* uint32_t */
    struct write_buffer slots;   /* uint32_t: entry + 1, 0 is free */
    size_t count;
};
void dictionary_init(struct dictionary *dictionary, struct memory *memory);
void dictionary_release(struct dictionary *dictionary);
/*
 * 1: built; 0: given up, because entries and indices would not be smaller than the values are, or
 * entries took more than `max_bytes`; -1: failed.
 */
int dictionary_build(struct dictionary *dictionary, const struct value_view *values,
                     size_t max_bytes, struct err *err) WARN_UNUSED;

#endif
