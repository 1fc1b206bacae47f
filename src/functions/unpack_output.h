/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_FUNCTIONS_UNPACK_OUTPUT_H
#define LEAT_FUNCTIONS_UNPACK_OUTPUT_H

#include "engine/duckdb_api.h"
#include "functions/local_day.h"

/* The rows of unpack_intervals() in DuckDB's vectors: a list of structs, filled column by column. */
enum unpack_form {
    UNPACK_BIGINT, /* value BIGINT */
    UNPACK_DOUBLE, /* value DOUBLE */
    UNPACK_ANY     /* no value, but where it stands: element (from 1) and the share of it */
};
duckdb_logical_type unpack_values_type(enum unpack_form form); /* of the argument */
duckdb_logical_type unpack_rows_type(enum unpack_form form);   /* of the result */

/* The list of one row. */
struct unpack_input {
    const void *data;         /* of all lists' elements; not for UNPACK_ANY */
    const uint64_t *validity; /* NULL: none is null */
    size_t first, count;
    bool is_null; /* the whole list */
};
static inline bool unpack_input_is_null(const struct unpack_input *input, size_t element)
{
    size_t at = input->first + element;
    return input->is_null ||
           (input->validity != NULL && (input->validity[at / 64] >> (at % 64) & 1) == 0);
}

struct unpack_output {
    enum unpack_form form;
    duckdb_vector list;
    size_t size, cap; /* rows written, and room for */
    int64_t *starts, *ends, *locals;
    duckdb_string_t *qualities;
    int64_t *values;          /* or doubles */
    uint64_t *value_validity; /* NULL as long as no value is null */
    int32_t *elements;
    int64_t *shares[3];        /* from, to, of */
    struct unpack_input input; /* what all rows have in common */
};
void unpack_output_init(struct unpack_output *out, enum unpack_form form, duckdb_vector list,
                        duckdb_vector values);
void unpack_output_begin_row(struct unpack_output *out, idx_t row);
void unpack_output_end_row(struct unpack_output *out, idx_t row);
void unpack_output_end(struct unpack_output *out);
/* A day without a change of the clock. */
void unpack_output_plain(struct unpack_output *out, const struct unpack_input *input,
                         int64_t local_us, int64_t offset_us, int64_t resolution_us);
/* Any day. */
void unpack_output_slots(struct unpack_output *out, const struct unpack_input *input,
                         const struct local_day *day, bool is_mean);

#endif
