/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_TYPING_H
#define LEAT_TEXT_TYPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The narrowest type that holds every value of a column exactly, found by looking at every value. A column
 * begins with every type possible; each value strikes those that do not hold it. README.md has the rules.
 */
enum text_kind { /* in the order of preference */
                 TEXT_BOOLEAN,
                 TEXT_BIGINT,
                 TEXT_DECIMAL,
                 TEXT_DOUBLE,
                 TEXT_DATE,
                 TEXT_TIMESTAMP,
                 TEXT_TIMESTAMPTZ,
                 TEXT_TIME,
                 TEXT_UUID,
                 TEXT_VARCHAR
};
struct text_type {
    enum text_kind kind;
    int width, scale; /* decimal */
};

struct text_typing {
    uint32_t possible; /* bits 1 << kind */
    bool has_value, has_exponent;
    /* How the numbers are written: */
    int whole_digits; /* most before the point, without a leading 0 */
    int min_fraction,
        max_fraction;      /* digits after the point, of those that have one; min 0: none had */
    bool has_bare;         /* 12 */
    bool has_point_zero;   /* 12.0 */
    bool has_padded_whole; /* 12.0 or 12.00 */
    bool has_padding;      /* a last 0 after the point, other than that of 12.0 */
};
void text_typing_init(struct text_typing *typing);
/* One value that is not null. */
void text_typing_add(struct text_typing *typing, const char *text, size_t len);
struct text_type text_typing_end(const struct text_typing *typing);

/* "DECIMAL(20,0)" into a buffer of 32 bytes, which is returned. */
char *text_type_sql(struct text_type type, char *buffer);

#endif
