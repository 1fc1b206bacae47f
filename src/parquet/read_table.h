/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_PARQUET_READ_TABLE_H
#define LEAT_PARQUET_READ_TABLE_H

#include "parquet/read.h"
#include "parquet/read_buffer.h"

/* Inside of parquet/: the distinct rows of read_rows.h, and distinct values that no dictionary has. */

/* Entries of rows. A code is below the dictionary's count, or that plus a number of `value_set`. */
#define NO_CODE UINT32_MAX /* the entry has no value */
struct row_entries {
    struct read_buffer codes, definition, repetition; /* uint32_t, uint8_t, uint8_t */
    size_t count;
};
int row_entries_need(struct row_entries *entries, struct memory *memory, size_t more,
                     struct err *err) WARN_UNUSED;
void row_entries_add(struct row_entries *entries, uint32_t code, uint8_t definition,
                     uint8_t repetition); /* after row_entries_need() */
void row_entries_release(struct row_entries *entries, struct memory *memory);

/* A hash table of numbers + 1; 0 is free. At most half full. */
struct number_table {
    struct read_buffer slots; /* uint32_t */
    size_t cap, count;
};

/* Rows that differ, numbered from 0. */
struct row_set {
    struct row_entries entries;
    struct read_buffer starts; /* size_t: where each row's entries begin, and one behind the last */
    struct read_buffer hashes; /* uint64_t */
    struct number_table table;
    uint32_t count;
};
void row_set_clear(struct row_set *set);
void row_set_release(struct row_set *set, struct memory *memory);
int row_set_put(struct row_set *set, struct memory *memory, const struct row_entries *row,
                uint32_t *ret_number, struct err *err) WARN_UNUSED;

/* Values that differ, numbered from 0. */
struct value_set {
    struct read_buffer bytes;
    size_t byte_count;
    struct read_buffer starts; /* size_t, as above */
    struct read_buffer hashes; /* uint64_t */
    struct number_table table;
    uint32_t count;
};
void value_set_clear(struct value_set *set);
void value_set_release(struct value_set *set, struct memory *memory);
int value_set_put(struct value_set *set, struct memory *memory, struct parquet_bytes value,
                  uint32_t *ret_number, struct err *err) WARN_UNUSED;
/* Valid until the next put. */
struct parquet_bytes value_set_get(const struct value_set *set, uint32_t number);

#endif
