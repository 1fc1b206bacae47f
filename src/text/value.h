/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_VALUE_H
#define LEAT_TEXT_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Text to values, exactly or not at all: each call says false rather than lose a digit, a sign, a
 * leading zero or a fraction of a second. See README.md for what counts as which type.
 */
__extension__ typedef __int128 int128_t;

/* -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?, one digit before the point with an exponent; no -0. */
struct text_number {
    bool is_negative;
    const char *whole;
    size_t whole_len;
    const char *fraction;
    size_t fraction_len;
    bool has_exponent;
    int exponent;
};
bool text_number(const char *text, size_t len, struct text_number *ret_number);
bool text_number_bigint(const struct text_number *number, int64_t *ret_value);
/* As an integer of 10^-scale; at most 38 digits. */
bool text_number_decimal(const struct text_number *number, int scale, int128_t *ret_value);
/* False when the shortest text of the double is another number. */
bool text_number_double(const struct text_number *number, double *ret_value);

bool text_boolean(const char *text, size_t len, bool *ret_value); /* true, True, TRUE, false, … */
/* YYYY-MM-DD, years 1 to 9999, days since 1970-01-01. */
bool text_date(const char *text, size_t len, int32_t *ret_days);
/* YYYY-MM-DD[T ]hh:mm[:ss[.f{1,6}]] with or without Z, ±hh, ±hhmm or ±hh:mm; microseconds, UTC when it has an offset. */
bool text_timestamp(const char *text, size_t len, int64_t *ret_us, bool *ret_has_offset);
bool text_time(const char *text, size_t len, int64_t *ret_us); /* hh:mm:ss[.f{1,6}] */
bool text_uuid(const char *text, size_t len);                  /* 8-4-4-4-12 hexadecimal digits */

#endif
