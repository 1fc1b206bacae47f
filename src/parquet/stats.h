/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_PARQUET_STATS_H
#define LEAT_PARQUET_STATS_H

#include "base/arena.h"
#include "parquet/format.h"
#include "parquet/write_dictionary.h"

/*
 * The smallest and the largest value of a column, by the order of its type: numbers as numbers, texts
 * by their bytes. NaN has no place in it and is only told (and the file then has no bounds, see
 * write_footer.c); a zero is -0.0 as the smallest and +0.0 as the largest, since the two are equal.
 * Texts are cut to 64 bytes, the largest one then raised by one in its last character; such a bound
 * is not exact.
 */
enum value_order {
    ORDER_BOOL, /* a byte each */
    ORDER_INT32,
    ORDER_UINT32,
    ORDER_INT64,
    ORDER_UINT64,
    ORDER_FLOAT,
    ORDER_DOUBLE,
    ORDER_BYTES,  /* byte arrays or of fixed width: by unsigned bytes, a prefix first */
    ORDER_TEXT,   /* the same, cut between characters of UTF-8 */
    ORDER_DECIMAL /* of fixed width: two's complement, the highest byte first */
};

#define BOUND_CUT_BYTES 64
#define BOUND_BYTES (BOUND_CUT_BYTES + 4)

struct bound {
    uint8_t data[BOUND_BYTES]; /* PLAIN encoded, byte arrays without their length */
    uint8_t len;
    bool is_known, is_exact;
    bool is_open; /* there are values, but nothing that bounds them can be told */
};
struct bounds {
    struct bound min, max;
    bool has_nan;
};

void bounds_of(enum value_order order, const struct value_view *values, struct bounds *ret_bounds);
/* Of the entries of a dictionary of values of `width` bytes (0: byte arrays). */
void bounds_of_dictionary(enum value_order order, const struct dictionary *dictionary, size_t width,
                          struct bounds *ret_bounds);
/* Widens `bounds`. */
void bounds_merge(enum value_order order, struct bounds *bounds, const struct bounds *more);
int bound_compare(enum value_order order, const struct bound *a, const struct bound *b);
/*
 * As the warehouse keeps it, and DuckDB's COPY tells it: "12.50", "2024-06-05 10:00:00+00", booleans
 * 0 and 1, binary values in hexadecimal. NULL when it is not known or the text would hold a NUL byte.
 */
const char *bound_text(const struct bound *bound, const struct parquet_node *node,
                       struct arena *arena);

#endif
